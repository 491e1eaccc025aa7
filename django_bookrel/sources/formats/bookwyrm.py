"""
The CSV export of a BookWyrm account.

https://docs.joinbookwyrm.com, "Export Book List"; its columns are written by
https://github.com/bookwyrm-social/bookwyrm, ``bookwyrm/views/preferences/export.py`` (seen
2026-11). UTF-8, comma, CRLF. The columns grow with BookWyrm: 18 at first, 30 now.

- ``author_text`` holds the names of the authors with commas between.
- ``remote_id`` is the address of the book on its server.
- Two books of BookWyrm that share one of its keys are the same book to it, so all keys are kept.
  ``librarything_key`` numbers a work, where LibraryThing's own export numbers a reader's copy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from ..reading.described import COMMA, DescribedSource

__all__ = ("BookWyrmSource",)

_READING = "about a reader, not the book"


class BookWyrmSource(DescribedSource):
    """A CSV export of a BookWyrm account."""

    name: ClassVar[str] = "bookwyrm"
    title: ClassVar[str] = "BookWyrm export"
    signature: ClassVar[frozenset[str]] = frozenset({"title", "author_text"})
    separators: ClassVar[Mapping[str, re.Pattern[str]]] = {"author_text": COMMA}
    places: ClassVar[Mapping[str, str]] = {
        "title": "title",
        "author_text": "author",
        "isbn_13": "isbn",
        "isbn_10": "isbn",
        "pages": "pages",
        "remote_id": "identifiers:bookwyrm",
        "openlibrary_key": "identifiers:openlibrary",
        "finna_key": "identifiers:finna",
        "libris_key": "identifiers:libris",
        "inventaire_id": "identifiers:inventaire",
        "librarything_key": "identifiers:librarything-work",
        "goodreads_key": "identifiers:goodreads",
        "bnf_id": "identifiers:bnf",
        "viaf": "identifiers:viaf",
        "wikidata": "identifiers:wikidata",
        "asin": "identifiers:asin",
        "aasin": "identifiers:audible",
        "isfdb": "identifiers:isfdb",
        "oclc_number": "identifiers:oclc",
    }
    ignored: ClassVar[Mapping[str, str]] = dict.fromkeys(
        (
            "start_date",
            "finish_date",
            "stopped_date",
            "rating",
            "review_name",
            "review_cw",
            "review_content",
            "review_published",
            "shelf",
            "shelf_name",
            "shelf_date",
        ),
        _READING,
    )
