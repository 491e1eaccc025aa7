from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pytest

from django_bookrel.exceptions import InvalidISBN, MissingColumns, UnknownField
from django_bookrel.isbn import clean_isbn
from django_bookrel.roles import ROLES
from django_bookrel.sources import BOOK_FIELDS, Issue, Record, join_list, open_source, split_list
from django_bookrel.sources.native import (
    NativeSource,
    format_contributor,
    format_identifier,
    format_list,
    format_series,
    guard_cell,
    parse_cell,
    unguard_cell,
)

NASTY = [*"|\\ #:()'=+-@;,\"\t\r\n aé\u3000\x1c", " #", " (", "(editor)", "\\|", "|||", "isbn:"]


def write(folder: Path, text: str) -> Path:
    path = folder / "books.csv"
    path.write_bytes(text.encode())
    return path


def nasty_text(chance: random.Random) -> str:
    return "".join(chance.choices(NASTY, k=chance.randint(1, 7)))


@pytest.mark.parametrize(
    "text, parts",
    [
        ("", []),
        (" ", []),
        ("a", ["a"]),
        (" a b | c|", ["a b", "c"]),
        ("||", []),
        (r"a\|b|c", ["a|b", "c"]),
        (r"a\\|c", ["a\\", "c"]),
        (r"a\b|C:\c", [r"a\b", r"C:\c"]),
        (r"\ a\ | b\\ ", [" a ", "b\\"]),
        ("a\\", ["a\\"]),
    ],
)
def test_split_list(text: str, parts: list[str]):
    assert split_list(text) == parts


@pytest.mark.parametrize(
    "text, contributor",
    [
        ("Ann Goldstein (translator)", ("Ann Goldstein", "translator")),
        ("Ann Goldstein(Trans.)", ("Ann Goldstein", "translator")),
        ("John Smith (poet)", ("John Smith (poet)", "contributor")),
        ("John Smith (poet) (editor)", ("John Smith (poet)", "editor")),
        ("A (editor) (editor)", ("A (editor)", "editor")),
        ("(editor)", ("(editor)", "contributor")),
        ("A", ("A", "contributor")),
    ],
)
def test_parse_contributors(text: str, contributor: tuple[str, str]):
    assert parse_cell("contributors", text) == [contributor]


@pytest.mark.parametrize(
    "text, entry",
    [
        ("Dune #1", ("Dune", "1")),
        ("Dune", ("Dune", "")),
        ("Take #2 #3-4", ("Take #2", "3-4")),
        ("Take #2 #", ("Take #2", "")),
        ("#1", ("#1", "")),
    ],
)
def test_parse_series(text: str, entry: tuple[str, str]):
    assert parse_cell("series", text) == [entry]


def test_parse_identifiers():
    assert parse_cell("identifiers", r"oclc:1|ark:/1:2|a\:b:c") == [
        ("oclc", "1"),
        ("ark", "/1:2"),
        ("a:b", "c"),
    ]


@pytest.mark.parametrize("text", ["123", ":1", "oclc:", "a:1|b"])
def test_parse_invalid_identifiers(text: str):
    with pytest.raises(ValueError, match="is no identifier, which is written scheme:value"):
        parse_cell("identifiers", text)


@pytest.mark.parametrize(
    "text, guarded, in_any_file",
    [
        ("=1+1", "'=1+1", "=1+1"),
        ("'=1", "''=1", "''=1"),
        ("''\tx", "'''\tx", "'''\tx"),
        ("'tis", "'tis", "'tis"),
        ("''", "''", "''"),
        ("a=1", "a=1", "a=1"),
        ("-1", "'-1", "-1"),
    ],
)
def test_guard_cell(text: str, guarded: str, in_any_file: str):
    assert guard_cell(text, spreadsheet=True) == guarded
    assert guard_cell(text, spreadsheet=False) == in_any_file
    assert unguard_cell(guarded) == unguard_cell(in_any_file) == text


def test_every_text_comes_back():
    chance = random.Random(0)
    for _ in range(20_000):
        texts = [nasty_text(chance) for _ in range(chance.randint(0, 3))]
        role = chance.choice(list(ROLES))
        spreadsheet = chance.random() < 0.5
        numbers = [chance.choice(["", nasty_text(chance)]) for _ in texts]
        schemes = [nasty_text(chance) for _ in texts]
        cells = {
            "title": (nasty_text(chance), lambda text: text),
            "subjects": (texts, format_list),
            "contributors": (
                [(text, role) for text in texts],
                lambda pairs: format_list(format_contributor(*pair) for pair in pairs),
            ),
            "series": (
                list(zip(texts, numbers, strict=True)),
                lambda pairs: format_list(format_series(*pair) for pair in pairs),
            ),
            "identifiers": (
                list(zip(schemes, texts, strict=True)),
                lambda pairs: format_list(format_identifier(*pair) for pair in pairs),
            ),
        }
        for field, (value, formatted) in cells.items():
            cell = guard_cell(formatted(value), spreadsheet=spreadsheet)
            assert parse_cell(field, cell) == value, cell


@pytest.mark.parametrize("separator", ["|", ";", ", ", " ; ", "||", "a"])
def test_every_list_comes_back_with_any_separator(separator: str):
    chance = random.Random(0)
    for _ in range(2_000):
        texts = [nasty_text(chance) for _ in range(chance.randint(0, 4))]
        assert split_list(join_list(texts, separator), separator) == texts


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
        cells = [row["title"], format_list(row["subjects"])]
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
            '"oclc" is no identifier, which is written scheme:value.',
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


def test_columns_of_rejected_rows_are_passed_over(tmp_path: Path):
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
            'Two columns are mapped to "title"; a native file has one.',
        ),
        ({}, UnknownField, 'Column "Name" is no field. The fields are: isbn, title, author'),
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
