# /// script
# requires-python = ">=3.13"
# dependencies = ["httpx[http2,brotli]"]
#
# [tool.application]
# does = "Requests to a local server, by HTTP/1.1"
# ///
import asyncio
import http.server
import threading

import httpx


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
with httpx.Client(http2=True) as client:
    response = client.get(url + "/one", params={"a": "b"})
    print(response.status_code, response.text, response.http_version)


async def main():
    async with httpx.AsyncClient() as client:
        print((await client.get(url + "/two")).text)


asyncio.run(main())
try:
    httpx.get("https://127.0.0.1:1")
except httpx.ConnectError as error:
    print(error)
