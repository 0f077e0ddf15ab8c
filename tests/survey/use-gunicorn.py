# /// script
# requires-python = ">=3.13"
# dependencies = ["gunicorn"]
#
# [tool.application]
# does = "A master with a worker, stopped by a signal"
# ///
import os
import signal
import sys
import threading
import time
import urllib.request

from gunicorn.app.base import BaseApplication


def page(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello ", environ["PATH_INFO"].encode()]


class App(BaseApplication):
    def load_config(self):
        for name, value in {"bind": "127.0.0.1:8765", "workers": 2, "loglevel": "critical", "worker_tmp_dir": "/dev/shm", "control_socket_disable": True}.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self):
        return page


def ask():
    for _ in range(200):
        try:
            print(urllib.request.urlopen("http://127.0.0.1:8765/x").read().decode(), flush=True)
            break
        except OSError:
            time.sleep(0.1)
    os.kill(os.getpid(), signal.SIGTERM)


threading.Thread(target=ask, daemon=True).start()
App().run()
