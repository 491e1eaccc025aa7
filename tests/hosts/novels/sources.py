"""Formats of the host's own systems."""

from __future__ import annotations

from collections.abc import Sequence

from django_bookrel.sources.formats import (
    PIPE,
    Column,
    DescribedSource,
    Dialect,
    Draft,
    Record,
    Row,
    rejected,
)

OURS = {"ger": "de", "klingon": "tlh"}


class OurILS(DescribedSource):
    """The list of our library system: semicolons, Windows-1252, authors surname first."""

    name = "our_ils"
    title = "list of our library system"
    encoding = "cp1252"
    dialects = (Dialect(";"),)
    signature = frozenset({"BIBNO", "TTL"})
    separators = {"AUT": PIPE}
    places = {
        "BIBNO": "identifiers:our-ils",
        "TTL": "title",
        "AUT": "author",
        "YR": "year",
        "LNG": "language",
    }
    ignored = {"LOC": "shelf of the copy"}
    looked_at = {"STAT": "withdrawn titles are rejected"}

    def read(self, row: Row) -> Record:
        status = self.named.get("STAT")
        if status and row.cells[status.position] == "W":
            return rejected(row, "withdrawn", status, "The title is withdrawn.")
        return super().read(row)

    def read_language(self, draft: Draft, columns: Sequence[Column]) -> str:
        return OURS.get(draft.text(columns[0])) or super().read_language(draft, columns)


class TakenName(OurILS):
    """It has the name of a format of the package."""

    name = "goodreads"


class SameName(OurILS):
    """It has the name of another format of the host."""


class LongName(OurILS):
    """Its name is a path."""

    name = "our.ils"


class Nameless(DescribedSource):
    """It has neither name nor columns."""

    title = "list"


class Later(OurILS):
    """A newer form of the same list, which has the same columns."""

    name = "our_ils_2"
    signature = OurILS.signature | {"YR"}


NO_CLASS = "our_ils"
