"""
MARC 21 records in their exchange format, by pymarc (extra ``marc``): what library systems export.

ISO 2709, https://www.loc.gov/marc/specifications/ (seen 2026-11); the files are called ``.mrc``,
``.marc`` or ``.dat``. A line is a record here, counted from 1.

- A record says by a letter whether it is UTF-8 or MARC-8. Many that say MARC-8 are UTF-8, which
  text in MARC-8 cannot be by chance; they are read as such. A record that is not what it says
  otherwise is rejected.
- The lengths that records name are often wrong after something converted the file; see
  :mod:`.iso2709`.
- Libraries have films, music, maps and articles, too; the leader tells, and their records are
  rejected, as are those that say that they are deleted.
- The rows that are rejected are written with columns such as "245 title", as the records are read;
  such a table is read like the records.

:mod:`.marcfields` has the fields.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from ...exceptions import MissingPackage
from ..base import ByteReader, Column, Record, Row
from ..files.undecodable import issue, visible
from ..limits import Limits
from ..reading.described import PIPE, no_book, rejected
from ..reading.draft import Draft
from ..reading.headings import HeadingSource
from ..reading.identifiers import clean_identifiers
from ..reading.notation import PARSERS
from .iso2709 import END_OF_FIELD, LEADER, chunks, parts
from .marcfields import COLUMNS, DELETED, NO_BOOKS, PEOPLE, PLACES, SEPARATOR, TYPE, cells_of

__all__ = ("MarcSource", "import_pymarc", "row_of")
_logger = logging.getLogger("pymarc")

START_BYTES = 100_000
"""About as long as a record can be."""

_ESCAPE = b"\x1b"
_UTF_8 = b"a"
_ANSEL = bytes(
    [*range(0x80), *range(0x88, 0x8A), 0x8D, 0x8E, *range(0xA1, 0xC9), *range(0xE0, 0xFF)]
)
"""The bytes that MARC-8 has where nothing switches to another script."""

_TITLE = COLUMNS.index("245 title")


class MarcSource(HeadingSource):
    """MARC 21 records, or the table that they make."""

    name: ClassVar[str] = "marc"
    title: ClassVar[str] = "MARC 21"
    is_misread: ClassVar[bool] = True
    signature: ClassVar[frozenset[str]] = frozenset({"245 title", "1XX author"})
    separators: ClassVar[Mapping[str, re.Pattern[str]]] = dict.fromkeys(PEOPLE, PIPE)
    places: ClassVar[Mapping[str, str]] = PLACES
    looked_at: ClassVar[Mapping[str, str]] = {
        TYPE: "tells books from films, music and others, whose records are rejected"
    }

    @classmethod
    def open_table(cls, file: ByteReader) -> tuple[list[str], Iterator[Row]] | None:
        start = file.peek(START_BYTES)
        if not LEADER.match(start) or END_OF_FIELD not in start:
            return None
        return list(COLUMNS), _rows(file, import_pymarc().Record)

    def read(self, row: Row) -> Record:
        if kind := self.named.get(TYPE):
            said = row.cells[kind.position]
            if said == DELETED:
                return rejected(row, "deleted", kind, "The record is deleted.")
            if said in NO_BOOKS:
                return no_book(row, kind)
        record = super().read(row)
        clean_identifiers(record.values)
        return record

    def read_series(self, draft: Draft, columns: Sequence[Column]) -> list[tuple[str, str]]:
        return [
            entry
            for column in columns
            for series in draft.cells[column.position].split(SEPARATOR)
            for entry in PARSERS["series"](series)
        ]


def import_pymarc() -> Any:
    """
    Import pymarc.

    :raises MissingPackage: it is not installed.
    """
    try:
        import pymarc
    except ImportError as error:
        raise MissingPackage("MARC needs pymarc: pip install django-bookrel[marc]") from error
    if not _logger.handlers:
        # Its warnings name no record, and would go to standard error.
        _logger.addHandler(logging.NullHandler())
    return pymarc


def row_of(line: int, record: Any) -> Row:
    """Make a row of a record of pymarc."""
    row = Row(line, cells_of(record))
    if not row.cells[_TITLE] and any(field.tag == "200" for field in record.fields):
        message = "It has a field 200 and no field 245, like UNIMARC, which is not supported."
        return row._replace(errors=(issue("marc", COLUMNS[_TITLE], "", message),))
    return row


def _rows(file: ByteReader, make: Callable[..., Any]) -> Iterator[Row]:
    for number, (chunk, is_whole) in enumerate(chunks(file), 1):
        if is_whole:
            yield _row(number, chunk, make, file.limits)
        else:
            reason = f"The record has more bytes than {file.limits.allowed('record')}."
            yield _unread(number, chunk, reason)


def _row(number: int, chunk: bytes, make: Callable[..., Any], limits: Limits) -> Row:
    try:
        return row_of(number, _record(chunk, make, limits))
    except Exception as error:  # noqa: BLE001 (pymarc raises what it comes upon)
        reason = _undecodable(error) if isinstance(error, UnicodeError) else _said(error)
        return _unread(number, chunk, reason)


def _unread(number: int, chunk: bytes, reason: str) -> Row:
    shown = visible(chunk[:START_BYTES].decode("ascii", "surrogateescape"))
    return Row(number, [shown], (issue("marc", "", shown, reason),))


def _record(chunk: bytes, make: Callable[..., Any], limits: Limits) -> Any:
    pieces = parts(chunk, limits)
    is_marc8 = chunk[9:10] != _UTF_8
    is_utf8 = is_marc8 and not chunk.isascii() and _is_utf8(chunk)
    if is_marc8 and not is_utf8:
        _check_marc8(chunk)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        record, *others = [
            make(data=piece, force_utf8=is_utf8, hide_utf8_warnings=True) for piece in pieces
        ]
    record.add_field(*(field for other in others for field in other.fields))
    return record


def _is_utf8(chunk: bytes) -> bool:
    try:
        chunk.decode()
    except UnicodeDecodeError:
        return False
    return True


def _check_marc8(chunk: bytes) -> None:
    # pymarc makes a space of what it does not know. An escape sequence changes what is known.
    if _ESCAPE not in chunk and (unknown := chunk.translate(None, _ANSEL)):
        raise UnicodeDecodeError(
            "MARC-8", chunk, (at := chunk.index(unknown[0])), at + 1, "unknown"
        )


def _undecodable(error: UnicodeError) -> str:
    if not isinstance(error, UnicodeDecodeError):
        return _said(error)
    data = error.object
    around = data[max(0, error.start - 15) : error.end + 15].decode("ascii", "backslashreplace")
    encoding = error.encoding.upper()
    return (
        f'The byte 0x{data[error.start]:02X} in "{visible(around)}" '
        f"cannot be decoded as {encoding.replace('MARC8_TO_UNICODE', 'MARC-8')}."
    )


def _said(error: Exception) -> str:
    return f"The record cannot be read: {str(error) or type(error).__name__}."
