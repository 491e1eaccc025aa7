"""Refused rows as a CSV that, once corrected, is imported like any other file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TextIO

from ..bulk import Refusal

__all__ = ("RejectsWriter", "rows_of")


class RejectsWriter:
    """
    Writes refused rows: their line and errors, then the original cells.

    An import passes over the first two columns.
    """

    def __init__(self, file: TextIO, header: Sequence[str]) -> None:
        self._writer = csv.writer(file)
        self._writer.writerow(["bookrel_line", "bookrel_error", *header])

    def __call__(self, refusals: list[Refusal]) -> None:
        """Write the rows of a chunk's refusals, each once."""
        for line, cells, reasons in rows_of(refusals):
            self._writer.writerow([line, reasons, *cells])


def rows_of(refusals: Iterable[Refusal]) -> Iterator[tuple[int, Sequence[str], str]]:
    """Yield line, original cells and all reasons of each refused row; ``refusals`` are by line."""
    for line, found in groupby(refusals, key=lambda refusal: refusal.line):
        same = list(found)
        cells = same[0].record.raw if same[0].record is not None else []
        yield line, cells, "; ".join(map(_said, same))


def _said(refusal: Refusal) -> str:
    return f"{refusal.column}: {refusal.reason}" if refusal.column else refusal.reason
