from __future__ import annotations

from pathlib import Path

import pytest

from django_bookrel.sources import BOOK_FIELDS, Record, open_source
from django_bookrel.sources.reading.series import (
    bare_number,
    join_series,
    split_series,
    take_series,
)
from tests.shared import shared_file


@pytest.mark.parametrize(
    "text, series",
    [
        ("", []),
        ("Dune", [("Dune", "")]),
        ("Dune #1", [("Dune", "1")]),
        ("Dune, #1-2", [("Dune", "1-2")]),
        ("Dune ; 3", [("Dune", "3")]),
        ("Dune ; vol. 3", [("Dune", "3")]),
        ("Dune, Bd. 3", [("Dune", "3")]),
        ("Lecture notes -- 1234", [("Lecture notes", "1234")]),
        ("Lecture notes -- v. 3", [("Lecture notes", "3")]),
        ("Lecture notes -- Bd.3/4", [("Lecture notes", "3/4")]),
        ("Lecture notes -- vol. 16, no. 2", [("Lecture notes", "16, no. 2")]),
        ("Lecture notes -- New ser.", [("Lecture notes -- New ser.", "")]),
        ("Lecture notes--1234", [("Lecture notes--1234", "")]),
        ("History -- 20th century", [("History -- 20th century", "")]),
        ("Dune, vol. 16, no. 2", [("Dune", "16, no. 2")]),
        ("Area No 51", [("Area No 51", "")]),
        ("Catch 22", [("Catch 22", "")]),
        ("Dune #1 | Arrakis  x", [("Dune", "1"), ("Arrakis x", "")]),
        ("Dune; Arrakis", [("Dune", ""), ("Arrakis", "")]),
        ("Dune #1.0", [("Dune", "1")]),
        ("Dune #1.5", [("Dune", "1.5")]),
        ("Dune #0", [("Dune", "0")]),
    ],
)
def test_split_series(text: str, series: list[tuple[str, str]]):
    assert split_series(text) == series


@pytest.mark.parametrize(
    "title, expected",
    [
        ("Night Tide (Harbour, #1)", ("Night Tide", [("Harbour", "1")])),
        ("Night Tide (Harbour #1) ", ("Night Tide", [("Harbour", "1")])),
        ("Night Tide  (Harbour,  #1.0)", ("Night Tide", [("Harbour", "1")])),
        ("Night Tide (Harbour. #0.5)", ("Night Tide", [("Harbour", "0.5")])),
        ("Night Tide(Harbour,#1-2)", ("Night Tide", [("Harbour", "1-2")])),
        ("Night Tide (Harbour, #0.1 – 0.4)", ("Night Tide", [("Harbour", "0.1 – 0.4")])),
        ("Night Tide (Harbour, #1-4 + 3.5)", ("Night Tide", [("Harbour", "1-4 + 3.5")])),
        ("Night Tide (Harbour, #4.1, #4.3, #5)", ("Night Tide", [("Harbour", "4.1, 4.3, 5")])),
        ("Night Tide (Harbour, #3, Part 1 of 2)", ("Night Tide", [("Harbour", "3, Part 1 of 2")])),
        ("Night Tide (Salt, Rope, and Tar, #3)", ("Night Tide", [("Salt, Rope, and Tar", "3")])),
        (
            "Night Tide (Harbour, #1; Mole #3 )",
            ("Night Tide", [("Harbour", "1"), ("Mole", "3")]),
        ),
        (
            "Night Tide (Harbour, #1; Part 2; Mole, #3)",
            ("Night Tide", [("Harbour", "1; Part 2"), ("Mole", "3")]),
        ),
        (
            "Night Tide (Harbour #10, Salt, Rope #1)",
            ("Night Tide", [("Harbour", "10"), ("Salt, Rope", "1")]),
        ),
        ("Night (Tide) (Harbour, #1)", ("Night (Tide)", [("Harbour", "1")])),
        ("Tide #2 (Harbour, #1)", ("Tide #2", [("Harbour", "1")])),
    ],
)
def test_take_series(title: str, expected: tuple[str, list[tuple[str, str]]]):
    assert take_series(title) == expected


@pytest.mark.parametrize(
    "title",
    [
        "Night Tide",
        "Night Tide (Harbour)",
        "Night Tide (Harbour Book 1)",
        "Night Tide #1",
        "Night Tide (#1)",
        "(Harbour, #1)",
        "Night Tide (Harbour, #1), large print",
        "Night Tide (Harbour, #1) (large print)",
        "Night Tide (Harbour, #one)",
        "Night Tide (the #1 bestseller)",
        "Night Tide (Harbour #1 Mole #2)",
        "Night Tide (Harbour, #1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)",
        f"Night Tide ({'Harbour ' * 100}, #1)",
        "Night Tide (Harbour, #1",
        "Night Tide (Harbour (old), #1)",
    ],
)
def test_titles_that_are_left_alone(title: str):
    assert take_series(title) == (title, [])


@pytest.mark.parametrize(
    "known, others, joined",
    [
        ([], [("Harbour", "1")], [("Harbour", "1")]),
        ([("Mole", "")], [("Harbour", "1")], [("Mole", ""), ("Harbour", "1")]),
        ([("The Harbour", "")], [("harbour", "1")], [("The Harbour", "1")]),
        ([("Harbour", "01")], [("Harbour", "1")], [("Harbour", "01")]),
        ([("Harbour", "2")], [("Harbour", "1")], []),
    ],
)
def test_join_series(known: list, others: list, joined: list):
    assert join_series(known, others) == joined


def read(folder: Path, text: str, **options) -> list[Record]:
    path = folder / "books.csv"
    path.write_text(text, encoding="utf-8")
    with open_source(path, source="generic", **options) as reading:
        return list(reading)


def test_series_of_a_title(tmp_path: Path):
    first, second = read(tmp_path, 'title\n"Night Tide (Harbour, #1; Mole #3)"\nNight Tide #1\n')
    assert first.values == {"title": "Night Tide", "series": [("Harbour", "1"), ("Mole", "3")]}
    assert [tuple(repair) for repair in first.repairs] == [
        (
            "series-in-title",
            "title",
            "Night Tide (Harbour, #1; Mole #3)",
            "",
            "Night Tide; series: Harbour #1; Mole #3",
        )
    ]
    assert (second.values["title"], second.repairs) == ("Night Tide #1", [])


def test_series_of_a_title_and_of_a_column(tmp_path: Path):
    text = "series|title\nharbour|Night Tide (Harbour, #1)\nHarbour #2|Night Tide (Harbour, #1)\n"
    assert [record.values for record in read(tmp_path, text)] == [
        {"title": "Night Tide", "series": [("harbour", "1")]},
        # Which of the numbers is right nobody knows.
        {"title": "Night Tide (Harbour, #1)", "series": [("Harbour", "2")]},
    ]


def test_numbers_of_series(tmp_path: Path):
    text = (
        "series,series number,series index,title\n"
        "Harbour,1.0,7,A\n"
        "Harbour,,2,B\n"
        "Harbour #3,4,,C\n"
        "Harbour; Mole,3;1,,D\n"
        "Harbour; Mole,3,,E\n"
        ",3,,F\n"
    )
    records = read(tmp_path, text)
    assert [record.values["series"] for record in records] == [
        [("Harbour", "1")],
        [("Harbour", "2")],
        [("Harbour", "3")],
        [("Harbour", "3"), ("Mole", "1")],
        [("Harbour", ""), ("Mole", "")],
        [],
    ]
    repairs = [tuple(repair[:4]) for record in records for repair in record.repairs]
    assert repairs == [
        (
            "series-number-dropped",
            "series number",
            "4",
            "The series it belongs to is uncertain. The cell was dropped.",
        ),
        (
            "series-number-dropped",
            "series number",
            "3",
            "The series it belongs to is uncertain. The cell was dropped.",
        ),
        (
            "series-number-dropped",
            "series number",
            "3",
            "It has no series. The cell was dropped.",
        ),
    ]


@pytest.mark.parametrize(
    "text, number",
    [
        ("#4", "4"),
        ("№ 4", "4"),
        ("n° 4", "4"),
        ("Vol. 3", "3"),
        ("book 3.5", "3.5"),
        ("Bd.3", "3"),
        ("3", "3"),
        ("Vol. III", "Vol. III"),
        ("Notes 3", "Notes 3"),
        ("T3", "T3"),
    ],
)
def test_bare_number(text: str, number: str):
    assert bare_number(text) == number


def test_words_before_the_number_in_a_series(tmp_path: Path):
    text = "title,Series,Series #\nA,Harbour,#4.0\nB,Salt; Mole,Vol. 3; 4\nC,Salt,3\n"
    records = read(tmp_path, text)
    assert [record.values["series"] for record in records] == [
        [("Harbour", "4")],
        [("Salt", "3"), ("Mole", "4")],
        [("Salt", "3")],
    ]
    assert [tuple(repair) for record in records for repair in record.repairs] == [
        ("number", "Series #", "#4.0", "", "4"),
        ("number", "Series #", "Vol. 3; 4", "", "3; 4"),
    ]


def test_title_stays_where_there_are_no_series(tmp_path: Path):
    fields = [field for field in BOOK_FIELDS if field != "series"]
    (record,) = read(tmp_path, "title\nNight Tide (Harbour #1)\n", fields=fields)
    assert record.values == {"title": "Night Tide (Harbour #1)"}
    with open_source(tmp_path / "books.csv", source="generic", fields=fields) as reading:
        assert reading.fields == {"title"}


def test_goodbooks():
    with open_source(shared_file("goodbooks-10k.csv")) as reading:
        records = list(reading)
        assert "series" in reading.fields
    assert sum(bool(record.values.get("series")) for record in records) == 4_436
    assert records[0].values["series"] == [("The Hunger Games", "1")]
    assert records[0].values["title"] == "The Hunger Games"
