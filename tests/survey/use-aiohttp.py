# /// script
# requires-python = ">=3.13"
# dependencies = ["aiohttp"]
#
# [tool.application]
# does = "A server and a client, with WebSockets"
# ///
import asyncio

import aiohttp
from aiohttp import web


async def hello(request):
    return web.json_response({"hello": request.match_info["name"]})


async def echo(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        await socket.send_str(message.data.upper())
    return socket


async def main():
    app = web.Application()
    app.add_routes([web.get("/hello/{name}", hello), web.get("/echo", echo)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession() as session:
        async with session.get(url + "/hello/ann") as answer:
            print(answer.status, await answer.json())
        async with session.ws_connect(url + "/echo") as socket:
            await socket.send_str("text")
            print((await socket.receive()).data)
    await runner.cleanup()


asyncio.run(main())
