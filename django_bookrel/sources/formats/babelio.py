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
from typing import ClassVar

from ..base import Column, Dialect
from ..reading.described import SINGLE, DescribedSource
from ..reading.draft import Draft

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
    ignored: ClassVar[Mapping[str, str]] = {
        "Date d`entrée dans Babelio": _READING,
        "Date d'entrée dans Babelio": _READING,
        "Statut": _READING,
        "Note": _READING,
    }

    @classmethod
    def identify(cls, header: Sequence[str], fields: Collection[str]) -> int:
        own = any(name.endswith("dans Babelio") for name in header)
        return super().identify(header, fields) if own else 0

    def repair_entities(self, text: str) -> str:
        return super().repair_entities(_REFERENCE.sub(r"\1;", text))

    def read_title(self, draft: Draft, columns: Sequence[Column]) -> str:
        title = self.read_plain(draft, columns)
        may_have = "series" in self.known and "tome " in title.lower()
        if may_have and len(title) <= _LONGEST_TITLE and (volume := _VOLUME.fullmatch(title)):
            name, number = volume.groups()
            draft.values["series"] = [(name, number)]
            draft.repaired("series-in-title", columns[0], title, f"{name} #{number}")
        return title
