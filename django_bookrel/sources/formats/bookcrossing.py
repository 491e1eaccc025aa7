"""
Book-Crossing: the books that the readers of bookcrossing.com have rated.

http://www2.informatik.uni-freiburg.de/~cziegler/BX/, ``BX-Books.csv`` (seen 2026-11).
It goes round in three forms:

- the original: ISO-8859-1, semicolon, all cells quoted, ``\\"`` for a quote;
- ``ISBN,Book_Title,Book_Author,...``: UTF-8, comma, quotes doubled;
- a table whose header is ``0;1;2;3;4;5;6;7``: ISO-8859-1, semicolon, ``\\"`` for a quote. It is
  known by the numbers and by ISBNs in the first column.

Their dirt is the same: years ``0``, HTML entities, authors in capitals, and texts that were taken
for ISO-8859-1 when they were UTF-8, once or, with bytes lost, twice: ``KÃ?Â¼hlschrank``. Where it
is certain what they were, they are repaired.

In a few rows quotes were read wrongly: the author stands in the title, the year in the author's
place and the address of a cover in the publisher's. They are rejected.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import ClassVar

from ...isbn import find_isbn
from ..base import Column, Dialect, Record, Row, Target
from ..reading.described import SINGLE, DescribedSource, rejected

__all__ = ("BookCrossingSource",)

_SHIFTED = "The author is a number and the publisher an address: the cells are shifted."
_COVER = "books have no field for a cover"
_COVERS = [f"Image-URL-{size}" for size in "SML"]
_COLUMNS = ["ISBN", "Book-Title", "Book-Author", "Year-Of-Publication", "Publisher", *_COVERS]
_NUMBERS = [str(number) for number in range(len(_COLUMNS))]


class BookCrossingSource(DescribedSource):
    """The books of Book-Crossing, in any of their forms."""

    name: ClassVar[str] = "bookcrossing"
    title: ClassVar[str] = "Book-Crossing"
    is_misread: ClassVar[bool] = True
    encoding: ClassVar[str] = "iso-8859-1"
    dialects: ClassVar[Sequence[Dialect]] = (
        Dialect(","),
        Dialect(";", escape="\\"),
        Dialect(";"),
    )
    separators: ClassVar[Mapping[str, re.Pattern[str]]] = dict.fromkeys(
        ("Book-Author", "Book_Author", "2"), SINGLE
    )
    signature: ClassVar[frozenset[str]] = frozenset({"ISBN", "Book-Title", "Book-Author"})
    places: ClassVar[Mapping[str, str]] = {
        "ISBN": "isbn",
        "Book-Title": "title",
        "Book-Author": "author",
        "Year-Of-Publication": "year",
        "Publisher": "publishers",
    }
    ignored: ClassVar[Mapping[str, str]] = dict.fromkeys(_COVERS, _COVER)

    @classmethod
    def identify(cls, header: Sequence[str], fields: Collection[str]) -> int:
        return super().identify([_hyphened(name, header) for name in header], fields)

    @classmethod
    def accepts(cls, header: Sequence[str], rows: Sequence[Row]) -> bool:
        if not _is_numbered(header):
            return True
        first = header.index("0")
        cells = [row.cells[first] for row in rows if not row.errors]
        return sum(find_isbn(cell.zfill(10)) is not None for cell in cells) * 2 > len(cells)

    def find_target(self, name: str, fields: Collection[str]) -> tuple[int, Target] | str:
        return super().find_target(_hyphened(name, self.header), fields)

    def read(self, row: Row) -> Record:
        author, publisher = self._shifted
        if author and publisher:
            year, address = row.cells[author.position], row.cells[publisher.position]
            if year.isdigit() and address.startswith(("http://", "https://")):
                return rejected(row, "cells", author, _SHIFTED)
        return super().read(row)

    @cached_property
    def _shifted(self) -> list[Column | None]:
        placed = {column.field: column for column in self.columns}
        return [placed.get("author"), placed.get("publishers")]


def _hyphened(name: str, header: Sequence[str]) -> str:
    if name in _NUMBERS and _is_numbered(header):
        return _COLUMNS[int(name)]
    return name.replace("_", "-")


def _is_numbered(header: Sequence[str]) -> bool:
    return set(_NUMBERS) <= set(header)
