"""Whole catalogues, through the commands: the one that the example project ships, and real ones."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from django_bookrel.models import Author, Book, Contribution, Identifier
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


def test_goodbooks(tmp_path: Path):
    path = shared_file("goodbooks-10k.csv")
    options = [
        "--map=title=title",
        "--map=author=authors",
        "--map=isbn=isbn",
        "--map=year=original_publication_year",
        "--map=language=language_code",
        "--map=identifiers:goodbooks=book_id",
    ]
    unchanged = {"rows": 10_000, "new": 0, "updated": 0, "unchanged": 10_000, "rejected": 0}
    assert run_import(path, *options) == unchanged | {"new": 10_000, "unchanged": 0}
    assert run_import(path, *options) == unchanged
    assert Book.objects.exclude(isbn=None).count() >= 9_277
    assert Book.objects.filter(year__lt=0).count() == 31
    assert Identifier.objects.filter(scheme="goodbooks").count() == 10_000
    [book] = Book.objects.search("0-439-55493-4")
    assert [(credit.author.name, credit.role) for credit in book.credits()] == [
        ("J.K. Rowling", "author"),
        ("Mary GrandPré", "co-author"),
    ]
    assert not Author.objects.filter(name__contains="  ").exists()
    assert Contribution.objects.count() > 3_000
    call_command("bookrel_export", str(tmp_path / "out.csv"), stderr=StringIO())
    assert run_import(tmp_path / "out.csv") == unchanged
