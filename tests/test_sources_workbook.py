from __future__ import annotations

import datetime
import io
import sys
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from django_bookrel.exceptions import UnreadableFile
from django_bookrel.sources import open_source
from tests.test_sources_samples import as_json

SHEET = "xl/worksheets/sheet1.xml"


def write(path: Path, rows: Iterable[Sequence[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.create_sheet("Notes").append(["not read"])
    book.save(path)
    return path


def repacked(path: Path, part: str, text: str) -> Path:
    """Put something else in place of a part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (parts | {part: text.encode()}).items():
            archive.writestr(name, data)
    return path


def changed(folder: Path, *changes: tuple[str, str], rows: Iterable[Sequence[Any]]) -> Path:
    """Write a workbook and replace texts of the XML of its sheet."""
    path = write(folder / "x.xlsx", rows)
    text = zipfile.ZipFile(path).read(SHEET).decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return repacked(path, SHEET, text)


def read(path: Path | str, **options: Any) -> list[dict[str, Any]]:
    with open_source(path, **options) as reading:
        return [as_json(record) for record in reading]


def test_characters_that_a_workbook_spells_out(tmp_path: Path):
    """As ISO/IEC 29500-1, 22.9.2.19, has them: Excel writes line ends of Windows so."""
    texts = ["a_x000D_\nb", "_x005F_x000D_", "_x00e9_", "_xD800_", "_x12_", "x_"]
    path = write(tmp_path / "books.xlsx", [["title", "author"], *([text, ""] for text in texts)])
    titles = ["a\r\nb", "_x000D_", "é", "_xD800_", "_x12_", "x_"]
    with open_source(path, source="generic") as reading:
        assert [record.raw[0] for record in reading] == titles


NATIVE = [
    ["isbn", "title", "contributors", "year", "publishers"],
    ["9780306406157", "Emma", "Ann Lee (editor)|Bo Ek", 1815, "A|B"],
]


def test_native(tmp_path: Path):
    with open_source(write(tmp_path / "books.xlsx", NATIVE)) as reading:
        assert (reading.source.name, reading.encoding, reading.delimiter) == ("native", None, None)
        assert reading.header == NATIVE[0]
        assert [as_json(record) for record in reading] == [
            {
                "line": 2,
                "isbn": "9780306406157",
                "title": "Emma",
                "contributors": [["Ann Lee", "editor"], ["Bo Ek", "contributor"]],
                "year": "1815",
                "publishers": ["A", "B"],
            }
        ]


def test_goodreads(tmp_path: Path):
    header = ["Book Id", "Title", "Author", "Author l-f", "Number of Pages"]
    path = write(tmp_path / "x.xlsx", [header, [7, "Emma (Tales, #2)", "Ann Lee", "", 96.0]])
    with open_source(path) as reading:
        assert reading.source.name == "goodreads"
        [record] = reading
    assert record.raw == ["7", "Emma (Tales, #2)", "Ann Lee", "", "96"]
    assert record.values["series"] == [("Tales", "2")]


def test_generic_and_mapped(tmp_path: Path):
    path = write(tmp_path / "x.xlsx", [["Titre", "Qui", "ISBN"], ["Emma", "Ann Lee", 306406152]])
    assert read(path, mapping={"author": "Qui"}) == [
        {
            "line": 2,
            "author": "Ann Lee",
            "isbn": "9780306406157",
            "title": "Emma",
            "repairs": ["isbn-zeros"],
        }
    ]


@pytest.mark.parametrize(
    "value, text",
    [
        ("  = 1 ", "  = 1 "),
        (9780306406157, "9780306406157"),
        (2008.0, "2008"),
        (-0.5, "-0.5"),
        (1e300, "1e+300"),
        (True, "TRUE"),
        (False, "FALSE"),
        (datetime.datetime(2008, 5, 1), "2008-05-01"),  # noqa: DTZ001 (cells have no zone)
        (datetime.datetime(2008, 5, 1, 12, 30), "2008-05-01T12:30:00"),  # noqa: DTZ001
        (datetime.date(2008, 5, 1), "2008-05-01"),
        (datetime.time(12, 30), "12:30:00"),
        ("=1+1", ""),
    ],
)
def test_cells(tmp_path: Path, value: Any, text: str):
    path = write(tmp_path / "x.xlsx", [["title", "x"], ["Emma", value]])
    with open_source(path) as reading:
        assert [record.raw for record in reading] == [["Emma", text]]


def test_a_formula_is_what_it_had_come_to(tmp_path: Path):
    path = write(tmp_path / "x.xlsx", [["title", "year"], ["Emma", "=1+1"]])
    sheet = "xl/worksheets/sheet1.xml"
    text = zipfile.ZipFile(path).read(sheet).decode()
    repacked(path, sheet, text.replace("<v></v>", "<v>1815</v>").replace("<v />", "<v>1815</v>"))
    assert [record["year"] for record in read(path)] == ["1815"]


def test_blank_rows_and_columns_are_skipped(tmp_path: Path):
    rows = [[], ["title", "year", None, " "], ["Emma"], [None, None], ["Ivanhoe", 1819, None]]
    assert read(write(tmp_path / "x.xlsx", rows)) == [
        {"line": 3, "title": "Emma"},
        {"line": 5, "title": "Ivanhoe", "year": "1819"},
    ]


def test_a_row_that_is_too_long(tmp_path: Path):
    path = write(tmp_path / "x.xlsx", [["title", "year"], ["Emma", 1815, "more"], ["Ivanhoe"]])
    with open_source(path) as reading:
        bad, good = reading
    assert [error.message for error in bad.errors] == ["expected 2 cells, found 3."]
    assert bad.raw == ["Emma", "1815", "more"]
    assert good.values["title"] == "Ivanhoe"


def test_a_sheet_without_a_header(tmp_path: Path):
    path = write(tmp_path / "x.xlsx", [["Emma", 1815]])
    assert read(path, header=False, columns=["title", "year"]) == [
        {"line": 1, "title": "Emma", "year": "1815"}
    ]


def test_through_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    data = write(tmp_path / "x.xlsx", NATIVE).read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=Pipe(data)))
    assert [record["title"] for record in read("-")] == ["Emma"]


def test_rows_are_read_one_by_one(tmp_path: Path):
    rows = (["Emma", number] for number in range(20_000))
    path = write(tmp_path / "x.xlsx", [["title", "year"], *rows])
    with open_source(path) as reading:
        assert next(iter(reading)).values["title"] == "Emma"
        assert reading.bytes_read < reading.bytes_total


def test_a_wrong_size_in_the_sheet_does_not_count(tmp_path: Path):
    path = write(tmp_path / "x.xlsx", NATIVE)
    sheet = "xl/worksheets/sheet1.xml"
    text = zipfile.ZipFile(path).read(sheet).decode()
    assert 'ref="A1:E2"' in text
    repacked(path, sheet, text.replace('ref="A1:E2"', 'ref="A1:A1"'))
    assert [record["year"] for record in read(path)] == ["1815"]


@pytest.mark.parametrize(
    "number, message",
    [
        ("99999999999", "it has more than 1,048,576 rows, the most of a sheet."),
        ("1048577", "it has more than 1,048,576 rows, the most of a sheet."),
        ("1", "row 1 comes after row 1."),
        ("x", "a row has the number “x”."),
    ],
)
def test_numbers_of_rows_that_cannot_be(tmp_path: Path, number: str, message: str):
    path = changed(tmp_path, ('<row r="2"', f'<row r="{number}"'), rows=NATIVE)
    with pytest.raises(UnreadableFile) as caught:
        read(path)
    assert str(caught.value).endswith(f"the workbook cannot be read: {message}")


def test_an_empty_sheet(tmp_path: Path):
    with pytest.raises(UnreadableFile, match=r"x\.xlsx: the file is empty\."):
        open_source(write(tmp_path / "x.xlsx", []))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_a_bomb_of_entities(tmp_path: Path, part: str):
    path = write(tmp_path / "x.xlsx", NATIVE)
    entities = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )
    text = zipfile.ZipFile(path).read(part).decode()
    text = text.partition("?>")[2] or text
    filled = text.replace(">isbn<", ">&a9;<").replace("<sheets>", "<sheets>&a9;")
    assert filled != text
    repacked(path, part, f"<!DOCTYPE x [{entities}]>{filled}")
    with pytest.raises(UnreadableFile, match="the workbook cannot be read"):
        open_source(path)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_damaged(tmp_path: Path, part: str):
    path = repacked(write(tmp_path / "x.xlsx", NATIVE), part, "<no xml")
    with pytest.raises(UnreadableFile, match=r"x\.xlsx: the workbook cannot be read: "):
        open_source(path)


def test_damaged_further_down(tmp_path: Path):
    path = write(tmp_path / "x.xlsx", [NATIVE[0], *[["", "Emma"]] * 1_000])
    sheet = "xl/worksheets/sheet1.xml"
    text = zipfile.ZipFile(path).read(sheet).decode()
    repacked(path, sheet, text[:-2_000])
    with open_source(path) as reading, pytest.raises(UnreadableFile, match="cannot be read"):
        list(reading)


def test_a_document_is_no_workbook(tmp_path: Path):
    path = tmp_path / "x.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "")
        archive.writestr("word/document.xml", "")
    with pytest.raises(UnreadableFile, match="the file is a document"):
        open_source(path)


def test_two_workbooks_joined(tmp_path: Path):
    path = write(tmp_path / "x.xlsx", NATIVE)
    path.write_bytes(path.read_bytes() * 2)
    with pytest.raises(UnreadableFile) as caught:
        open_source(path)
    said = "is two or more zip files or workbooks joined; import them one by one."
    assert str(caught.value) == f"{path} {said}"
