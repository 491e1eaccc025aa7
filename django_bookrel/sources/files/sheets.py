"""
The first sheet of a workbook as a stream of rows of cells; nothing grows with it.

SpreadsheetML, ECMA-376 part 1, 18. openpyxl and the other libraries build trees or lists of what a
part holds, whatever its size, and end at the first cell that is wrong; so this reader is our own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import BinaryIO, NamedTuple

from ...exceptions import UnreadableFile
from ..limits import Limits
from .package import Package, damaged
from .serials import date_styles
from .shared_texts import KNOWN, SharedTexts, TextReader, TextsReader

__all__ = ("Cell", "Sheet", "SheetRow", "column_letters", "open_sheet")

_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
"""As many as a sheet can have: https://support.microsoft.com/office/1672b34d (seen 2026-11)."""

_MOST_STYLES = 65_536
_LONGEST_FORMAT = 255
_NO_TABLE = "the file is a document, or a zip file within another, not a table."
_DIGITS = "0123456789"


class Cell(NamedTuple):
    """A cell that is not empty, as the sheet has it."""

    kind: str
    """"n", "s", "b", "d", "e", "str" or "inlineStr"; 18.18.11."""
    style: str
    text: str


class SheetRow(NamedTuple):
    """A row that is not empty."""

    number: int
    cells: dict[int, Cell]
    """By column, from 0."""
    fault: str = ""
    """Why some cells are missing, as a sentence; "" if none are."""


class Sheet(NamedTuple):
    """A sheet to be read once, and what its cells refer to."""

    rows: Iterator[SheetRow]
    texts: SharedTexts
    dates: Mapping[str, bool]
    """Style to whether it makes a duration of a number; the others of these make a date."""
    from_1904: bool
    size: int
    """Bytes of the workbook as it lies on disk."""


def open_sheet(file: BinaryIO, limits: Limits) -> Sheet:
    """
    Open the first sheet of a workbook.

    :param file: one that can seek.
    :raises UnreadableFile: it is no workbook, is damaged, or over a limit, also while it is read.
    """
    package = Package(file, limits)
    [(_, main), *_] = package.related("", "officeDocument") or [("", "xl/workbook.xml")]
    book = _Book(limits)
    package.read(main, book)
    parts = dict(package.related(main, "worksheet"))
    part = next((parts[key] for key in book.sheets if key in parts), None)
    if part is None:
        raise UnreadableFile(_NO_TABLE)
    texts = TextsReader(limits)
    for _, shared in package.related(main, "sharedStrings"):
        for _ in package.stream(shared, texts):
            pass
    styles = _Styles()
    for _, styled in package.related(main, "styles"):
        package.read(styled, styles)
    dates = date_styles(styles.formats, styles.used)
    return Sheet(_rows(package, part), texts.found, dates, book.from_1904, package.size)


def _rows(package: Package, part: str) -> Iterator[SheetRow]:
    rows = _Rows(package.limits)
    stream = package.stream(part, rows)
    try:
        for _ in stream:
            while rows.found:
                yield rows.found.popleft()
    except UnreadableFile:
        # Those before the fault are good.
        yield from rows.found
        raise
    yield from rows.found


class _Book:
    def __init__(self, limits: Limits) -> None:
        self.sheets: list[str] = []
        self.from_1904 = False
        self._limits = limits

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        kind = KNOWN.get(name)
        if kind == "workbookPr":
            self.from_1904 = attributes.get("date1904") in ("1", "true", "on")
        elif kind == "sheet" and len(self.sheets) < self._limits.members:
            self.sheets += [key for name, key in attributes.items() if name.endswith(" id")][:1]

    def end(self, name: str) -> None: ...
    def text(self, text: str) -> None: ...


class _Styles:
    def __init__(self) -> None:
        self.formats: dict[str, str] = {}
        self.used: list[str] = []
        """The formats of the styles of cells, in their order."""
        self._within = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        kind = KNOWN.get(name)
        if kind == "numFmt" and len(self.formats) < _MOST_STYLES:
            code = attributes.get("formatCode", "")
            self.formats[attributes.get("numFmtId", "")] = code[:_LONGEST_FORMAT]
        elif kind == "cellXfs":
            self._within = True
        elif kind == "xf" and self._within and len(self.used) < _MOST_STYLES:
            self.used.append(attributes.get("numFmtId", ""))

    def end(self, name: str) -> None:
        if KNOWN.get(name) == "cellXfs":
            self._within = False

    def text(self, text: str) -> None: ...


class _Rows(TextReader):
    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.found: deque[SheetRow] = deque()
        self._columns: dict[str, int] = {}
        self._number = self._count = 0
        self._begin_row()

    def _begin_row(self) -> None:
        self._cells: dict[int, Cell] = {}
        self._column = -1
        self._cell_count = 0
        self._row_room = self.limits.line
        self._fault = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        kind = KNOWN.get(name)
        if kind == "c":
            self._place(attributes.get("r"))
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
            self.pieces, self.room = [], min(self.limits.cell, self._row_room)
        elif kind == "v":
            self.collects = self._kind != "inlineStr"
        elif kind == "t":
            self.collects = self._kind == "inlineStr" and not self.phonetic
        elif kind == "rPh":
            self.phonetic = True
        elif kind == "row":
            self._begin_row()
            self._check_number(attributes.get("r"))

    def end(self, name: str) -> None:
        kind = KNOWN.get(name)
        if kind in ("v", "t"):
            self.collects = False
        elif kind == "c":
            if self.pieces:
                self._keep("".join(self.pieces))
            elif self.room < 0:
                self._keep("")
        elif kind == "rPh":
            self.phonetic = False
        elif kind == "row" and (self._cells or self._fault):
            self.found.append(SheetRow(self._number, self._cells, self._fault))

    def _keep(self, text: str) -> None:
        if self.room < 0:
            limit = "cell" if self._row_room > self.limits.cell else "line"
            what = "A cell" if limit == "cell" else "The row"
            self._wrong(f"{what} has more characters than {self.limits.allowed(limit)}.")
        elif self._column in self._cells:
            self._wrong(f"It has two cells in column {column_letters(self._column)}.")
        elif self._column >= 0:
            self._row_room -= len(text)
            self._cells[self._column] = Cell(self._kind, self._style, text)

    def _wrong(self, fault: str) -> None:
        self._fault = self._fault or fault

    def _place(self, reference: str | None) -> None:
        self._cell_count += 1
        if reference is None:
            self._column += 1
        else:
            letters = reference.rstrip(_DIGITS)
            column = self._columns.get(letters)
            if column is None:
                column = self._column_of(letters)
            self._column = column
        if self._cell_count > _MOST_COLUMNS or self._column >= _MOST_COLUMNS:
            self._wrong(f"It has more than {_MOST_COLUMNS:,} cells, the most of a sheet.")
            self._column = -1

    def _column_of(self, letters: str) -> int:
        column = 0
        for letter in letters if len(letters) <= 3 else "":
            column = column * 26 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ".find(letter.upper()) + 1
        if not (letters.isalpha() and letters.isascii() and column):
            self._wrong("A cell does not say in which column it is.")
            return -1
        self._columns[letters] = column - 1
        return column - 1

    def _check_number(self, said: str | None) -> None:
        before, self._count = self._number, self._count + 1
        if said is None:
            self._number += 1
        elif len(said) < 20 and said.isdecimal():
            self._number = int(said)
        else:
            raise damaged(f"a row has the number “{said[:20]}”")
        if max(self._number, self._count) > _MOST_ROWS:
            raise damaged(f"it has more than {_MOST_ROWS:,} rows, the most of a sheet")
        if self._number <= before:
            raise damaged(f"row {self._number:,} comes after row {before:,}")


def column_letters(column: int) -> str:
    """Write the name of a column: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
