"""Rejected rows as a CSV that, once corrected, is imported like any other file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TextIO

from ..bulk import Rejection
from ..outputs import Output
from ..showing import shown

__all__ = ("RejectsWriter", "rows_of")


class RejectsWriter:
    """
    Writes rejected rows: their line and errors, then the original cells.

    An import ignores the first two columns.
    """

    def __init__(self, file: TextIO | Output, header: Sequence[str]) -> None:
        self._writer = csv.writer(file)
        self._writer.writerow(["bookrel_line", "bookrel_error", *header])

    def __call__(self, rejections: list[Rejection]) -> None:
        """Write the rows of a batch's rejections, each once."""
        for line, cells, reasons in rows_of(rejections):
            self._writer.writerow([line, shown(reasons), *cells])


def rows_of(rejections: Iterable[Rejection]) -> Iterator[tuple[int, Sequence[str], str]]:
    """Yield line, original cells and all reasons of each rejected row, in order of lines."""
    for line, found in groupby(rejections, key=lambda rejection: rejection.line):
        same = list(found)
        yield line, same[0].cells, "; ".join(map(_said, same))


def _said(rejection: Rejection) -> str:
    return f"{rejection.column}: {rejection.reason}" if rejection.column else rejection.reason
