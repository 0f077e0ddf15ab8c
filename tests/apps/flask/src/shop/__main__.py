import http.cookiejar
import logging
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

from flask.cli import FlaskGroup
from werkzeug.serving import make_server

from . import create_app


def serve():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = create_app()
    print(app.root_path, app.import_name)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    url = f"http://127.0.0.1:{server.port}"
    for path, data in (("/", None), ("/goods/7", None), ("/goods/7", None), ("/static/style.css", None), ("/goods/", {"name": "é"}), ("/broken", None), ("/none", None)):
        data = data and urllib.parse.urlencode(data).encode()
        try:
            with opener.open(url + path, data) as answer:
                print(path, answer.status, answer.headers["Content-Type"], answer.read().decode())
        except urllib.error.HTTPError as error:
            print(path, error.code, error.read().decode())
    server.shutdown()


if sys.argv[1] == "serve":
    serve()
else:
    group = FlaskGroup(create_app=create_app)
    group.main(sys.argv[1:], prog_name="shop")
