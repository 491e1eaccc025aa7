from __future__ import annotations

from import_export_extensions.resources import CeleryResourceMixin

from django_bookrel.resources import bookresource_factory

from .models import Book


class BookResource(CeleryResourceMixin, bookresource_factory(Book)):
    pass
