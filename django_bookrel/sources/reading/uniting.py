"""
Formats that have several rows for a book: what they say is united.

All rows are kept on disk until the last one is known, for the rows of a book need not be
neighbours: memory does not grow with the file. Then each row gives a record, in the order of the
file, and all records of a book say the same.
"""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from typing import Any, ClassVar

from ..base import Record, Row
from .described import DescribedSource

__all__ = ("UnitingSource",)


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
            for book, data in database.execute("SELECT book, data FROM record ORDER BY place"):
                record = pickle.loads(data)  # noqa: S301 (written above)
                yield record if book is None else replace(record, values=dict(united(book)))

    def _book(self, record: Record) -> str | None:
        values: dict[str, Any] = record.values
        return dict(values.get("identifiers", ())).get(self.own_scheme)


def _records_of(database: sqlite3.Connection, book: str) -> Iterator[dict[str, Any]]:
    sql = "SELECT data FROM record WHERE book = ? ORDER BY place"
    for (data,) in database.execute(sql, (book,)):
        yield pickle.loads(data).values  # noqa: S301 (written above)


def _united(said: Iterable[dict[str, Any]]) -> dict[str, Any]:
    united: dict[str, Any] = {}
    for values in said:
        for field, value in values.items():
            if isinstance(value, list):
                united[field] = list(dict.fromkeys([*united.get(field, []), *value]))
            elif value or field not in united:
                united[field] = value
    if "contributors" in united:
        # Rows may name the people in another order each.
        author = (united.get("author"), "co-author")
        united["contributors"] = [each for each in united["contributors"] if each != author]
    return united
