from __future__ import annotations

from collections.abc import Sequence

from django_bookrel.sources import formats


class OurILS(formats.DescribedSource):
    """The nightly list of our library system."""

    name = "our_ils"
    title = "list of our library system"
    dialects = (formats.Dialect(";"),)
    encoding = "cp1252"
    signature = frozenset({"BIBNO", "TTL"})
    places = {
        "BIBNO": "identifiers:our-ils",
        "TTL": "title",
        "AUT": "author",
        "YR": "year",
        "LNG": "language",
    }
    separators = {"AUT": formats.PIPE}
    ignored = {"LOC": "shelf of the copy"}
    looked_at = {"STAT": "withdrawn titles are rejected"}

    def read(self, row: formats.Row) -> formats.Record:
        status = self.named.get("STAT")
        if status and row.cells[status.position] == "W":
            return formats.rejected(row, "withdrawn", status, "The title is withdrawn.")
        return super().read(row)

    def read_language(self, draft: formats.Draft, columns: Sequence[formats.Column]) -> str:
        if draft.text(columns[0]) == "platt":
            return "nds"
        return super().read_language(draft, columns)
