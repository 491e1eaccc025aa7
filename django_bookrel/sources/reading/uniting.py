"""
Formats that have several rows for a book: what they say is united.

All rows are kept on disk until the last one is known, for the rows of a book need not be
neighbours: memory does not grow with the file. Then each row gives a record, in the order of the
file, and all records of a book say the same; of the rows of a book that has hundreds the last ones,
as one of them counts, and the others only what they say themselves.
"""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from math import isqrt
from typing import Any, ClassVar

from ..base import Record, Row
from .described import DescribedSource

__all__ = ("UnitingSource",)

_TOGETHER = 100_000
"""How many rows the records of a book may unite, all told."""


class UnitingSource(DescribedSource):
    """A format with several rows for a book; a subclass names the identifier that they share."""

    own_scheme: ClassVar[str]
    """Rows that have the same identifier of this scheme are one book."""

    def records(self, rows: Iterable[Row]) -> Iterator[Record]:
        # An empty name is a database on disk that goes when it is closed.
        with closing(sqlite3.connect("", isolation_level=None)) as database:
            database.execute("PRAGMA synchronous=off")
            database.execute("PRAGMA journal_mode=off")
            database.execute("CREATE TABLE record (place INTEGER PRIMARY KEY, book, data)")
            database.execute("BEGIN")
            database.executemany(
                "INSERT INTO record (book, data) VALUES (?, ?)",
                ((self._book(record), pickle.dumps(record)) for record in super().records(rows)),
            )
            database.execute("CREATE INDEX books ON record (book)")
            united = lru_cache(1)(lambda book: _united(_records_of(database, book)))
            first = dict(_first_united(database))
            for place, book, data in database.execute("SELECT * FROM record ORDER BY place"):
                record = pickle.loads(data)  # noqa: S301 (written above)
                is_alone = book is None or place < first.get(book, 0)
                yield record if is_alone else replace(record, values=dict(united(book)))

    def _book(self, record: Record) -> str | None:
        values: dict[str, Any] = record.values
        return dict(values.get("identifiers", ())).get(self.own_scheme)


def _first_united(database: sqlite3.Connection) -> Iterator[tuple[str, int]]:
    """Give the books that have too many rows to unite them in each, and the first that does."""
    many = "SELECT book, count(*) FROM record GROUP BY book HAVING book NOT NULL AND count(*) > ?"
    last = "SELECT place FROM record WHERE book = ? ORDER BY place DESC LIMIT 1 OFFSET ?"
    for book, count in database.execute(many, (isqrt(_TOGETHER),)).fetchall():
        [(place,)] = database.execute(last, (book, max(0, _TOGETHER // count - 1)))
        yield book, place


def _records_of(database: sqlite3.Connection, book: str) -> Iterator[dict[str, Any]]:
    sql = "SELECT data FROM record WHERE book = ? ORDER BY place"
    for (data,) in database.execute(sql, (book,)):
        yield pickle.loads(data).values  # noqa: S301 (written above)


def _united(said: Iterable[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for values in said:
        for field, value in values.items():
            if isinstance(value, list):
                found.setdefault(field, {}).update(dict.fromkeys(value))
            elif value or field not in found:
                found[field] = value
    united = {f: list(value) if isinstance(value, dict) else value for f, value in found.items()}
    if "contributors" in united:
        # Rows may name the people in another order each.
        author = (united.get("author"), "co-author")
        united["contributors"] = [each for each in united["contributors"] if each != author]
    return united
