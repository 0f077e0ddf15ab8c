from django.contrib import admin
from django.urls import path

from library.books import views

urlpatterns = [path("admin/", admin.site.urls), path("", views.Books.as_view(), name="books")]
