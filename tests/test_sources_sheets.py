"""Cells and parts of workbooks that no spreadsheet writes: rejected, and never built."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from django_bookrel.exceptions import UnreadableFile
from django_bookrel.sources import open_source
from tests.hostile_workbooks import MAIN, packed, parts

STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


def workbook(
    path: Path, rows: str, texts: str = "", styles: str = "", main: str = MAIN, **more: str
) -> Path:
    """Write a workbook whose first row is "title", "author"."""
    path.write_bytes(packed(parts(rows, texts, styles, main) | more))
    return path


def read(path: Path, **options: Any) -> list[tuple[int, list[str], list[str]]]:
    with open_source(path, **options) as reading:
        return [(r.line, r.raw, [error.message for error in r.errors]) for r in reading]


def said(path: Path, **options: Any) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(path, **options)
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize("main", [MAIN, STRICT])
def test_parts_are_found_whatever_they_are_called(tmp_path: Path, main: str):
    rows = "<row><c t='s'><v>1</v></c><c r='B2'><v>1815</v></c></row>"
    texts = "<si><t>x</t></si><si><r><t>Em</t></r><r><t>ma</t></r><rPh><t>no</t></rPh></si>"
    path = workbook(tmp_path / "x.xlsx", rows, texts, main=main)
    assert read(path) == [(2, ["Emma", "1815"], [])]


@pytest.mark.parametrize(
    "cell, text, message",
    [
        ("<c><v>NaN</v></c>", "NaN", "must be a number"),
        ("<c><v>1e999</v></c>", "1e999", "is too large a number"),
        ("<c><v>1_000</v></c>", "1_000", "must be a number"),
        ("<c t='s'><v>-1</v></c>", "-1", "is not the number of one of its 1 shared texts"),
        ("<c t='s'><v>1</v></c>", "1", "is not the number of one of its 1 shared texts"),
        ("<c t='b'><v>2</v></c>", "2", "must be 0 or 1"),
        ("<c t='d'><v>soon</v></c>", "soon", "must be a date or time"),
        ("<c s='1'><v>1e9</v></c>", "1e9", "is not a date that there is"),
    ],
)
def test_a_bad_cell_rejects_its_row(tmp_path: Path, cell: str, text: str, message: str):
    rows = f"<row>{cell}</row><row><c t='s'><v>0</v></c></row>"
    styles = "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs>"
    path = workbook(tmp_path / "x.xlsx", rows, "<si><t>Emma</t></si>", styles)
    assert read(path) == [
        (2, [text, ""], [f"Cell A2: “{text}” {message}."]),
        (3, ["Emma", ""], []),
    ]


def test_a_row_that_is_not_as_rows_are(tmp_path: Path):
    many = "<c r='XFE2' t='str'><v>x</v></c>"
    twice = "<c r='A3' t='str'><v>x</v></c><c r='A3' t='str'><v>y</v></c>"
    nowhere = "<c r='12' t='str'><v>x</v></c>"
    rows = "".join(f"<row>{cells}</row>" for cells in (many, twice, nowhere))
    assert read(workbook(tmp_path / "x.xlsx", rows)) == [
        (2, ["", ""], ["Row 2: It has more than 16,384 cells, the most of a sheet."]),
        (3, ["x", ""], ["Row 3: It has two cells in column A."]),
        (4, ["", ""], ["Row 4: A cell does not say in which column it is."]),
    ]


@pytest.mark.parametrize(
    "value, style, text",
    [
        ("39569", "14", "2008-05-01"),
        ("39569.5", "22", "2008-05-01T12:00:00"),
        ("0.5", "20", "12:00:00"),
        ("1.5", "46", "1 day, 12:00:00"),
        ("1", "14", "1900-01-01"),
        ("60", "14", "1900-02-28"),
        ("61", "14", "1900-03-01"),
        ("39569", "164", "2008-05-01"),
        ("39569", "165", "39569"),
        ("39569", "27", "2008-05-01"),
    ],
)
def test_dates(tmp_path: Path, value: str, style: str, text: str):
    styles = (
        "<numFmts><numFmt numFmtId='164' formatCode='[$-407]D. MMM YYYY'/>"
        '<numFmt numFmtId="165" formatCode=\'0 "days"\'/></numFmts>'
        f"<cellXfs><xf numFmtId='{style}'/></cellXfs>"
    )
    rows = f"<row><c t='str'><v>Emma</v></c><c s='0'><v>{value}</v></c></row>"
    assert read(workbook(tmp_path / "x.xlsx", rows, "", styles)) == [(2, ["Emma", text], [])]


def test_dates_since_1904(tmp_path: Path):
    rows = (
        "<row><c t='str'><v>Emma</v></c><c s='0'><v>0.25</v></c></row>"
        "<row><c t='d'><v>2008-05-01T12:30:00Z</v></c><c s='0'><v>1</v></c></row>"
    )
    styles = "<cellXfs><xf numFmtId='14'/></cellXfs>"
    path = tmp_path / "x.xlsx"
    workbook(path, rows, "", styles)
    with zipfile.ZipFile(path) as archive:
        book = archive.read("a/b.bin").decode()
    changed = book.replace("<workbookPr/>", "<workbookPr date1904='1'/>")
    workbook(path, rows, "", styles, **{"a/b.bin": changed})
    assert read(path) == [
        (2, ["Emma", "06:00:00"], []),
        (3, ["2008-05-01T12:30:00", "1904-01-02"], []),
    ]


ROW = "<row><c t='s'><v>0</v></c></row>"


@pytest.mark.parametrize(
    "limit, many, given",
    [
        ("shared_texts", 10, {"texts": "<si/>" * 11}),
        ("shared_bytes", 10, {"texts": "<si><t>éééééé</t></si>"}),
        ("part", 5_000, {"styles": "<xf/>" * 1_000}),
        ("unpacked", 5_000, {"rows": "<row/>" * 1_000}),
        ("members", 6, {}),
    ],
)
def test_limits_of_the_file(tmp_path: Path, limit: str, many: int, given: dict[str, str]):
    path = workbook(tmp_path / "x.xlsx", **{"rows": ROW, **given})
    message = said(path, limits={limit: many})
    assert f'than the {many:,} that BOOKREL_LIMITS["{limit}"] allows.' in message


@pytest.mark.parametrize(
    "cell",
    [
        "<c t='str'><v>1234567</v></c>",
        "<c t='inlineStr'><is><t>123</t><r><t>4567</t></r></is></c>",
        "<c t='s'><v>0</v></c>",
    ],
)
def test_limit_of_cells(tmp_path: Path, cell: str):
    good = "<row><c t='str'><v>Emma</v></c></row>"
    path = workbook(tmp_path / "x.xlsx", f"<row>{cell}</row>{good}", "<si><t>1234567</t></si>")
    [(line, _, [message]), other] = read(path, limits={"cell": 6})
    assert (line, other) == (2, (3, ["Emma", ""], []))
    assert 'more characters than the 6 that BOOKREL_LIMITS["cell"] allows' in message


def test_limit_of_rows_of_cells(tmp_path: Path):
    cells = "<c t='str'><v>1234567</v></c>" * 2
    shared = "<c t='s'><v>0</v></c>" * 2
    rows = f"<row>{cells}</row><row>{shared}</row>{ROW}"
    path = workbook(tmp_path / "x.xlsx", rows, "<si><t>1234567</t></si>")
    limit = 'has more characters than the 12 that BOOKREL_LIMITS["line"] allows.'
    assert [(line, errors) for line, _, errors in read(path, limits={"line": 12})] == [
        (2, [f"Row 2: The row {limit}"]),
        (3, [f"Row 3 {limit}"]),
        (4, []),
    ]


@pytest.mark.parametrize(
    "rows, message",
    [
        ("<a>" * 250 + "</a>" * 250, "its XML nests elements more than 200 deep."),
        (
            "".join(f"<a{n}/>" for n in range(10_001)),
            "its XML has more than 10,000 different names.",
        ),
        (
            f"<!--{'x' * 600_000}-->",
            'its XML has a tag of more bytes than the 100,000 that BOOKREL_LIMITS["line"] allows.',
        ),
        ("<row", "line 1: invalid XML (not well-formed (invalid token))."),
    ],
)
def test_hostile_xml(tmp_path: Path, rows: str, message: str):
    path = workbook(tmp_path / "x.xlsx", rows)
    found = said(path, limits={"line": 100_000})
    assert found.endswith(f"the workbook cannot be read: c.bin, {message}")


def test_what_unpacks_to_much_more_than_it_is(tmp_path: Path):
    path = workbook(tmp_path / "x.xlsx", " " * 12_000_000)
    message = said(path)
    assert message.startswith("the workbook unpacks to 1")
    assert message.endswith('packed size than the 200 that BOOKREL_LIMITS["ratio"] allows.')


def test_texts_that_very_many_cells_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("django_bookrel.sources.files.workbook._SMALL", 1_000)
    text = f"<si><t>{'Emma ' * 1_000}</t></si>"
    path = workbook(tmp_path / "x.xlsx", ROW * 1_000, text)
    assert said(path).startswith("the cells share ")
