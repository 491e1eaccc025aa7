"""
The export of a Babelio library.

https://www.babelio.com/export.php, "Exporter ma bibliothèque" (seen 2026-11). Semicolon, CRLF,
Windows-1252; the header is quoted, the rows need not be.

- A header names "Date d`entrée dans Babelio", with a back-tick.
- Authors stand surname first without a comma ("Berg Jonas"). Where the surname ends is not certain,
  so they are kept as they are.
- In place of an ISBN there may be 978 and an ASIN, or a number of Babelio's own ("SIE108_14").
- Dates are ``2010-05-12`` or ``12/05/2010``; ``0000-00-00`` is none, ``1989-00-00`` a year.
- Volumes are titled "Series, tome 3 : Title": the series is taken from there, and the title kept.
- The semicolon of a character reference becomes a comma: ``&#268,``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from ..base import Column, Dialect, Issue
from ..reading.described import SINGLE, DescribedSource
from ..reading.readers import read_plain, repaired

__all__ = ("BabelioSource",)

_READING = "about a reader, not the book"
_VOLUME = re.compile(r"(.+?)\s*[,:-]\s*tome\s+(\d+(?:[.,]\d+)?)(?:\s*[:,-]\s.*)?", re.IGNORECASE)
_LONGEST_TITLE = 500
_REFERENCE = re.compile(r"(&#\d{2,6}),")


class BabelioSource(DescribedSource):
    """An export of a Babelio library."""

    name: ClassVar[str] = "babelio"
    title: ClassVar[str] = "Babelio library export"
    dialects: ClassVar[Sequence[Dialect]] = (Dialect(";"),)
    encoding: ClassVar[str] = "cp1252"
    signature: ClassVar[frozenset[str]] = frozenset({"Titre", "Auteur"})
    separators: ClassVar[Mapping[str, re.Pattern[str]]] = {"Auteur": SINGLE}
    own_numbers: ClassVar[str] = "babelio"
    places: ClassVar[Mapping[str, str]] = {
        "ISBN": "isbn",
        "Titre": "title",
        "Auteur": "author",
        "Editeur": "publishers",
        "Date de publication": "year",
    }
    left_out: ClassVar[Mapping[str, str]] = {
        "Date d`entrée dans Babelio": _READING,
        "Date d'entrée dans Babelio": _READING,
        "Statut": _READING,
        "Note": _READING,
    }

    @classmethod
    def identify(cls, header: Sequence[str], fields: Collection[str]) -> int:
        own = any(name.endswith("dans Babelio") for name in header)
        return super().identify(header, fields) if own else 0

    def _without_entities(self, cells: list[str], repairs: list[Issue]) -> list[str]:
        return super()._without_entities([_REFERENCE.sub(r"\1;", cell) for cell in cells], repairs)

    def _read_title(
        self,
        cells: list[str],
        columns: Sequence[Column],
        values: dict[str, Any],
        repairs: list[Issue],
    ) -> None:
        read_plain(cells, columns, values, repairs)
        title = values["title"]
        if not self._titles or "tome " not in title.lower() or len(title) > _LONGEST_TITLE:
            return
        if volume := _VOLUME.fullmatch(title):
            name, number = volume.groups()
            values["series"] = [(name, number)]
            repairs.append(repaired("series-in-title", columns[0], title, f"{name} #{number}"))
