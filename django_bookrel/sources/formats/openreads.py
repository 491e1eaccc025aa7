"""
The CSV backup of the app OpenReads.

https://github.com/mateusz-bak/openreads, "Export CSV", described in its ``doc/csv.md`` (seen
2026-11). UTF-8, comma, CRLF, cells of many lines. Older ones have ``start_date``, ``finish_date``
and ``reading_time`` in place of ``readings``.

- ``author`` is what the reader has typed, or names with commas between.
- ``olid`` is a key of Open Library, mostly of an edition.
- Tags are the reader's own, with ``|||||`` between.
- Books in the app's trash are in the file too (``deleted``); they are rejected.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ..base import Record, Row
from ..reading.described import DescribedSource, rejected

__all__ = ("OpenReadsSource",)

_READING = "about a reader, not the book"
_NO_FIELD = "books have no field for it"


class OpenReadsSource(DescribedSource):
    """A CSV backup of OpenReads."""

    name: ClassVar[str] = "openreads"
    title: ClassVar[str] = "OpenReads backup"
    signature: ClassVar[frozenset[str]] = frozenset({"title", "olid", "book_format"})
    places: ClassVar[Mapping[str, str]] = {
        "title": "title",
        "subtitle": "title:subtitle",
        "author": "author",
        "isbn": "isbn",
        "publication_year": "year",
        "pages": "pages",
        "olid": "identifiers:openlibrary",
    }
    looked_at: ClassVar[Mapping[str, str]] = {
        "deleted": "tells whether the book is in the trash; such rows are rejected"
    }
    ignored: ClassVar[Mapping[str, str]] = {
        "description": _NO_FIELD,
        "book_format": _NO_FIELD,
        **dict.fromkeys(
            (
                "status",
                "favourite",
                "rating",
                "tags",
                "my_review",
                "notes",
                "readings",
                "start_date",
                "finish_date",
                "reading_time",
                "date_added",
                "date_modified",
            ),
            _READING,
        ),
    }

    def read(self, row: Row) -> Record:
        deleted = self.named.get("deleted")
        if deleted and row.cells[deleted.position] == "true":
            return rejected(row, "deleted", deleted, "The book is in the app's trash.")
        return super().read(row)
