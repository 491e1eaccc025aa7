from __future__ import annotations

from django_bookrel.resources import bookresource_factory

from .models import Book

BookResource = bookresource_factory(Book)
