"""Rows of books that come in and go out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command

from django_bookrel.resources import Result, load
from tests.importing import write_csv

ISBN = "9780306406157"

OTHER_ISBN = "9780061120084"

RICH = {
    "isbn": ISBN,
    "title": "The Brothers Karamazov",
    "author": "Dostoevsky, Fyodor",
    "contributors": "Constance Garnett (translator)|Fritz Eichenberg (illustrator)",
    "publishers": "Heinemann|Modern Library",
    "year": "1912",
    "language": "en",
    "pages": "838",
    "series": "The Novels of Dostoevsky #1|World's Classics",
    "subjects": "Fathers and sons|Russia",
    "identifiers": "oclc:1234|gutenberg:28054",
}


def import_rows(tmp_path: Path, rows: list[dict[str, Any]], **options: Any) -> Result:
    header = options.pop("header", None) or list(
        dict.fromkeys(name for row in rows for name in row)
    )
    # Only a native file has lists; this column says nothing about these rows.
    if "resource" not in options and {"contributors", "subjects"}.isdisjoint(header):
        header = [*header, "bookrel_line"]
    return load(write_csv(tmp_path / "books.csv", rows, header), source="native", **options)


def export(path: Path, **options: Any) -> bytes:
    call_command("bookrel_export", str(path), force=True, verbosity=0, **options)
    return path.read_bytes()
