from __future__ import annotations

from collections.abc import Callable

import pghistory
import pytest

from django_bookrel.resources import Result, bookresource_factory

from .models import Author, Book

BookResource = bookresource_factory(Book)

HEADER = "isbn,title,author,year"
EMMA, KIM = "9780141439587", "9780141183633"


# A context ends with its transaction.
@pytest.mark.django_db(transaction=True)
def test_events_of_an_import_in_bulk(take: Callable[..., Result]):
    with pghistory.context(file="first.csv"):
        result = take(
            [HEADER, f"{EMMA},Emma,Jane Austen,1815", f"{KIM},Kim,Kipling,1901"],
            resource=BookResource,
        )
    assert (result.reasons, result.counts.new) == ([], 2)
    assert result.notes == [
        f"Rows go into with_pghistory_{name} by INSERT, not COPY: execute wrappers do not see COPY."
        for name in ("author", "book")
    ]
    result = take([HEADER, f"{EMMA},Emma,Jane Austen,1816"], resource=BookResource)
    assert (result.reasons, result.notes, result.counts.updated) == ([], [], 1)
    events = Book.pgh_event_model.objects.order_by("pgh_id")
    assert list(
        events.values_list("pgh_label", "sort_title", "year", "pgh_context__metadata__file")
    ) == [
        ("insert", "emma", 1815, "first.csv"),
        ("insert", "kim", 1901, "first.csv"),
        ("update", "emma", 1816, None),
    ]
    assert sorted(Author.pgh_event_model.objects.values_list("pgh_label", "name", "key")) == [
        ("insert", "Jane Austen", "jane austen"),
        ("insert", "Kipling", "kipling"),
    ]
