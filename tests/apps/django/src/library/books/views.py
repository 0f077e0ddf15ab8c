from django.views.generic import ListView

from .models import Book


class Books(ListView):
    model = Book
    ordering = ["title"]
