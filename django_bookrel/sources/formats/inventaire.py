"""
The export of an Inventaire inventory.

https://inventaire.io/settings/data, "Export inventory"; its columns are written by
https://github.com/inventaire/inventaire, ``server/controllers/items/lib/export`` (seen 2026-11).
UTF-8, comma, LF, labels in the user's language.

- People, series, genres and subjects are lists of addresses and, beside them, lists of labels, both
  with commas between. A label may have commas of its own: a cell is split where it has as many
  labels as there are addresses, and is one label otherwise.
- "Works Series ordinals" joins the numbers of several works by ``-``: ``1-3`` is a book of three.
- The address of an edition ends in its ISBN, in ``inv:`` and a number of Inventaire's, or, where an
  item is of no certain edition, in the Wikidata number of the work.
- A line break in "Item details" may lack quotes; such a row is rejected in two pieces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from ..base import Column
from ..reading.described import DescribedSource
from ..reading.draft import Draft
from ..reading.mapped import People

__all__ = ("InventaireSource",)

_COPY = "about a reader's copy"
_WORK = "about the work, not this edition"
_NUMBER = re.compile(r"\d+(?:\.\d+)?[a-z]?(?:-\d+(?:\.\d+)?[a-z]?)*")


class InventaireSource(DescribedSource):
    """An export of an Inventaire inventory."""

    name: ClassVar[str] = "inventaire"
    title: ClassVar[str] = "Inventaire export"
    signature: ClassVar[frozenset[str]] = frozenset({"Edition title", "Authors labels"})
    places: ClassVar[Mapping[str, str]] = {
        "Edition title": "title",
        "Edition subtitle": "title:subtitle",
        "Authors labels": "author",
        "Translators labels": "contributors:translator",
        "Edition ISBN-13": "isbn",
        "Edition ISBN-10": "isbn",
        "Publisher label": "publishers",
        "Edition publication date": "year",
        "Edition language": "language",
        "Edition number of pages": "pages",
        "Series labels": "series",
        "Works Series ordinals": "series:number",
        "Genres labels": "subjects",
        "Subjects labels": "subjects",
        "Edition URL": "identifiers:inventaire",
    }
    looked_at: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("Authors URLs", "Translators URLs", "Series URLs", "Genres URLs", "Subjects URLs"),
        "tells where the labels beside it are split",
    )
    ignored: ClassVar[Mapping[str, str]] = {
        "Publisher URLs": "publishers have no field for it",
        "Works URLs": _WORK,
        "Works labels": _WORK,
        "Original language": _WORK,
        "Edition cover": "books have no field for it",
        **dict.fromkeys(
            (
                "Item URL",
                "Item details",
                "Item notes",
                "Item visibility",
                "Item transaction",
                "Item created",
                "Shelves",
            ),
            _COPY,
        ),
    }

    def _labels(self, draft: Draft, column: Column) -> list[str]:
        text = " ".join(draft.text(column).split())
        addresses = self.named.get(column.name.replace("labels", "URLs"))
        if "," not in text or addresses is None:
            return [text] if text else []
        labels = text.split(", ")
        if len(labels) != len(draft.cells[addresses.position].split(",")):
            return [text]
        return [label for label in dict.fromkeys(labels) if label]

    def read_people(self, draft: Draft, column: Column) -> People:
        return [(name, None) for name in self._labels(draft, column)]

    def read_subjects(self, draft: Draft, columns: Sequence[Column]) -> list[str]:
        labels = (label for column in columns for label in self._labels(draft, column))
        return list(dict.fromkeys(labels))

    def read_series(self, draft: Draft, columns: Sequence[Column]) -> list[tuple[str, str]]:
        names: list[str] = []
        number = ""
        for column in columns:
            if not column.qualifier:
                names += self._labels(draft, column)
        for column in columns:
            cell = draft.text(column)
            if not column.qualifier or not cell.strip("-"):
                continue
            if len(names) == 1 and _NUMBER.fullmatch(cell):
                number = cell
            else:
                reason = (
                    "The series it belongs to is uncertain."
                    if names[1:]
                    else "It is not a single number."
                )
                draft.dropped("series-number", column, cell, reason)
        return [(name, number) for name in names]

    def read_identifiers(self, draft: Draft, columns: Sequence[Column]) -> list[tuple[str, str]]:
        found = draft.values.get("identifiers", [])
        for column in columns:
            value = draft.text(column).rpartition("/")[2]
            if value.startswith("wd:"):
                found.append(("wikidata", value.removeprefix("wd:")))
            elif value and not value.startswith("isbn:"):
                found.append((column.qualifier, value))
        return list(dict.fromkeys(found))
