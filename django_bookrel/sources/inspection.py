"""What an import of a file would read, without importing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .base import Issue, Record
from .opening import Reading

__all__ = ("Inspection", "inspect", "report")

FIRST_RECORDS = 5


@dataclass
class Inspection:
    """The records of a whole file, counted."""

    record_count: int = 0
    refused_count: int = 0
    repair_counts: Counter[str] = field(default_factory=Counter)
    """Kind of repair to the number of cells."""
    first_records: list[Record] = field(default_factory=list)
    """The first records that are not refused."""
    first_errors: list[tuple[int, Issue]] = field(default_factory=list)
    """Lines and errors of the first records that are."""


def inspect(reading: Reading) -> Inspection:
    """Read a file to its end; memory does not grow with it."""
    found = Inspection()
    for record in reading:
        found.record_count += 1
        found.repair_counts.update(repair.kind for repair in record.repairs)
        if record.errors:
            found.refused_count += 1
            if len(found.first_errors) < FIRST_RECORDS:
                found.first_errors += [(record.line, error) for error in record.errors]
        elif len(found.first_records) < FIRST_RECORDS:
            found.first_records.append(record)
    return found


def report(reading: Reading) -> Iterator[str]:
    """Inspect a file and say what was found, in lines for people."""
    yield f"File:      {reading.name}"
    yield f"Source:    {reading.source.name} ({reading.source.title})"
    yield f"Encoding:  {reading.encoding or 'none'}"
    yield f"Delimiter: {_delimiter_name(reading.delimiter)}"
    yield "Columns:"
    for column in reading.columns:
        goes = f"{column.field}:{column.qualifier}".rstrip(":") or "not kept"
        goes += f": {column.reason}" if column.reason else ""
        yield f"  {column.name or '(no name)'} -> {goes}"
    found = inspect(reading)
    for record in found.first_records:
        yield f"Line {record.line}:"
        yield from (f"  {name}: {_shown(value)}" for name, value in record.values.items() if value)
    yield f"Records: {found.record_count:,}, of them refused: {found.refused_count:,}"
    for line, error in found.first_errors:
        where = f", {error.column}" if error.column else ""
        yield f"  line {line}{where}: {error.message}"
    yield f"Repairs: {found.repair_counts.total():,}"
    yield from (f"  {kind}: {count:,}" for kind, count in found.repair_counts.most_common())


def _delimiter_name(delimiter: str | None) -> str:
    names = {None: "none", "\t": "tab", ",": "comma", ";": "semicolon"}
    return names.get(delimiter) or str(delimiter)


def _shown(value: str | list[Any]) -> str:
    if isinstance(value, str):
        return value
    return " | ".join(item if isinstance(item, str) else " / ".join(item) for item in value)
