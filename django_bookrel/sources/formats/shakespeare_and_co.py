"""
The books of the Shakespeare and Company Project: what Sylvia Beach's library lent.

https://shakespeareandco.princeton.edu/about/data/, ``SCoData_books`` as CSV (seen 2026-11). UTF-8
with a byte order mark, comma, CRLF.

- A column for each role; several people of one role are separated by ``;``.
- Every eighth work has no author.
- HTML entities, and cells of several lines.
- The year is that of the first edition, as it is not known which copy was lent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from ..base import Record, Row
from ..reading.described import SEMICOLON
from ..reading.headings import HeadingSource

__all__ = ("ShakespeareAndCoSource",)

_PEOPLE = ("author", "editor", "translator", "introduction", "illustrator", "photographer")
_LENDING = "about lending, not the book"
_ADDRESS = re.compile(r"\Ahttps?://shakespeareandco\.princeton\.edu/books/([^/]+)/?\Z")


class ShakespeareAndCoSource(HeadingSource):
    """The books of the Shakespeare and Company Project."""

    name: ClassVar[str] = "shakespeare_and_co"
    title: ClassVar[str] = "Shakespeare and Company Project, books"
    signature: ClassVar[frozenset[str]] = frozenset(
        {"uri", "title", "author", "borrow_count", "circulation_years"}
    )
    separators: ClassVar[Mapping[str, re.Pattern[str]]] = dict.fromkeys(_PEOPLE, SEMICOLON)
    places: ClassVar[Mapping[str, str]] = {
        "uri": "identifiers:shakespeare-and-co",
        "title": "title",
        "author": "author",
        "editor": "contributors:editor",
        "translator": "contributors:translator",
        "introduction": "contributors:introduction",
        "illustrator": "contributors:illustrator",
        "photographer": "contributors:photographer",
        "year": "year",
    }
    ignored: ClassVar[Mapping[str, str]] = {
        "format": "books have no field for it",
        "uncertain": "whether the work that was lent is certain",
        "ebook_url": "one e-book of several volumes or works",
        "volumes_issues": "the parts that were lent",
        "notes": "notes of the project's editors",
        "updated": "when the project changed the row",
        **dict.fromkeys(
            ("event_count", "borrow_count", "purchase_count", "circulation_years"), _LENDING
        ),
    }

    def read(self, row: Row) -> Record:
        record = super().read(row)
        values: dict[str, Any] = record.values
        if "identifiers" in values:
            values["identifiers"] = [
                (scheme, _ADDRESS.sub(r"\1", value)) for scheme, value in values["identifiers"]
            ]
        return record
