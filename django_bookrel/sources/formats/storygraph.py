"""
The library export of The StoryGraph: a reader's own books.

https://app.thestorygraph.com/user-export, "Manage Account" (seen 2026-11). UTF-8, comma, LF.

- Authors are parted by commas, and so are contributors, whose role follows in brackets:
  ``Ida Holm (Translator), Bo Berg``. Roles that we do not have come in as contributors.
- "ISBN/UID" holds an ISBN, an ASIN, a number of The StoryGraph's own, or nothing.
- There is neither publisher, year nor language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from ..base import Column, Issue
from ..reading.described import COMMA, DescribedSource
from ..reading.readers import left_out

__all__ = ("StoryGraphSource",)

_READING = "about a reader, not the book"
_BRACKETED_ROLE = re.compile(r"(.*\S) \(([^()]+)\)")
_NUMBER = re.compile("[0-9]+")
_LONGEST_NUMBER = 8


class StoryGraphSource(DescribedSource):
    """A StoryGraph library export."""

    name: ClassVar[str] = "storygraph"
    title: ClassVar[str] = "StoryGraph library export"
    signature: ClassVar[frozenset[str]] = frozenset({"Title", "Authors", "ISBN/UID"})
    separators: ClassVar[Mapping[str, re.Pattern[str]]] = {"Authors": COMMA, "Contributors": COMMA}
    own_numbers: ClassVar[str] = "storygraph"
    places: ClassVar[Mapping[str, str]] = {
        "Title": "title",
        "Authors": "author",
        "Contributors": "contributors",
        "ISBN/UID": "isbn",
    }
    left_out: ClassVar[Mapping[str, str]] = {
        "Format": "books have no field for it",
        **dict.fromkeys(
            (
                "Read Status",
                "Date Added",
                "Last Date Read",
                "Dates Read",
                "Read Count",
                "Moods",
                "Pace",
                "Character- or Plot-Driven?",
                "Strong Character Development?",
                "Loveable Characters?",
                "Diverse Characters?",
                "Flawed Characters?",
                "Star Rating",
                "Review",
                "Content Warnings",
                "Content Warning Description",
                "Tags",
                "Owned?",
            ),
            _READING,
        ),
    }

    def _read_isbn(
        self,
        cells: list[str],
        columns: Sequence[Column],
        values: dict[str, Any],
        repairs: list[Issue],
    ) -> None:
        cell = cells[columns[0].position].strip()
        if self._keeps_identifiers and len(cell) <= _LONGEST_NUMBER and _NUMBER.fullmatch(cell):
            # Nothing has taken zeros off it.
            values["isbn"] = ""
            values["identifiers"] = [(self.own_numbers, cell)]
        else:
            super()._read_isbn(cells, columns, values, repairs)

    def _people(
        self, cells: list[str], column: Column, repairs: list[Issue]
    ) -> list[tuple[str, str | None]]:
        people = super()._people(cells, column, repairs)
        if column.name != "Contributors" or ")" not in cells[column.position]:
            return people
        return [(_without_unknown_role(name, column, repairs), role) for name, role in people]


def _without_unknown_role(name: str, column: Column, repairs: list[Issue]) -> str:
    match = _BRACKETED_ROLE.fullmatch(name)
    if match is None:
        return name
    repairs.append(left_out("role", column, name, f'There is no role "{match[2]}".'))
    return match[1]
