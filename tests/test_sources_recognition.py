from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from django_bookrel.sources import open_source
from django_bookrel.sources.base import ByteReader, Dialect, Row, Target
from django_bookrel.sources.reading.mapped import MappedSource
from tests.test_sources_opening import read, write


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
