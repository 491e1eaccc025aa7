"""
How a file was read, as TOML that people correct and other files are read by.

Its keys: ``source``, ``encoding``, ``delimiter``; ``header``, the names of the columns of files
that have none; ``ignored``, columns that are not read, whatever they are called; and the tables
``columns`` (``FIELD = "COLUMN"``, or a list of columns) and ``set`` (``FIELD = "VALUE"``).

Where the format goes by common names of columns, as "generic" does, the file says all that it made
of them; any other knows its columns, and what it made of them is said in comments.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

from ..exceptions import InvalidMapping, UnknownField, suggestion
from ..outputs import output_file
from ..showing import short, shown
from .base import Column, Target
from .opening import Reading
from .reading.columns import in_reading_order, parse_target
from .registry import path_of

__all__ = ("mapping_text", "read_mapping", "write_mapping")

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def read_mapping(path: str | os.PathLike[str], fields: Collection[str]) -> dict[str, Any]:
    """
    Read a mapping file.

    :param fields: the fields that records may have.
    :returns: what ``open_source`` takes; what the file does not say is absent.
    :raises InvalidMapping: it cannot be read, or says what makes no sense; the text names file and
        line or key.
    """
    found = _loaded(path)
    made: dict[str, Any] = {}
    for key, value in found.items():
        if key not in _KEYS:
            raise InvalidMapping(
                f'{path}: unknown key "{short(key)}"{suggestion(key, _KEYS)}. '
                f"The keys are: {', '.join(_KEYS)}."
            )
        name, read = _KEYS[key]
        try:
            made[name] = read(key, value, fields)
        except (TypeError, UnknownField) as error:
            raise InvalidMapping(f"{path}: {error}") from error
    if "columns" in made:
        made["header"] = False
    return made


def _loaded(path: str | os.PathLike[str]) -> dict[str, Any]:
    try:
        # An editor may have put a byte order mark there.
        return tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidMapping(f"Cannot read {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidMapping(f"{path} is not UTF-8, which TOML requires.") from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidMapping(f"{path} is not valid TOML: {error}.") from error


def _text(key: str, value: Any, fields: Collection[str]) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{key} must be a string in quotes, not {_said(value)}.")
    return value


def _names(key: str, value: Any, fields: Collection[str]) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise TypeError(f"{key} must be a list of column names, not {_said(value)}.")
    return [name.strip() for name in value]


def _columns(key: str, value: Any, fields: Collection[str]) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for name, said in _table(key, value).items():
        where = f"[{key}] {_key(name)}"
        try:
            target = str(parse_target(name, fields))
        except UnknownField as error:
            raise UnknownField(f"{where}: {error}") from error
        if isinstance(said, str):
            said = [said]
        columns.setdefault(target, []).extend(_names(where, said, fields))
    return columns


def _values(key: str, value: Any, fields: Collection[str]) -> dict[str, str]:
    values = {}
    for name, said in _table(key, value).items():
        where = f"[{key}] {_key(name)}"
        try:
            parse_target(name, fields)
        except UnknownField as error:
            raise UnknownField(f"{where}: {error}") from error
        is_number = isinstance(said, int) and not isinstance(said, bool)
        values[name] = str(said) if is_number else _text(where, said, fields)
    return values


def _table(key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{key} must be a table, [{key}], not {_said(value)}.")
    return value


def _said(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


_KEYS: dict[str, tuple[str, Callable[[str, Any, Collection[str]], Any]]] = {
    "source": ("source", _text),
    "encoding": ("encoding", _text),
    "delimiter": ("delimiter", _text),
    "header": ("columns", _names),
    "ignored": ("ignored", _names),
    "columns": ("mapping", _columns),
    "set": ("set_values", _values),
}
"""Key of the file to option of ``open_source`` and what reads it."""


def mapping_text(
    reading: Reading, options: Mapping[str, Any], fields: Sequence[str], required: Collection[str]
) -> str:
    """
    Write down how a file is read.

    :param options: those of ``open_source`` by which it was opened.
    :param fields: the fields that records may have.
    :param required: those without which a file makes no sense.
    """
    return "\n".join(map(shown, _lines(reading, options, fields, required))) + "\n"


def write_mapping(path: str | os.PathLike[str], text: str, *, force: bool) -> None:
    """
    Write a mapping file.

    :raises InvalidOption: there is such a file and ``force`` is not set, or it cannot be written.
    :raises OutputError: it was not written.
    """
    with output_file(path, force=force) as file:
        file.write(text)


def _lines(
    reading: Reading, options: Mapping[str, Any], fields: Sequence[str], required: Collection[str]
) -> Iterator[str]:
    guesses = reading.source.guesses
    yield f"# How {_quoted(reading.name)} is read. Edit it, then use it for similar files:"
    yield "#   bookrel_import FILE --mapping THIS_FILE"
    yield ""
    said = options.get("source") or reading.source.name
    name = path_of(said) if isinstance(said, type) else said
    yield f"source = {_quoted(name)}  # {reading.source.title}"
    if reading.encoding:
        yield f"encoding = {_quoted(reading.encoding)}"
    if reading.delimiter:
        yield f"delimiter = {_quoted(reading.delimiter)}"
    if not options.get("header", True):
        yield "# The files have no header row; these are their columns, in order."
        yield f"header = {_listed(reading.header)}"
    yield ""
    yield "# Columns to ignore. A column that this file does not mention is read by its name."
    yield from _ignored(reading, options, guesses=guesses)
    yield ""
    yield "[columns]"
    yield '# FIELD = "COLUMN", or ["COLUMN", "COLUMN"] if a field takes several. Fields:'
    yield from (f"# {line}" for line in wrap(", ".join(fields), 90))
    yield '# Write a role, a scheme or "number" after a colon, and then use quotes:'
    yield '# "contributors:translator", "identifiers:oclc", "series:number"'
    yield from _placed(reading, options, required, guesses=guesses)
    yield ""
    yield "[set]"
    yield '# Values for every row, written as in the native CSV: language = "en"'
    for field, value in options.get("set_values", {}).items():
        yield f"{_key(field)} = {_quoted(value)}"


def _ignored(reading: Reading, options: Mapping[str, Any], *, guesses: bool) -> Iterator[str]:
    told = set(options.get("ignored", ()))
    yield "ignored = ["
    for column in reading.columns:
        if column.name and not column.field:
            mark = "" if guesses or column.name in told else "# "
            yield f"    {mark}{_quoted(column.name)},  # {column.reason}"
    yield "]"


def _placed(
    reading: Reading, options: Mapping[str, Any], required: Collection[str], *, guesses: bool
) -> Iterator[str]:
    told = options.get("mapping", {})
    places: dict[str, list[Column]] = {}
    for column in reading.columns:
        if column.field:
            places.setdefault(str(Target(column.field, column.qualifier)), []).append(column)
    for target, columns in places.items():
        names = [column.name for column in in_reading_order(columns)]
        mark = "" if guesses or target in told else "# "
        yield f"{mark}{_key(target)} = {_quoted(names[0]) if len(names) == 1 else _listed(names)}"
    for field in required:
        if field not in reading.fields:
            yield f'# {_key(field)} = "COLUMN"  # is missing but required'


def _key(text: str) -> str:
    return text if _BARE_KEY.fullmatch(text) else _quoted(text)


def _listed(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _quoted(text: str) -> str:
    # What JSON escapes TOML escapes, too; DEL is escaped with the line.
    return json.dumps(text, ensure_ascii=False)
