# /// script
# requires-python = ">=3.13"
# dependencies = ["Werkzeug", "starlette", "python-multipart", "itsdangerous"]
#
# [tool.application]
# does = "Toolkits of the web"
# ///
import asyncio
import io

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from werkzeug.debug import DebuggedApplication
from werkzeug.test import Client


def broken(environ, start_response):
    raise RuntimeError("broken")


answer = Client(DebuggedApplication(broken, evalex=True)).get("/")
print(answer.status_code, "broken" in answer.text)
print(Client(DebuggedApplication(broken)).get("/?__debugger__=yes&cmd=resource&f=debugger.js").status_code)
sent = []


async def call():
    app = Starlette(routes=[Route("/", lambda request: JSONResponse({"a": 1}))])

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        sent.append(message)

    await app({"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}, receive, send)


asyncio.run(call())
print(sent[1]["body"])
