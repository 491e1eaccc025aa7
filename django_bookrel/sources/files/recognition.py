"""Find out what a file is: its source, encoding and dialect, by its header and first rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import NamedTuple

from ...exceptions import UnreadableFile
from ...showing import listed
from ..base import REJECT_COLUMNS, SPREADSHEET_DIALECTS, Dialect, Row, Source, Target
from ..limits import Limits
from .catalogue_file import CatalogueFile
from .delimited import Table
from .encodings import bom_encoding, check_encoding, decodable, undecodable
from .joined import counted, rows_of
from .lines import Lines, blocks
from .stray_bytes import KnownWords
from .workbook import Workbook, is_workbook

__all__ = ("Recognised", "recognise")

START_BYTES = 2**20
"""How much of a file is looked at before it is read."""

PIECE_BYTES = 2**16
SAMPLE_ROWS = 200
_DOUBTFUL_ROWS = 10
_DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab"}
_NO_TABLES = {
    b"%PDF-": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word document; save it as .xlsx or CSV",
    b"SQLite format 3\0": "an SQLite database, not an export",
    b"\x1f\x8b": "a gzip file within a gzip file; unpack it first",
    b"7z\xbc\xaf": "a 7-Zip archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
    b"BZh": "compressed with bzip2; unpack it first",
    b"\xfd7zXZ": "compressed with xz; unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed with Zstandard; unpack it first",
}
"""How files begin that are no text, and what they are."""

_BLANK_AND_QUOTE = re.compile(' +"')
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


class Recognised(NamedTuple):
    """A file that is ready to be read."""

    source: type[Source]
    header: list[str]
    rows: Iterator[Row]
    encoding: str | None = None
    delimiter: str | None = None


class _Sample(NamedTuple):
    header: list[str]
    rows: list[Row]
    fit: float = 1.0
    """Share of the rows that its dialect fits."""


class _Candidate(NamedTuple):
    source: type[Source]
    sample: _Sample
    encoding: str = ""
    dialect: Dialect = Dialect("")

    def score(self, fields: Sequence[str], mapped: set[str]) -> tuple[bool, int, bool, float]:
        header, rows = self.sample.header, self.sample.rows
        others = [name for name in header if name not in mapped and name not in REJECT_COLUMNS]
        confidence = max(self.source.identify(names, fields) for names in (others, header))
        if confidence and not self.source.accepts(header, rows):
            confidence = 0
        return mapped.issubset(header), confidence, len(header) > 1, self.sample.fit


_Choice = Callable[[Iterable[_Candidate]], _Candidate]


def recognise(
    file: CatalogueFile,
    sources: Sequence[type[Source]],
    fields: Sequence[str],
    *,
    mapping: Sequence[tuple[Target, str]] = (),
    encoding: str | None = None,
    delimiter: str | None = None,
    header: Sequence[str] | None = None,
) -> Recognised:
    """
    Choose the source that knows the header best, and its dialect that fits the first rows best.

    :param header: the names of the columns of a file without a header.
    :raises UnreadableFile: the file is empty, or its encoding or header cannot be read.
    """
    start = file.peek(START_BYTES)
    if not start:
        raise UnreadableFile("the file is empty.")
    for source in sources:
        if opened := source.open_table(file):
            names, records = opened
            return Recognised(source, names, counted(records, file.limits))
    tables = [source for source in sources if source.dialects]
    if not tables:
        raise UnreadableFile(f"the file does not have the format {sources[0].name}.")
    mapped = {column for _, column in mapping}

    def choose(candidates: Iterable[_Candidate]) -> _Candidate:
        return max(candidates, key=lambda candidate: candidate.score(fields, mapped))

    if is_workbook(start):
        return _workbook(file, tables, choose, header)
    return _text(file, start, tables, choose, encoding, delimiter, header)


def _workbook(
    file: CatalogueFile,
    sources: Sequence[type[Source]],
    choose: _Choice,
    header: Sequence[str] | None,
) -> Recognised:
    book = Workbook(file.seekable(), header, file.limits)
    _check_header(book, file.limits)
    rows = rows_of(book, file.limits)
    first = list(islice(rows, SAMPLE_ROWS))
    best = choose(_Candidate(source, _Sample(book.header, first)) for source in sources)
    return Recognised(best.source, book.header, chain(first, rows))


def _text(
    file: CatalogueFile,
    start: bytes,
    sources: Sequence[type[Source]],
    choose: _Choice,
    encoding: str | None,
    delimiter: str | None,
    header: Sequence[str] | None,
) -> Recognised:
    for beginning, what in _NO_TABLES.items():
        if start.startswith(beginning):
            raise UnreadableFile(f"the file is {what}.")
    if encoding:
        check_encoding(encoding, start)
    limits = file.limits
    candidates = list(_candidates(start, sources, encoding, delimiter, header, limits))
    best = choose(candidates)
    is_whole = len(start) < START_BYTES
    if not (encoding or best.source.mixed or decodable(start, best.encoding, is_whole=is_whole)):
        raise undecodable(start, best.encoding, is_whole=is_whole)
    words = KnownWords(start) if best.encoding == "utf-8" else None
    lines = Lines(blocks(file), best.encoding, limits)
    table = Table(lines, best.dialect, header, words, limits, may_be_joined=True)
    _check_header(table, limits)
    count = len(best.sample.rows)
    if count >= _DOUBTFUL_ROWS and all(row.errors for row in best.sample.rows):
        tried = sorted({candidate.dialect.delimiter for candidate in candidates}, key=",;\t|".find)
        raise UnreadableFile(
            f"none of the first {count} rows has as many cells as the header; "
            f"delimiters tried: {', '.join(_DELIMITER_NAMES.get(each, each) for each in tried)}."
        )
    delimiter = best.dialect.delimiter
    return Recognised(best.source, table.header, counted(table, limits), best.encoding, delimiter)


def _candidates(
    start: bytes,
    sources: Sequence[type[Source]],
    encoding: str | None,
    delimiter: str | None,
    header: Sequence[str] | None,
    limits: Limits,
) -> Iterator[_Candidate]:
    encoding = encoding or bom_encoding(start)
    if not encoding and decodable(start, "utf-8", is_whole=len(start) < START_BYTES):
        encoding = "utf-8"

    @lru_cache(None)
    def sample(encoding: str, dialect: Dialect) -> _Sample:
        lines = Lines(_pieces(start), encoding, limits)
        table = Table(lines, dialect, header, limits=limits)
        rows = list(islice(table, SAMPLE_ROWS))
        fitting = sum(_fits(row, dialect) for row in rows)
        # What is over the limit is said once the best is chosen.
        names = table.header[: limits.columns + 1]
        return _Sample(names, rows, fitting / len(rows) if rows else 1.0)

    for source in sources:
        used = encoding or source.encoding
        for dialect in _dialects(source, delimiter):
            yield _Candidate(source, sample(used, dialect), used, dialect)


def _pieces(start: bytes) -> Iterator[bytes]:
    # A sample ends in the first of them, and no text of the whole start is made for each.
    for place in range(0, len(start), PIECE_BYTES):
        yield start[place : place + PIECE_BYTES]


def _dialects(source: type[Source], delimiter: str | None) -> Sequence[Dialect]:
    dialects = dict.fromkeys((*source.dialects, *SPREADSHEET_DIALECTS))
    if delimiter is not None:
        known = [dialect for dialect in dialects if dialect.delimiter == delimiter]
        dialects = dict.fromkeys(known or [Dialect(delimiter)])
    # People who write a table by hand put a blank behind the delimiter.
    quoting = [dialect for dialect in dialects if dialect.quotes and dialect.delimiter != " "]
    return [*dialects, *(dialect._replace(blanks=True) for dialect in quoting)]


def _fits(row: Row, dialect: Dialect) -> bool:
    if row.errors:
        return False
    # Quotes that are not read as such would become part of the text.
    if dialect.quotes:
        return not any(map(_BLANK_AND_QUOTE.match, row.cells))
    return not _is_quoted(row.cells)


def _is_quoted(cells: Sequence[str]) -> bool:
    """
    Say whether a program has put quotes round cells of a row that was read without quoting.

    It would have done so to every cell with a quote in it, and if not to such cells only, to every
    cell with a comma; else a title is printed so: "Repent, Harlequin!".
    """
    quoted = {cell for cell in cells if _QUOTED.fullmatch(cell)}
    if not quoted:
        return False
    only_quotes = any('""' in cell[1:-1] for cell in quoted)
    bare = "".join(cell for cell in cells if cell not in quoted)
    return '"' not in bare and (only_quotes or "," not in bare)


def _check_header(table: Table | Workbook, limits: Limits) -> None:
    header = table.header
    if table.header_errors:
        message = table.header_errors[0].message
        hint = " Perhaps it is UTF-16: --encoding utf-16-le." if "NUL" in message else ""
        raise UnreadableFile(f"the header cannot be read. {message}{hint}")
    if not header:
        raise UnreadableFile("the file is empty.")
    if not any(header):
        raise UnreadableFile("the header names no columns.")
    if len(header) > limits.columns:
        raise UnreadableFile(
            f"the header has {len(header):,} columns, more than {limits.allowed('columns')}."
        )
    double = [name for name, number in Counter(filter(None, header)).items() if number > 1]
    if double:
        names = listed([f'"{name}"' for name in double])
        raise UnreadableFile(f"the header names {names} more than once.")
