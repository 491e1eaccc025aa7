from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from django_bookrel.resources import Result

from .imports import BookResource, import_books
from .models import Author, Book

HEADER = "isbn,title,author,year"
EMMA, KIM = "9780141439587", "9780141183633"


# A context ends with its transaction.
@pytest.mark.django_db(transaction=True)
def test_events_of_an_import_in_bulk(write: Callable[..., Path], take: Callable[..., Result]):
    result = import_books(write(HEADER, f"{EMMA},Emma,Jane Austen,1815", f"{KIM},Kim,Kipling,1901"))
    assert (result.path, result.reasons, result.counts.new) == ("bulk", [], 2)
    assert result.notes == [
        f"Rows go into with_pghistory_{name} by INSERT, not COPY: execute wrappers do not see COPY."
        for name in ("author", "book")
    ]
    result = take([HEADER, f"{EMMA},Emma,Jane Austen,1816"], resource=BookResource)
    assert (result.path, result.notes, result.counts.updated) == ("bulk", [], 1)
    events = Book.pgh_event_model.objects.order_by("pgh_id")
    assert list(
        events.values_list("pgh_label", "sort_title", "year", "pgh_context__metadata__file")
    ) == [
        ("insert", "emma", 1815, "books.csv"),
        ("insert", "kim", 1901, "books.csv"),
        ("update", "emma", 1816, None),
    ]
    assert sorted(Author.pgh_event_model.objects.values_list("pgh_label", "name", "key")) == [
        ("insert", "Jane Austen", "jane austen"),
        ("insert", "Kipling", "kipling"),
    ]
