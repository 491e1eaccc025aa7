"""
The first sheet of an XLSX workbook as a table.

A workbook is a container like gzip: its rows go through the same recognition as a text's.

- Text cells stay as they are; whole numbers come without a point, dates as ``2008-05-01``, truth as
  ``TRUE`` or ``FALSE``.
- A formula is what it had come to when the workbook was saved; empty if no spreadsheet has ever
  computed it.
- A cell that holds no such value rejects its row.
- Rows are read one by one; the texts that cells share are held in memory, up to a limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from ...exceptions import UnreadableFile
from ..base import Issue, Row
from ..limits import DEFAULT_LIMITS, Limits
from .serials import iso_text, number_text, serial_text, truth_text
from .sheets import Cell, SheetRow, column_letters, open_sheet
from .undecodable import issue, visible

__all__ = ("Workbook", "is_workbook")

_START = b"PK\x03\x04"
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
"""A character of a text that XML cannot hold, or an underscore that begins what looks like one."""

_SMALL = 10_000_000
"""Characters that cells may share whatever the size of the workbook."""


def is_workbook(start: bytes) -> bool:
    """Tell by the first bytes whether a file may be a workbook."""
    return start.startswith(_START)


class Workbook:
    """
    A header and, read once, the rows below it; line numbers are those of the sheet.

    Rows and columns without any content are skipped. A row that goes on beyond the header, is over
    a limit or has a cell that cannot be read has errors.

    :param file: one that can seek; it stays open.
    :param header: for a sheet without one; then the first row is data.
    :raises UnreadableFile: it is no workbook, is damaged, or over a limit, also while it is read.
    """

    def __init__(
        self,
        file: BinaryIO,
        header: Sequence[str] | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._limits = limits
        self._sheet = open_sheet(file, limits)
        self._most_shared = max(_SMALL, limits.ratio * self._sheet.size)
        self._shared = 0
        self._texts: dict[str, Callable[[Cell], str]] = {
            "s": self._shared_text,
            "n": self._number_text,
            "b": lambda cell: truth_text(cell.text),
            "d": lambda cell: iso_text(cell.text),
        }
        """What reads the kinds of cells that are not texts themselves."""
        self._rows = self._read()
        self.header_errors: Sequence[Issue] = ()
        if header is None:
            first = next(self._rows, Row(1, []))
            header, self.header_errors = first.cells, first.errors
        self.header = [cell.strip() for cell in header]
        """Cells without edge space; empty if the sheet is."""

    def __iter__(self) -> Iterator[Row]:
        width = len(self.header)
        for row in self._rows:
            cells = row.cells
            if len(cells) < width:
                cells += [""] * (width - len(cells))
            elif len(cells) > width:
                message = f"expected {width} cells, found {len(cells)}."
                value = visible(", ".join(cells[:width]))
                row = row._replace(errors=(issue("cells", "", value, message), *row.errors))
            yield row

    def _read(self) -> Iterator[Row]:
        for row in self._sheet.rows:
            cells, errors = self._cells(row)
            while cells and not cells[-1].strip():
                cells.pop()
            if cells or errors:
                yield Row(row.number, cells or [""], errors)

    def _cells(self, row: SheetRow) -> tuple[list[str], list[Issue]]:
        errors = [issue("workbook", "", "", f"Row {row.number}: {row.fault}")] if row.fault else []
        cells = [""] * (max(row.cells, default=0) + 1)
        room = self._limits.line
        for column, cell in row.cells.items():
            try:
                read = self._texts.get(cell.kind)
                text = cells[column] = read(cell) if read else _unescaped(cell.text)
            except ValueError as error:
                cells[column] = cell.text
                where = f"{column_letters(column)}{row.number}"
                message = f"Cell {where}: “{visible(cell.text[:80])}” {error}."
                errors.append(issue("workbook", "", cell.text, message))
                continue
            room -= len(text)
            if room < 0:
                said = f"has more characters than {self._limits.allowed('line')}"
                errors.append(issue("workbook", "", "", f"Row {row.number} {said}."))
                break
        return cells, errors

    def _shared_text(self, cell: Cell) -> str:
        texts = self._sheet.texts
        index = int(cell.text) if cell.text.isdecimal() and len(cell.text) < 20 else -1
        if not 0 <= index < len(texts):
            raise ValueError(f"is not the number of one of its {len(texts):,} shared texts")
        if index in texts.too_long:
            raise ValueError(
                "is the number of a shared text that has more characters than "
                f"{self._limits.allowed('cell')}"
            )
        text = texts[index]
        self._shared += len(text)
        if self._shared > self._most_shared:
            raise UnreadableFile(
                f"the cells share {self._shared:,} characters or more, which is more times the "
                f"size of the workbook than {self._limits.allowed('ratio')}."
            )
        return _unescaped(text)

    def _number_text(self, cell: Cell) -> str:
        duration = self._sheet.dates.get(cell.style)
        if duration is None:
            return number_text(cell.text)
        return serial_text(cell.text, duration=duration, from_1904=self._sheet.from_1904)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return match[0] if "\ud800" <= character <= "\udfff" else character
