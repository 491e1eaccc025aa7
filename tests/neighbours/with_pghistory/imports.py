from __future__ import annotations

from pathlib import Path

import pghistory

from django_bookrel.resources import Result, bookresource_factory, load

from .models import Book

BookResource = bookresource_factory(Book)


def import_books(path: Path) -> Result:
    with pghistory.context(file=path.name):
        return load(path, resource=BookResource)
