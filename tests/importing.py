"""What the tests of import and export share: files, the whole catalogue as values, statements."""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, reset_queries, transaction
from django.db.models.signals import post_save
from django.test.utils import CaptureQueriesContext

from django_bookrel.models import Book
from django_bookrel.resources import Result
from django_bookrel.sources import BOOK_FIELDS

WRITES = re.compile(r'(?:\d+ times: )?(?:INSERT INTO|UPDATE|DELETE FROM) [`"]?(\w+)', re.IGNORECASE)
LOCK = re.compile(r"DELETE FROM \S+ WHERE 0$")
"""A statement that changes nothing and takes SQLite's lock."""


def write_csv(
    path: Path, rows: Iterable[Mapping[str, object]], header: Sequence[str] = BOOK_FIELDS
) -> Path:
    """Write the columns of ``header``; what a row does not say is an empty cell."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def counts(result: Result) -> dict[str, int]:
    """Give the totals that are not zero."""
    names = ("rows", "new", "updated", "unchanged", "duplicates", "rejected")
    return {name: n for name in names if (n := getattr(result.counts, name))}


def books(using: str = "default") -> list[dict[str, Any]]:
    """Give every book with all its relations as plain values, by title and ISBN."""
    found = Book._base_manager.using(using).select_related("author")
    return sorted(map(_book, found), key=lambda book: (book["title"], book["isbn"] or ""))


def _book(book: Book) -> dict[str, Any]:
    return {
        "isbn": book.isbn,
        "title": book.title,
        "author": book.author and book.author.name,
        "contributors": [
            (row.author.name, row.role)
            for row in book.contributions.select_related("author").order_by("position", "pk")
        ],
        "publishers": sorted(publisher.name for publisher in book.publishers.all()),
        "year": book.year,
        "language": book.language,
        "pages": book.pages,
        "series": sorted(
            (entry.series.name, entry.number)
            for entry in book.series_entries.select_related("series")
        ),
        "subjects": sorted(subject.name for subject in book.subjects.all()),
        "identifiers": sorted(
            (row.scheme, row.value) for row in book.identifiers.exclude(scheme="fingerprint")
        ),
    }


def stored(label: str = "django_bookrel", using: str = "default") -> dict[str, list[Any]]:
    """Give every row of every table of an app, times and primary keys too; not the imports'."""
    models = apps.get_app_config(label).get_models(include_auto_created=True)
    return {
        model._meta.label: sorted(model._base_manager.using(using).values_list(), key=repr)
        for model in models
        if model.__name__ not in {"ImportRecord", "RejectedRow"}
    }


@contextmanager
def capture_writes(using: str = "default") -> Iterator[list[str]]:
    """Collect the tables that statements write to; not those that keep account of imports."""
    tables: list[str] = []
    with CaptureQueriesContext(connections[using]) as context:
        yield tables
    for query in context.captured_queries:
        sql = query["sql"]
        found = None if LOCK.match(sql) else WRITES.match(sql)
        if found and not found[1].endswith(("_importrecord", "_rejectedrow")):
            tables.append(found[1])


@contextmanager
def rolled_back() -> Iterator[None]:
    """Leave the database as it was; for properties, of which every example is a test by itself."""
    reset_queries()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def code_of_the_host(sender: Any, *, runs: bool = True) -> Iterator[None]:
    """Let rows be saved one by one, for there is a receiver."""

    def receiver(**kwargs: Any) -> None: ...

    if runs:
        post_save.connect(receiver, sender=sender)
    try:
        yield
    finally:
        post_save.disconnect(receiver, sender=sender)


def moment(*values: int) -> datetime.datetime:
    """Return a point in time, in UTC where the settings know of time zones."""
    return datetime.datetime(*values, tzinfo=datetime.UTC if settings.USE_TZ else None)
