from __future__ import annotations

from pathlib import Path

import reversion

from django_bookrel.resources import Result, bookresource_factory, load

from .models import Book

BookResource = bookresource_factory(Book)


def import_books(path: Path) -> Result:
    with reversion.create_revision():
        reversion.set_comment(path.name)
        return load(path, resource=BookResource)
