"""bookrel_import: files of rejected rows and of repaired cells."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from django_bookrel.models import Author, Book
from tests.commandline import ISBN, Run, write_bad
from tests.importing import books, read_csv, write_csv

pytestmark = pytest.mark.django_db


# Rejected rows.


def test_rejects(run: Callable[..., Run], tmp_path: Path, mixed: Path):
    path = tmp_path / "rejects.csv"
    assert run(mixed, "--rejects", path).status == 3
    rows = read_csv(path)
    assert [(row["bookrel_line"], row["title"], row["subjects"]) for row in rows] == [
        ("3", "Bad", ""),
        ("4", "'=Worse", "A|B"),
    ]
    assert rows[0]["bookrel_error"] == "year: is not a whole number"
    assert rows[1]["bookrel_error"].startswith("isbn: ")
    assert list(rows[0]) == ["bookrel_line", "bookrel_error", *read_csv(mixed)[0]]
    rows[0]["year"], rows[1]["isbn"] = "1999", ISBN
    assert run(write_csv(path, rows, list(rows[0]))).status == 0
    assert [(book["title"], book["year"], book["isbn"]) for book in books()] == [
        ("=Worse", None, ISBN),
        ("Bad", 1999, None),
        ("Better", None, None),
        ("Good", None, None),
    ]


def test_guards_against_formulas(run: Callable[..., Run], tmp_path: Path):
    path, rejects, repairs = (tmp_path / name for name in ("in.csv", "rejects.csv", "repairs.csv"))
    path.write_text("Titel;=Autor;Jahr\n@A;＝1+1;x-1\n", encoding="utf-8")
    outputs = ("--rejects", rejects, "--repairs", repairs, "--force", "--map", "author==Autor")
    for option, guard in (("", "'"), ("--no-spreadsheet-safe", "")):
        run(path, "--set", f"language={'x' * 40}", *outputs, *filter(None, [option]))
        [_, cells] = rejects.read_text(encoding="utf-8").splitlines()
        assert cells.endswith(f",{guard}@A,{guard}＝1+1,x-1")
        assert rejects.read_text(encoding="utf-8").startswith(
            f"bookrel_line,bookrel_error,Titel,{guard}=Autor,Jahr"
        )
    assert run(rejects, "--map", "author==Autor").status == 0
    assert [(book["title"], book["author"]) for book in books()] == [("@A", "＝1+1")]


def test_rejects_of_a_foreign_file(run: Callable[..., Run], tmp_path: Path):
    path, rejects = tmp_path / "in.csv", tmp_path / "rejects.csv"
    path.write_text("Titel;Autor;Jahr\nA;" + "x" * 300 + ";1999\nB;Bo;2000\n", encoding="utf-8")
    assert run(path, "--rejects", rejects).status == 3
    [row] = read_csv(rejects)
    assert (row["bookrel_line"], row["Titel"], row["Jahr"]) == ("2", "A", "1999")
    row["Autor"] = "Ann"
    assert run(write_csv(rejects, [row], list(row))).status == 0
    assert sorted(author.name for author in Author.objects.all()) == ["Ann", "Bo"]


def test_broken_rows_among_the_rejects(run: Callable[..., Run], tmp_path: Path):
    path, rejects = tmp_path / "in.csv", tmp_path / "rejects.csv"
    path.write_bytes(b"title,author\nA,Ann,more\nB\0,Bo\nC,Cy\n")
    assert run(path, "--rejects", rejects).status == 3
    lines = rejects.read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in lines] == ["bookrel_line", "2", "3"]
    assert lines[1].endswith("A,Ann,more")
    assert [book["title"] for book in books()] == ["C"]


def test_no_file_is_overwritten(run: Callable[..., Run], tmp_path: Path, mixed: Path):
    path = tmp_path / "rejects.csv"
    path.write_text("precious", encoding="utf-8")
    assert run(mixed, "--rejects", path).status == 1
    assert path.read_text(encoding="utf-8") == "precious"
    assert Book.objects.count() == 0
    assert run(mixed, "--rejects", path, "--force").status == 3
    assert len(read_csv(path)) == 2
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_rejects_of_an_import_that_was_stopped(run: Callable[..., Run], tmp_path: Path):
    path = write_bad(tmp_path / "in.csv", good=6, bad=4)
    rejects = tmp_path / "rejects.csv"
    assert run(path, "--rejects", rejects, "--max-rejects", "1").status == 4
    assert [row["bookrel_line"] for row in read_csv(rejects)] == ["8", "9", "10", "11"]


def test_rejects_of_a_wrong_file(run: Callable[..., Run], tmp_path: Path):
    rows = [{"title": "", "year": "x", "pages": "y"} for _n in range(2000)]
    path, rejects = write_csv(tmp_path / "in.csv", rows), tmp_path / "rejects.csv"
    assert run(path, "--rejects", rejects).status == 4
    found = read_csv(rejects)
    assert [row["bookrel_line"] for row in found] == [str(n) for n in range(2, 2002)]
    assert found[0]["bookrel_error"] == (
        "title: is empty; year: is not a whole number; pages: is not a whole number"
    )


# Repaired cells.


REPAIRED = (
    "Titel;Autor;Jahr;ISBN\n"
    'A;Ann Lee & Bo Ek;1999.0;="0306406152"\n'
    "B;Cy;=never;\n"
    ";Cy;2001.0;\n"
    "A;Ann Lee;1999.0;9780306406157\n"
)


def test_repairs(run: Callable[..., Run], tmp_path: Path):
    path, repairs = tmp_path / "in.csv", tmp_path / "repairs.csv"
    path.write_text(REPAIRED, encoding="utf-8")
    status, out, _err = run(path, "--repairs", repairs)
    assert status == 3
    assert "1 duplicate, 1 rejected" in out
    assert "repaired or dropped cells: 3 number, 1 isbn-excel, 1 people, 1 year-dropped\n" in out
    assert sorted(map(tuple, csv.reader(repairs.read_text("utf-8").splitlines()[1:]))) == [
        ("2", "Autor", "people", "Ann Lee & Bo Ek", "Ann Lee; Bo Ek", ""),
        ("2", "ISBN", "isbn-excel", '\'="0306406152"', "9780306406157", ""),
        ("2", "Jahr", "number", "1999.0", "1999", ""),
        (
            "3",
            "Jahr",
            "year-dropped",
            "'=never",
            "",
            '"=never" is not a year. The cell was dropped.',
        ),
        ("4", "Jahr", "number", "2001.0", "2001", ""),
        ("5", "Jahr", "number", "1999.0", "1999", ""),
    ]
    assert repairs.read_text("utf-8").startswith("line,column,kind,value,read_as,reason\n")


@pytest.mark.parametrize("batch", ["1", "2", "100"])
def test_repairs_are_those_that_are_counted(run: Callable[..., Run], tmp_path: Path, batch: str):
    path, repairs = tmp_path / "in.csv", tmp_path / "repairs.csv"
    path.write_text(REPAIRED, encoding="utf-8")
    out = run(path, "--repairs", repairs, "--batch-size", batch, "--json", "--skip", "1").out
    kinds = Counter(row["kind"] for row in read_csv(repairs))
    assert kinds == json.loads(out)["repairs"] == {"number": 2, "year-dropped": 1}


def test_repairs_of_rows_that_are_read_again(run: Callable[..., Run], tmp_path: Path):
    Book.objects.create(title="One", isbn=ISBN)
    Book.objects.create(title="Two").identifiers.create(scheme="oclc", value="2")
    path, repairs = tmp_path / "in.csv", tmp_path / "repairs.csv"
    # The last row of the book counts, and when it is rejected the one before it.
    path.write_text(
        f"Titel;Jahr;ISBN;OCLC\nA;1.0;{ISBN};\nB;2.0;{ISBN};\nC;3.0;{ISBN};2\n", encoding="utf-8"
    )
    out = run(path, "-n", "--batch-size", "1", "--repairs", repairs, "--json").out
    found = json.loads(out)
    assert (found["updated"], found["rejected"], found["repairs"]) == (1, 1, {"number": 3})
    assert [row["line"] for row in read_csv(repairs)] == ["2", "3", "4"]


def test_repairs_of_long_cells_are_whole(run: Callable[..., Run], tmp_path: Path):
    people = [f"Ann Lee{'a' * number}" for number in range(40)]
    path = write_csv(
        tmp_path / "in.csv", [{"Title": "A", "Author": "; ".join(people)}], ["Title", "Author"]
    )
    assert run(path, "--repairs", tmp_path / "repairs.csv", "-n").status == 0
    [row] = read_csv(tmp_path / "repairs.csv")
    assert row["value"] == row["read_as"] == "; ".join(people)


def test_no_file_of_repairs_is_overwritten(run: Callable[..., Run], tmp_path: Path, good: Path):
    path = tmp_path / "repairs.csv"
    path.write_text("precious", encoding="utf-8")
    assert run(good, "--repairs", path).status == 1
    assert (path.read_text(encoding="utf-8"), Book.objects.count()) == ("precious", 0)
    assert run(good, "--repairs", path, "--force").status == 0
    assert read_csv(path) == []


def test_files_of_repairs_that_make_no_sense(run: Callable[..., Run], tmp_path: Path, good: Path):
    path = tmp_path / "out.csv"
    assert run(good, good, "--repairs", path).status == 2
    assert run(good, "--repairs", path, "--rejects", path).status == 2
    assert Book.objects.count() == 0
