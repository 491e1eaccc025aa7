r"""
The tab-separated export of a LibraryThing library.

https://www.librarything.com/export.php, "Export as tab-delimited text" (seen 2026-11). Tab, LF, no
quoting, the header in English whatever the site. 49 columns; 41 before "Media", bar codes and
lending came in.

- UTF-8, but "Subjects" keep bytes of the library records that they come from, in MARC-8: a mark
  before its letter (``Cort\xe2azar``). Where all such bytes of a subject are marks that fit the
  letters behind them, it is repaired; else it is left out. Elsewhere such bytes cost the row.
  https://www.loc.gov/marc/specifications/speccharmarc8.html
- ``[0596101996]``: ISBNs and dates stand in brackets, ``[]`` is none. "ISBNs" are a list with
  commas, mostly of the two forms of one.
- People stand surname first. "Secondary Author" and its roles are parallel lists with ``|``, and
  may name the first author once more.
- "Publication" is a statement: ``O'Reilly Media (2006), Edition: Fifth, 1032 pages``; it may have
  ``(date?)`` for a year, no publisher, or "Publisher Unknown".
- Films and music stand among the books; "Media" tells, and their rows are rejected.
- "Book Id" numbers a reader's copy. "Work id" is that of all editions of a work, so it would make
  one book of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import ClassVar
from unicodedata import normalize

from ...isbn import find_isbn
from ...roles import find_role
from ...showing import short
from ..base import Column, Dialect, Record, Row
from ..files.undecodable import is_faulty
from ..reading.described import DescribedSource, no_book
from ..reading.draft import Draft
from ..reading.mapped import People
from ..reading.people import Commas

__all__ = ("LibraryThingSource",)

_READING = "about a reader, not the book"
_COPY = "about a reader's copy"
_NO_FIELD = "books have no field for it"

_NO_BOOKS = re.compile(
    r"dvd|blu-ray|hd dvd|laserdisc|vhs(?: tape)?|videocassette|video recording|movie|film"
    r"|music (?:cd|recording)|lp|vinyl|(?:board |card |video )?game|cards|map|globe|puzzle|toy"
    r"|software",
    re.IGNORECASE,
)
_role = lru_cache(1024)(find_role)

_MARKED = re.compile("(?<![\udce0-\udcfe])([\udce0-\udcfe]++)([A-Za-z])")
_TIED = re.compile("\udceb([A-Za-z])\udcec([A-Za-z])")
# Of the ANSEL set, from 0xE0 on.
_MARKS = (
    "\u0309\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030c\u030a\ufe20\ufe21\u0315\u030b"
    "\u0310\u0327\u0328\u0323\u0324\u0325\u0333\u0332\u0326\u031c\u032e\ufe22\ufe23\ufffd\ufffd"
    "\u0313"
)
_NOTHING_SAID = re.compile(r"(?<!\s)\s*+\(date\?\).*|\A\([0-9]{4}\), .*")
_OCLC_PREFIX = re.compile(r"\A(?:\(OCoLC\))?(?:oc[mn]|on)?0*")


def _composed(match: re.Match[str]) -> str:
    marks = "".join(_MARKS[ord(mark) - 0xDCE0] for mark in match[1])
    letter = normalize("NFC", match[2] + marks)
    return letter if len(letter) == 1 else match[0]


def _from_marc8(text: str) -> str:
    return _MARKED.sub(_composed, _TIED.sub("\\1\u0361\\2", text))


class LibraryThingSource(DescribedSource):
    """A tab-separated export of LibraryThing."""

    name: ClassVar[str] = "librarything"
    title: ClassVar[str] = "LibraryThing export"
    dialects: ClassVar[Sequence[Dialect]] = (Dialect("\t", quotes=False),)
    mixed: ClassVar[frozenset[str]] = frozenset({"subjects"})
    commas: ClassVar[Commas | None] = Commas.WITHIN_NAMES
    signature: ClassVar[frozenset[str]] = frozenset({"Book Id", "Title", "Primary Author"})
    places: ClassVar[Mapping[str, str]] = {
        "Title": "title",
        "Primary Author": "author",
        "Secondary Author": "contributors",
        "ISBN": "isbn",
        "ISBNs": "isbn",
        "Publication": "publishers",
        "Date": "year",
        "Languages": "language",
        "Page Count": "pages",
        "Subjects": "subjects",
        "Book Id": "identifiers:librarything",
        "OCLC": "identifiers:oclc",
        "LCCN": "identifiers:lccn",
    }
    looked_at: ClassVar[Mapping[str, str]] = {
        "Media": "tells books from films and music, whose rows are rejected",
        "Primary Author Role": "the role of the first person",
        "Secondary Author Roles": "the roles of the further people",
    }
    ignored: ClassVar[Mapping[str, str]] = {
        "Work id": "shared by all editions of a work",
        "Original Languages": "about the work, not this edition",
        "Sort Character": "where the title is sorted",
        "Summary": "repeats title, author and year",
        **dict.fromkeys(
            (
                "Physical Description",
                "Weight",
                "Height",
                "Thickness",
                "Length",
                "Dimensions",
                "LC Classification",
                "Dewey Decimal",
                "Dewey Wording",
                "Other Call Number",
                "Source",
            ),
            _NO_FIELD,
        ),
        **dict.fromkeys(
            (
                "Review",
                "Rating",
                "Comment",
                "Private Comment",
                "Date Started",
                "Date Read",
                "Tags",
                "Collections",
            ),
            _READING,
        ),
        **dict.fromkeys(
            (
                "Acquired",
                "Barcode",
                "BCID",
                "Copies",
                "Entry Date",
                "From Where",
                "Lending Patron",
                "Lending Status",
                "Lending Start",
                "Lending End",
            ),
            _COPY,
        ),
    }

    def read(self, row: Row) -> Record:
        media = self.named.get("Media")
        if media and _NO_BOOKS.fullmatch(row.cells[media.position].strip()):
            return no_book(row, media)
        return super().read(row)

    def read_isbn(self, draft: Draft, columns: Sequence[Column]) -> str:
        texts = [draft.cells[column.position].strip("[] ") for column in columns]
        isbns = [find_isbn(part) for text in texts if text for part in text.split(", ")]
        if None in isbns:
            return super().read_isbn(draft, columns)
        found = list(dict.fromkeys(filter(None, isbns)))
        if "identifiers" in self.known:
            draft.values["identifiers"] = [("isbn", isbn) for isbn in found[1:]]
        return found[0] if found else ""

    def read_author(self, draft: Draft, columns: Sequence[Column]) -> str:
        author = super().read_author(draft, columns)
        roles = self.named.get("Primary Author Role")
        role = _role(draft.cells[roles.position]) if roles else None
        if role in (None, "co-author") or not author:
            return author
        draft.values["contributors"].insert(0, (str(author), role))
        return ""

    def read_people(self, draft: Draft, column: Column) -> People:
        if column.name != "Secondary Author":
            return super().read_people(draft, column)
        names = draft.cells[column.position].split("|")
        place = self.named.get("Secondary Author Roles")
        roles = draft.cells[place.position].split("|") if place else []
        if len(roles) != len(names):
            roles = [""] * len(names)
        people = []
        for name, text in zip(names, roles, strict=True):
            role = _role(text) if text else None
            if text and place and role is None:
                draft.dropped("role", place, text, f'Unknown role "{short(text)}".')
            people.append((" ".join(name.split()), role))
        return [(name, role) for name, role in people if name]

    def read_publishers(self, draft: Draft, columns: Sequence[Column]) -> list[str]:
        draft.cells = list(draft.cells)
        for column in columns:
            cell = draft.cells[column.position]
            text = _NOTHING_SAID.sub("", cell)
            if text != cell:
                draft.repaired("publication", column, cell, text)
                draft.cells[column.position] = text
        return self.read_imprints(draft, columns)

    def read_identifiers(self, draft: Draft, columns: Sequence[Column]) -> list[tuple[str, str]]:
        found = draft.values.get("identifiers", [])
        for column in columns:
            value = draft.text(column)
            if column.qualifier == "oclc":
                value = _OCLC_PREFIX.sub("", value)
            if value:
                found.append((column.qualifier, value))
        return list(dict.fromkeys(found))

    def read_subjects(self, draft: Draft, columns: Sequence[Column]) -> list[str]:
        subjects = []
        for column in columns:
            cell = draft.cells[column.position]
            is_damaged = is_faulty(cell)
            for text in cell.split("|"):
                subject = " ".join(text.split())
                if is_damaged and is_faulty(subject):
                    subject = _without_marc8(subject, column, draft)
                subjects.append(subject)
        return [subject for subject in dict.fromkeys(subjects) if subject]


def _without_marc8(subject: str, column: Column, draft: Draft) -> str:
    text = _from_marc8(subject)
    if is_faulty(text):
        reason = "It has bytes that are neither UTF-8 nor MARC-8 diacritics."
        draft.dropped("subject", column, subject, reason)
        return ""
    draft.repaired("marc-8", column, subject, text)
    return text
