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

from .base import Column, Issue
from .described import COMMA, DescribedSource
from .readers import left_out

__all__ = ("StoryGraphSource",)

_READING = "about a reader, not the book"


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

    def _read_contributors(
        self,
        cells: list[str],
        columns: Sequence[Column],
        values: dict[str, Any],
        repairs: list[Issue],
    ) -> None:
        super()._read_contributors(cells, columns, values, repairs)
        people = values["contributors"]
        for index, (name, role) in enumerate(people):
            if name.endswith(")"):
                # What is left in brackets is a role that there is no word for here.
                person, _, unknown = name[:-1].rpartition(" (")
                people[index] = person, role
                reason = f'There is no role "{unknown}".'
                repairs.append(left_out("role", columns[0], name, reason))
