"""
The library export of The StoryGraph: a reader's own books.

https://app.thestorygraph.com/user-export, "Manage Account" (seen 2026-11). UTF-8, comma, LF.

- Authors are separated by commas, and so are contributors, whose role follows in brackets:
  ``Ida Holm (Translator), Bo Berg``. Roles that we do not have come in as contributors.
- "ISBN/UID" holds an ISBN, an ASIN, a number of The StoryGraph's own, or nothing.
- There is neither publisher, year nor language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from ...showing import short
from ..base import Column
from ..reading.described import COMMA, DescribedSource
from ..reading.draft import Draft
from ..reading.mapped import People

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
    ignored: ClassVar[Mapping[str, str]] = {
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

    def read_isbn(self, draft: Draft, columns: Sequence[Column]) -> str:
        cell = draft.text(columns[0])
        is_short = len(cell) <= _LONGEST_NUMBER and _NUMBER.fullmatch(cell)
        if not is_short or "identifiers" not in self.known:
            return super().read_isbn(draft, columns)
        # Nothing has taken zeros off it.
        draft.values["identifiers"] = [(self.own_numbers, cell)]
        return ""

    def read_people(self, draft: Draft, column: Column) -> People:
        people = super().read_people(draft, column)
        if column.name != "Contributors" or ")" not in draft.cells[column.position]:
            return people
        return [(_without_unknown_role(name, column, draft), role) for name, role in people]


def _without_unknown_role(name: str, column: Column, draft: Draft) -> str:
    match = _BRACKETED_ROLE.fullmatch(name)
    if match is None:
        return name
    draft.dropped("role", column, name, f'Unknown role "{short(match[2])}".')
    return match[1]
