# /// script
# requires-python = ">=3.13"
# dependencies = ["pyramid", "pyramid_jinja2", "WebTest", "bottle", "CherryPy", "web.py"]
#
# [tool.application]
# does = "Sites by older toolkits"
# ///
import bottle
import cherrypy
import webtest
from pyramid.config import Configurator
from pyramid.response import Response


def hello(request):
    return Response("hello " + request.matchdict["name"])


config = Configurator()
config.include("pyramid_jinja2")
config.add_route("hello", "/hello/{name}")
config.add_view(hello, route_name="hello")
config.add_static_view("static", "pyramid:scaffolds" if False else "pyramid_jinja2:")
app = webtest.TestApp(config.make_wsgi_app())
print(app.get("/hello/you").text, app.get("/static/__init__.py").status, app.get("/none", status=404).status)

site = bottle.Bottle()
site.route("/<name>")(lambda name: bottle.template("<b>{{name}}</b>", name=name))
print(webtest.TestApp(site).get("/x").text)


class Root:
    @cherrypy.expose
    def index(self):
        return "cherry"


cherrypy.config.update({"environment": "embedded"})
print(webtest.TestApp(cherrypy.tree.mount(Root(), "")).get("/").text)
