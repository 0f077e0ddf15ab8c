import datetime
import logging
import re
import threading
import urllib.request
import wsgiref.simple_server

from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.core.management import BaseCommand, call_command
from django.test import Client
from django.utils import timezone, translation

from library.books.models import Book
from library.wsgi import application

NOON = datetime.datetime(2026, 7, 1, 12, tzinfo=datetime.UTC)


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


class Command(BaseCommand):
    help = "Goes through everything"

    def handle(self, *arguments, **options):
        call_command("migrate", verbosity=1)
        call_command("makemigrations", check=True, dry_run=True)
        call_command("loaddata", "classics")
        call_command("showmigrations", "books")
        print(finders.find("books/books.css"), finders.find("admin/css/base.css") is not None)
        Book.objects.create(title="Émile", pages=1)
        logging.getLogger("library").info("made %d", Book.objects.count())
        User.objects.create_superuser("ann", "ann@example.org", "secret")
        client = Client()
        print(client.login(username="ann", password="secret"))
        for path in ("/", "/admin/", "/admin/books/book/", "/admin/books/book/1/change/", "/admin/jsi18n/", "/none"):
            answer = client.get(path)
            text = re.sub(r"\s+", " ", answer.content.decode())
            print(path, answer.status_code, len(text) > 100, re.findall("<title>(.*?)</title>", text))
        print(client.get("/", headers={"accept-language": "de"}).content.decode())
        with translation.override("fr"):
            print(translation.gettext("Yes"), timezone.localtime(NOON))
        server = wsgiref.simple_server.make_server("127.0.0.1", 0, application, handler_class=Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/") as answer:
            print(answer.status, answer.read().decode())
        server.shutdown()
        call_command("dumpdata", "books", indent=1)
