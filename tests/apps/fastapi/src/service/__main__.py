import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import uvicorn
from websockets.sync.client import connect


def request(url, data=None):
    data = data and json.dumps(data).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, {"Content-Type": "application/json"})) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def requests(port):
    url = f"http://127.0.0.1:{port}"
    print(*request(url + "/items", {"name": "ABC"}))
    print(*request(url + "/items", {"name": "A", "price": "x"}))
    print(*request(url + "/none"))
    print(len(request(url + "/openapi.json")[1]), "swagger" in request(url + "/docs")[1])


def one():
    server = uvicorn.Server(uvicorn.Config("service:app", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    requests(port)
    print(*request(f"http://127.0.0.1:{port}/items/abc?limit=3"))
    with connect(f"ws://127.0.0.1:{port}/echo") as websocket:
        websocket.send("hello")
        print(websocket.recv())
    server.should_exit = True
    thread.join()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def workers():
    """Starts itself as a service with two workers, asks it, and stops it by a signal."""
    port = free_port()
    command = [sys.executable, "-m", "service", "serve", str(port)]
    service = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.05)
    requests(port)
    service.send_signal(signal.SIGTERM)
    print(service.wait(30))


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        uvicorn.run("service:app", port=int(sys.argv[2]), workers=2)
    else:
        {"one": one, "workers": workers}[sys.argv[1]]()
