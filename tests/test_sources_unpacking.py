"""Files that gzip or zip packed: one table in them, read as a stream that ends at a limit."""

from __future__ import annotations

import gzip
import io
import os
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from django_bookrel.exceptions import UnreadableFile
from django_bookrel.sources import open_source
from django_bookrel.sources.files.catalogue_file import CatalogueFile
from django_bookrel.sources.limits import Limits

TABLE = "title,year\nCafé,1999\n".encode()
TITLES = ["Café"]


def packed(*names: str, data: bytes = TABLE, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name in names:
            archive.writestr(name, data)
    return file.getvalue()


def write(folder: Path, data: bytes) -> Path:
    path = folder / "books.zip"
    path.write_bytes(data)
    return path


def titles(path: Path | str, **options: Any) -> list[str]:
    with open_source(path, **options) as reading:
        return [record.values["title"] for record in reading]


def rejection(path: Path | str, **options: Any) -> str:
    with pytest.raises(UnreadableFile) as caught:
        titles(path, **options)
    return str(caught.value)


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Make a pipe standard input and give its other end."""
    reader, writer = os.pipe()
    with open(reader, "rb") as buffer:  # noqa: PTH123
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=buffer))
        yield writer


@pytest.mark.parametrize(
    "names",
    [
        ["books.csv"],
        ["export/", "export/books.csv"],
        ["../../books.csv"],
        ["books.csv", "__MACOSX/._books.csv", ".DS_Store", "a/Thumbs.db", "desktop.ini"],
    ],
    ids=len,
)
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zip_with_one_file(tmp_path: Path, names: list[str], method: int):
    assert titles(write(tmp_path, packed(*names, method=method))) == TITLES


def test_zip_is_read_as_a_stream(tmp_path: Path):
    data = os.urandom(3_000_000).hex().encode()
    rows = b"title,author\n" + b"".join(
        b"%s,B\n" % data[start : start + 60] for start in range(0, len(data), 60)
    )
    path = write(tmp_path, packed("books.csv", data=rows))
    with open_source(path) as reading:
        assert reading.bytes_total == path.stat().st_size
        records = iter(reading)
        next(records)
        assert 0 < reading.bytes_read < reading.bytes_total / 2
        assert sum(1 for _ in records) == 99_999
        assert reading.bytes_total * 0.9 < reading.bytes_read <= reading.bytes_total


@pytest.mark.parametrize("data", [packed("books.csv"), gzip.compress(TABLE)], ids=["zip", "gzip"])
def test_packed_standard_input(pipe: int, data: bytes):
    os.write(pipe, data)
    os.close(pipe)
    assert titles("-") == TITLES


def test_zip_as_standard_input_that_can_seek(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with write(tmp_path, packed("books.csv")).open("rb") as buffer:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=buffer))
        assert titles("-") == TITLES
        assert not buffer.closed


def encrypted() -> bytes:
    data = bytearray(packed("books.csv"))
    for place in (data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8):
        data[place] |= 1
    return bytes(data)


def unusual() -> bytes:
    data = bytearray(packed("books.csv"))
    for place in (data.index(b"PK\x03\x04") + 8, data.index(b"PK\x01\x02") + 10):
        data[place] = 9
    return bytes(data)


@pytest.mark.parametrize(
    "data, message",
    [
        (packed(), " is an empty zip file."),
        (packed(".DS_Store", "a/"), " is an empty zip file."),
        (
            packed("b.csv", "a/a.csv"),
            " is a zip file of 2 files: b.csv, a/a.csv. Unpack it and import one of them.",
        ),
        (
            packed(*(f"{n}.csv" for n in range(11))),
            (
                f" is a zip file of 11 files: {', '.join(f'{n}.csv' for n in range(10))} "
                "and 1 more. Unpack it and import one of them."
            ),
        ),
        (
            packed("mimetype", "content.xml", "META-INF/manifest.xml"),
            (
                " is an OpenDocument file, such as a LibreOffice spreadsheet; "
                "save it as .xlsx or CSV."
            ),
        ),
        (encrypted(), " is an encrypted zip file; unpack it first."),
        (packed("books.csv")[:60], " is a damaged or truncated zip file."),
        (
            packed("a.zip", data=packed("b.csv")),
            ": the file is a document, or a zip file within another, not a table.",
        ),
        (packed("a.csv", data=b""), ": the file is empty."),
    ],
)
def test_zip_that_is_no_table(tmp_path: Path, data: bytes, message: str):
    path = write(tmp_path, data)
    assert rejection(path) == f"{path}{message}"


def test_zip_that_is_packed_in_an_unusual_way(tmp_path: Path):
    path = write(tmp_path, unusual())
    assert rejection(path).startswith(f"{path} is a zip file with an unsupported compression (")


def test_damaged_entry(tmp_path: Path):
    data = bytearray(packed("books.csv", method=zipfile.ZIP_STORED))
    data[data.index(b"1999")] = ord("2")
    path = write(tmp_path, bytes(data))
    assert rejection(path).startswith(f"{path} cannot be read beyond byte ")


def test_workbook_is_left_as_it_is(tmp_path: Path, pipe: int):
    data = packed("[Content_Types].xml", "xl/workbook.xml")
    path = write(tmp_path, data)
    os.write(pipe, data)
    os.close(pipe)
    for file in (CatalogueFile(path), CatalogueFile("-")):
        assert file.peek(10) == data[:10]
        assert file.read(7) + file.read() == data
        file.close()


@pytest.mark.parametrize(
    "data, what",
    [
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel or Word document; save it as .xlsx or CSV"),
        (
            gzip.compress(gzip.compress(b"title\n")),
            "a gzip file within a gzip file; unpack it first",
        ),
    ],
)
def test_files_that_are_no_text(tmp_path: Path, data: bytes, what: str):
    path = write(tmp_path, data)
    assert rejection(path) == f"{path}: the file is {what}."


# The limit.

ROWS = b"title\n" + b"A\n" * 800_000
FEW = {"unpacked": 1_500_000}
LIMITED = ' unpacks to more bytes than the 1,500,000 that BOOKREL_LIMITS["unpacked"] allows.'


def lying_about_its_size() -> bytes:
    data = bytearray(packed("books.csv", data=ROWS))
    for place in (data.index(b"PK\x03\x04") + 22, data.index(b"PK\x01\x02") + 24):
        data[place : place + 4] = (1_000).to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    "data", [gzip.compress(ROWS), packed("books.csv", data=ROWS)], ids=["gzip", "zip"]
)
def test_limit(tmp_path: Path, data: bytes):
    path = write(tmp_path, data)
    assert rejection(path, limits=FEW) == f"{path}{LIMITED}"
    for limit in (len(ROWS), None):
        file = CatalogueFile(path, limits=Limits.of({"unpacked": limit}))
        assert file.read() == ROWS
        file.close()


def test_gzip_is_read_up_to_the_limit(tmp_path: Path):
    path = write(tmp_path, gzip.compress(ROWS))
    found: list[object] = []
    with open_source(path, limits=FEW) as reading, pytest.raises(UnreadableFile):
        found.extend(record.line for record in reading)
    assert 500_000 < len(found) < 750_000


def test_limit_holds_when_all_is_read_at_once(tmp_path: Path):
    limits = Limits(unpacked=1_500_000)
    file = CatalogueFile(write(tmp_path, gzip.compress(ROWS)), limits=limits)
    with pytest.raises(UnreadableFile, match="more bytes than the 1,500,000 that"):
        file.read()
    file.close()


def test_zip_that_lies_about_its_size(tmp_path: Path):
    path = write(tmp_path, lying_about_its_size())
    assert rejection(path, limits=FEW).startswith(f"{path} cannot be read beyond byte ")


def test_limit_of_what_is_kept_of_a_pipe(pipe: int):
    data = packed("books.csv", data=os.urandom(50_000))

    def write_all() -> None:
        with open(pipe, "wb") as file:
            file.write(data)

    writer = threading.Thread(target=write_all)
    writer.start()
    assert "more bytes than the 20,000 that" in rejection("-", limits={"unpacked": 20_000})
    sys.stdin.buffer.read()
    writer.join()


def test_plain_files_have_no_limit(tmp_path: Path):
    assert titles(write(tmp_path, TABLE), limits={"unpacked": 5}) == TITLES


@pytest.mark.parametrize("data", [TABLE, gzip.compress(TABLE), packed("books.csv")])
def test_a_file_that_can_seek(tmp_path: Path, data: bytes):
    file = CatalogueFile(write(tmp_path, data))
    assert file.peek(3) == TABLE[:3]
    whole = file.seekable()
    assert whole.read() == TABLE
    whole.seek(6)
    assert whole.read(4) == TABLE[6:10]
    file.close()
    with pytest.raises(ValueError, match="closed file"):
        whole.read(1)
