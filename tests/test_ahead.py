from __future__ import annotations

import threading
from collections.abc import Iterator
from contextvars import ContextVar

import pytest

from django_bookrel.bulk.ahead import ahead

NAME: ContextVar[str] = ContextVar("NAME", default="nobody")


def test_items_come_in_order():
    assert list(ahead(iter(range(1000)))) == list(range(1000))
    assert list(ahead([])) == []


def test_next_item_is_made_while_the_reader_works():
    made = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        made.set()
        yield 2

    reader = ahead(items())
    assert next(reader) == 1
    assert made.wait(5)
    assert list(reader) == [2]


def test_what_is_raised_is_raised_in_its_place():
    def items() -> Iterator[int]:
        yield 1
        raise KeyError("missing")

    reader = ahead(items())
    assert next(reader) == 1
    with pytest.raises(KeyError, match="missing"):
        next(reader)


def test_thread_ends_with_the_reader():
    before = threading.active_count()
    reader = ahead(iter(range(1000)))
    next(reader)
    assert threading.active_count() == before + 1
    reader.close()
    assert threading.active_count() == before


def test_items_are_made_in_the_context_of_the_reader():
    token = NAME.set("somebody")
    try:
        assert list(ahead(NAME.get() for _ in range(2))) == ["somebody", "somebody"]
    finally:
        NAME.reset(token)
