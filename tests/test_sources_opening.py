from __future__ import annotations

import gzip
import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from django_bookrel.exceptions import (
    InvalidOption,
    MissingColumns,
    SourceError,
    UnknownSource,
    UnreadableFile,
)
from django_bookrel.sources import Issue, open_source
from django_bookrel.sources.__main__ import main
from django_bookrel.sources.base import ByteReader, Dialect, Row, Target
from django_bookrel.sources.reading.mapped import MappedSource
from tests.shared import shared_file
from tests.test_sources_samples import FILES


def write(folder: Path, data: bytes, name: str = "books.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def read(path: Path | str, **options: Any) -> list[tuple[int, dict[str, Any]]]:
    with open_source(path, **options) as reading:
        return [(record.line, record.values) for record in reading]


@pytest.mark.parametrize(
    "data, options, error, message",
    [
        (b"", {}, UnreadableFile, "the file is empty."),
        (b"\n\n", {}, UnreadableFile, "the file is empty."),
        (b"\n \n", {}, UnreadableFile, "the header names no column."),
        (b"\xef\xbb\xbf", {}, UnreadableFile, "the file is empty."),
        (
            b"title,author\nA,Andr\xe9\n",
            {},
            UnreadableFile,
            (
                'line 2: the byte 0xE9 in "A,Andr\\xe9" cannot be decoded as UTF-8. '
                'Name the --encoding that reads right: cp1252 "A,André", cp1251 "A,Andrй", '
                'cp850 "A,AndrÚ".'
            ),
        ),
        (
            b"title,author\nA,Andr\x81\n",
            {},
            UnreadableFile,
            (
                'line 2: the byte 0x81 in "A,Andr\\x81" cannot be decoded as UTF-8. '
                'Name the --encoding that reads right: cp850 "A,Andrü", '
                'cp1251 "A,AndrЃ", mac-roman "A,AndrÅ".'
            ),
        ),
        (
            b"tit\xe9l,author\n",
            {"encoding": "utf-8"},
            UnreadableFile,
            "the header cannot be read. Line 1: the byte 0xE9 in",
        ),
        (
            "title,author\nA,B\n".encode("utf-16-le"),
            {},
            UnreadableFile,
            (
                "the header cannot be read. Line 1: it holds a NUL character. "
                "Perhaps it is UTF-16: --encoding utf-16-le."
            ),
        ),
        (
            b"title\n",
            {"encoding": "utf-9"},
            UnreadableFile,
            'There is no text encoding "utf-9"',
        ),
        (
            b'"title\nA\n',
            {},
            UnreadableFile,
            "the header cannot be read. A quote is opened here and never closed.",
        ),
        (
            b"title,a,title,b,a\n",
            {},
            UnreadableFile,
            'the header names "title", "a" more than once.',
        ),
        (
            b"name,when\nA,1\n",
            {},
            MissingColumns,
            "no column for title among: name, when. Name it: --map title=COLUMN.",
        ),
        (
            b"title,author\n" + b"a;b\n" * 10,
            {},
            UnreadableFile,
            (
                "none of the first 10 rows has as many cells as the header; tried as delimiter: "
                "comma, semicolon, tab, |."
            ),
        ),
        (b"title\n", {"source": "gooreads"}, UnknownSource, 'There is no format "gooreads"'),
        (
            b"title\n",
            {"delimiter": "ab"},
            InvalidOption,
            "'ab' is no delimiter: give one character, or comma, semicolon, tab, pipe.",
        ),
        (b"title\n", {"delimiter": "\n"}, InvalidOption, "is no delimiter"),
        (b"title\n", {"header": False}, InvalidOption, "needs the names of its columns."),
        (b"title\n", {"columns": ["title"]}, InvalidOption, "only for a file without a header."),
        (
            b"title\n",
            {"set_values": {"isbn": "123"}},
            InvalidOption,
            "isbn cannot be set: ",
        ),
        (
            b"title\n",
            {"set_values": {"identifiers:x": "123"}},
            InvalidOption,
            '"identifiers:x" cannot be set; name the field without a colon.',
        ),
        (b"\x1f\x8b\x08", {}, UnreadableFile, "cannot be read beyond byte 3: Compressed file"),
    ],
)
def test_unreadable(
    tmp_path: Path, data: bytes, options: dict, error: type[SourceError], message: str
):
    path = write(tmp_path, data)
    with pytest.raises(error) as caught:
        open_source(path, **options)
    assert message in str(caught.value)
    if error in (UnreadableFile, MissingColumns):
        assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize(
    "name, message",
    [
        ("missing.csv", "there is no such file."),
        (".", "is a directory, not a file."),
        ("a\0b", "cannot be opened: embedded null byte."),
    ],
)
def test_no_file(tmp_path: Path, name: str, message: str):
    with pytest.raises(UnreadableFile, match=message):
        open_source(tmp_path / name)


def test_message_is_one_line_of_plain_text(tmp_path: Path):
    columns = ",".join(f"column {number}" for number in range(1_000))
    path = write(tmp_path, f'"a\nb",{columns}\n'.encode())
    with pytest.raises(MissingColumns, match="among: a b, column 0, ") as caught:
        open_source(path)
    assert len(str(caught.value)) == len(f"{path}: ") + 1_000


@pytest.mark.parametrize(
    "data, encoding",
    [
        ("title;author\nCafé;Ann\n".encode("utf-8-sig"), "utf-8"),
        ("title;author\nCafé;Ann\n".encode("utf-16"), "utf-16-le"),
        ("title;author\nCafé;Ann\n".encode("utf-32"), "utf-32-le"),
        (b"\xfe\xff" + "title;author\nCafé;Ann\n".encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_byte_order_mark(tmp_path: Path, data: bytes, encoding: str):
    path = write(tmp_path, data)
    with open_source(path) as reading:
        assert reading.encoding == encoding
        assert [record.values["title"] for record in reading] == ["Café"]


def test_given_encoding_is_strict(tmp_path: Path):
    path = write(tmp_path, b"title\nCaf\xe9\nok\n")
    assert read(path, encoding="latin-1") == [(2, {"title": "Café"}), (3, {"title": "ok"})]
    with open_source(path, encoding="utf-8") as reading:
        assert [(record.raw, len(record.errors)) for record in reading] == [
            (["Caf\\xe9"], 1),
            (["ok"], 0),
        ]


def test_bad_bytes_behind_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("django_bookrel.sources.files.recognition.START_BYTES", 20)
    path = write(tmp_path, b"title,author\n" + b"A,B\n" * 5 + b"C,Andr\xe9\nD,E\n")
    with open_source(path) as reading:
        errors = {record.line: record.errors for record in reading if record.errors}
    assert errors == {
        7: (
            Issue(
                "decoding",
                "author",
                "Andr\\xe9",
                'Line 7: the byte 0xE9 in "C,Andr\\xe9" cannot be decoded as UTF-8.',
            ),
        )
    }


def test_bad_bytes_in_a_column_that_goes_nowhere(tmp_path: Path):
    path = write(tmp_path, b"title,shelf\nA,caf\xe9\nB\xe9,caf\xe9\n\xc3\xa9,\0\n")
    with open_source(path, encoding="utf-8") as reading:
        first, second, third = reading
    message = 'Line 2: the byte 0xE9 in "A,caf\\xe9" cannot be decoded as UTF-8.'
    assert (first.values["title"], first.raw, first.errors) == ("A", ["A", "caf\\xe9"], ())
    assert first.repairs == [Issue("decoding", "shelf", "caf\\xe9", message)]
    assert [error.column for error in second.errors] == ["title"]
    assert (third.values["title"], third.raw) == ("é", ["é", "\\x00"])


@pytest.mark.parametrize(
    "text, delimiter, titles",
    [
        ("title,author\nA;B,C\n", ",", ["A;B"]),
        ("title;author\nA,B;C\n", ";", ["A,B"]),
        ("title\tauthor\nA,B\tC\n", "\t", ["A,B"]),
        ("title|author\nA,B|C\n", "|", ["A,B"]),
        ("title\nA, B\nC\n", ";", ["A, B", "C"]),
        ('title\n"A, B"\nC\n', ",", ["A, B", "C"]),
        ('title\tauthor\n"A" b\tC\n', "\t", ['"A" b']),
        ('title\tauthor\n"A\tb"\tC\n', "\t", ["A b"]),
        ('title\tauthor\n"A ""b"""\tC\n', "\t", ['A "b"']),
        ('author, title\nC, "A, b"\nD, "E"\nF, G\n', ",", ["A, b", "E", "G"]),
        ('author; title\nC;   "A ""b"""\n', ";", ['A "b"']),
        ('author,title\nC, "A" b\nD,  "E\n', ",", ['"A" b', '"E']),
    ],
)
def test_delimiter_is_found(tmp_path: Path, text: str, delimiter: str, titles: list[str]):
    with open_source(write(tmp_path, text.encode())) as reading:
        assert reading.delimiter == delimiter
        assert [record.values["title"] for record in reading] == titles


@pytest.mark.parametrize(
    "title, read_as",
    [
        ('"The ""X"""', 'The "X"'),
        ('"Repent, Harlequin!"', '"Repent, Harlequin!"'),
        ('"A" or "B"', '"A" or "B"'),
    ],
)
def test_quotes_that_a_spreadsheet_has_put(tmp_path: Path, title: str, read_as: str):
    text = f"Book Id\tTitle\tPrimary Author\n1\t{title}\tEllison, Harlan\n2\tB\tLee, Ann\n"
    path = write(tmp_path, text.encode())
    with open_source(path) as reading:
        assert reading.source.name == "librarything"
        assert [record.values["title"] for record in reading] == [read_as, "B"]


def test_quotes_that_a_spreadsheet_has_put_round_commas(tmp_path: Path):
    rows = [f'{number}\tA\t"Lee, Ann"\n' for number in range(9)]
    text = "".join(["Book Id\tTitle\tPrimary Author\n", *rows, "9\tB\tHomer\n"])
    authors = [row["author"] for _, row in read(write(tmp_path, text.encode()))]
    assert authors == ["Lee, Ann"] * 9 + ["Homer"]


@pytest.mark.parametrize("delimiter", [None, "comma"])
def test_foreign_delimiter_of_a_named_format(tmp_path: Path, delimiter: str | None):
    text = 'Book Id,Title,Primary Author\n1,"The ""X""","Lee, Ann"\n'
    [(_, row)] = read(write(tmp_path, text.encode()), source="librarything", delimiter=delimiter)
    assert (row["title"], row["author"]) == ('The "X"', "Lee, Ann")


@pytest.mark.parametrize("delimiter", ["semicolon", ";"])
def test_given_delimiter(tmp_path: Path, delimiter: str):
    path = write(tmp_path, b"title,x;author\nA;B\n")
    mapping = {"title": "title,x"}
    assert [row["title"] for _, row in read(path, delimiter=delimiter, mapping=mapping)] == ["A"]


@pytest.mark.parametrize(
    "header, row, options",
    [
        ("when;who", "A;1", {"required": ()}),
        ("N,when;x", "A,1;2", {"mapping": {"title": "N,when"}}),
    ],
)
def test_delimiter_of_unknown_names(tmp_path: Path, header: str, row: str, options: dict):
    with open_source(write(tmp_path, f"{header}\n{row}\n".encode()), **options) as reading:
        assert reading.delimiter == ";"


def test_blanks_of_our_own_file_stay(tmp_path: Path):
    path = write(tmp_path, b'author,title,subjects\n C, A,x\n D," ""B"" ",y\n E, "c" d,z\n')
    with open_source(path) as reading:
        assert reading.source.name == "native"
        assert [(record.values["author"], record.values["title"]) for record in reading] == [
            (" C", " A"),
            (" D", ' "B" '),
            (" E", ' "c" d'),
        ]


def test_texts_with_quotes_behind_blanks_are_no_fault_of_the_delimiter(tmp_path: Path):
    path = write(tmp_path, b"author,title\n" + b'A, "b" c\n' * 10)
    assert {row["title"] for _, row in read(path)} == {'"b" c'}


def test_blank_as_delimiter(tmp_path: Path):
    path = write(tmp_path, b'title year\n"A b" 1999\n')
    assert read(path, delimiter=" ") == [(2, {"title": "A b", "year": "1999"})]


def test_unusual_delimiter(tmp_path: Path):
    path = write(tmp_path, b"title:year\nA:1999\n")
    assert read(path, delimiter=":") == [(2, {"title": "A", "year": "1999"})]


def test_without_header(tmp_path: Path):
    path = write(tmp_path, b"A;1999\nB;2000\n")
    assert read(path, header=False, columns=["title", "year"]) == [
        (1, {"title": "A", "year": "1999"}),
        (2, {"title": "B", "year": "2000"}),
    ]


def test_set_values(tmp_path: Path):
    path = write(tmp_path, b"title,language\nA,en\nB,\n")
    set_values = {"language": "de", "subjects": r"a|b\|c", "isbn": "0439023483"}
    with open_source(path, set_values=set_values) as reading:
        assert reading.fields == {"title", "language", "subjects", "isbn", "series"}
        first, second = reading
    assert first.values == {
        "title": "A",
        "language": "de",
        "subjects": ["a", "b|c"],
        "isbn": "9780439023481",
    }
    assert second.values["subjects"] is not first.values["subjects"]


def test_header_without_rows(tmp_path: Path):
    assert read(write(tmp_path, b"title,author")) == []


def test_gzip(tmp_path: Path):
    data = gzip.compress(b"title,year\n" + b"A,1999\n" * 100_000)
    path = write(tmp_path, data, "books.csv.gz")
    with open_source(path) as reading:
        assert reading.bytes_total == len(data)
        assert sum(1 for _ in reading) == 100_000
        assert reading.bytes_read == len(data)


@pytest.mark.parametrize("header", ["title,subjects", "title,author"])
def test_files_are_read_as_a_stream(tmp_path: Path, header: str):
    path = write(tmp_path, f"{header}\n".encode() + b"A,B\n" * 1_000_000)
    with open_source(path) as reading:
        assert next(iter(reading)).values["title"] == "A"
        assert reading.bytes_read < reading.bytes_total / 4


def test_damaged_gzip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("django_bookrel.sources.files.recognition.START_BYTES", 20)
    chance = random.Random(0)
    data = gzip.compress(
        b"title\n" + b"".join(b"%d\n" % chance.getrandbits(64) for _ in range(9999))
    )
    path = write(tmp_path, data[: len(data) // 2])
    with open_source(path) as reading, pytest.raises(UnreadableFile, match="cannot be read beyond"):
        list(reading)


def test_standard_input(monkeypatch: pytest.MonkeyPatch):
    buffer = io.BytesIO("title\nCafé\n".encode())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=buffer))
    with open_source("-") as reading:
        assert (reading.name, reading.bytes_total) == ("standard input", None)
        assert [record.values for record in reading] == [{"title": "Café"}]
    assert not buffer.closed


@pytest.mark.parametrize(
    "name, titles",
    [
        ("books-ISO-8859-1.csv", ["Merci à toi"]),
        ("books-dos.csv", ["Some book"]),
        ("books-invalid-date.csv", ["book", "Some book"]),
        ("books-mac.csv", ["Some book"]),
        ("books-unicode.csv", ["Some bookš"]),
    ],
)
def test_encodings_of_real_files(name: str, titles: list[str]):
    path = shared_file(f"encodings/{name}")
    encoding = "latin-1" if "8859" in name else None
    found = read(path, mapping={"title": "name"}, encoding=encoding)
    assert [row["title"] for _, row in found] == titles


def test_pipe(monkeypatch: pytest.MonkeyPatch):
    reader, writer = os.pipe()
    os.write(writer, b"title\nA\n")
    os.close(writer)
    with open(reader, "rb") as buffer:  # noqa: PTH123
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=buffer))
        with open_source("-") as reading:
            assert reading.bytes_total is None
            assert [record.values for record in reading] == [{"title": "A"}]
            assert reading.bytes_read == 8


class ToySource(MappedSource):
    """A format with its own dialect, encoding and columns."""

    name: ClassVar[str] = "toy"
    title: ClassVar[str] = "Toy export"
    encoding: ClassVar[str] = "latin-1"
    dialects: ClassVar[tuple[Dialect, ...]] = (Dialect("~", escape="\\"),)

    @classmethod
    def identify(cls, header: Any, fields: Any) -> int:
        return 50 if {"Café", "Writer"} <= set(header) else 0

    def find_target(self, name: str, fields: Any) -> tuple[int, Target] | str:
        known = {"Café": (0, Target("title")), "Writer": (0, Target("author"))}
        return known.get(name, "a toy's own column")


class BinarySource(ToySource):
    """A format that is no text: a table in JSON."""

    name: ClassVar[str] = "binary"

    @classmethod
    def open_table(cls, file: ByteReader) -> tuple[list[str], Iterator[Row]] | None:
        if not file.peek(4).startswith(b"JSON"):
            return None
        header, *rows = json.loads(file.read()[4:])
        return header, (Row(number, cells) for number, cells in enumerate(rows, 1))


TOYS = [ToySource, BinarySource]


def test_declared_format(tmp_path: Path):
    text = 'x~Writer~Café\n1~Ann Lee~Caf\xe9 "\\~"\n'
    with open_source(write(tmp_path, text.encode("latin-1")), more_sources=TOYS) as reading:
        assert (reading.source.name, reading.encoding, reading.delimiter) == (
            "toy",
            "latin-1",
            "~",
        )
        assert reading.columns[0].reason == "a toy's own column"
        assert [record.values for record in reading] == [
            {"author": "Ann Lee", "contributors": [], "title": 'Café "~"'}
        ]
    path = write(tmp_path, text.encode())
    assert [row["title"] for _, row in read(path, more_sources=TOYS)] == ['Café "~"']


def test_format_that_is_no_text(tmp_path: Path):
    path = write(tmp_path, b'JSON[["Writer", "Caf\\u00e9"], ["Ann Lee", "A"]]')
    with open_source(path, more_sources=TOYS) as reading:
        assert (reading.source.name, reading.encoding, reading.delimiter) == ("binary", None, None)
        assert [record.values["title"] for record in reading] == ["A"]


def test_main(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    text = "Name;Ed;year;x\n" + "A;Ann Lee;2008.0;1\n" * 6 + "B\n"
    path = write(tmp_path, text.encode())
    assert main([str(path), "--map", "title=Name", "--map", "contributors:editor=Ed"]) == 0
    assert (
        capsys.readouterr().out
        == f"""\
File:      {path}
Format:    generic (table of books)
Encoding:  utf-8
Delimiter: semicolon
Columns:
  Name -> title
  Ed -> contributors:editor
  year -> year
  x -> not kept: no field of this name
"""
        + "".join(
            f"Line {line}:\n  title: A\n  contributors: Ann Lee / editor\n  year: 2008\n"
            for line in range(2, 7)
        )
        + (
            "Rows:      7\n"
            "Rejected:  1\n  1 cells; the first: line 8: 4 cells expected, 1 found.\n"
            "Repairs:   6\n  6 number; the first: line 2, year: “2008.0” -> “2008”\n"
        )
    )


def test_main_counts_rejections_by_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write(tmp_path, b"title,year\nA,1\n" + b"B\n" * 9 + b",2\n")
    assert main([str(path)]) == 0
    assert capsys.readouterr().out.endswith(
        "Rows:      11\n"
        "Rejected:  10\n"
        "  9 cells; the first: line 3: 2 cells expected, 1 found.\n"
        "  1 title; the first: line 12, title: is empty\n"
        "Repairs:   0\n"
    )


def test_main_shows_the_first_of_what_is_rejected_and_of_what_is_spared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = write(tmp_path, b"title,author,shelf\nA\nB,C\n")
    assert main([str(path)]) == 0
    assert capsys.readouterr().out.endswith(
        "Rejected:  1\n"
        "  1 cells; the first: line 2: 3 cells expected, 1 found.\n"
        "Repairs:   1\n"
        "  1 cells; the first: line 3: 3 cells expected, 2 found.\n"
    )


def test_main_shows_a_file_that_lacks_a_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main([str(write(tmp_path, b"Was,Wer\nA,B\n"))]) == 1
    out = capsys.readouterr().out
    assert "  Was -> not kept: no field of this name\n" in out
    assert "  is missing -> title; name it: --map title=COLUMN\n" in out


def test_main_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write(tmp_path, b"title,year,x\nA,2008.0,1\nB\n")
    assert main([str(path), "--json", "--set", "subjects=a|b"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "file": str(path),
        "source": "generic",
        "encoding": "utf-8",
        "delimiter": ",",
        "columns": [
            {"name": "title", "field": "title", "reason": ""},
            {"name": "year", "field": "year", "reason": ""},
            {"name": "x", "field": None, "reason": "no field of this name"},
        ],
        "missing": [],
        "rows": 2,
        "rejected": 1,
        "rejections": {"cells": 1},
        "repairs": {"number": 1},
        "first_rejections": [
            {
                "line": 3,
                "kind": "cells",
                "column": "",
                "value": "B",
                "message": "3 cells expected, 1 found.",
                "result": None,
            }
        ],
        "first_repairs": [
            {
                "line": 2,
                "kind": "number",
                "column": "year",
                "value": "2008.0",
                "message": "",
                "result": "2008",
            }
        ],
        "records": [{"line": 2, "title": "A", "year": "2008", "subjects": ["a", "b"]}],
    }


@pytest.mark.parametrize("arguments", [["--map", "title"], ["--set", "=x"]], ids=str)
def test_main_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]):
    with pytest.raises(SystemExit) as caught:
        main([str(write(tmp_path, b"title\nA\n")), *arguments])
    assert caught.value.code == 2
    assert f"error: {' '.join(arguments)}: write {arguments[0]} FIELD=" in capsys.readouterr().err


def test_main_fails_with_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write(tmp_path, b"")
    assert main([str(path)]) == 1
    assert capsys.readouterr() == ("", f"{path}: the file is empty.\n")


def test_module_runs(tmp_path: Path):
    path = write(tmp_path, b"title\nA\n")
    command = [sys.executable, "-m", "django_bookrel.sources", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "  title: A\n" in done.stdout


DIRT = [
    *(bytes([byte]) for byte in b"\"',;|\t\n\r\\#:=&()[]\0\xff\xc3\x1a a1"),
    *(b"\xed\xa0\x80", b"\xef\xbb\xbf", b" and ", b"&#0;", b"&amp;", "１９".encode()),
]
CLEAN = [
    b"isbn,title,author,contributors,publishers,year,pages,series,subjects,identifiers\n"
    b"9780439023481,T,A,B (editor)|C,P|Q,1999,3,S #1,x|y,a:1\n" * 2,
    'Titre;Auteur;ISBN;Année\n"Käse ""x""";A B, C D;="0439023483";c1999\n'.encode(),
    'title\tauthor\tseries\r\n"x\ty"\tz & q w\ta; b\r\n'.encode("utf-16"),
    gzip.compress(b"title,author\n" + b"abc,def\n" * 30),
    *(path.read_bytes() for path in FILES),
]


def test_no_bytes_break_it(tmp_path: Path):
    chance = random.Random(0)
    path = tmp_path / "books.csv"
    outcomes = set()
    for _ in range(1_500):
        data = bytearray(chance.choice(CLEAN))
        for _ in range(chance.randint(1, 9)):
            place = chance.randint(0, len(data))
            data[place : place + chance.randint(0, 3)] = chance.choice(DIRT)
        path.write_bytes(data)
        try:
            with open_source(path) as reading:
                last = 0
                for record in reading:
                    assert record.line > last
                    last = record.line
                    shown = repr((record.raw, record.values, record.errors, record.repairs))
                    assert "\\x00" not in shown.replace("\\\\x00", "")
                    assert "\\ud" not in shown.replace("\\\\ud", "")
                    assert record.errors or reading.fields - record.values.keys() <= {
                        "series",
                        "identifiers",
                    }
                    outcomes.add(bool(record.errors))
        except SourceError as error:
            assert str(error).encode().count(b"\0") == 0  # noqa: PT017
            outcomes.add(type(error))
    assert outcomes >= {True, False, UnreadableFile, MissingColumns}
