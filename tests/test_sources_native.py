from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pytest

from django_bookrel.exceptions import InvalidISBN, MissingColumns, UnknownField
from django_bookrel.isbn import clean_isbn
from django_bookrel.sources import BOOK_FIELDS, Issue, Record, join_list, open_source
from django_bookrel.sources.formats.native import NativeSource
from django_bookrel.sources.reading.notation import guard_cell
from tests.test_sources_notation import nasty_text


def write(folder: Path, text: str) -> Path:
    path = folder / "books.csv"
    path.write_bytes(text.encode())
    return path


def test_every_file_comes_back(tmp_path: Path):
    chance = random.Random(0)
    rows = [
        {"title": nasty_text(chance), "subjects": [nasty_text(chance) for _ in range(2)]}
        for _ in range(1_000)
    ]
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(["title", "subjects"])
    for row in rows:
        cells = [row["title"], join_list(row["subjects"])]
        writer.writerow([guard_cell(cell, spreadsheet=False) for cell in cells])
    with open_source(write(tmp_path, file.getvalue())) as reading:
        assert [record.values for record in reading] == rows


def test_record(tmp_path: Path):
    header = ",".join(BOOK_FIELDS)
    line = (
        "0-439-02348-3,'=Title,Ann Author,Tom (translator)|Ed,Knopf|Faber & Faber,-720,en,320,"
        r"Dune #1,A\|B|C,goodreads:1|oclc:2"
    )
    with open_source(write(tmp_path, f"{header}\n{line}\n,T{',' * 9}\n")) as reading:
        assert (reading.source.name, reading.source.clears) == ("native", True)
        assert reading.fields == set(BOOK_FIELDS)
        first, second = reading
    assert first == Record(
        line=2,
        values={
            "isbn": "9780439023481",
            "title": "=Title",
            "author": "Ann Author",
            "contributors": [("Tom", "translator"), ("Ed", "contributor")],
            "publishers": ["Knopf", "Faber & Faber"],
            "year": "-720",
            "language": "en",
            "pages": "320",
            "series": [("Dune", "1")],
            "subjects": ["A|B", "C"],
            "identifiers": [("goodreads", "1"), ("oclc", "2")],
        },
        raw=line.split(","),
        errors=[],
    )
    lists = {"contributors", "publishers", "series", "subjects", "identifiers"}
    assert second.values == {
        field: "T" if field == "title" else [] if field in lists else "" for field in BOOK_FIELDS
    }


def test_invalid_cells_reject_the_record(tmp_path: Path):
    path = write(tmp_path, "isbn,title,identifiers\n0439023484,A,oclc\n,B,\n")
    with open_source(path) as reading:
        records = list(reading)
    with pytest.raises(InvalidISBN) as caught:
        clean_isbn("0439023484")
    assert records[0].errors == [
        Issue("isbn", "isbn", "0439023484", str(caught.value)),
        Issue(
            "identifier",
            "identifiers",
            "oclc",
            '"oclc" is not an identifier; expected scheme:value.',
        ),
    ]
    assert not records[1].errors


@pytest.mark.parametrize(
    "header, fields, recognised",
    [
        (["title", "series"], BOOK_FIELDS, True),
        (["series", "price"], [*BOOK_FIELDS, "price"], True),
        (["title", "author"], BOOK_FIELDS, False),
        (["title", "series", "price"], BOOK_FIELDS, False),
        (["Title", "series"], BOOK_FIELDS, False),
        (["headline", "topics"], ["id", "headline", "topics"], True),
        (["headline", "reporter"], ["id", "headline", "topics"], False),
    ],
)
def test_identify(header: list[str], fields: list[str], recognised: bool):  # noqa: FBT001
    assert bool(NativeSource.identify(header, fields)) is recognised


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters(tmp_path: Path, delimiter: str):
    lines = [["title", "subjects"], ["A", "b|c"]]
    path = write(tmp_path, "\n".join(map(delimiter.join, lines)))
    with open_source(path) as reading:
        assert (reading.source.name, reading.delimiter) == ("native", delimiter)
        assert [record.values for record in reading] == [{"title": "A", "subjects": ["b", "c"]}]


def test_columns_of_rejected_rows_are_skipped(tmp_path: Path):
    text = "bookrel_line,subjects,bookrel_error,title\n7,a|b,no good,T\n"
    with open_source(write(tmp_path, text)) as reading:
        assert (reading.source.name, reading.fields) == ("native", {"title", "subjects"})
        assert [(column.name, column.reason) for column in reading.columns] == [
            ("bookrel_line", "about an earlier import"),
            ("subjects", ""),
            ("bookrel_error", "about an earlier import"),
            ("title", ""),
        ]
        (record,) = reading
    assert record.values == {"title": "T", "subjects": ["a", "b"]}
    assert record.raw == ["7", "a|b", "no good", "T"]


def test_mapped_column(tmp_path: Path):
    path = write(tmp_path, "Name,title,subjects\nA,B,x|y\n")
    with open_source(path, mapping={"title": "Name"}) as reading:
        assert reading.source.name == "native"
        assert reading.columns[1].reason == "another column is mapped to title"
        assert [record.values for record in reading] == [{"title": "A", "subjects": ["x", "y"]}]


@pytest.mark.parametrize(
    "mapping, error, message",
    [
        (
            {"contributors:editor": "Name"},
            UnknownField,
            '"contributors:editor" cannot be mapped in a native file',
        ),
        (
            {"title": ["Name", "title"]},
            MissingColumns,
            'Two columns are mapped to "title"; a native file allows one.',
        ),
        ({}, UnknownField, 'Column "Name" is not a field. The fields are: isbn, title, author'),
    ],
)
def test_wrong_mapping(tmp_path: Path, mapping: dict, error: type[Exception], message: str):
    path = write(tmp_path, "Name,title,subjects\nA,B,x|y\n")
    with pytest.raises(error, match=r"books\.csv: ") as caught:
        open_source(path, source="native", mapping=mapping)
    assert message in str(caught.value)


def test_host_fields_are_plain_text(tmp_path: Path):
    path = write(tmp_path, "id,headline,topics\n1,'=A,x|y\n")
    fields = ["id", "headline", "pub_date", "topics"]
    with open_source(path, fields=fields, required=["id"]) as reading:
        assert (reading.source.name, reading.fields) == ("native", {"id", "headline", "topics"})
        assert [record.values for record in reading] == [
            {"id": "1", "headline": "=A", "topics": "x|y"}
        ]
