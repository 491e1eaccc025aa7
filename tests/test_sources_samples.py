"""
Every format by its samples: ``samples/NAME.*`` is a file of format NAME, ``samples/NAME-more.*``
another one, and ``samples/NAME.*.expected.jsonl`` has the records that come of it.

A record is a line of JSON: the values of the native CSV that are not empty; of a rejected one the
column and kind of each error; and the kinds of its repairs.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from django_bookrel.sources import SOURCES, Record, open_source

SAMPLES = Path(__file__).parent / "samples"
EXPECTED = ".expected.jsonl"
FILES = sorted(path for path in SAMPLES.iterdir() if not path.name.endswith(EXPECTED))
WITHOUT_SAMPLE = {"native", "generic"}
"""They have tests of their own."""
NO_COLUMNS = {"marcxml", "openlibrary_dump"}
"""Formats whose records are no rows of cells."""


def as_json(record: Record) -> dict[str, Any]:
    said = {name: value for name, value in record.values.items() if value}
    if record.errors:
        said = {"errors": [[error.column, error.kind] for error in record.errors]}
    if record.repairs:
        said["repairs"] = sorted({repair.kind for repair in record.repairs})
    # Tuples become lists.
    return json.loads(json.dumps({"line": record.line, **said}))


def read(path: Path, **options: Any) -> list[dict[str, Any]]:
    with open_source(path, **options) as reading:
        return [as_json(record) for record in reading]


def format_of(path: Path) -> str:
    return path.name.partition(".")[0].partition("-")[0]


def test_every_format_has_a_sample():
    assert {format_of(path) for path in FILES} | WITHOUT_SAMPLE == set(SOURCES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_recognised(path: Path):
    with open_source(path) as reading:
        assert reading.source.name == format_of(path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_records(path: Path):
    expected = path.with_name(path.name + EXPECTED).read_text(encoding="utf-8").splitlines()
    assert read(path) == [json.loads(line) for line in expected]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_column_is_placed_or_explained(path: Path):
    with open_source(path) as reading:
        assert {column.position for column in reading.columns} == set(range(len(reading.header)))
        lost = [c.name for c in reading.columns if not c.field and c.reason.startswith("no column")]
    assert lost == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_columns_in_another_order_among_others(path: Path, tmp_path: Path):
    with open_source(path) as reading:
        if reading.delimiter is None:
            pytest.skip("not a delimited text")
        quotes = next(d.quotes for d in reading.source.dialects if d.delimiter == reading.delimiter)
        # Bytes that could not be decoded are shown as text in the cells as they came.
        records = [record for record in reading if "\\x" not in "".join(record.raw)]
    copy = tmp_path / path.name
    with copy.open("w", encoding=reading.encoding, newline="") as file:
        quoting = {} if quotes else {"quotechar": None, "quoting": csv.QUOTE_NONE}
        writer = csv.writer(file, delimiter=reading.delimiter, **quoting)
        writer.writerow(["Price", *reversed(reading.header)])
        writer.writerows(["9.90", *reversed(record.raw)] for record in records)
    with open_source(copy) as reading:
        assert reading.source.name == format_of(path)
        # A list may come from several columns.
        assert [comparable(record) for record in reading] == list(map(comparable, records))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_saved_again_by_a_spreadsheet(path: Path, delimiter: str, tmp_path: Path):
    with open_source(path) as reading:
        if reading.delimiter is None:
            pytest.skip("not a delimited text")
        records = [record for record in reading if "\\x" not in "".join(record.raw)]
    copy = tmp_path / path.name
    # What Excel calls Unicode text has tabs.
    encoding = "utf-16" if delimiter == "\t" else "utf-8-sig"
    with copy.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(reading.header)
        writer.writerows(record.raw for record in records)
    with open_source(copy) as reading:
        assert (reading.source.name, reading.delimiter) == (format_of(path), delimiter)
        assert [comparable(record) for record in reading] == list(map(comparable, records))


def comparable(record: Record) -> tuple[dict[str, Any], set[str]]:
    values = {
        name: sorted(value) if isinstance(value, list) else value
        for name, value in record.values.items()
    }
    return values, {error.kind for error in record.errors}


@pytest.mark.parametrize("name", sorted(set(SOURCES) - WITHOUT_SAMPLE - NO_COLUMNS))
def test_named_format_may_lack_any_column(name: str, tmp_path: Path):
    path = tmp_path / "books.csv"
    path.write_text("Shelf,Name\n1,Momo\n", encoding="utf-8")
    options = {"source": name, "delimiter": ","}
    with open_source(path, mapping={"title": "Name"}, **options) as reading:
        assert [record.values["title"] for record in reading] == ["Momo"]
    with open_source(path, required=(), **options) as reading:
        assert [record.values.get("title", "") for record in reading] == [""]
