"""Books for exports."""

from __future__ import annotations

from pathlib import Path

import pytest

from django_bookrel.models import Author, Book, Publisher, Series, Subject
from tests.importing import write_csv

ISBN = "9780306406157"


@pytest.fixture
def book() -> Book:
    book = Book.objects.create(
        title="=The Brothers | Karamazov",
        author=Author.objects.create(name="Fyodor Dostoevsky"),
        isbn=ISBN,
        year=1912,
        language="en",
        pages=1838,
    )
    book.contributions.create(
        author=Author.objects.create(name="Fritz Eichenberg"), role="illustrator", position=2
    )
    book.contributions.create(
        author=Author.objects.create(name="Constance Garnett"), role="translator", position=1
    )
    book.publishers.add(Publisher.objects.create(name="Heinemann"))
    book.publishers.add(Publisher.objects.create(name="z|b"))
    book.series_entries.create(series=Series.objects.create(name="Novels"), number="1")
    book.subjects.add(Subject.objects.create(name="Russia"))
    book.identifiers.create(scheme="oclc", value="12")
    return book


CELLS = {
    "isbn": ISBN,
    "title": "=The Brothers | Karamazov",
    "author": "Fyodor Dostoevsky",
    "contributors": "Constance Garnett (translator)|Fritz Eichenberg (illustrator)",
    "publishers": "Heinemann|z\\|b",
    "year": "1912",
    "language": "en",
    "pages": "1838",
    "series": "Novels #1",
    "subjects": "Russia",
    "identifiers": "oclc:12",
}


def write_distinct(path: Path, number: int) -> Path:
    """Write rows of which no two share a record."""
    rows = [
        {
            "title": f"Title {n}",
            "author": f"Author {n}",
            "contributors": f"Editor {n} (editor)",
            "publishers": f"House {n}|Press {n}",
            "series": f"Series {n}",
            "subjects": f"Subject {n}",
        }
        for n in range(number)
    ]
    return write_csv(path, rows)
