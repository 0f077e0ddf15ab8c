# /// script
# requires-python = ">=3.13"
# dependencies = ["jupyterlab", "notebook"]
#
# [tool.application]
# does = "A server with its pages and extensions"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { HOME = "/home", TMPDIR = "/home" }
# ///
import json
import threading
import time
import urllib.request

from jupyterlab.labapp import LabApp

app = LabApp()


def ask():
    for path in "/lab", "/api/contents", "/api/kernelspecs", "/lab/api/settings/@jupyterlab/apputils-extension:themes", "/static/lab/package.json":
        try:
            answer = urllib.request.urlopen("http://127.0.0.1:8899" + path)
            body = answer.read()
            print(path, answer.status, answer.headers["Content-Type"], len(body) > 20, flush=True)
        except Exception as error:
            print(path, error, flush=True)
    app.serverapp.io_loop.add_callback(app.serverapp.stop)


import logging

LabApp.initialize_server(argv=["--allow-root", "--no-browser", "--port=8899", "--ip=127.0.0.1", "--IdentityProvider.token=", "--ServerApp.root_dir=/home", "--ServerApp.log_level=CRITICAL", "--LabApp.log_level=CRITICAL", "--ServerApp.use_redirect_file=False", "--Application.log_level=50"])
from jupyter_server.serverapp import ServerApp

server = ServerApp.instance()


class Holder:
    serverapp = server


app = Holder
logging.disable(logging.CRITICAL)
server.io_loop.call_later(1, lambda: threading.Thread(target=ask).start())
server.start()
