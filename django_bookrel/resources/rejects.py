"""Rejected rows as a CSV that, once corrected, is imported like any other file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import TextIO

from ..bulk import Rejection
from ..outputs import Output
from ..showing import short, shown
from ..sources.base import REJECT_COLUMNS
from ..sources.reading.notation import guard_cell

__all__ = ("RejectsWriter", "rows_of")


class RejectsWriter:
    """
    Writes rejected rows: their line and errors, then the original cells.

    An import ignores the first two columns, by which it knows that the others are guarded, and
    takes the guards off.

    :param spreadsheet_safe: guard texts that a spreadsheet would take for formulas; otherwise only
        those that look guarded already.
    """

    def __init__(
        self, file: TextIO | Output, header: Sequence[str], *, spreadsheet_safe: bool = True
    ) -> None:
        self._guard = partial(guard_cell, spreadsheet=spreadsheet_safe)
        self._writer = csv.writer(file)
        # A file of rejected rows has these columns already, about an earlier import.
        self._header = list(header)
        self._places = [i for i, name in enumerate(header) if name not in REJECT_COLUMNS]
        self._write("bookrel_line", "bookrel_error", self._header)

    def __call__(self, rejections: list[Rejection]) -> None:
        """Write the rows of a batch's rejections, each once."""
        for line, cells, reasons in rows_of(rejections):
            self._write(line, self._guard(reasons), cells)

    def _write(self, line: object, reasons: str, cells: Sequence[str]) -> None:
        if len(cells) == len(self._header):
            cells = [cells[place] for place in self._places]
        self._writer.writerow([line, reasons, *map(self._guard, cells)])


def rows_of(rejections: Iterable[Rejection]) -> Iterator[tuple[int, Sequence[str], str]]:
    """Yield line, original cells and all reasons of each rejected row, in order of lines."""
    for line, found in groupby(rejections, key=lambda rejection: rejection.line):
        same = list(found)
        yield line, same[0].cells, "; ".join(map(_said, same))


def _said(rejection: Rejection) -> str:
    column = f"{short(rejection.column)}: " if rejection.column else ""
    return shown(column + rejection.reason)
