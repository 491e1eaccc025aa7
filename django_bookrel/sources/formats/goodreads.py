"""
The library export of Goodreads: a reader's own books.

https://www.goodreads.com/review/import, "Export Library" (seen 2026-11). UTF-8, comma, LF.
Before August 2024 it had 31 columns, since then 24.

- ISBNs are guarded against spreadsheets: ``="1408839970"``; an empty one is ``=""``.
- Translators and illustrators stand among "Additional Authors", without a role: they come in as
  contributors.
- The series stands in the title: ``Title (Series, #1)``.
- "Author" is one person or firm, whatever commas and ``&`` it has; "Additional Authors" are
  separated by commas. Names have runs of spaces in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from ..reading.described import COMMA, SINGLE, DescribedSource

__all__ = ("GoodreadsSource",)

_READING = "about a reader, not the book"
_COPY = "about a reader's copy"
_SAME_AUTHOR = "repeats the author, surname first"


class GoodreadsSource(DescribedSource):
    """A Goodreads library export, old or new."""

    name: ClassVar[str] = "goodreads"
    title: ClassVar[str] = "Goodreads library export"
    signature: ClassVar[frozenset[str]] = frozenset({"Title", "Author", "Author l-f"})
    separators: ClassVar[Mapping[str, re.Pattern[str]]] = {
        "Author": SINGLE,
        "Additional Authors": COMMA,
    }
    places: ClassVar[Mapping[str, str]] = {
        "Title": "title",
        "Author": "author",
        "Additional Authors": "contributors",
        "ISBN13": "isbn",
        "ISBN": "isbn",
        "Publisher": "publishers",
        "Year Published": "year",
        "Original Publication Year": "year",
        "Number of Pages": "pages",
        "Book Id": "identifiers:goodreads",
    }
    ignored: ClassVar[Mapping[str, str]] = {
        "Author l-f": _SAME_AUTHOR,
        "Average Rating": "changes from day to day",
        "Binding": "books have no field for it",
        **dict.fromkeys(
            (
                "My Rating",
                "Date Read",
                "Date Added",
                "Bookshelves",
                "Bookshelves with positions",
                "Exclusive Shelf",
                "My Review",
                "Spoiler",
                "Private Notes",
                "Read Count",
                "Recommended For",
                "Recommended By",
            ),
            _READING,
        ),
        **dict.fromkeys(
            (
                "Owned Copies",
                "Original Purchase Date",
                "Original Purchase Location",
                "Condition",
                "Condition Description",
                "BCID",
            ),
            _COPY,
        ),
    }
