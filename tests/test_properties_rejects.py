"""Rejected rows come back from their file cell by cell, whatever a spreadsheet saved it as."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_bookrel.bulk import Rejection
from django_bookrel.resources.formats import FORMATS
from django_bookrel.resources.rejects import RejectsWriter
from django_bookrel.sources import open_source

FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")
INVISIBLE = ("'", "''", " ", "\xa0", "\u3000", "\u200b", "\u200e", "\ufeff", "\u2060", "\n", "\x1f")
CELL = st.lists(
    st.sampled_from([*FORMULA_STARTS, *INVISIBLE, "1+1", "a", '"', ",", ";", "|", "é", "漢"]),
    max_size=5,
).map("".join)
# Blank cells at the end of a row are none in a workbook.
ROW = st.lists(CELL, min_size=4, max_size=4).map(lambda cells: [*cells, "x"])
HEADER = ("ISBN", "'=Titel", "@Author", "+", "Note")


def rejects_of(rows: list[list[str]], *, spreadsheet_safe: bool) -> list[list[str]]:
    file = io.StringIO(newline="")
    writer = RejectsWriter(file, HEADER, spreadsheet_safe=spreadsheet_safe)
    writer([Rejection(n, "", "", f"={n}", row) for n, row in enumerate(rows, 2)])
    return list(csv.reader(io.StringIO(file.getvalue(), newline="")))


def save(path: Path, table: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = FORMATS[path.suffix[1:]](file)
        writer.header(table[0])
        writer.rows(table[1:])
        writer.close(complete=True)


@pytest.mark.parametrize("suffix", ["csv", "tsv", "xlsx"])
@given(rows=st.lists(ROW, min_size=1, max_size=3), safe=st.booleans())
def test_cells_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    suffix: str,
    rows: list[list[str]],
    safe: bool,  # noqa: FBT001
):
    path = tmp_path_factory.getbasetemp() / f"rejects.{suffix}"
    save(path, rejects_of(rows, spreadsheet_safe=safe))
    with open_source(path, source="generic", mapping={"title": "'=Titel"}) as reading:
        header, raw = reading.header, [record.raw for record in reading]
    assert header[2:] == list(HEADER)
    assert [cells[2:] for cells in raw] == rows
    assert [cells[0] for cells in raw] == [str(n) for n, _ in enumerate(rows, 2)]


@given(row=ROW)
def test_no_cell_is_a_formula(row: list[str]):
    for cells in rejects_of([row], spreadsheet_safe=True):
        for cell in cells:
            seen = cell.lstrip("".join(INVISIBLE[2:]))
            assert not seen.startswith(FORMULA_STARTS)


def test_rejects_of_rejects(tmp_path: Path):
    row = ["", "'=1", "''@", "\u200b=", "x"]
    path = tmp_path / "rejects.csv"
    save(path, rejects_of([row], spreadsheet_safe=True))
    with open_source(path, source="generic", mapping={"title": "'=Titel"}) as reading:
        header, [record] = reading.header, list(reading)
    with path.open("w", encoding="utf-8", newline="") as file:
        RejectsWriter(file, header)([Rejection(2, "", "", "again", cast("list[str]", record.raw))])
    with open_source(path, source="generic", mapping={"title": "'=Titel"}) as again:
        assert [record.raw for record in again] == [["2", "again", *row]]
        assert again.header == header
