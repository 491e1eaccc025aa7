"""
The catalogue of Project Gutenberg: its e-books.

https://www.gutenberg.org/ebooks/offline_catalogs.html, ``pg_catalog.csv`` (seen 2026-11). UTF-8,
comma, LF.

- Lists are separated by ``; ``. People are written as headings: ``Aesop, 621? BCE-565? BCE; Jacobs,
  Joseph, 1854-1916 [Editor]``; roles may hold commas: ``[Author of introduction, etc.]``.
- The parts of a title stand on lines of their own.
- "Type" is mostly ``Text``, or ``Sound`` for audiobooks; films and pictures are rejected.
- The year is that in which the e-book was issued, like that of any other edition.
- Bookshelves are subjects; newer ones are called ``Browsing: Fiction`` or ``Category: Novels``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from ..base import Column, Record, Row
from ..reading.described import SEMICOLON, no_book
from ..reading.draft import Draft
from ..reading.headings import HeadingSource

__all__ = ("GutenbergSource",)

_NO_BOOKS = frozenset({"Image", "MovingImage", "StillImage"})
_SHELF = re.compile(r"\A(?:Browsing|Category): ")


class GutenbergSource(HeadingSource):
    """The catalogue of Project Gutenberg."""

    name: ClassVar[str] = "gutenberg"
    title: ClassVar[str] = "Project Gutenberg catalogue"
    signature: ClassVar[frozenset[str]] = frozenset({"Text#", "Title", "Authors"})
    separators: ClassVar[Mapping[str, re.Pattern[str]]] = {"Authors": SEMICOLON}
    places: ClassVar[Mapping[str, str]] = {
        "Text#": "identifiers:gutenberg",
        "Title": "title",
        "Authors": "author",
        "Issued": "year",
        "Language": "language",
        "Subjects": "subjects",
        "Bookshelves": "subjects",
    }
    ignored: ClassVar[Mapping[str, str]] = {
        "LoCC": "books have no field for a class mark",
    }
    looked_at: ClassVar[Mapping[str, str]] = {
        "Type": "tells books from films and pictures, whose rows are rejected"
    }

    def read(self, row: Row) -> Record:
        kind = self.named.get("Type")
        if kind and row.cells[kind.position].strip() in _NO_BOOKS:
            return no_book(row, kind)
        return super().read(row)

    def read_title(self, draft: Draft, columns: Sequence[Column]) -> str:
        column = columns[0]
        cell = draft.text(column)
        if "\n" not in cell and "\r" not in cell:
            return cell
        title = _joined(cell)
        draft.repaired("lines", column, cell, title)
        return title

    def read_subjects(self, draft: Draft, columns: Sequence[Column]) -> list[str]:
        subjects = super().read_subjects(draft, columns)
        return list(dict.fromkeys(_SHELF.sub("", subject, count=1) for subject in subjects))


def _joined(title: str) -> str:
    first, *others = (" ".join(line.split()) for line in title.splitlines() if line.strip())
    for line in others:
        first += f" {line}" if first[-1] in ".,:;!?" else f": {line}"
    return first
