"""The options for reading a file, the same in every command that reads one."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ..showing import shown
from .mappingfile import read_mapping
from .reading.columns import parse_target

__all__ = ("add_inspecting_arguments", "add_reading_arguments", "reading_options")


def add_reading_arguments(parser: ArgumentParser) -> None:
    """Add the options that ``reading_options`` reads."""
    add = parser.add_argument
    add(
        "--source",
        metavar="FORMAT",
        help="name of a format, or dotted path to your own class; default: recognised by "
        "the header",
    )
    add(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="read a field from this column: title=Titel, identifiers:oclc=OCLC, "
        "contributors:translator=Translator; repeatable",
    )
    add(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="set a field in every row; repeatable",
    )
    add(
        "--mapping",
        metavar="FILE.toml",
        help="read a mapping file (see --write-mapping); other options override it",
    )
    add("--encoding", help="default: UTF-8, or the usual encoding of the format")
    add("--delimiter", metavar="D", help="one character, or comma, semicolon, tab, pipe")
    add("--no-header", action="store_true", help="the file has no header row; requires --columns")
    add("--columns", metavar="A,B", help="column names of a file without a header row")


def add_inspecting_arguments(parser: ArgumentParser) -> None:
    """Add the options of what shows how a file is read."""
    add = parser.add_argument
    add("--json", action="store_true", help="print one JSON object per file")
    add(
        "--write-mapping",
        metavar="FILE.toml",
        help="write the recognised columns to a mapping file for --mapping",
    )
    add("--force", action="store_true", help="overwrite the --write-mapping file")


def reading_options(options: Mapping[str, Any], fields: Collection[str]) -> dict[str, Any]:
    """
    Make of the options what ``open_source`` takes; those that are not given are absent.

    :param options: as ``ArgumentParser`` gives them.
    :param fields: the fields that records may have.
    :raises ArgumentTypeError: an option is not written as it must be; the text names it.
    :raises SourceError: the mapping file cannot be read, or an option names what there is not.
    """
    made = read_mapping(options["mapping"], fields) if options["mapping"] else {}
    mapping: dict[str, list[str]] = {}
    for name, column in _pairs("map", options["map"], "FIELD=COLUMN"):
        mapping.setdefault(str(parse_target(name, fields)), []).append(column.strip())
    constants = dict(_pairs("set", options["set"], "FIELD=VALUE"))
    if mapping:
        made["mapping"] = made.get("mapping", {}) | mapping
        mapped = {column for columns in mapping.values() for column in columns}
        made["ignored"] = [name for name in made.get("ignored", ()) if name not in mapped]
    if constants:
        made["set_values"] = made.get("set_values", {}) | constants
    if options["columns"]:
        made["columns"] = options["columns"].split(",")
    if options["no_header"]:
        made["header"] = False
    given = {name: options[name] for name in ("source", "encoding", "delimiter")}
    made |= {name: value for name, value in given.items() if value}
    return {name: value for name, value in made.items() if value not in ([], {})}


def _pairs(option: str, texts: Sequence[str], form: str) -> list[tuple[str, str]]:
    pairs = []
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise ArgumentTypeError(f"--{option} {shown(text, 80)}: expected --{option} {form}.")
        pairs.append((name.strip(), value))
    return pairs
