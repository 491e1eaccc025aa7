"""Whatever a catalogue says comes through a native file, and through the database, unchanged."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from operator import add
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from django_bookrel.names import text_key
from django_bookrel.resources import BookResource, load
from django_bookrel.resources.exporting import Exporter
from django_bookrel.sources import BOOK_FIELDS, LIST_FIELDS, open_source
from django_bookrel.sources.reading import notation
from tests.importing import books, capture_writes, rolled_back, stored

Row = dict[str, Any]

PIECES = (
    *("a", "b", "C", "é", "ß", "ŉ", "李", "ش", "שָׁ", "😀", "e\u0301", "\u0301", "\u202e", "\u200b"),
    *(" ", "  ", "\n", "\r\n", "\r", "\t", "\x0b", "\x1c", "\x85", "\xa0", "\u2028", "\u3000"),
    *("|", "\\", "\\|", '"', '""', "'", "''", ",", ";", ":", "#", " #", "#1", "=", "+", "-", "@"),
    *("(", ")", "(editor)", " (translator)", "[", "]", "(1900-1980)", ", 1820-1891", "&amp;"),
    *("NULL", "None", "0", "1e5", "isbn:", "fingerprint", "The ", "Jr.", "\ufeff"),
)
TEXT = st.builds(
    add,
    # What a spreadsheet takes for a formula, what is guarded against that, and what looks like it.
    st.sampled_from(["", "", "=1", "'=1", "''@", "\t", "'"]),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join),
)
NAME = st.sampled_from(["Ann", "ann", "Lee, Ann", "ANN LEE", "Ann Lee (1900-1980)", "Bo", "Ånn"])
ISBN = st.sampled_from(["9780306406157", "9780061120084", "9791032305690", ""])


def rows(text: st.SearchStrategy[str]) -> st.SearchStrategy[Row]:
    """Make rows in the values that a source gives."""
    optional = text | st.sampled_from(["", " "])
    role = st.sampled_from(["editor", "translator", "co-author"])
    return st.fixed_dictionaries(
        {
            "isbn": ISBN,
            "title": text,
            "author": optional,
            "contributors": st.lists(st.tuples(text, role), max_size=4),
            "publishers": st.lists(text, max_size=3),
            "year": st.sampled_from(["", "1900", "-44", "0"]),
            "language": optional,
            "pages": st.sampled_from(["", "1", "320"]),
            "series": st.lists(st.tuples(text, optional), max_size=2),
            "subjects": st.lists(text, max_size=3),
            "identifiers": st.lists(st.tuples(text, text), max_size=2),
        }
    )


TABLE = st.lists(rows(TEXT), min_size=1, max_size=4)
CATALOGUE = st.lists(rows(TEXT | NAME), min_size=1, max_size=5)
WRITTEN = {
    "contributors": lambda pairs: notation.join_list(
        notation.format_contributor(*p) for p in pairs
    ),
    "publishers": notation.join_list,
    "series": lambda pairs: notation.join_list(notation.format_series(*p) for p in pairs),
    "subjects": notation.join_list,
    "identifiers": lambda pairs: notation.join_list(notation.format_identifier(*p) for p in pairs),
}


def native_file(table: Sequence[Mapping[str, Any]], delimiter: str, *, guarded: bool) -> bytes:
    """Write rows as the documentation of the native CSV says it."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(BOOK_FIELDS)
    for row in table:
        cells = [WRITTEN.get(name, str)(row[name]) for name in BOOK_FIELDS]
        writer.writerow([notation.guard_cell(cell, spreadsheet=guarded) for cell in cells])
    return file.getvalue().encode()


def exported(format_name: str, *, guarded: bool = False) -> bytes:
    file = io.StringIO(newline="")
    Exporter(BookResource(), spreadsheet_safe=guarded).write(file, format_name)
    return file.getvalue().encode()


def counts(path: Path) -> tuple[int, int]:
    """Import a file; return its rows and how many of them changed nothing."""
    result = load(path, source="native", max_rejects=lambda totals: False)
    return result.counts.rows, result.counts.unchanged


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("native") / "books.csv"


@given(table=TABLE, delimiter=st.sampled_from(",;\t"), guarded=st.booleans())
def test_every_record_comes_back(
    path: Path,
    table: list[Row],
    delimiter: str,
    guarded: bool,  # noqa: FBT001
) -> None:
    path.write_bytes(native_file(table, delimiter, guarded=guarded))
    with open_source(path) as reading:
        assert [record.values for record in reading] == table


@pytest.mark.django_db
@settings(max_examples=settings.default.max_examples // 2)
@given(row=rows(TEXT))
def test_every_text_is_stored(path: Path, row: Row) -> None:
    path.write_bytes(native_file([row], ",", guarded=False))
    with rolled_back():
        counts(path)
        saved = books()
    if not saved:
        # A name of blanks, or a text that is longer than its column.
        texts = [*row["publishers"], *row["subjects"], *sum(row["series"], ())]
        texts += [*sum(row["contributors"], ()), *sum(row["identifiers"], ()), row["language"]]
        assert any(not text.strip() or len(text) > 35 for text in texts)
        return
    [book] = saved
    assert (book["title"], book["language"]) == (row["title"], row["language"])
    for kind in ("publishers", "subjects"):
        assert book[kind] == sorted({text_key(t): t for t in reversed(row[kind])}.values())
    series = {text_key(t): (t, n if n.strip() else "") for t, n in reversed(row["series"])}
    assert book["series"] == sorted(series.values())
    found = {(scheme.strip(), value.strip()) for scheme, value in row["identifiers"]}
    assert book["identifiers"] == sorted(pair for pair in found if pair[0] != "fingerprint")


@pytest.mark.django_db
@settings(max_examples=settings.default.max_examples // 2)
@given(table=CATALOGUE, format_name=st.sampled_from(["csv", "tsv"]), guarded=st.booleans())
def test_what_is_exported_imports_again_without_change(
    path: Path,
    table: list[Row],
    format_name: str,
    guarded: bool,  # noqa: FBT001
) -> None:
    path.write_bytes(native_file(table, ",", guarded=True))
    with rolled_back():
        counts(path)
        saved, before = books(), stored()
        out = exported(format_name, guarded=guarded)
        path.write_bytes(out)
        with capture_writes() as written:
            assert counts(path) == (len(saved), len(saved))
        assert written == []
        assert stored() == before
        assert exported(format_name, guarded=guarded) == out
    with rolled_back():
        counts(path)
        assert books() == saved


@pytest.mark.django_db
@settings(max_examples=settings.default.max_examples // 4)
@given(table=CATALOGUE)
def test_json_lines_say_what_the_csv_says(path: Path, table: list[Row]) -> None:
    path.write_bytes(native_file(table, ",", guarded=True))
    with rolled_back():
        counts(path)
        lines = exported("jsonl").decode().split("\n")
        said = [json.loads(line) for line in lines[:-1]]
        cells = [*csv.reader(io.StringIO(exported("csv").decode(), newline=""))]
    assert [[_cell(name, row[name]) for name in BOOK_FIELDS] for row in said] == cells[1:]


def _cell(name: str, value: Any) -> str:
    text = notation.join_list(value) if name in LIST_FIELDS else "" if value is None else str(value)
    return notation.guard_cell(text, spreadsheet=False)
