"""Open a catalogue file: recognise its format, encoding and dialect before the first record."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import Any, Self

from ..exceptions import InvalidOption, MissingColumns, SourceError
from ..showing import listed, short, shown
from .base import BOOK_FIELDS, NOWHERE, REJECT_COLUMNS, Column, Record, Row, Source
from .files.catalogue_file import CatalogueFile
from .files.recognition import Recognised, recognise
from .files.undecodable import fault_of, is_faulty, issue, visible
from .limits import Limits
from .reading.columns import parse_mapping, parse_target
from .reading.notation import parse_cell, unguard_cell
from .registry import get_source, known_sources

__all__ = ("Reading", "open_source")

_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"}


class Reading:
    """
    An opened file: what was recognised, and by iteration its records, once and in file order.

    A context manager that closes the file. While iterating, ``UnreadableFile`` is raised if the
    file turns out to be damaged, as a cut-off gzip file is.
    """

    name: str
    """The path, or "standard input"."""
    source: Source
    encoding: str | None
    """None for a file that is no text."""
    delimiter: str | None
    header: list[str]
    columns: Sequence[Column]
    """Every column and where it goes."""
    fields: frozenset[str]
    """The fields that the file provides; what it does not provide it says nothing about."""

    def __init__(
        self,
        file: CatalogueFile,
        source: Source,
        found: Recognised,
        set_values: Mapping[str, str | list[Any]],
    ) -> None:
        self._file = file
        source.limits = file.limits
        records = source.records(found.rows)
        # The lines of a text were looked at as they were read.
        self._records = records if found.encoding else _storable(records)
        self._set_values = set_values
        self.name = file.name
        self.source = source
        self.header = found.header
        self.encoding = found.encoding
        self.delimiter = found.delimiter
        self.columns = source.columns
        self.fields = source.fields | set_values.keys()

    @property
    def bytes_read(self) -> int:
        """Bytes read so far, of the file as it lies on disk."""
        return self._file.bytes_read

    @property
    def bytes_total(self) -> int | None:
        """Size of the file as it lies on disk; None for a pipe."""
        return self._file.bytes_total

    def __iter__(self) -> Iterator[Record]:
        return self._with_set_values() if self._set_values else self._records

    def _with_set_values(self) -> Iterator[Record]:
        for record in self._records:
            for field, value in self._set_values.items():
                record.values[field] = list(value) if isinstance(value, list) else value
            yield record

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def open_source(
    path: str | os.PathLike[str],
    *,
    fields: Sequence[str] = BOOK_FIELDS,
    required: Collection[str] = ("title",),
    source: str | type[Source] | None = None,
    more_sources: Collection[str | type[Source]] = (),
    mapping: Mapping[str, str | Sequence[str]] | None = None,
    set_values: Mapping[str, str] | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool = True,
    columns: Sequence[str] | None = None,
    ignored: Collection[str] = (),
    plain: Collection[str] = (),
    limits: Mapping[str, int | None] = MappingProxyType({}),
    name: str | None = None,
) -> Reading:
    """
    Open a catalogue file; everything that concerns the whole file is checked here.

    Encoding: the given one, else that of the byte order mark, else UTF-8, else that of the format.
    Delimiter: the given one, else that of the format's which fits the header and the first rows.

    :param path: "-" is standard input; what gzip or zip packed is unpacked as it is read.
    :param fields: the fields that records may have, the host's own among them.
    :param required: fields without which a file makes no sense.
    :param source: the format: its name, its class, or the dotted path of the class, whose module
        is imported; None recognises it.
    :param more_sources: formats of the host, which are recognised and may be named beside ours:
        classes, or their dotted paths.
    :param mapping: ``FIELD`` or ``FIELD:QUALIFIER`` to one column or, for lists, several.
    :param set_values: field to a cell of the native CSV that every record gets.
    :param delimiter: one character, or "comma", "semicolon", "tab", "pipe".
    :param header: whether the first row names the columns; if not, ``columns`` does.
    :param ignored: columns to ignore, if the file has them.
    :param plain: those of ``fields`` whose cells are texts, though fields of a book are called so.
    :param limits: those of ``Limits`` that are other than the default; None allows any number.
    :param name: what messages call the file; by default its path, or "standard input".
    :raises SourceError: the file cannot be read as a catalogue, or the options do not fit it.
    """
    targets = parse_mapping(mapping or {}, fields)
    constants = _constants(set_values or {}, fields, plain)
    known = known_sources(more_sources)
    sources = [get_source(source, known)] if source else list(known.values())
    delimiter = _delimiter(delimiter)
    names = _names(columns, header=header)
    file = CatalogueFile(path, name=name, limits=Limits.of(limits))
    try:
        found = recognise(
            file,
            sources,
            fields,
            mapping=targets,
            encoding=encoding,
            delimiter=delimiter,
            header=names,
        )
        if REJECT_COLUMNS.issubset(found.header):
            found = _unguarded(found)
        present = set(found.header)
        nowhere = [(NOWHERE, column) for column in ignored if column in present]
        reader = found.source(found.header, fields, [*targets, *nowhere], plain=plain)
        reading = Reading(file, reader, found, constants)
        _check_required(reading, required)
    except SourceError as error:
        file.close()
        message = " ".join(str(error).split())
        where = "" if message.startswith(shown(file.name)) else f"{file.name}: "
        raise type(error)(f"{where}{message}") from error
    except BaseException:
        file.close()
        raise
    return reading


def _unguarded(found: Recognised) -> Recognised:
    """Take the guards against spreadsheets off the cells of a file of rejected rows."""

    def plain(row: Row) -> Row:
        undecoded = {place: unguard_cell(cell) for place, cell in row.undecoded.items()}
        return row._replace(cells=list(map(unguard_cell, row.cells)), undecoded=undecoded)

    return found._replace(header=list(map(unguard_cell, found.header)), rows=map(plain, found.rows))


def _storable(records: Iterable[Record]) -> Iterator[Record]:
    """Reject records with characters that no database takes, as lines with them are rejected."""
    for record in records:
        faulty = list(filter(is_faulty, _texts([*record.raw, *record.values.values()])))
        if faulty:
            record.raw = [visible(cell) for cell in record.raw]
            message = f"Record {record.line}: {fault_of(faulty[0], 'Unicode')}."
            record.errors = (*record.errors, issue("decoding", "", faulty[0], message))
            record.values = {}
        yield record


def _texts(value: str | Sequence[Any]) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        for item in value:
            yield from _texts(item)


def _constants(
    set_values: Mapping[str, str], fields: Sequence[str], plain: Collection[str]
) -> dict[str, str | list[Any]]:
    constants: dict[str, str | list[Any]] = {}
    for text, cell in set_values.items():
        target = parse_target(text, fields)
        if target.qualifier:
            raise InvalidOption(
                f'"{short(text)}" cannot be set; use the field name without a colon.'
            )
        try:
            is_plain = target.field in plain
            constants[target.field] = (
                unguard_cell(cell) if is_plain else parse_cell(target.field, cell)
            )
        except ValueError as error:
            raise InvalidOption(f"{target.field} cannot be set: {error}") from error
    return constants


def _delimiter(text: str | None) -> str | None:
    if text is None:
        return None
    delimiter = _DELIMITERS.get(text.lower(), text)
    if len(delimiter) != 1 or delimiter.isalnum() or delimiter in '"\r\n\0':
        raise InvalidOption(
            f"{short(text)!r} is not a delimiter: "
            "use one character, or comma, semicolon, tab, pipe."
        )
    return delimiter


def _names(columns: Sequence[str] | None, *, header: bool) -> list[str] | None:
    if header and columns:
        raise InvalidOption("Column names may be given only for a file without a header row.")
    if not header and not columns:
        raise InvalidOption("A file without a header row needs column names.")
    return [column.strip() for column in columns] if columns else None


def _check_required(reading: Reading, required: Collection[str]) -> None:
    for field in required:
        if field not in reading.fields:
            names = listed([column.name for column in reading.columns])
            raise MissingColumns(
                f"no column for {field} among: {names}. Specify it with --map {field}=COLUMN."
            )
