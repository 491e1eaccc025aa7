from __future__ import annotations

from django_bookrel.admin import register

from .models import Author, Book

register(Author, Book)
