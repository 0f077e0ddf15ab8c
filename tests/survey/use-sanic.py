# /// script
# requires-python = ">=3.13"
# dependencies = ["sanic", "sanic-testing"]
#
# [tool.application]
# does = "A server asked in the same process"
# ///
from sanic import Sanic
from sanic.response import text

app = Sanic("App", configure_logging=False)
app.config.MOTD = False


@app.get("/<name>")
async def index(request, name):
    return text(name.upper())


if __name__ == "__main__":
    from sanic_testing.testing import SanicASGITestClient
    import asyncio

    print(asyncio.run(SanicASGITestClient(app).get("/x"))[1].text)
