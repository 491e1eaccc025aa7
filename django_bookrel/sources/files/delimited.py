"""Lines to rows of cells with true line numbers; a broken row costs no other row."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from ..base import Dialect, Issue, Row
from ..limits import DEFAULT_LIMITS, Limits
from .joined import checked
from .lines import MARK, Lines
from .stray_bytes import KnownWords
from .undecodable import is_faulty, issue, visible

__all__ = ("Table",)

RECORD_LINES = 10_000
_CSV_LIMIT = 2**31 - 1
"""The most that ``csv.field_size_limit`` takes on every platform."""

_UNCLOSED = "A quote opened here is never closed."


class Table:
    """
    A delimited text: a header and, read once, the rows below it.

    Blank lines are skipped, and so is a byte order mark at the start of a row.
    A row that is undecodable, badly quoted, too short or too long has errors. Where a quote is
    opened and not closed within 10,000 lines or as many characters as a line may have, or text
    follows a closing quote, the line on which the record starts is rejected, and reading goes on
    with the next line. A limit on cells above ``csv.field_size_limit`` raises this setting of the
    process.

    :param header: for a file without one; then the first row is data.
    :param may_be_joined: rows that repeat the header have errors, or end the reading.
    :param words: tell what stray bytes mean; without them such bytes are errors.
    """

    def __init__(
        self,
        lines: Lines,
        dialect: Dialect,
        header: Sequence[str] | None = None,
        words: KnownWords | None = None,
        limits: Limits = DEFAULT_LIMITS,
        *,
        may_be_joined: bool = False,
    ) -> None:
        csv.field_size_limit(max(csv.field_size_limit(), min(limits.cell, _CSV_LIMIT)))
        self._limits = limits
        self._faults = lines.faults
        self._words = words
        self._lines = iter(lines)
        self._dialect = dialect
        self._rows = self._parsed()
        self.header_errors: Sequence[Issue] = ()
        if header is None:
            first = next(self._rows, Row(1, []))
            if dialect.delimiter.join(first.cells).lower() == f"sep={dialect.delimiter}":
                # Where Excel is told the delimiter.
                first = next(self._rows, Row(1, []))
            header, self.header_errors = first.cells, first.errors
        self.header = [cell.strip() for cell in header]
        """Cells without edge space; empty if the file is."""
        self._names = set(self.header) - {""} if may_be_joined else set()
        # Columns without a name at its end need not be there.
        self._named = len("".join("x" if name else " " for name in self.header).rstrip())

    def __iter__(self) -> Iterator[Row]:
        width, names = len(self.header), self._names
        for found in self._rows:
            row = self._repaired(found) if found.errors else found
            if row.errors:
                yield self._rejected(row)
                continue
            if len(row.cells) != width:
                if len(row.cells) == 1 and not row.cells[0].strip():
                    continue
                row = self._fitted(row)
            if row.cells[0].strip() in names and not row.errors:
                row = checked(row, self.header, names)
            yield row

    def _repaired(self, row: Row) -> Row:
        if self._words is None or any(error.kind != "decoding" for error in row.errors):
            return row
        cells = [
            self._words.repair(cell) or cell if is_faulty(cell) else cell for cell in row.cells
        ]
        repairs = [
            Issue("encoding", self._name(place), visible(cell), "", cells[place])
            for place, cell in enumerate(row.cells)
            if cells[place] != cell
        ]
        errors = row.errors if any(map(is_faulty, cells)) else ()
        return Row(row.line, cells, errors, repairs=repairs)

    def _name(self, place: int) -> str:
        return self.header[place] if place < len(self.header) else ""

    def _rejected(self, row: Row) -> Row:
        cells = [visible(cell) for cell in row.cells]
        changed = [index for index, cell in enumerate(cells) if cell != row.cells[index]]
        column = ""
        if changed and changed[0] < len(self.header) and len(cells) > 1:
            column = self.header[changed[0]]
        value = cells[changed[0]] if changed else row.cells[0]
        errors = tuple(issue(i.kind, column, value, i.message) for i in row.errors)
        if len(cells) != len(self.header) or any(i.kind != "decoding" for i in errors):
            return Row(row.line, cells, errors)
        undecoded = {index: row.cells[index] for index in changed}
        return Row(row.line, cells, errors, undecoded, row.repairs)

    def _fitted(self, row: Row) -> Row:
        cells, width = row.cells, len(self.header)
        if len(cells) > width and not any(cells[width:]):
            return row._replace(cells=cells[:width])
        if self._named <= len(cells) < width:
            return row._replace(cells=cells + [""] * (width - len(cells)))
        message = f"expected {width} cells, found {len(cells)}."
        value = self._dialect.delimiter.join(cells)
        return row._replace(errors=(issue("cells", "", value, message),))

    def _parsed(self) -> Iterator[Row]:
        number = 1
        feed = _Feed(self._lines, self._limits)
        while True:
            # strict: text after a closing quote is an error, not glued to the cell.
            reader = csv.reader(feed.record_lines(), strict=True, **_parameters(self._dialect))
            message = _UNCLOSED
            try:
                for cells in reader:
                    line, number = number, number + len(feed.held)
                    errors = self._line_errors(line, number) if self._faults else ()
                    if feed.is_long:
                        feed.is_long = False
                        if max(map(len, cells), default=0) > self._limits.cell:
                            errors = (*errors, Issue("length", "", "", self._too_long(1)))
                    feed.held.clear()
                    if any(cells) or errors:
                        yield Row(line, cells, errors)
            except csv.Error as error:
                message = self._explained(str(error), len(feed.held))
            if not feed.held:
                return
            errors = (*self._line_errors(number, number + 1), Issue("quotes", "", "", message))
            yield Row(number, [feed.give_back()], errors)
            number += 1

    def _line_errors(self, start: int, end: int) -> tuple[Issue, ...]:
        found = [self._faults.pop(line, None) for line in range(start, end)]
        return tuple(
            Issue(fault.kind, "", "", f"Line {start + index}: {fault.message}.")
            for index, fault in enumerate(found)
            if fault
        )

    def _explained(self, message: str, line_count: int) -> str:
        if message.startswith("field larger"):
            return self._too_long(line_count)
        if "expected after" in message:
            if line_count > 1:
                return "A quote opened here is closed by a later line and followed by text."
            return "Text follows a closing quote; double a quote within a quoted cell."
        return _UNCLOSED

    def _too_long(self, line_count: int) -> str:
        said = f"A cell has more characters than {self._limits.allowed('cell')}"
        return said + ("; perhaps a quote opened here is never closed." if line_count > 1 else ".")


class _Feed:
    """Lines for csv.reader, kept for as long as their record may have to be read again."""

    def __init__(self, lines: Iterator[str], limits: Limits) -> None:
        self._lines = lines
        self._most, self._long = limits.line, limits.cell
        self._again: deque[str] = deque()
        self.held: list[str] = []
        self.is_long = False
        """Whether the record is longer than one of its cells may be."""

    def record_lines(self) -> Iterator[str]:
        held, again, lines = self.held, self._again, self._lines
        most, long = self._most, self._long
        size = 0
        while (line := again.popleft() if again else next(lines, None)) is not None:
            if held:
                size += len(line)
            else:
                size = len(line)
                if line[0] == MARK:
                    # Behind an open quote it is part of a cell.
                    line = line[1:]
            held.append(line)
            if size > long:
                self.is_long = True
            if len(held) > 1 and (len(held) > RECORD_LINES or size > most):
                return
            yield line

    def give_back(self) -> str:
        first, *others = self.held
        self._again.extendleft(reversed(others))
        self.held.clear()
        return first.rstrip("\r\n")


def _parameters(dialect: Dialect) -> dict[str, Any]:
    return {
        "delimiter": dialect.delimiter,
        "quoting": csv.QUOTE_MINIMAL if dialect.quotes else csv.QUOTE_NONE,
        "escapechar": dialect.escape,
        "skipinitialspace": dialect.blanks,
    }
