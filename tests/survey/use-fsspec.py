# /// script
# requires-python = ">=3.13"
# dependencies = ["fsspec", "requests", "aiohttp"]
#
# [tool.application]
# does = "File systems by protocol, each a module by name"
# ///
import http.server
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"

import fsspec

with fsspec.open("memory://a/b", "w") as stream:
    stream.write("text")
print(fsspec.filesystem("memory").ls("/a", detail=False), fsspec.filesystem("file").exists("/nowhere"))
print(fsspec.open(url + "/page").open().read(), len(fsspec.available_protocols()) > 30)
print(fsspec.filesystem("data").cat("data:,hello"))
