from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from django_bookrel.exceptions import InvalidOption, SourceError
from django_bookrel.sources import open_source
from django_bookrel.sources.__main__ import main
from django_bookrel.sources.limits import DEFAULT_LIMITS, Limits

ALL = (
    "unpacked, ratio, members, rows, columns, line, cell, parsed_cell, record, elements, part, "
    "shared_texts, shared_bytes"
)


def test_limits():
    limits = Limits.of({"rows": 5, "cell": None})
    assert (limits.rows, limits.cell, limits.line) == (5, sys.maxsize, DEFAULT_LIMITS.line)


@pytest.mark.parametrize(
    "given, problems",
    [
        ({}, []),
        ({"rows": 5, "cell": None}, []),
        (["rows"], ["Limits must be a dict of names and numbers, not ['rows']."]),
        (
            {"row": 5},
            [f'Unknown limit "row" (did you mean "rows"?). The limits are: {ALL}.'],
        ),
        ({1: 5}, [f'Unknown limit "1". The limits are: {ALL}.']),
        *(
            ({"rows": limit}, [f'The limit "rows" {must}, not {limit!r}.'])
            for limit in ("5", 5.0, True, 0, -1)
            for must in ["must be a whole number of at least 1"]
        ),
    ],
)
def test_problems(given: Any, problems: list[str]):
    assert list(Limits.problems(given)) == problems
    if problems:
        with pytest.raises(InvalidOption):
            Limits.of(given)


def read(path: Path, text: str, **limits: int) -> list[tuple[int, list[str]]]:
    path.write_text(text, encoding="utf-8")
    with open_source(path, limits=limits) as reading:
        return [(record.line, [error.message for error in record.errors]) for record in reading]


def test_rows(tmp_path: Path):
    path = tmp_path / "x.csv"
    assert read(path, "title\nA\nB\n", rows=2) == [(2, []), (3, [])]
    with pytest.raises(SourceError) as caught:
        read(path, "title\nA\nB\n", rows=1)
    message = 'the file has more rows than the 1 that BOOKREL_LIMITS["rows"] allows.'
    assert str(caught.value) == message


def test_columns(tmp_path: Path):
    path = tmp_path / "x.csv"
    header = ",".join(["title", *(f"c{number}" for number in range(2_000))])
    with pytest.raises(SourceError) as caught:
        read(path, f"{header}\n")
    message = (
        f"{path}: the header has 2,001 columns, "
        'more than the 2,000 that BOOKREL_LIMITS["columns"] allows.'
    )
    assert str(caught.value) == message
    assert read(path, f"{header}\n", columns=2_001) == []


def test_cells_that_are_parsed(tmp_path: Path):
    long = "x" * 30
    text = f"title,author,notes\n{long},A,{long}\nB,{long},\nC,D,\n"
    message = (
        'author has 30 characters, more than the 20 that BOOKREL_LIMITS["parsed_cell"] allows.'
    )
    found = read(tmp_path / "x.csv", text, parsed_cell=20)
    assert found == [(2, []), (3, [message]), (4, [])]


def test_cells_that_are_looked_at(tmp_path: Path):
    """The column Role of the British Library has no field of its own, but is parsed."""
    cells = {"BL record ID": "1", "Title": "Emma", "Name": "Lee", "Role": "x" * 30, "Notes": "y"}
    cells |= dict.fromkeys(("Type of name", "Dates associated with name", "All names"), "")
    text = ",".join(cells) + "\n" + ",".join(cells.values()) + "\n"
    message = 'Role has 30 characters, more than the 20 that BOOKREL_LIMITS["parsed_cell"] allows.'
    assert read(tmp_path / "x.csv", text, parsed_cell=20) == [(2, [message])]
    assert read(tmp_path / "x.csv", text) == [(2, [])]


def test_the_native_notation_is_read_at_any_length(tmp_path: Path):
    people = "|".join(f"Ann {number} (editor)" for number in range(5_000))
    text = f"title,contributors\nEmma,{people}\n"
    assert len(people) > DEFAULT_LIMITS.parsed_cell
    assert read(tmp_path / "x.csv", text) == [(2, [])]


def test_the_command_takes_limits(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "x.csv"
    path.write_text("title,author\nA,B\n")
    assert main([str(path), "--limits", "columns=1"]) == 1
    assert "more than the 1 that" in capsys.readouterr().err
    assert main([str(path), "--limits", "columns=2", "--limits", "rows=1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 1
    assert main([str(path), "--limits", "column=2"]) == 1
    assert 'Unknown limit "column"' in capsys.readouterr().err


@pytest.mark.parametrize("text", ["columns", "columns=x", "columns=" + "9" * 20])
def test_limits_that_are_no_numbers(text: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as caught:
        main(["-", "--limits", text])
    assert caught.value.code == 2
    assert f"--limits {text}: expected --limits NAME=NUMBER." in capsys.readouterr().err
