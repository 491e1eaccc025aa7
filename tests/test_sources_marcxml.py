from __future__ import annotations

from pathlib import Path

import pytest

from django_bookrel.exceptions import UnreadableFile
from django_bookrel.sources import open_source
from django_bookrel.sources.formats import marcxml

START = '<collection xmlns="http://www.loc.gov/MARC21/slim">\n'
RECORD = (
    "<record><leader>00000nam a2200000 a 4500</leader>"
    '<datafield tag="245" ind1=" " ind2=" "><subfield code="a">Emma &amp; I</subfield></datafield>'
    "</record>\n"
)
END = "</collection>\n"


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "books.xml"
    path.write_text(text, encoding=encoding)
    return path


def titles(path: Path) -> list[tuple[int, str]]:
    with open_source(path) as reading:
        assert reading.source.name == "marcxml"
        return [(record.line, record.values["title"]) for record in reading]


def test_a_film_is_no_book(tmp_path: Path):
    path = write(tmp_path, START + RECORD.replace("nam", "ngm") + END)
    with open_source(path) as reading:
        [rejected] = reading
    assert [error.message for error in rejected.errors] == ['"film" is not a book.']


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_collection(tmp_path: Path, encoding: str):
    text = START + RECORD.replace("Emma", "Émma") * 2 + END
    expected = [(1, "Émma & I"), (2, "Émma & I")]
    assert titles(write(tmp_path, text, encoding)) == expected


@pytest.mark.parametrize(
    "text",
    [
        RECORD,
        f"<collection>{RECORD}</collection>",
        f'<x:y xmlns:x="urn:x" xmlns="http://www.loc.gov/MARC21/slim"><record/>{RECORD}</x:y>',
    ],
)
def test_forms(tmp_path: Path, text: str):
    with open_source(write(tmp_path, text)) as reading:
        assert [r.values["title"] for r in reading if not r.errors] == ["Emma & I"]


DECLARATIONS = [
    '<!DOCTYPE x [<!ENTITY a "b">]>',
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">',
]


@pytest.mark.parametrize("declaration", DECLARATIONS)
def test_a_declaration_is_rejected_before_anything_is_read(tmp_path: Path, declaration: str):
    path = write(tmp_path, f'<?xml version="1.0"?>{declaration}{START}{RECORD}{END}')
    with pytest.raises(UnreadableFile, match="document type declaration"):
        open_source(path)


@pytest.mark.parametrize("declaration", DECLARATIONS)
def test_a_declaration_behind_a_long_comment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declaration: str
):
    monkeypatch.setattr(marcxml, "_DECLARATION", b"<!DOCTYPE that is not seen")
    text = f"{declaration}{START}{RECORD}{END}".replace("Emma", "&a;")
    path = write(tmp_path, text)
    with open_source(path) as reading, pytest.raises(UnreadableFile, match="type declaration"):
        list(reading)


@pytest.mark.parametrize(
    "end, message",
    [
        ("<record><lea", "line 5: invalid XML (unclosed token)."),
        ("<record></x>", "line 5: invalid XML (mismatched tag)."),
        ("", "line 5: invalid XML (no element found)."),
    ],
)
def test_the_records_before_a_fault_are_good(tmp_path: Path, end: str, message: str):
    with open_source(write(tmp_path, START + RECORD * 3 + end)) as reading:
        records = iter(reading)
        assert [next(records).line for _ in range(3)] == [1, 2, 3]
        with pytest.raises(UnreadableFile) as caught:
            next(records)
    assert str(caught.value) == message


def test_records_are_read_one_by_one(tmp_path: Path):
    with open_source(write(tmp_path, START + RECORD * 20_000 + END)) as reading:
        assert next(iter(reading)).line == 1
        assert reading.bytes_read < reading.bytes_total


def test_records_without_fields_or_with_too_many(tmp_path: Path):
    many = RECORD.replace("</record>", "<datafield tag='500'/>" * 50 + "</record>")
    path = write(tmp_path, START + "<record/>" + many + RECORD + END)
    limit = 'it has more elements than the 50 that BOOKREL_LIMITS["elements"] allows'
    with open_source(path, limits={"elements": 50}) as reading:
        found = [[error.message for error in record.errors] for record in reading]
    assert found == [
        ["The record cannot be read: it has no fields."],
        [f"The record cannot be read: {limit}."],
        [],
    ]


def test_xml_without_records(tmp_path: Path):
    path = write(tmp_path, START + "<x>text</x>" * 1_000 + END)
    with (
        open_source(path, limits={"record": 1_000}) as reading,
        pytest.raises(UnreadableFile, match="contains no MARC record within the 1,000"),
    ):
        list(reading)


def test_other_xml_is_no_marc(tmp_path: Path):
    with pytest.raises(UnreadableFile):
        open_source(write(tmp_path, "<books><book/></books>"), source="marcxml")
