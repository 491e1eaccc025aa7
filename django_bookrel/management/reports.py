"""The files that an import writes beside the database: rejected rows, and repaired cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ..outputs import Output
from ..resources.rejects import RejectsWriter
from ..resources.repairs import RepairsWriter

__all__ = ("OUTPUTS", "Reports")

OUTPUTS = ("rejects", "repairs")
"""Options that name a file for something of one FILE."""


class Reports:
    """
    The reports on one file; each is complete up to the batch of which it says so.

    :param outputs: by option, those that are wanted.
    :param header: the columns of the file.
    """

    def __init__(
        self, outputs: Mapping[str, Output], header: Sequence[str], *, spreadsheet_safe: bool
    ) -> None:
        self.outputs = list(outputs.values())
        self.rejects: Callable[[Any], None] | None = None
        self.repairs: Callable[[Any], None] | None = None
        if output := outputs.get("rejects"):
            write = RejectsWriter(output, header, spreadsheet_safe=spreadsheet_safe)
            self.rejects = partial(self._write, write, output)
        if output := outputs.get("repairs"):
            self.repairs = partial(
                self._write, RepairsWriter(output, spreadsheet_safe=spreadsheet_safe), output
            )
        for output in self.outputs:
            output.mark("line 1")

    @staticmethod
    def _write(write: Callable[[Any], None], output: Output, rows: Sequence[Any]) -> None:
        if rows:
            write(rows)
            output.mark(f"line {rows[0].line:,}")

    def check(self) -> None:
        """
        Tell whether the files have all that they should.

        :raises OutputError: one has not.
        """
        for output in self.outputs:
            output.check()
