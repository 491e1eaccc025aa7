"""Whole catalogues, through the commands: the one that the example project ships, and real ones."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from django_bookrel.models import Author, Book, Contribution, Identifier
from django_bookrel.sources.reading.imprints import is_no_publisher
from tests.shared import shared_file

pytestmark = pytest.mark.django_db

CATALOGUE = Path(__file__).parents[1] / "example_project" / "data" / "catalogue.csv"


def run_import(path: Path, *options: str) -> dict[str, int]:
    out = StringIO()
    call_command("bookrel_import", str(path), *options, "--json", stdout=out, stderr=StringIO())
    result = json.loads(out.getvalue())
    return {name: result[name] for name in ("rows", "new", "updated", "unchanged", "rejected")}


def test_catalogue_of_the_example_project(tmp_path: Path):
    rows = len(CATALOGUE.read_text(encoding="utf-8").splitlines()) - 1
    unchanged = {"rows": rows, "new": 0, "updated": 0, "unchanged": rows, "rejected": 0}
    assert run_import(CATALOGUE) == unchanged | {"new": rows, "unchanged": 0}
    assert run_import(CATALOGUE) == unchanged
    call_command("bookrel_export", str(tmp_path / "out.csv"), stderr=StringIO())
    assert run_import(tmp_path / "out.csv") == unchanged


def check_twice(path: Path, first: dict[str, int]) -> None:
    """Import a file twice: nothing changes but the first time."""
    assert run_import(path) == {"updated": 0, "unchanged": 0, "rejected": 0, **first}
    again = run_import(path)
    assert (again["new"], again["updated"], again["rejected"]) == (0, 0, 0)


def check_again(path: Path, tmp_path: Path, first: dict[str, int]) -> None:
    """Import a file twice, and what is exported then."""
    check_twice(path, first)
    call_command("bookrel_export", str(tmp_path / "out.csv"), stderr=StringIO())
    exported = run_import(tmp_path / "out.csv")
    count = Book.objects.count()
    assert exported == {"rows": count, "new": 0, "updated": 0, "unchanged": count, "rejected": 0}


def test_goodbooks(tmp_path: Path):
    check_again(shared_file("goodbooks-10k.csv"), tmp_path, {"rows": 10_000, "new": 10_000})
    assert Book.objects.exclude(isbn=None).count() >= 9_277
    assert Book.objects.filter(year__lt=0).count() == 31
    assert Book.objects.filter(series_entries__isnull=False).distinct().count() == 4_436
    for scheme in ("goodbooks", "goodreads"):
        assert Identifier.objects.filter(scheme=scheme).count() == 10_000
    [book] = Book.objects.search("0-439-55493-4")
    assert [(credit.author.name, credit.role) for credit in book.credits()] == [
        ("J.K. Rowling", "author"),
        ("Mary GrandPré", "contributor"),
    ]
    [entry] = book.series_entries.select_related("series")
    assert (book.title, entry.series.name, entry.number) == (
        "Harry Potter and the Sorcerer's Stone",
        "Harry Potter",
        "1",
    )
    assert not Author.objects.filter(name__contains="  ").exists()
    assert Contribution.objects.count() > 3_000


def test_shakespeare_and_company(tmp_path: Path):
    check_again(
        shared_file("shakespeare-and-co-books.csv"), tmp_path, {"rows": 6_020, "new": 6_020}
    )
    assert Book.objects.filter(author=None).count() == 733
    assert Book.objects.filter(year=None).count() == 720
    for role, books in (
        ("editor", 424),
        ("translator", 277),
        ("introduction", 72),
        ("illustrator", 20),
        ("photographer", 2),
    ):
        found = Contribution.objects.filter(role=role)
        assert found.values("book").distinct().count() == books, role


def test_british_library_images():
    path = shared_file("british-library-books.tsv")
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    # 2,065 rows have the columns of another file: see sources/bl_images.py.
    moved = [row for row in rows if "flickr" in row[1]]
    books = {row[6] for row in rows if row not in moved} | {row[2] for row in moved}
    check_twice(path, {"rows": 27_864, "new": 20_992})
    assert {i.value for i in Identifier.objects.filter(scheme="bl")} == books
    named = [row for row in rows if row[1] and not is_no_publisher(row[1])]
    publishers = {row[6]: row[1] for row in named if "flickr" not in row[1]}
    found = dict(
        Book.objects.filter(identifiers__scheme="bl").values_list(
            "identifiers__value", "publishers__name"
        )
    )
    assert {key for key, name in found.items() if name} >= publishers.keys()
    assert Book.objects.filter(title__contains='"').count() > 20
