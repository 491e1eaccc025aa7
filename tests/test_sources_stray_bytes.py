"""Stray bytes: read where it is certain what they mean, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from django_bookrel.sources import Issue, Record, open_source
from django_bookrel.sources.files.stray_bytes import KnownWords

KNOWN = KnownWords("Gabriel García Márquez, L’Étranger, für, où, Ça, Ørsted".encode())


def escaped(text: str, encoding: str = "cp1252") -> str:
    """Give a text as it is when its bytes are taken for UTF-8."""
    return text.encode(encoding).decode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    "text",
    ["García", "GABRIEL GARCÍA MÁRQUEZ (1927)", "l’étranger", "A für, B für", "García-Márquez"],
)
def test_words_that_the_file_has(text: str):
    assert KNOWN.repair(escaped(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        escaped("Garcías"),
        escaped("García Pérez"),
        escaped("où"),
        escaped("Garc\xedaM\xe1rquez"),
        escaped("“García”"),
        escaped("García", "cp850"),
        escaped("García", "mac-roman"),
        "V\udce5atsy\udce5ayana",
        "Garc\udced\udc81a",
        escaped("García") + "\0",
        escaped("García") + "\ud800",
    ],
)
def test_words_that_the_file_does_not_have(text: str):
    assert KNOWN.repair(text) is None


def read(folder: Path, data: bytes, **options: Any) -> list[Record]:
    path = folder / "in.csv"
    path.write_bytes(data)
    with open_source(path, **options) as reading:
        return list(reading)


def test_stray_lines(tmp_path: Path):
    good = "Título,Gabriel García Márquez,Éditions Ü\n".encode() * 20
    strays = "Título nuevo,Gabriel García Márquez,\nEl coronel,Pérez,\n".encode("cp1252")
    *_, first, second = read(tmp_path, b"title,author,publisher\n" + good + strays)
    assert (first.values["title"], first.values["author"]) == (
        "Título nuevo",
        "Gabriel García Márquez",
    )
    assert first.repairs[:2] == [
        Issue("encoding", "title", "T\\xedtulo nuevo", "", "Título nuevo"),
        Issue(
            *("encoding", "author", "Gabriel Garc\\xeda M\\xe1rquez", ""), "Gabriel García Márquez"
        ),
    ]
    assert first.raw == ["Título nuevo", "Gabriel García Márquez", ""]
    assert [(error.kind, error.column) for error in second.errors] == [("decoding", "author")]


def test_strays_of_a_native_file(tmp_path: Path):
    good = "Título,Gabriel García Márquez,a|b\n".encode() * 20
    stray = "Título,X,a\n".encode("cp1252")
    *_, record = read(tmp_path, b"title,author,subjects\n" + good + stray)
    assert record.values == {"title": "Título", "author": "X", "subjects": ["a"]}
    assert [repair.kind for repair in record.repairs] == ["encoding"]


def test_strays_in_what_does_not_tell_the_book_are_left_out(tmp_path: Path):
    good = "Título,Gabriel García,Éditions Ü,Ñ\n".encode() * 20
    stray = b"A,B,V\xe5atsy,x\xe5\nA\xe5,B,C,\n"
    *_, first, second = read(tmp_path, b"title,author,publisher,shelf\n" + good + stray)
    message = 'Line 22: the byte 0xE5 in "A,B,V\\xe5atsy,x\\xe5" cannot be decoded as UTF-8.'
    assert first.values == {"title": "A", "author": "B", "contributors": [], "publishers": []} | {
        name: first.values[name] for name in first.values.keys() & {"series"}
    }
    assert first.repairs == [
        Issue(
            "decoding-dropped",
            "publisher",
            "V\\xe5atsy",
            f"{message} The cell was dropped.",
        )
    ]
    assert first.raw == ["A", "B", "V\\xe5atsy", "x\\xe5"]
    assert [error.column for error in second.errors] == ["title"]


def test_mixed_file_that_is_called_cp1252(tmp_path: Path):
    lines = "Título,García\n"
    data = b"title,author\n" + lines.encode("cp1252") + lines.encode()
    first, second = read(tmp_path, data, encoding="cp1252")
    assert first.values == second.values
    assert [(repair.kind, repair.value, repair.result) for repair in second.repairs] == [
        ("misread", "TÃ\xadtulo", "Título"),
        ("misread", "GarcÃ\xada", "García"),
    ]
    assert first.repairs == []


# Other dirt of rows.


def test_rows_that_lack_only_what_is_not_kept(tmp_path: Path):
    data = b"title,author,shelf,rating\nA,B\nC\nD,E,F,1,2\nG,H,I\n"
    first, second, third, fourth = read(tmp_path, data)
    assert (first.values["title"], first.values["author"], first.raw) == ("A", "B", ["A", "B"])
    assert first.repairs == [Issue("cells", "", "A,B", "expected 4 cells, found 2.")]
    assert [error.message for error in second.errors] == ["expected 4 cells, found 1."]
    assert [error.message for error in third.errors] == ["expected 4 cells, found 5."]
    assert fourth.values["title"] == "G"


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_backslashes_before_quotes(tmp_path: Path, delimiter: str):
    text = '"title","author"\n"The \\"Big\\", or so","Ann \\\\ Bo"\n"C","D"\n'
    first, second = read(tmp_path, text.replace('","', f'"{delimiter}"').encode())
    assert (first.values["title"], second.values["title"]) == ('The "Big", or so', "C")
    assert first.values["author"] == "Ann \\ Bo"


def test_backslashes_are_kept_where_quotes_are_doubled(tmp_path: Path):
    [record] = read(tmp_path, b'title,author\n"C:\\dir ""x""","Ann"\n')
    assert record.values["title"] == 'C:\\dir "x"'


@pytest.mark.parametrize("word", ["sep", "SEP"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_line_that_tells_excel_the_delimiter(tmp_path: Path, word: str, delimiter: str):
    text = f"{word}={delimiter}\ntitle{delimiter}author\nA{delimiter}B\n"
    [record] = read(tmp_path, text.encode("utf-8-sig"))
    assert (record.line, record.values["title"], record.values["author"]) == (3, "A", "B")
