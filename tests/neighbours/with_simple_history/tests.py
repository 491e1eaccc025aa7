from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django_bookrel.resources import (
    BaseBookResource,
    ManyToManyField,
    Result,
    bookresource_factory,
)

from .models import Author, Book


class Topics(BaseBookResource):
    topics = ManyToManyField(by="name", create=True)


BookResource = bookresource_factory(Book, Topics)

HEADER = "isbn,title,author,topics,year"
EMMA, KIM = "9780141439587", "9780141183633"
FIRST = [HEADER, f"{EMMA},Emma,Jane Austen,Love|England,1815", f"{KIM},Kim,Kipling,,1901"]
SECOND = [HEADER, f"{EMMA},Emma,Jane Austen,Love,1816", f"{KIM},Kim,Kipling,,1901"]

RECEIVER = "simple_history.models.HistoricalRecords"
REASONS = [
    f"Book, Author have post_save receivers ({RECEIVER}.post_save)",
    f"Book_topics has m2m_changed receivers ({RECEIVER}.m2m_changed)",
]


def history() -> list[tuple[Any, ...]]:
    return [
        (
            state.history_type,
            state.sort_title,
            state.year,
            sorted(link.subject.name for link in state.topics.all()),
        )
        for state in Book.history.order_by("history_id")
    ]


def test_history_of_new_and_of_changed_records(take: Callable[..., Result]):
    result = take(FIRST, resource=BookResource)
    assert (result.reasons, result.counts.new) == (REASONS, 2)
    first = [
        ("+", "emma", 1815, []),
        ("~", "emma", 1815, ["England", "Love"]),
        ("+", "kim", 1901, []),
    ]
    assert history() == first
    result = take(SECOND, resource=BookResource)
    assert (result.counts.updated, result.counts.unchanged) == (1, 1)
    assert history() == [
        *first,
        ("~", "emma", 1816, ["England", "Love"]),
        ("~", "emma", 1816, ["Love"]),
    ]
    latest = Book.objects.get(isbn=EMMA).history.first()
    delta = latest.diff_against(latest.prev_record.prev_record)
    assert sorted(delta.changed_fields) == ["topics", "year"]


def test_history_without_the_name_keeps_the_key(take: Callable[..., Result]):
    take(FIRST, resource=BookResource)
    assert sorted(Author.history.values_list("key", "sort_name", "history_type")) == [
        ("jane austen", "austen jane", "+"),
        ("kipling", "kipling", "+"),
    ]


def test_bulk_writes_no_history_and_says_so(take: Callable[..., Result]):
    result = take(FIRST, resource=BookResource, bulk=True)
    assert (result.counts.new, result.reasons) == (2, [])
    assert result.notes == ["bypassed: " + "; ".join(REASONS)]
    assert history() == []
