"""
The CSV export of a Zotero library.

https://www.zotero.org, "Export Library", CSV; https://www.zotero.org/support/kb/exporting (seen
2026-11). UTF-8 with a byte order mark, comma, LF, all cells quoted, 87 columns.

- A library holds papers, films and web pages too. "Item Type" tells: books, theses, reports,
  manuscripts and documents are taken, other rows are rejected. A ``bookSection`` has the ISBN of a
  book, but the title of a chapter.
- People are ``Last, First; Last, First``, with a column for each role.
- "ISBN" may hold several with spaces between.
- "Extra" may hold ``OCLC: 723429907`` in the midst of other lines.
- "Automatic Tags" are the subject headings that came with a record; "Manual Tags" are the reader's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from ..base import Column, Record, Row
from ..reading.described import SEMICOLON, DescribedSource, no_book
from ..reading.draft import Draft

__all__ = ("ZoteroSource",)

_BOOKS = frozenset({"book", "document", "manuscript", "report", "thesis"})
_NO_FIELD = "books have no field for it"
_NO_BOOKS = "about items that are not books"
_READING = "about a reader, not the book"
_OCLC = re.compile(r"\bOCLC: ?0*(\d+)")
_DOI = re.compile(r"\b10\.\d{4,9}/\S+")


class ZoteroSource(DescribedSource):
    """A CSV export of Zotero."""

    name: ClassVar[str] = "zotero"
    title: ClassVar[str] = "Zotero export"
    signature: ClassVar[frozenset[str]] = frozenset({"Key", "Item Type", "Title"})
    separators: ClassVar[Mapping[str, re.Pattern[str]]] = dict.fromkeys(
        ("Author", "Editor", "Series Editor", "Translator", "Contributor"), SEMICOLON
    )
    places: ClassVar[Mapping[str, str]] = {
        "Title": "title",
        "Author": "author",
        "Editor": "contributors:editor",
        "Translator": "contributors:translator",
        "Contributor": "contributors:contributor",
        "Series Editor": "contributors:contributor",
        "ISBN": "isbn",
        "Publisher": "publishers",
        "Publication Year": "year",
        "Date": "year",
        "Language": "language",
        "Num Pages": "pages",
        "Series": "series",
        "Series Number": "series:number",
        "Automatic Tags": "subjects",
        "Key": "identifiers:zotero",
        "DOI": "identifiers:doi",
        "Extra": "identifiers:oclc",
    }
    looked_at: ClassVar[Mapping[str, str]] = {
        "Item Type": "tells books from papers and others, whose rows are rejected"
    }
    ignored: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("Notes", "Manual Tags", "Date Added", "Date Modified"), _READING),
        **dict.fromkeys(
            (
                "Abstract Note",
                "Access Date",
                "Archive",
                "Archive Location",
                "Call Number",
                "Edition",
                "File Attachments",
                "Library Catalog",
                "Link Attachments",
                "Number",
                "Number Of Volumes",
                "Place",
                "Rights",
                "Short Title",
                "Type",
                "Url",
                "Volume",
            ),
            _NO_FIELD,
        ),
        **dict.fromkeys(
            (
                "Application Number",
                "Artwork Size",
                "Assignee",
                "Attorney Agent",
                "Book Author",
                "Cast Member",
                "Code",
                "Code Number",
                "Commenter",
                "Committee",
                "Composer",
                "Conference Name",
                "Cosponsor",
                "Counsel",
                "Country",
                "Court",
                "Filing Date",
                "Guest",
                "History",
                "ISSN",
                "Interviewer",
                "Issue",
                "Issuing Authority",
                "Journal Abbreviation",
                "Legal Status",
                "Legislative Body",
                "Medium",
                "Meeting Name",
                "Pages",
                "Priority Numbers",
                "Producer",
                "Programming Language",
                "Publication Title",
                "Recipient",
                "References",
                "Reporter",
                "Reviewed Author",
                "Running Time",
                "Scale",
                "Scriptwriter",
                "Section",
                "Series Text",
                "Series Title",
                "Session",
                "System",
                "Version",
                "Words By",
            ),
            _NO_BOOKS,
        ),
    }

    def read(self, row: Row) -> Record:
        kind = self.named.get("Item Type")
        if kind and row.cells[kind.position] not in _BOOKS:
            return no_book(row, kind)
        return super().read(row)

    def read_identifiers(self, draft: Draft, columns: Sequence[Column]) -> list[tuple[str, str]]:
        found = draft.values.get("identifiers", [])
        for column in columns:
            value = draft.text(column)
            pattern = {"Extra": _OCLC, "DOI": _DOI}.get(column.name)
            if value and pattern:
                match = pattern.search(value)
                value = match[match.lastindex or 0] if match else ""
            if value:
                found.append((column.qualifier, value))
        return list(dict.fromkeys(found))
