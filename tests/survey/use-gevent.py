# /// script
# requires-python = ">=3.13"
# dependencies = ["gevent"]
#
# [tool.application]
# does = "Greenlets and patched sockets"
# ///
import gevent.monkey

gevent.monkey.patch_all()
import socket
import subprocess
import urllib.request

import gevent
import gevent.pywsgi


def page(environ, start_response):
    start_response("200 OK", [])
    return [b"page " + environ["PATH_INFO"].encode()]


server = gevent.pywsgi.WSGIServer(("127.0.0.1", 0), page, log=None)
server.start()
url = f"http://127.0.0.1:{server.server_port}"
jobs = [gevent.spawn(lambda n: urllib.request.urlopen(f"{url}/{n}").read(), n) for n in range(3)]
gevent.joinall(jobs)
print([job.value for job in jobs], socket.socket.__module__)
