"""
The reading log of an Open Library account.

https://openlibrary.org/account/import, "Export your Reading Log"; its columns are written by
https://github.com/internetarchive/openlibrary, ``openlibrary/plugins/upstream/account.py`` (seen
2026-11). UTF-8, comma. Before 2022 it had the three columns "Work Id,Edition Id,Bookshelf".

- A row names a work, and an edition where the reader has chosen one. The edition counts: its number
  tells one book. The number of a work is kept where there is no edition.
- Title, authors, year and subjects are those of the work; lists are separated by ``|``.
- An old file has no titles: its rows can only mean books that are there, found by their number;
  nothing changes in them. Any other row is rejected, as a new book needs a title.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from ..base import Column, Record, Row
from ..reading.described import PIPE, DescribedSource
from ..reading.draft import Draft

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
    ignored: ClassVar[Mapping[str, str]] = {
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

    @property
    def fields(self) -> frozenset[str]:
        # An old log says of every title that it is empty.
        return super().fields | self.known.intersection({"title"})

    def read(self, row: Row) -> Record:
        record = super().read(row)
        if "title" in self.known:
            record.values.setdefault("title", "")
        return record

    def read_subjects(self, draft: Draft, columns: Sequence[Column]) -> list[str]:
        texts = (text for column in columns for text in draft.cells[column.position].split(" | "))
        return [text for text in dict.fromkeys(map(str.strip, texts)) if text]

    def read_identifiers(self, draft: Draft, columns: Sequence[Column]) -> list[tuple[str, str]]:
        numbers = [
            (column.qualifier, value)
            for column in sorted(columns, key=lambda column: column.name)
            if (value := draft.text(column))
        ]
        return numbers[:1]
