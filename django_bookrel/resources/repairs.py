"""What was repaired in the cells of a file, as a CSV for people."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import partial
from typing import NamedTuple, TextIO

from ..outputs import Output
from ..showing import shown
from ..sources import Issue, Record
from ..sources.reading.notation import guard_cell

__all__ = ("Repair", "RepairsWriter", "repairs_of")


class Repair(NamedTuple):
    """A cell that was repaired, or dropped because it could not be."""

    line: int
    """Line of the file on which the record starts, from 1."""
    column: str
    """Name of the file's column."""
    kind: str
    """As the summary counts it."""
    value: str
    """What came."""
    result: str | None
    """What it was read as; None if the cell was dropped."""
    reason: str
    """Why it was dropped, or what of it was not read; a sentence, or empty."""


def repairs_of(records: Iterable[Record]) -> list[Repair]:
    """List the repairs of records, in their order."""
    return [_repair(record.line, issue) for record in records for issue in record.repairs]


def _repair(line: int, issue: Issue) -> Repair:
    return Repair(line, issue.column, issue.kind, issue.value, issue.result, issue.message)


class RepairsWriter:
    """
    Writes repaired cells.

    :param spreadsheet_safe: guard texts that a spreadsheet would take for formulas.
    """

    def __init__(self, file: TextIO | Output, *, spreadsheet_safe: bool = True) -> None:
        self._guard = partial(guard_cell, spreadsheet=spreadsheet_safe)
        self._writer = csv.writer(file)
        self._writer.writerow(["line", "column", "kind", "value", "read_as", "reason"])

    def __call__(self, repairs: Iterable[Repair]) -> None:
        """Write the repairs of a batch."""
        for line, *texts, reason in repairs:
            texts.append(shown(reason))
            self._writer.writerow([line, *(self._guard(text or "") for text in texts)])
