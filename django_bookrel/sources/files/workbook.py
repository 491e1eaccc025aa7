"""
The first sheet of an XLSX workbook as a table, by openpyxl (extra ``xlsx``).

A workbook is a container like gzip: its rows go through the same recognition as a text's. Office
Open XML, https://ecma-international.org/publications-and-standards/standards/ecma-376/ (seen
2026-11).

- Text cells stay as they are; whole numbers come without a point, dates as ``2008-05-01``, truth as
  ``TRUE`` or ``FALSE``.
- A formula is what it had come to when the workbook was saved; empty if no spreadsheet has ever
  computed it.
- Rows are read one by one; the texts that cells share are held in memory, and may unpack to 256
  MiB at most.
"""

from __future__ import annotations

import datetime
import re
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from ...exceptions import MissingPackage, UnreadableFile
from ..base import Issue, Row
from .undecodable import issue, visible

__all__ = ("Workbook", "is_workbook")

MAX_SHEET = 2_000_000_000
"""Bytes that the sheets may unpack to; a full one of a million rows and 20 columns has half."""

MAX_OTHER = 2**28
"""Bytes that everything else may unpack to; it is held in memory."""

_MAX_ROWS = 1_048_576
"""As many as a sheet can have."""

_START = b"PK\x03\x04"
_SHEETS = "xl/worksheets/"
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
"""A character of a text that XML cannot hold, or an underscore that begins what looks like one."""

_MIDNIGHT = datetime.time()
_WHOLE_FLOATS = 10**15
"""Below it a float says each of its digits."""


def is_workbook(start: bytes) -> bool:
    """Tell by the first bytes whether a file may be a workbook."""
    return start.startswith(_START)


class Workbook:
    """
    A header and, read once, the rows below it; line numbers are those of the sheet.

    Rows and columns without any content are skipped. A row that goes on beyond the header has
    errors.

    :param file: one that can seek; it stays open.
    :param header: for a sheet without one; then the first row is data.
    :raises MissingPackage: openpyxl is not installed.
    :raises UnreadableFile: it is no workbook, is damaged, or unpacks to too much.
    """

    def __init__(self, file: BinaryIO, header: Sequence[str] | None = None) -> None:
        self.header_errors: Sequence[Issue] = ()
        self._rows = _texts(_opened(file))
        if header is None:
            _, header = next(self._rows, (1, []))
        self.header = [cell.strip() for cell in header]
        """Cells without edge space; empty if the sheet is."""

    def __iter__(self) -> Iterator[Row]:
        width = len(self.header)
        for line, cells in self._rows:
            if len(cells) <= width:
                yield Row(line, cells + [""] * (width - len(cells)))
            else:
                message = f"expected {width} cells, found {len(cells)}."
                value = visible(", ".join(cells))
                yield Row(line, cells, (issue("cells", "", value, message),))


def _opened(file: BinaryIO) -> Any:
    _check_contents(file)
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise MissingPackage("XLSX needs openpyxl: pip install django-bookrel[xlsx]") from error
    try:
        with warnings.catch_warnings():
            # About styles and validation, which are not read.
            warnings.simplefilter("ignore")
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # Some programs write a wrong one.
        sheet.reset_dimensions()
    except Exception as error:
        raise _damaged(error) from error
    return sheet


def _check_contents(file: BinaryIO) -> None:
    try:
        # A part that holds more than is said of it is cut off there when it is read.
        parts = {entry.filename: entry.file_size for entry in ZipFile(file).infolist()}
    except (BadZipFile, OSError) as error:
        raise _damaged(error) from error
    sheets = {name: size for name, size in parts.items() if name.startswith(_SHEETS)}
    if not sheets:
        raise UnreadableFile("the file is a document, or a zip file within another, not a table.")
    others = [
        size
        for name, size in parts.items()
        if name.endswith((".xml", ".rels")) and name not in sheets
    ]
    for size, limit, what in (
        (max(sheets.values()), MAX_SHEET, "a sheet that unpacks"),
        (sum(others), MAX_OTHER, "shared texts that unpack"),
    ):
        if size > limit:
            raise UnreadableFile(f"the workbook has {what} to {size:,} bytes, more than {limit:,}.")


def _texts(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    rows = enumerate(sheet.iter_rows(max_row=_MAX_ROWS, values_only=True), 1)
    while True:
        try:
            line, values = next(rows)
        except StopIteration:
            return
        except Exception as error:
            raise _damaged(error) from error
        cells = [_text(value) for value in values]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            yield line, cells


def _unescaped(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return match[0] if "\ud800" <= character <= "\udfff" else character


def _damaged(error: Exception) -> UnreadableFile:
    reason = str(error) or type(error).__name__
    return UnreadableFile(f"the workbook cannot be read: {reason.rstrip('.')}.")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return _ESCAPED.sub(_unescaped, value) if "_x" in value else value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE_FLOATS:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return (value.date() if value.time() == _MIDNIGHT else value).isoformat()
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)
