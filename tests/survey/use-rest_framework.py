# /// script
# requires-python = ">=3.13"
# dependencies = ["djangorestframework", "django", "django-filter", "drf-spectacular", "whitenoise"]
#
# [tool.application]
# does = "An interface with its own templates and schema"
# ///
import django
from django.conf import settings

settings.configure(SECRET_KEY="x", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", "django_filters", "drf_spectacular"], DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}, TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}], REST_FRAMEWORK={"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema", "UNAUTHENTICATED_USER": None}, SPECTACULAR_SETTINGS={"TITLE": "t"})
django.setup()
from django.test import Client
from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers, views
from rest_framework.response import Response


class Item(serializers.Serializer):
    name = serializers.CharField(max_length=3)


class Items(views.APIView):
    serializer_class = Item

    def get(self, request):
        return Response({"a": 1})

    def post(self, request):
        item = Item(data=request.data)
        item.is_valid(raise_exception=True)
        return Response(item.data)


urlpatterns = [path("", Items.as_view()), path("schema/", SpectacularAPIView.as_view())]
client = Client()
print(client.get("/").json(), len(client.get("/", headers={"accept": "text/html"}).text) > 1000)
print(client.post("/", {"name": "long"}).json(), client.get("/schema/").text)
