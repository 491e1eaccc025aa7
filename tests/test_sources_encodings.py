"""Encodings: which one a file has, and what is said where it is none of those that are tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from django_bookrel.exceptions import UnreadableFile
from django_bookrel.sources import open_source
from django_bookrel.sources.files.encodings import check_encoding, decodable, undecodable


@pytest.mark.parametrize("data", [b"abc", b"a\0", "é".encode() * 30 + b"\xe9"])
def test_decodable(data: bytes):
    assert decodable(data, "utf-8", is_whole=True)


@pytest.mark.parametrize("data", [b"caf\xe9", "é".encode() * 5 + b"\xe9"])
def test_not_decodable(data: bytes):
    assert not decodable(data, "utf-8", is_whole=True)


def test_a_start_may_end_within_a_character():
    assert decodable(b"caf\xc3", "utf-8", is_whole=False)
    assert not decodable(b"caf\xc3", "utf-8", is_whole=True)


@pytest.mark.parametrize(
    "name, start, message",
    [
        ("utf-88", b"", 'Unknown text encoding "utf-88" (did you mean "utf8"?).'),
        ("hex", b"", 'Unknown text encoding "hex".'),
        ("idna", b"a", 'Unknown text encoding "idna".'),
        (
            "latin-1",
            b"\xef\xbb\xbfa",
            'The file has a UTF-8 byte order mark, so "latin-1" is wrong.',
        ),
    ],
)
def test_check_encoding(name: str, start: bytes, message: str):
    with pytest.raises(UnreadableFile) as caught:
        check_encoding(name, start)
    assert str(caught.value) == message


@pytest.mark.parametrize("name", ["utf-8", "UTF-8-SIG", "utf_8"])
def test_check_encoding_agrees_with_the_mark(name: str):
    check_encoding(name, b"\xef\xbb\xbfa")


@pytest.mark.parametrize("name", ["cp1252", "latin-1", "cp437", "koi8-r"])
def test_file_is_utf8_and_not_what_is_said(name: str):
    with pytest.raises(UnreadableFile) as caught:
        check_encoding(name, "title,author\nDie Käserei,Zoë\n".encode() + b"\xc3")
    assert str(caught.value) == f'The file is UTF-8, as "Käserei" shows, so "{name}" is wrong.'


def test_run_of_letters_that_is_as_long_as_a_file():
    check_encoding("cp1252", b"x" * 2**17)
    with pytest.raises(UnreadableFile, match=r'as "x{29}é" shows'):
        check_encoding("cp1252", b"x" * 2**17 + "é".encode())


@pytest.mark.parametrize(
    "name, start",
    [
        ("cp1252", b"title\nCaf\xe9\n"),
        ("cp1252", "title\nKäse\n".encode() + b"Caf\xe9\n"),
        ("cp1252", b"title\nABC\n"),
        ("utf-8", "Käse".encode()),
        ("gb18030", "Käse".encode()),
        ("shift_jis", "Käse".encode()),
        ("cp1252", "“A”".encode()),
    ],
)
def test_encoding_may_be_what_is_said(name: str, start: bytes):
    check_encoding(name, start)


def test_latin_1_is_read_as_browsers_do(tmp_path: Path):
    path = tmp_path / "in.csv"
    path.write_bytes("title\nL’été – “A”\nB\n".encode("cp1252") + b"C\x81\n")
    with open_source(path, encoding="latin-1") as reading:
        records = list(reading)
    assert [record.values.get("title") for record in records] == ["L’été – “A”", "B", None]
    assert records[2].errors[0].message == (
        'Line 4: the byte 0x81 in "C\\x81" cannot be decoded as LATIN-1.'
    )


TEXT = "title,author\nCafé,Müller\n"


@pytest.mark.parametrize(
    "data, hint",
    [
        (TEXT.encode("cp1252"), 'Choose the --encoding that reads right: cp1252 "Café,Müller", '),
        (TEXT.encode("cp850"), 'Choose the --encoding that reads right: cp850 "Café,Müller", '),
        (
            TEXT.encode("mac-roman"),
            'Choose the --encoding that reads right: mac-roman "Café,Müller',
        ),
        ("title\nL’été “A”\n".encode("cp1252"), 'reads right: cp1252 "L’été “A”", '),
        ("title\nВойна и мир\n".encode("cp1251"), 'cp1251 "Война и мир"'),
        ("title\n雪国,川端康成\n".encode("shift_jis"), 'reads right: shift_jis "雪国,川端康成"'),
        (TEXT.encode("utf-16-le"), "Perhaps it is UTF-16: --encoding utf-16-le."),
        (TEXT.encode("utf-16-be"), "Perhaps it is UTF-16: --encoding utf-16-be."),
        (b"title\n\x81\x8d\xff\xa6\n\x90\n", "Specify its encoding with --encoding."),
        (
            TEXT.encode() + b"Caf\xe9,M\xfcller\n",
            '"Cafй,Mьller". Other lines are UTF-8; --encoding utf-8 rejects those that are not.',
        ),
    ],
    ids=range(10),
)
def test_readings_of_other_encodings(data: bytes, hint: str):
    assert hint in str(undecodable(data, "utf-8", is_whole=True))


def test_message_names_few_of_many_bytes():
    message = str(undecodable(b"title\n" + bytes(range(128, 256)) + b"\n", "utf-8", is_whole=True))
    assert message.startswith("line 2: the bytes 0x80 0x81 0x82 0x83 in ")
    assert len(message) < 300
