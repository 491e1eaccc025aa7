"""
The same import and export by django-import-export, in every configuration that makes sense.

Authors and publishers are found by name and created, as its documentation shows it. It has nothing
that remembers names and keeps the links: its ``CachedForeignKeyWidget`` never sees records that the
import itself creates. Widgets that do are at the end of the list, for they are no configuration.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.db import transaction
from import_export.fields import Field
from import_export.instance_loaders import CachedInstanceLoader
from import_export.resources import ModelResource, modelresource_factory
from import_export.widgets import ForeignKeyWidget, ManyToManyWidget
from tablib import Dataset

from django_bookrel.models import Author, Book, Publisher

__all__ = ("EXPORTS", "IMPORTS")

COLUMNS = ("title", "isbn", "author", "publishers", "year", "pages")


class AuthorWidget(ForeignKeyWidget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return Author.objects.get_or_create(name=value)[0] if value else None


class PublishersWidget(ManyToManyWidget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        names = value.split("|") if value else []
        return [Publisher.objects.get_or_create(name=name)[0] for name in names]


class Remembered(dict[str, Any]):
    """Name -> record; all that there are, then those that are asked for."""

    def __init__(self, model: Any) -> None:
        super().__init__((record.name, record) for record in model.objects.all())
        self.model = model

    def __missing__(self, name: str) -> Any:
        self[name] = self.model.objects.create(name=name)
        return self[name]


class RememberedAuthorWidget(ForeignKeyWidget):
    known: Remembered | None = None

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        if self.known is None:
            self.known = Remembered(Author)
        return self.known[value] if value else None


class RememberedPublishersWidget(ManyToManyWidget):
    known: Remembered | None = None

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        if self.known is None:
            self.known = Remembered(Publisher)
        return [self.known[name] for name in value.split("|")] if value else []


def resource(*, remembered: bool = False, **options: Any) -> ModelResource:
    author = (RememberedAuthorWidget if remembered else AuthorWidget)(Author, "name")
    publishers = (RememberedPublishersWidget if remembered else PublishersWidget)(
        Publisher, separator="|", field="name"
    )
    made = modelresource_factory(
        Book,
        meta_options={"fields": COLUMNS, "import_id_fields": ("isbn",), **options},
        custom_fields={
            "author": Field("author", "author", author),
            "publishers": Field("publishers", "publishers", publishers),
        },
    )
    return made()


def importer(*, surrounded: bool = False, **options: Any) -> Callable[[Path], None]:
    """Return a function that imports a file; ``surrounded`` by one transaction."""

    def run(path: Path) -> None:
        with path.open(newline="", encoding="utf-8") as file:
            dataset = Dataset().load(file, format="csv")
        with transaction.atomic() if surrounded else nullcontext():
            resource(**options).import_data(dataset, raise_errors=True)

    return run


FAST = {"skip_diff": True, "instance_loader_class": CachedInstanceLoader}
NO_SAVEPOINTS = {"use_transactions": False, "surrounded": True}
IMPORTS = {
    "default": importer(),
    "skip_html_diff": importer(skip_html_diff=True),
    "skip_unchanged": importer(skip_unchanged=True, report_skipped=False),
    "skip_diff": importer(skip_diff=True),
    "skip_diff, CachedInstanceLoader": importer(**FAST),
    "the same without savepoints": importer(**FAST, **NO_SAVEPOINTS),
    "the same without a transaction": importer(**FAST, use_transactions=False),
    "fastest, and names in a dictionary": importer(**FAST, **NO_SAVEPOINTS, remembered=True),
    "use_bulk, LOSES all publishers": importer(**FAST, remembered=True, use_bulk=True),
}


def exporter(**options: Any) -> Callable[[Path], None]:
    """Return a function that writes the books with their authors and publishers as CSV."""

    def run(path: Path) -> None:
        books = Book.objects.select_related("author").prefetch_related("publishers")
        dataset = resource(**options).export(books)
        path.write_text(dataset.export("csv"), encoding="utf-8", newline="")

    return run


EXPORTS = {
    "prefetch": exporter(),
    "prefetch, chunk_size=2_000": exporter(chunk_size=2_000),
}
