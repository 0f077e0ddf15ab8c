# /// script
# requires-python = ">=3.13"
# dependencies = ["flask", "django"]
#
# [tool.application]
# does = "Development servers that begin again when a file changes: a child runs the site, beside the process that watches"
# [[tool.application.call]]
# arguments = ["flask"]
# [[tool.application.call]]
# arguments = ["runserver", "8766", "--nothreading"]
# [[tool.application.varies]]
# pattern = "(?m)^.*(PIN|GET|20[0-9][0-9] - |Watching).*\n"
# becomes = ""
# ///
import os
import sys
import threading
import time
import urllib.request


def ask():
    for _ in range(400):
        try:
            print(urllib.request.urlopen("http://127.0.0.1:8766/").read(), flush=True)
            break
        except OSError:
            time.sleep(0.1)
    os._exit(0)


if os.environ.get("WERKZEUG_RUN_MAIN") or os.environ.get("RUN_MAIN"):
    threading.Thread(target=ask).start()

if sys.argv[1] == "flask":
    from flask import Flask

    app = Flask(__name__)
    app.get("/")(lambda: "flask " + os.environ["WERKZEUG_RUN_MAIN"])
    app.run(debug=True, port=8766)
else:
    from django.conf import settings
    from django.core.management import execute_from_command_line
    from django.http import HttpResponse
    from django.urls import path

    urlpatterns = [path("", lambda request: HttpResponse("django " + os.environ["RUN_MAIN"]))]
    settings.configure(DEBUG=True, SECRET_KEY="x", ROOT_URLCONF="__main__", ALLOWED_HOSTS=["*"])
    execute_from_command_line(sys.argv)
