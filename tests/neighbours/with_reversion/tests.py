from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from reversion.models import Version

from django_bookrel.resources import Result

from .imports import BookResource, import_books
from .models import Author, Book

pytestmark = pytest.mark.django_db

HEADER = "isbn,title,author,year"
EMMA = "9780141439587"


def versions() -> list[tuple[str, int]]:
    found = Version.objects.get_for_model(Book).order_by("pk")
    return [(v.field_dict["sort_title"], v.field_dict["year"]) for v in found]


def test_versions_of_an_import(write: Callable[..., Path]):
    result = import_books(write(HEADER, f"{EMMA},Emma,Jane Austen,1815"))
    [reason] = result.reasons
    assert reason.startswith("Book, Author have post_save receivers (reversion.")
    import_books(write(HEADER, f"{EMMA},Emma,Jane Austen,1816"))
    assert versions() == [("emma", 1815), ("emma", 1816)]
    first = Version.objects.get_for_model(Book).order_by("pk")[0].revision
    assert first.comment == "books.csv"
    first.revert()
    assert Book.objects.get().year == 1815
    assert Author.objects.get().key == "jane austen"


def test_no_versions_outside_of_a_revision(take: Callable[..., Result]):
    take([HEADER, f"{EMMA},Emma,Jane Austen,1815"], resource=BookResource)
    assert versions() == []
