from __future__ import annotations

from collections.abc import Callable

import reversion
from reversion.models import Version

from django_bookrel.resources import Result, bookresource_factory

from .models import Author, Book

BookResource = bookresource_factory(Book)

HEADER = "isbn,title,author,year"
EMMA = "9780141439587"


def versions() -> list[tuple[str, int]]:
    found = Version.objects.get_for_model(Book).order_by("pk")
    return [(v.field_dict["sort_title"], v.field_dict["year"]) for v in found]


def test_versions_of_an_import(take: Callable[..., Result]):
    with reversion.create_revision():
        reversion.set_comment("first.csv")
        result = take([HEADER, f"{EMMA},Emma,Jane Austen,1815"], resource=BookResource)
    [reason] = result.reasons
    assert reason.startswith("Book, Author have post_save receivers (reversion.")
    with reversion.create_revision():
        take([HEADER, f"{EMMA},Emma,Jane Austen,1816"], resource=BookResource)
    assert versions() == [("emma", 1815), ("emma", 1816)]
    first = Version.objects.get_for_model(Book).order_by("pk")[0].revision
    assert first.comment == "first.csv"
    first.revert()
    assert Book.objects.get().year == 1815
    assert Author.objects.get().key == "jane austen"


def test_no_versions_outside_of_a_revision(take: Callable[..., Result]):
    take([HEADER, f"{EMMA},Emma,Jane Austen,1815"], resource=BookResource)
    assert versions() == []
