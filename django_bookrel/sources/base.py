"""What every source gives and has: records, issues, columns, dialects and the base class."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Protocol

from .limits import DEFAULT_LIMITS, Limits

__all__ = (
    "BOOK_FIELDS",
    "LIST_FIELDS",
    "NOWHERE",
    "SPREADSHEET_DIALECTS",
    "ByteReader",
    "Column",
    "Credited",
    "Dialect",
    "Issue",
    "Record",
    "Row",
    "Source",
    "Target",
)

BOOK_FIELDS = (
    "isbn",
    "title",
    "author",
    "contributors",
    "publishers",
    "year",
    "language",
    "pages",
    "series",
    "subjects",
    "identifiers",
)
"""The columns of the native CSV, in its order."""

LIST_FIELDS = frozenset({"contributors", "publishers", "series", "subjects", "identifiers"})
"""The fields of a book whose values are lists."""

SET_ASIDE = (LIST_FIELDS - {"identifiers"}) | {"language", "pages"}
"""The fields of a book without which it is still known which book it is."""

REJECT_COLUMNS = frozenset({"bookrel_line", "bookrel_error"})
"""Columns that a file of rejected rows has beside its own."""


class Issue(NamedTuple):
    """What is wrong with a cell, or was repaired in it; ``message`` is a sentence for people."""

    kind: str
    column: str
    value: str
    message: str
    result: str | None = None
    """What a repaired cell was read as; then ``message`` may be empty."""


class Credited(str):
    """
    The name of a person of whom a file does not say what he did for the book.

    The role that stands with the name is that of a person who is new to the book.
    """

    __slots__ = ()


@dataclass(slots=True)
class Record:
    """One record of a file, in the values that the native CSV would hold."""

    line: int
    """Physical line of the file on which the record starts, from 1."""

    values: dict[str, str | list[Any]]
    """
    Field to value; a field that the file does not provide is absent. Values are text, except
    contributors (list of name and role; a name is ``Credited`` where the file does not say the
    role, and so is an author's), series (list of name and number), identifiers (list of
    scheme and value), publishers and subjects (lists of text). Empty is "" or [].
    """

    raw: list[str]
    """The cells as they came; undecodable bytes and NUL are written as ``\\xNN``."""

    errors: Sequence[Issue] = ()
    """Not empty: the record must be rejected."""

    repairs: Sequence[Issue] = ()
    """What was repaired, or dropped because it could not be."""


class Row(NamedTuple):
    """The cells of one record, as many as the header has unless there are errors."""

    line: int
    cells: list[str]
    errors: Sequence[Issue] = ()
    undecoded: Mapping[int, str] = MappingProxyType({})
    """
    Position to cell with each undecodable byte as a lone surrogate (U+DC00 + byte); empty if that
    is not all that is wrong with the row.
    """
    repairs: Sequence[Issue] = ()
    """Cells that were repaired before a source reads them."""


class Target(NamedTuple):
    """
    A field, or a part of it.

    The qualifier is a role for contributors, a scheme for identifiers, "number" for the column
    that numbers the series of another one, and "subtitle" for the one that goes behind a title.
    """

    field: str
    qualifier: str = ""

    def __str__(self) -> str:
        return f"{self.field}:{self.qualifier}" if self.qualifier else self.field


NOWHERE = Target("")
"""Where ignored columns go."""


IGNORED = "ignored by the mapping"
OWN = "about an earlier import"
"""Why a column goes nowhere: somebody has said so, or rejected rows have it of us."""


class Column(NamedTuple):
    """
    Where a column of a file goes.

    Without a field, ``reason`` says why it goes nowhere; with one, when it is looked at.
    """

    position: int
    """From 0."""
    name: str
    """The header's cell."""
    field: str = ""
    qualifier: str = ""
    reason: str = ""
    rank: int = 0
    """Of several columns for a field that has one value, the lowest rank is read first."""

    @property
    def is_lost(self) -> bool:
        """Whether the column goes nowhere, though nobody has said that it shall."""
        return not self.field and bool(self.name) and self.reason not in (IGNORED, OWN)

    @classmethod
    def mapped(cls, position: int, name: str, target: Target, rank: int = 0) -> Column:
        """Make the column that a mapping sends to a target."""
        return cls(position, name, *target, IGNORED if target == NOWHERE else "", rank)


class Dialect(NamedTuple):
    """How the lines of a delimited text become cells."""

    delimiter: str
    quotes: bool = True
    escape: str | None = None
    blanks: bool = False
    """Whether blanks behind a delimiter are no part of the cell."""


SPREADSHEET_DIALECTS = (Dialect(","), Dialect(";"), Dialect("\t"))
"""In which spreadsheets save a table, whatever it was delimited by; the country decides."""


class ByteReader(Protocol):
    """A file whose beginning can be looked at."""

    limits: Limits
    """How much may be read of it."""

    def peek(self, size: int) -> bytes:
        """Give the first bytes without taking them; only before the first ``read``."""

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes; fewer at the end."""


class Source:
    """
    A format of catalogue files; a subclass per format, each in a module of its own.

    A module of :mod:`.formats` that defines a subclass with a ``name`` is found by the registry.
    An instance reads one file.
    """

    name: ClassVar[str]
    """Name in ``--source``; the module's name."""

    title: ClassVar[str]
    """What people call such a file."""

    encoding: ClassVar[str] = "utf-8"
    """Encoding of the files that are not UTF-8."""

    dialects: ClassVar[Sequence[Dialect]] = (Dialect(","),)
    """
    How such files are delimited; where several read a file equally well, the first is taken. After
    them those of spreadsheets are tried. Empty: they are no delimited text.
    """

    mixed: ClassVar[frozenset[str]] = frozenset()
    """
    Fields in whose cells stray bytes of another encoding are to be expected, and read by the
    source: ``Row.undecoded`` has them.
    """

    clears: ClassVar[bool] = False
    """Whether an empty cell empties the field; otherwise it says nothing."""

    guesses: ClassVar[bool] = False
    """Whether columns are placed by common names, which people may have to correct."""

    columns: Sequence[Column]
    """Every column of the file in order; a column with several targets comes several times."""

    limits: Limits = DEFAULT_LIMITS
    """Of the file; set before its records are read."""

    @classmethod
    def identify(cls, header: Sequence[str], fields: Collection[str]) -> int:
        """
        Say how surely a header is of this format.

        :param header: cells without edge space, in any order; without the mapped columns.
        :returns: 0: not at all; 1 to 20: the generic source; more: the greater, the surer.
        """
        return 0

    @classmethod
    def accepts(cls, header: Sequence[str], rows: Sequence[Row]) -> bool:
        """Say whether the first rows are of this format too, where its header says little."""
        return True

    @classmethod
    def open_table(cls, file: ByteReader) -> tuple[list[str], Iterator[Row]] | None:
        """
        Read a file that is no delimited text: header and rows.

        :returns: None if the file is not of this format; then nothing has been read from it.
        """
        return None

    def __init__(
        self,
        header: Sequence[str],
        fields: Collection[str],
        mapping: Sequence[tuple[Target, str]] = (),
        *,
        plain: Collection[str] = (),
    ) -> None:
        """
        Decide where each column goes.

        :param plain: those of ``fields`` whose cells are texts, though fields of a book are called
            so.
        :raises SourceError: the header does not fit the format or the mapping.
        """
        raise NotImplementedError

    @property
    def fields(self) -> frozenset[str]:
        """
        The fields that the file provides, also where a cell is empty.

        Records may lack those that only cells of another field hold: series in titles, identifiers
        in ISBN columns.
        """
        return frozenset(column.field for column in self.columns if column.field)

    def records(self, rows: Iterable[Row]) -> Iterator[Record]:
        """Give a record for each row, in the same order."""
        for row in rows:
            record = self.reject(row) if row.errors else self.read(row)
            if row.repairs:
                record.repairs = [*row.repairs, *record.repairs]
            yield record

    def reject(self, row: Row) -> Record:
        """Make a record of a row with errors."""
        return Record(row.line, {}, row.cells, row.errors)

    def read(self, row: Row) -> Record:
        """Make a record of a row that has a cell for every column."""
        raise NotImplementedError
