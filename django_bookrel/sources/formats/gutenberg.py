"""
The catalogue of Project Gutenberg: its e-books.

https://www.gutenberg.org/ebooks/offline_catalogs.html, ``pg_catalog.csv`` (seen 2026-11). UTF-8,
comma, LF.

- Lists are parted by ``; ``. People are written as headings: ``Aesop, 621? BCE-565? BCE; Jacobs,
  Joseph, 1854-1916 [Editor]``; roles may hold commas: ``[Author of introduction, etc.]``.
- The parts of a title stand on lines of their own.
- "Type" is mostly ``Text``, or ``Sound`` for audiobooks; films and pictures are rejected.
- The year is that in which the e-book was issued, like that of any other edition.
- Bookshelves are subjects; newer ones are called ``Browsing: Fiction`` or ``Category: Novels``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from ..base import Column, Issue, Record, Row
from ..reading.described import SEMICOLON, no_book
from ..reading.headings import HeadingSource
from ..reading.readers import repaired

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
    left_out: ClassVar[Mapping[str, str]] = {
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

    def _read_title(
        self,
        cells: list[str],
        columns: Sequence[Column],
        values: dict[str, Any],
        repairs: list[Issue],
    ) -> None:
        column = columns[0]
        cell = cells[column.position].strip()
        values["title"] = cell
        if "\n" in cell or "\r" in cell:
            values["title"] = _joined(cell)
            repairs.append(repaired("lines", column, cell, values["title"]))

    def _read_subjects(
        self,
        cells: list[str],
        columns: Sequence[Column],
        values: dict[str, Any],
        repairs: list[Issue],
    ) -> None:
        super()._read_subjects(cells, columns, values, repairs)
        bare = (_SHELF.sub("", subject, count=1) for subject in values["subjects"])
        values["subjects"] = list(dict.fromkeys(bare))


def _joined(title: str) -> str:
    first, *others = (" ".join(line.split()) for line in title.splitlines() if line.strip())
    for line in others:
        first += f" {line}" if first[-1] in ".,:;!?" else f": {line}"
    return first
