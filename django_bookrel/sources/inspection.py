"""What an import of a file would read, without importing it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ..showing import short, shown
from .base import Issue, Record, Target
from .opening import Reading

__all__ = ("Inspection", "as_json", "inspect", "report", "untitled")

FIRST_RECORDS = 5
BATCH_RECORDS = 1_000

Fault = tuple[int, Issue]
"""The line of a record and what is wrong with it."""


@dataclass
class Inspection:
    """The records of a whole file, counted."""

    rows: int = 0
    rejected: int = 0
    rejections: Counter[str] = field(default_factory=Counter)
    """Kind of rejection to the number of rows."""
    repairs: Counter[str] = field(default_factory=Counter)
    """Kind of repair to the number of cells."""
    first_records: list[Record] = field(default_factory=list)
    """The first records that are not rejected."""
    first_rejections: dict[str, Fault] = field(default_factory=dict)
    """The first rejection of each kind."""
    first_repairs: dict[str, Fault] = field(default_factory=dict)
    """The first repair of each kind."""


def untitled(records: Iterable[Record]) -> Iterator[Fault]:
    """Find what our own books reject besides what the format does: a record without a title."""
    for record in records:
        if not record.errors and not record.values.get("title"):
            yield record.line, Issue("title", "title", "", "is empty")


def inspect(
    reading: Reading, more_faults: Callable[[list[Record]], Iterable[Fault]] = untitled
) -> Inspection:
    """
    Read a file to its end; memory does not grow with it.

    :param more_faults: says of a list of records what an import rejects besides the format.
    """
    found = Inspection()
    records = iter(reading)
    while batch := list(islice(records, BATCH_RECORDS)):
        found.rows += len(batch)
        faults = [(record.line, error) for record in batch for error in record.errors]
        faults += more_faults(batch)
        lines = {line for line, _ in faults}
        found.rejected += len(lines)
        kinds = dict.fromkeys((line, error.kind) for line, error in faults)
        found.rejections.update(kind for _, kind in kinds)
        repairs = [(record.line, repair) for record in batch for repair in record.repairs]
        found.repairs.update(repair.kind for _, repair in repairs)
        for line, issue in faults:
            found.first_rejections.setdefault(issue.kind, (line, issue))
        for line, issue in repairs:
            found.first_repairs.setdefault(issue.kind, (line, issue))
        good = (record for record in batch if record.line not in lines)
        found.first_records += islice(good, FIRST_RECORDS - len(found.first_records))
    return found


def report(reading: Reading, found: Inspection, missing: Collection[str] = ()) -> Iterator[str]:
    """
    Say what was found, in lines for people.

    :param missing: fields without a column, without which nothing can be imported.
    """
    return map(shown, _lines(reading, found, missing))


def _lines(reading: Reading, found: Inspection, missing: Collection[str]) -> Iterator[str]:
    yield f"File:      {reading.name}"
    yield f"Format:    {reading.source.name} ({reading.source.title})"
    yield f"Encoding:  {reading.encoding or 'none'}"
    yield f"Delimiter: {_delimiter_name(reading.delimiter)}"
    yield "Columns:"
    for column in reading.columns:
        goes = str(Target(column.field, column.qualifier)) or "ignored"
        goes += f": {column.reason}" if column.reason else ""
        yield f"  {short(column.name) or '(no name)'} -> {goes}"
    yield from (f"  (missing) -> {name}; specify it with --map {name}=COLUMN" for name in missing)
    order = [column.field for column in reading.columns]
    for record in found.first_records:
        yield f"Line {record.line}:"
        names = sorted(
            record.values, key=lambda name: (name not in order, [*order, name].index(name))
        )
        yield from (f"  {n}: {_shown(record.values[n])}" for n in names if record.values[n])
    yield f"Rows:      {found.rows:,}"
    yield f"Rejected:  {found.rejected:,}"
    yield from (_counted(*item, found.first_rejections) for item in found.rejections.most_common())
    yield f"Repairs:   {found.repairs.total():,}"
    yield from (_counted(*item, found.first_repairs) for item in found.repairs.most_common())


def _counted(kind: str, count: int, first: Mapping[str, Fault]) -> str:
    line, (_, column, value, message, result) = first[kind]
    where = f"line {line}, {short(column)}" if column else f"line {line}"
    said = f"“{short(value)}” -> “{short(result)}”" if result is not None else message
    return f"  {count:,} {kind}; the first: {where}: {said}"


def as_json(reading: Reading, found: Inspection, missing: Collection[str] = ()) -> str:
    """Say what was found, for programs: an object in a line; parameters as in ``report``."""
    said = {
        "file": reading.name,
        "source": reading.source.name,
        "encoding": reading.encoding,
        "delimiter": reading.delimiter,
        "columns": [
            {"name": c.name, "field": str(Target(c.field, c.qualifier)) or None, "reason": c.reason}
            for c in reading.columns
        ],
        "missing": list(missing),
        "rows": found.rows,
        "rejected": found.rejected,
        "rejections": dict(found.rejections),
        "repairs": dict(found.repairs),
        "first_rejections": _firsts(found.first_rejections),
        "first_repairs": _firsts(found.first_repairs),
        "records": [{"line": r.line, **r.values} for r in found.first_records],
    }
    return shown(json.dumps(said, ensure_ascii=False), most=None)


def _firsts(first: Mapping[str, Fault]) -> list[dict[str, Any]]:
    return [{"line": line, **issue._asdict()} for line, issue in first.values()]


def _delimiter_name(delimiter: str | None) -> str:
    names = {None: "none", "\t": "tab", ",": "comma", ";": "semicolon"}
    return names.get(delimiter) or str(delimiter)


def _shown(value: str | list[Any]) -> str:
    if isinstance(value, str):
        return value
    items = (item if isinstance(item, str) else " / ".join(map(short, item)) for item in value)
    return " | ".join(map(short, items))
