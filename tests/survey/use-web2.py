# /// script
# requires-python = ">=3.13"
# dependencies = ["litestar", "sanic", "falcon", "quart", "hypercorn", "aiohttp-jinja2", "connexion[flask]"]
#
# [tool.application]
# does = "Sites by newer toolkits"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
import asyncio
import logging

logging.disable(logging.CRITICAL)
import falcon
import falcon.testing
from litestar import Litestar, get
from litestar.testing import TestClient
from quart import Quart


@get("/x/{number:int}")
async def view(number: int) -> dict[str, int]:
    return {"double": number * 2}


with TestClient(Litestar([view])) as client:
    print(client.get("/x/4").json(), client.get("/schema/openapi.json").status_code)


class Thing:
    def on_get(self, request, response):
        response.media = {"a": 1}


app = falcon.App()
app.add_route("/t", Thing())
print(falcon.testing.TestClient(app).simulate_get("/t").json)
quart = Quart(__name__)


@quart.route("/")
async def index():
    return "quart"


async def ask():
    return await (await quart.test_client().get("/")).get_data(as_text=True)


print(asyncio.run(ask()))
import logging
import warnings

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
import connexion

site = connexion.FlaskApp(__name__)
from io import StringIO

site.add_api({"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "paths": {"/p": {"get": {"operationId": "__main__.answer", "responses": {"200": {"description": "d"}}}}}})


def answer():
    return {"ok": True}


print(site.test_client().get("/p").json(), site.test_client().get("/ui/").status_code)
