# /// script
# requires-python = ">=3.13"
# dependencies = ["tornado", "twisted"]
#
# [tool.application]
# does = "Servers in their own loops"
# ///
import asyncio
import urllib.request

import tornado.httpserver
import tornado.template
import tornado.testing
import tornado.web


class Page(tornado.web.RequestHandler):
    def get(self):
        self.write(tornado.template.Template("{{ 1 + 1 }} {% for x in [1, 2] %}{{ x }}{% end %}").generate())


async def main():
    server = tornado.web.Application([("/", Page)]).listen(0, "127.0.0.1")
    port = next(iter(server._sockets.values())).getsockname()[1]
    print(await asyncio.to_thread(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/").read()))


asyncio.run(main())
from twisted.internet import reactor, task
from twisted.plugin import getPlugins
from twisted.application.service import IServiceMaker

print(sorted(plugin.tapname for plugin in getPlugins(IServiceMaker))[:3])
task.deferLater(reactor, 0.1, reactor.stop)
reactor.run()
