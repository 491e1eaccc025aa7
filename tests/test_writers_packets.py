"""Statements no larger than a server takes them."""

from __future__ import annotations

import pytest
from django.db import DataError, connection, transaction

from django_bookrel.bulk import get_writer
from django_bookrel.bulk.errors import Blame
from django_bookrel.bulk.writers.packets import packets
from django_bookrel.models import Book
from tests.test_writers import columns, insert, update


def exact(row: tuple[object, ...]) -> int:
    return sum(len(str(value)) for value in row)


def test_rows_that_fit_stay_together():
    rows = [("a", 1, None)] * 100
    assert list(packets(rows, 20_000, 20_000, exact)) == [rows]


def test_rows_are_split_by_bytes():
    # Each is estimated at 4 * 10 characters and 2 * 40 bytes.
    rows = [("x" * 10, number) for number in range(7)]
    assert list(packets(rows, 360, 1000, exact)) == [rows[:3], rows[3:6], rows[6:]]
    assert list(packets(rows, 359, 1000, exact)) == [rows[:2], rows[2:4], rows[4:6], rows[6:]]


def test_row_that_is_larger_than_others_goes_alone():
    rows = [("a",), ("x" * 500,), ("b",), ("c",)]
    assert list(packets(rows, 200, 500, exact)) == [rows[:1], rows[1:2], rows[2:]]


def test_row_that_is_too_large():
    with pytest.raises(DataError) as raised:
        list(packets([("a",), ("x" * 501,)], 200, 500, exact))
    assert str(raised.value) == "The row takes 501 bytes, and the server takes 500 at once"


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite takes statements of any size")
def test_rows_of_many_bytes():
    # 19 MB, where MariaDB takes 16 MB.
    writer = get_writer("default")
    texts = [f"{number}" + "'é" * 4_000 for number in range(1_200)]
    keys = insert(writer, Book, "title", *((text,) for text in texts))
    title = columns(Book, "title")
    found = writer.finder.match(title, [(text,) for text in texts], columns(Book, "id"))
    assert sorted(found) == list(enumerate(keys))
    update(writer, Book, "title", *((k, t + "!") for k, t in zip(keys, texts, strict=True)))
    assert dict(Book.objects.values_list("pk", "title")) == {
        key: text + "!" for key, text in zip(keys, texts, strict=True)
    }
    writer.changer.delete(Book, keys)
    assert not Book.objects.exists()


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "mysql", reason="only they have such a limit")
def test_row_that_the_server_does_not_take():
    writer = get_writer("default")
    most = writer.database.server.max_allowed_packet
    for text in ("x" * most, "'" * (most // 2)):
        with pytest.raises(DataError) as raised, transaction.atomic():
            insert(writer, Book, "title", ("fine",), (text,))
        assert writer.database.blame(raised.value) is Blame.ROW
        assert writer.database.said(raised.value).startswith(
            "The database rejected the row: The row takes "
        )
    # Larger than a usual statement.
    [key] = insert(writer, Book, "title", ("x" * (most - 100_000),))
    assert Book.objects.filter(pk=key).exists()
