from __future__ import annotations

import gzip
import io
import os
import random
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings

from django_bookrel.exceptions import (
    InvalidOption,
    MissingColumns,
    SourceError,
    UnknownSource,
    UnreadableFile,
)
from django_bookrel.sources import Issue, open_source
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
        (b"\n \n", {}, UnreadableFile, "the header names no columns."),
        (b"\xef\xbb\xbf", {}, UnreadableFile, "the file is empty."),
        (
            b"title,author\nA,Andr\xe9\n",
            {},
            UnreadableFile,
            (
                'line 2: the byte 0xE9 in "A,Andr\\xe9" cannot be decoded as UTF-8. '
                'Choose the --encoding that reads right: cp1252 "A,André", cp1251 "A,Andrй", '
                'cp850 "A,AndrÚ".'
            ),
        ),
        (
            b"title,author\nA,Andr\x81\n",
            {},
            UnreadableFile,
            (
                'line 2: the byte 0x81 in "A,Andr\\x81" cannot be decoded as UTF-8. '
                'Choose the --encoding that reads right: cp850 "A,Andrü", '
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
                "the header cannot be read. Line 1: it contains a NUL character. "
                "Perhaps it is UTF-16: --encoding utf-16-le."
            ),
        ),
        (
            b"title\n",
            {"encoding": "utf-9"},
            UnreadableFile,
            'Unknown text encoding "utf-9"',
        ),
        (
            b'"title\nA\n',
            {},
            UnreadableFile,
            "the header cannot be read. A quote opened here is never closed.",
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
            "no column for title among: name, when. Specify it with --map title=COLUMN.",
        ),
        (
            b"title,author\n" + b"a;b\n" * 10,
            {},
            UnreadableFile,
            (
                "none of the first 10 rows has as many cells as the header; "
                "delimiters tried: comma, semicolon, tab, |."
            ),
        ),
        (b"title\n", {"source": "gooreads"}, UnknownSource, 'Unknown format "gooreads"'),
        (
            b"title\n",
            {"delimiter": "ab"},
            InvalidOption,
            "'ab' is not a delimiter: use one character, or comma, semicolon, tab, pipe.",
        ),
        (b"title\n", {"delimiter": "\n"}, InvalidOption, "is not a delimiter"),
        (b"title\n", {"header": False}, InvalidOption, "needs column names."),
        (
            b"title\n",
            {"columns": ["title"]},
            InvalidOption,
            "only for a file without a header row.",
        ),
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
            '"identifiers:x" cannot be set; use the field name without a colon.',
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
        ("missing.csv", "no such file."),
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
    with pytest.raises(MissingColumns) as caught:
        open_source(path)
    names = ", ".join(f"column {number}" for number in range(19))
    assert str(caught.value) == (
        f"{path}: no column for title among: a\\nb, {names} and 981 more. "
        "Specify it with --map title=COLUMN."
    )


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
    for _ in range(10 * settings.default.max_examples):
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
