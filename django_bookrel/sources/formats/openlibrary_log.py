"""
The reading log of an Open Library account.

https://openlibrary.org/account/import, "Export your Reading Log"; its columns are written by
https://github.com/internetarchive/openlibrary, ``openlibrary/plugins/upstream/account.py`` (seen
2026-11). UTF-8, comma. Before 2022 it had the three columns "Work Id,Edition Id,Bookshelf".

- A row names a work, and an edition where the reader has chosen one. The edition counts: its number
  tells one book. The number of a work is kept where there is no edition.
- Title, authors, year and subjects are those of the work; lists are parted by ``|``.
- An old file has no titles: its rows can only mean books that are there, found by their number;
  nothing changes in them. Any other row is rejected, as a new book needs a title.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from ..base import Column, Issue, Record, Row, Target
from ..reading.described import PIPE, DescribedSource

__all__ = ("OpenLibraryLogSource",)

_READING = "about a reader, not the book"
_CHANGING = "changes from day to day"


class OpenLibraryLogSource(DescribedSource):
    """A reading log of Open Library, old or new."""

    name: ClassVar[str] = "openlibrary_log"
    title: ClassVar[str] = "Open Library reading log"
    signature: ClassVar[frozenset[str]] = frozenset({"Bookshelf"})
    separators: ClassVar[Mapping[str, re.Pattern[str]]] = {"Authors": PIPE}
    places: ClassVar[Mapping[str, str]] = {
        "Title": "title",
        "Authors": "author",
        "First Publish Year": "year",
        "Subjects": "subjects",
        "Subject People": "subjects",
        "Subject Places": "subjects",
        "Subject Times": "subjects",
        "Edition ID": "identifiers:openlibrary",
        "Edition Id": "identifiers:openlibrary",
        "Work ID": "identifiers:openlibrary",
        "Work Id": "identifiers:openlibrary",
    }
    left_out: ClassVar[Mapping[str, str]] = {
        "Bookshelf": _READING,
        "My Ratings": _READING,
        "Edition Count": _CHANGING,
        "Ratings Average": _CHANGING,
        "Ratings Count": _CHANGING,
        "Has Ebook": _CHANGING,
    }

    @classmethod
    def identify(cls, header: Sequence[str], fields: Collection[str]) -> int:
        numbered = {name.upper() for name in header} >= {"WORK ID", "EDITION ID"}
        return super().identify(header, fields) if numbered else 0

    def __init__(
        self,
        header: Sequence[str],
        fields: Collection[str],
        mapping: Sequence[tuple[Target, str]] = (),
    ) -> None:
        super().__init__(header, fields, mapping)
        # An old log says of every title that it is empty.
        self._said_empty = {"title"} & set(fields)

    @property
    def fields(self) -> frozenset[str]:
        return super().fields | self._said_empty

    def read(self, row: Row) -> Record:
        record = super().read(row)
        for field in self._said_empty:
            record.values.setdefault(field, "")
        return record

    def _read_subjects(
        self,
        cells: list[str],
        columns: Sequence[Column],
        values: dict[str, Any],
        repairs: list[Issue],
    ) -> None:
        texts = (text for column in columns for text in cells[column.position].split(" | "))
        values["subjects"] = [text for text in dict.fromkeys(map(str.strip, texts)) if text]

    def _read_identifiers(
        self,
        cells: list[str],
        columns: Sequence[Column],
        values: dict[str, Any],
        repairs: list[Issue],
    ) -> None:
        numbers = [
            (column.qualifier, value)
            for column in sorted(columns, key=lambda column: column.name)
            if (value := cells[column.position].strip())
        ]
        values["identifiers"] = numbers[:1]
