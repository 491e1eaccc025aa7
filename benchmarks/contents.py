"""Digests of catalogues, without primary keys and times: equal digests, equal catalogues."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

__all__ = ("of_file", "of_tables")

BOOK = ("book__isbn", "book__title")
CONTENTS = {
    "Author": ("name", "key", "sort_name", "born", "died"),
    "Publisher": ("name", "key"),
    "Series": ("name", "key"),
    "Subject": ("name", "key"),
    "Book": ("isbn", "title", "sort_title", "author__key", "year", "language", "pages"),
    "Contribution": (*BOOK, "author__key", "role", "position"),
    "SeriesEntry": (*BOOK, "series__key", "number", "sort_number"),
    "Identifier": (*BOOK, "scheme", "value"),
    "Publisher.books.through": (*BOOK, "publisher__key"),
    "Subject.books.through": (*BOOK, "subject__key"),
    "Part": ("code", "parent__code"),
}


def of_tables() -> str:
    """Return 16 hexadecimal digits for all records and links, whatever their order."""
    return _digest(
        (name, *row)
        for name, columns in CONTENTS.items()
        for row in _rows(name).values_list(*columns).iterator()
    )


def of_file(path: Path) -> str:
    """Return 16 hexadecimal digits for the rows of an export, whatever their order."""
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        return _digest(
            tuple((name, "|".join(sorted(cell.split("|")))) for name, cell in sorted(row.items()))
            for row in reader
        )


def _digest(rows: Iterable[tuple[Any, ...]]) -> str:
    lines = (blake2b(repr(row).encode(), digest_size=8) for row in rows)
    return f"{sum(int.from_bytes(line.digest()) for line in lines) % 2**64:016x}"


def _rows(name: str) -> QuerySet:
    model, _, relation = name.partition(".")
    found = apps.get_model("benchmarks" if model == "Part" else "django_bookrel", model)
    return (found.books.through if relation else found)._base_manager.order_by()
