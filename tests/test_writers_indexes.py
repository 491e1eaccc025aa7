"""By which index rows are found: the work must not depend on what the rows have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model

from django_bookrel.bulk import get_writer
from django_bookrel.bulk.writers import Writer
from tests.hosts.legacy import models as m
from tests.test_writers import columns, insert

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("legacy")]

VENDOR = connection.vendor
ROWS, KEYS = 20_000, 40


@pytest.fixture
def writer() -> Writer:
    return get_writer("default")


def rows_read(cursor: Any, table: str) -> int:
    """Give how many rows this session has read of a table so far."""
    if VENDOR == "postgresql":
        cursor.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = %s",
            [table],
        )
        return int(cursor.fetchone()[0])
    cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read%'")
    return sum(int(value) for _name, value in cursor.fetchall())


def work(writer: Writer, names: str, keys: Sequence[tuple[Any, ...]], model: type[Model]) -> int:
    """Find rows, one for each key; give how many rows or steps that took."""
    found, pk = columns(model, *names.split()), [model._meta.pk]
    # The catalogue is read.
    writer.finder.match(found, keys[:1], pk)
    if VENDOR == "sqlite":
        steps: list[int] = []
        connection.connection.set_progress_handler(lambda: steps.append(1) and None, 100)
        try:
            assert len(writer.finder.match(found, keys, pk)) == len(keys)
        finally:
            connection.connection.set_progress_handler(None, 0)
        return len(steps) * 100
    with connection.cursor() as cursor:
        before = rows_read(cursor, model._meta.db_table)
        assert len(writer.finder.match(found, keys, pk)) == len(keys)
        return rows_read(cursor, model._meta.db_table) - before


def volumes(number: int, authors: int) -> list[tuple[str, int, int]]:
    return [(f"Title {n}", n % authors, 2000) for n in range(number)]


@pytest.mark.parametrize("order", ["title author year", "title year author"])
def test_rows_of_one_author_cost_what_rows_of_many_cost(writer: Writer, order: str):
    costs = []
    for authors in (ROWS, 1):
        books = volumes(ROWS, authors)
        keys = insert(writer, m.Volume, "title author year", *books)
        named = [dict(zip(("title", "author", "year"), book, strict=True)) for book in books]
        wanted = [tuple(book[name] for name in order.split()) for book in named[:: ROWS // KEYS]]
        costs.append(work(writer, order, wanted, m.Volume))
        writer.changer.delete(m.Volume, keys)
    many, one = costs
    assert one <= 1.2 * many + 100
    # Neither reads the table for each key.
    assert one <= 4 * ROWS


def test_unique_index_is_taken_also_where_its_first_column_says_little(writer: Writer):
    insert(writer, m.Entry, "scheme value", *(("oclc", f"{n}") for n in range(ROWS)))
    wanted = [("oclc", f"{n}") for n in range(0, ROWS, ROWS // KEYS)]
    assert work(writer, "scheme value", wanted, m.Entry) <= 4 * ROWS
    reversed_keys = [(value, scheme) for scheme, value in wanted]
    assert work(writer, "value scheme", reversed_keys, m.Entry) <= 4 * ROWS
