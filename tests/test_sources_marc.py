from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pymarc import Field, Indicators, Record, Subfield

from django_bookrel.exceptions import MissingPackage
from django_bookrel.sources import open_source
from tests.test_sources_samples import as_json

SAMPLES = Path(__file__).parent / "samples"


def field(tag: str, *subfields: str, indicators: str = "  ") -> Field:
    """Make a field of texts such as "aTitle", or a control field of one."""
    if tag < "010":
        return Field(tag=tag, data=subfields[0])
    return Field(
        tag=tag,
        indicators=Indicators(*indicators),
        subfields=[Subfield(text[0], text[1:]) for text in subfields],
    )


def record(*fields: Field, leader: str = "00000nam a2200000 a 4500") -> bytes:
    made = Record(leader=leader)
    for each in fields:
        made.add_field(each)
    return made.as_marc()


def read(path: Path, data: bytes) -> list[dict[str, Any]]:
    path.write_bytes(data)
    with open_source(path) as reading:
        return [as_json(each) for each in reading]


def read_one(path: Path, *fields: Field) -> dict[str, Any]:
    [said] = read(path, record(field("245", "aTitle"), *fields))
    return {name: value for name, value in said.items() if name not in ("line", "title")}


@pytest.mark.parametrize(
    "subfields, title",
    [
        (["aEmma /", "cJane Austen."], "Emma"),
        (["aEmma :", "ba novel /", "cJane Austen."], "Emma: a novel"),
        (["aEmma", "ba novel", "cJane Austen"], "Emma: a novel"),
        (["aAC / DC."], "AC / DC"),
        (["aEmma", "n2", "pThe ball"], "Emma. 2. The ball"),
        (["aEmma =", "bEmma.", "h[sound]"], "Emma = Emma"),
        (["aWhat next?", "bA novel"], "What next? A novel"),
        (["aTo be continued ..."], "To be continued ..."),
        (["aCafe\u0301."], "Café"),
    ],
)
def test_title(tmp_path: Path, subfields: Sequence[str], title: str):
    [said] = read(tmp_path / "x.mrc", record(field("245", *subfields)))
    assert said == {"line": 1, "title": title}


@pytest.mark.parametrize(
    "fields, author, contributors",
    [
        ([field("100", "aLee, Ann,", "d1950-")], "Lee, Ann, 1950-", []),
        ([field("100", "aLee, A. B.", "q(Ann Bo),", "d1900-1950.")], "Lee, A. B., 1900-1950", []),
        ([field("100", "aJohn Paul", "bII,", "cPope,", "d1920-2005")], None, None),
        ([field("100", "a[Lee, Ann] [from old catalog]")], "Lee, Ann", []),
        ([field("100", "aLee, Ann", "eeditor.")], "", [["Lee, Ann", "editor"]]),
        (
            [field("100", "aLee, Ann", "4aut", "4ill")],
            "Lee, Ann",
            [["Lee, Ann", "illustrator"]],
        ),
        (
            [field("110", "aUnited States.", "bCensus Bureau."), field("710", "aUnesco.")],
            "United States. Census Bureau",
            [["Unesco", "contributor"]],
        ),
        (
            [field("700", "aEk, Bo", "eauthor"), field("700", "aLee, Ann", "eauthor")],
            "Ek, Bo",
            [["Lee, Ann", "co-author"]],
        ),
        (
            [field("700", "aEk, Bo", "einvented role"), field("700", "aLee, Ann", "towner")],
            "",
            [["Ek, Bo", "contributor"]],
        ),
        (
            [field("700", "aEk, Bo", "epublisher"), field("700", "aLee, Ann", "4fmo", "4trl")],
            "",
            [["Lee, Ann", "translator"]],
        ),
    ],
)
def test_people(
    tmp_path: Path, fields: list[Field], author: str | None, contributors: list[Any] | None
):
    said = read_one(tmp_path / "x.mrc", *fields)
    if author is None:
        assert said == {"author": "John Paul II, Pope, 1920-2005"}
    else:
        assert (said.get("author", ""), said.get("contributors", [])) == (author, contributors)


@pytest.mark.parametrize(
    "fields, said",
    [
        (
            [field("264", "bNo", indicators=" 0"), field("264", "bA,", "c2001.", indicators=" 1")],
            {"publishers": ["A"], "year": "2001"},
        ),
        (
            [field("264", "bA", indicators=" 1"), field("264", "c©2014", indicators=" 4")],
            {"publishers": ["A"], "year": "2014"},
        ),
        (
            [
                field("260", "aX :", "bA :", "b[B],", "b[s.n.],", "cn.d."),
                field("008", "x" * 6 + "s1999"),
            ],
            {
                "publishers": ["A", "B"],
                "year": "1999",
                "repairs": ["nobody-dropped", "year-dropped"],
            },
        ),
        ([field("008", " " * 35 + "ger d")], {"language": "de"}),
        ([field("008", " " * 35 + "mul d"), field("041", "aengfre")], None),
        ([field("300", "axii, 320, [4] p. :", "bill.")], {"pages": "320"}),
        ([field("300", "a2 v. (100 p., 200 p.)")], {}),
        (
            [
                field("490", "aTales ;", "v3", indicators="1 "),
                field("830", "aTales (Quay) ;", "vv. 3."),
            ],
            {"series": [["Tales (Quay)", "3"]]},
        ),
        (
            [
                field("490", "aA ;", "vbd. 2"),
                field("490", "aB"),
                field("830", "aC ;", "v16, no. 2"),
            ],
            {"series": [["A", "2"], ["B", ""], ["C", "16, no. 2"]]},
        ),
        (
            [field("650", "aShips", "zNorway", "vFiction.", "2fast"), field("653", "aa", "ab; c")],
            {"subjects": ["Ships -- Norway -- Fiction", "a", "b, c"]},
        ),
        (
            [field("001", "12"), field("003", "DE-627"), field("035", "a(OCoLC)ocn000077")],
            {"identifiers": [["oclc", "77"], ["de-627", "12"]]},
        ),
        ([field("001", "12")], {}),
        ([field("001", "ocm00012")], {"identifiers": [["oclc", "12"]]}),
        ([field("024", "a10.1/a,b", "2doi")], {"identifiers": [["doi", "10.1/a,b"]]}),
        ([field("010", "a   78-890351 /AC")], {"identifiers": [["lccn", "78890351"]]}),
        ([field("022", "a0068-1075")], {}),
        ([field("880", "6245-01", "aX"), field("500", "aNote")], {}),
    ],
)
def test_fields(tmp_path: Path, fields: list[Field], said: dict[str, Any] | None):
    if said is None:
        message = ["further-languages"]
        assert read_one(tmp_path / "x.mrc", *fields) == {"language": "en", "repairs": message}
    else:
        assert read_one(tmp_path / "x.mrc", *fields) == said


def test_isbns(tmp_path: Path):
    fields = [
        field("020", "z9780306406150", "a0306406152 (v. 1)"),
        field("020", "a9780804429573", "q(pbk.)"),
    ]
    assert read_one(tmp_path / "x.mrc", *fields) == {
        "isbn": "9780306406157",
        "identifiers": [["isbn", "9780804429573"]],
        "repairs": ["isbn-list"],
    }


def test_a_serial_is_known_by_its_issn(tmp_path: Path):
    data = record(field("022", "a0068-1075"), field("245", "aA"), leader="00000nas a2200000 a 4500")
    [said] = read(tmp_path / "x.mrc", data)
    assert said["identifiers"] == [["issn", "0068-1075"]]


@pytest.mark.parametrize(
    "status_type_level, kind, message",
    [
        ("ngm", "no-book", '"film" is not a book.'),
        ("cjm", "no-book", '"music recording" is not a book.'),
        ("ncm", "no-book", '"printed music" is not a book.'),
        ("nem", "no-book", '"map" is not a book.'),
        ("nkm", "no-book", '"picture" is not a book.'),
        ("nrm", "no-book", '"object" is not a book.'),
        ("naa", "no-book", '"article" is not a book.'),
        ("nab", "no-book", '"article" is not a book.'),
        ("dam", "deleted", "The record is deleted."),
    ],
)
def test_no_books(tmp_path: Path, status_type_level: str, kind: str, message: str):
    path, copy = tmp_path / "x.mrc", tmp_path / "rejected.csv"
    leader = f"00000{status_type_level} a2200000 a 4500"
    path.write_bytes(record(field("245", "aTitle"), leader=leader))
    with open_source(path) as reading:
        [rejected] = reading
        header = reading.header
    assert [tuple(error) for error in rejected.errors] == [
        (kind, "LDR type", rejected.raw[0], message, None)
    ]
    with copy.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, rejected.raw])
    with open_source(copy) as reading:
        assert [again.errors for again in reading] == [rejected.errors]


@pytest.mark.parametrize("status_type_level", ["nam", "ntm", "nim", "nmm", "cas", "   "])
def test_books(tmp_path: Path, status_type_level: str):
    leader = f"00000{status_type_level} a2200000 a 4500"
    data = record(field("245", "aTitle"), leader=leader)
    assert read(tmp_path / "x.mrc", data) == [{"line": 1, "title": "Title"}]


def test_records_are_read_one_by_one(tmp_path: Path):
    path = tmp_path / "x.mrc"
    path.write_bytes(record(field("245", "aTitle")) * 50_000)
    with open_source(path) as reading:
        assert next(iter(reading)).values["title"] == "Title"
        assert reading.bytes_read < reading.bytes_total


NOTE = field("520", "a" + "n" * 12_000)


@pytest.mark.parametrize(
    "fields, said",
    [
        ([field("245", "aX"), NOTE], {"title": "X"}),
        ([NOTE, field("245", "aGood title")], {"title": "Good title"}),
        (
            [field("245", "aEmma"), *[field("505", "a" + "n" * 9_000)] * 13, field("650", "aLast")],
            {"title": "Emma", "subjects": ["Last"]},
        ),
        ([field("245", "aEmma"), field("650", "a" + "x" * 12_000)], {"errors": [["", "marc"]]}),
    ],
)
def test_fields_and_records_over_the_lengths_of_the_format(
    tmp_path: Path, fields: list[Field], said: dict[str, Any]
):
    """pymarc, as other programs, then writes lengths of more digits than there is room for."""
    path, good = tmp_path / "x.mrc", record(field("245", "aIvanhoe"))
    assert read(path, record(*fields) + good) == [
        {"line": 1, **said},
        {"line": 2, "title": "Ivanhoe"},
    ]


def test_a_field_that_is_too_long_is_named(tmp_path: Path):
    path = tmp_path / "x.mrc"
    path.write_bytes(record(field("245", "a" + "T" * 12_000)))
    message = "The record cannot be read: field 245 has 12,005 bytes, more than the 9,999 of MARC."
    with open_source(path) as reading:
        assert [error.message for record in reading for error in record.errors] == [message]


def test_fields_in_another_order_than_the_directory(tmp_path: Path):
    data = record(field("245", "aEmma"), field("650", "aWit"))
    entries = data[24:36] + data[36:48]
    assert data[24:48] == entries
    turned = data[:24] + data[36:48] + data[24:36] + data[48:]
    # A program that has converted the texts has left the lengths as they were.
    longer = turned.replace(b"Emma", b"Emma and others")
    assert read(tmp_path / "x.mrc", longer) == [
        {"line": 1, "title": "Emma and others", "subjects": ["Wit"]}
    ]


def test_limit_of_fields_and_subfields(tmp_path: Path):
    path = tmp_path / "x.mrc"
    path.write_bytes(record(field("245", "aEmma"), *[field("650", "aWit")] * 10))
    for limit, count in ((22, 1), (23, 0)):
        with open_source(path, limits={"elements": limit}) as reading:
            assert [len(each.errors) for each in reading] == [count]


def test_a_record_over_the_limit(tmp_path: Path):
    path = tmp_path / "x.mrc"
    long, good = record(field("245", "a" + "T" * 200)), record(field("245", "aEmma"))
    path.write_bytes(long + good + long.removesuffix(b"\x1d"))
    limit = 'The record has more bytes than the 100 that BOOKREL_LIMITS["record"] allows.'
    with open_source(path, limits={"record": 100}) as reading:
        found = [(r.line, [error.message for error in r.errors]) for r in reading]
    assert found == [(1, [limit]), (2, []), (3, [limit])]


def test_what_was_rejected_is_read_again(tmp_path: Path):
    fields = [field("100", "aLee, Ann", "eauthor,", "eillustrator"), field("490", "aA|B ;", "v2")]
    path, copy = tmp_path / "x.mrc", tmp_path / "rejected.csv"
    path.write_bytes(record(field("245", "aEmma; a novel"), *fields))
    with open_source(path) as reading:
        [first] = reading
        header = reading.header
    with copy.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["bookrel_line", *header], ["1", *first.raw]])
    with open_source(copy) as reading:
        assert reading.source.name == "marc"
        assert [again.values for again in reading] == [first.values]
    assert first.values["series"] == [("A/B", "2")]


@pytest.mark.parametrize("name", ["marc.mrc", "marcxml.xml"])
def test_without_pymarc(monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setitem(sys.modules, "pymarc", None)
    with pytest.raises(MissingPackage) as caught:
        open_source(SAMPLES / name)
    assert str(caught.value).endswith("MARC needs pymarc: pip install django-bookrel[marc]")


def test_a_table_of_numbers_is_no_marc(tmp_path: Path):
    path = tmp_path / "x.csv"
    path.write_text("title,isbn\n00123nam a2200123 a 4500,\n")
    with open_source(path) as reading:
        assert reading.source.name == "generic"


def test_characters_that_no_database_takes_cost_the_record(tmp_path: Path):
    data = record(field("245", "aEm\0ma")) + record(field("245", "aEmma"))
    path = tmp_path / "a.mrc"
    assert read(path, data) == [
        {"line": 1, "errors": [["", "decoding"]]},
        {"line": 2, "title": "Emma"},
    ]
    with open_source(path) as reading:
        rejected = next(iter(reading))
    assert rejected.errors[0].message == "Record 1: it contains a NUL character."
    assert "Em\\x00ma" in rejected.raw
