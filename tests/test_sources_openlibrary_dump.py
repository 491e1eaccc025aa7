from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from django_bookrel.exceptions import MissingColumns
from django_bookrel.sources import open_source
from tests.test_sources_samples import as_json

LEE = ("author", "/authors/OL1A", {"name": "Ann Lee"})
EK = ("author", "/authors/OL2A", {"name": "Bo Ek"})
WORK = ("work", "/works/OL1W", {"title": "Emma", "authors": [{"author": {"key": "/authors/OL1A"}}]})


def lines(*records: tuple[str, str, dict[str, Any]]) -> str:
    return "".join(
        f"/type/{kind}\t{key}\t3\t2010-04-24T17:54:01.503315\t{json.dumps(said)}\n"
        for kind, key, said in records
    )


def edition(**said: Any) -> tuple[str, str, dict[str, Any]]:
    return "edition", "/books/OL1M", {"title": "Emma", **said}


def read(path: Path, data: str | bytes) -> list[dict[str, Any]]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    with open_source(path) as reading:
        assert reading.source.name == "openlibrary_dump"
        return [as_json(record) for record in reading]


def people(path: Path, data: str | bytes) -> list[tuple[str, list[Any]]]:
    return [(said.get("author", ""), said.get("contributors", [])) for said in read(path, data)]


def test_authors_come_first(tmp_path: Path):
    book = edition(authors=[{"key": "/authors/OL2A"}, {"key": "/authors/OL1A"}])
    expected = [("Bo Ek", [["Ann Lee", "co-author"]])]
    assert people(tmp_path / "x.txt", lines(LEE, EK, book)) == expected
    packed = gzip.compress(lines(LEE, EK).encode()) + gzip.compress(lines(book).encode())
    assert people(tmp_path / "x.txt.gz", packed) == expected


def test_authors_without_a_name_are_left_out(tmp_path: Path):
    nameless = ("author", "/authors/OL2A", {"bio": "unknown"})
    book = edition(authors=[{"key": "/authors/OL2A"}, {"key": "/authors/OL1A"}])
    [said] = read(tmp_path / "x.txt", lines(LEE, nameless, book, EK))
    assert (said["author"], said["repairs"]) == ("Ann Lee", ["author-dropped"])


def test_an_edition_has_the_authors_of_its_work(tmp_path: Path):
    book = edition(works=[{"key": "/works/OL1W"}])
    expected = [("Ann Lee", []), ("Ann Lee", [])]
    assert people(tmp_path / "x.txt", lines(LEE, WORK, book)) == expected


def test_a_work_is_a_book(tmp_path: Path):
    assert read(tmp_path / "x.txt", lines(WORK)) == [
        {
            "line": 1,
            "title": "Emma",
            "identifiers": [["openlibrary", "OL1W"]],
            "repairs": ["author-dropped"],
        }
    ]


def test_authors_alone_are_no_books(tmp_path: Path):
    with pytest.raises(MissingColumns, match="the dump has authors only"):
        read(tmp_path / "x.txt", lines(LEE, EK))


def test_redirects_and_deleted_records_are_skipped(tmp_path: Path):
    others = [
        ("redirect", "/books/OL2M", {"location": "/books/OL1M"}),
        ("delete", "/books/OL3M", {}),
    ]
    assert read(tmp_path / "x.txt", lines(*others)) == []


@pytest.mark.parametrize(
    "said, field, value",
    [
        (
            {"title": "lantern", "title_prefix": "The ", "subtitle": "a tale"},
            "title",
            "The lantern: a tale",
        ),
        ({"isbn_13": ["978-0-306-40615-7"]}, "isbn", "9780306406157"),
        ({"isbn_10": "0306406152"}, "isbn", "9780306406157"),
        ({"publishers": ["A; B", "C|D"]}, "publishers", ["A, B", "C/D"]),
        ({"publish_date": "January 1999"}, "year", "1999"),
        ({"first_publish_date": "1954"}, "year", "1954"),
        ({"number_of_pages": 124}, "pages", "124"),
        ({"pagination": "xii, 96 p. ;"}, "pages", "96"),
        ({"languages": [{"key": "/languages/ger"}]}, "language", "de"),
        ({"series": ["Tales ; 12", "Other"]}, "series", [["Tales", "12"], ["Other", ""]]),
        (
            {"series": ["Tales -- v. 3", "Other -- new"]},
            "series",
            [["Tales", "3"], ["Other -- new", ""]],
        ),
        (
            {"subjects": ["Ships, steam."], "subject_times": ["1900"]},
            "subjects",
            ["Ships, steam", "1900"],
        ),
        (
            {"contributions": ["Ann Lee (Illustrator)"]},
            "contributors",
            [["Ann Lee", "illustrator"]],
        ),
        (
            {"contributors": [{"role": "Editor", "name": "Bo Ek"}]},
            "contributors",
            [["Bo Ek", "editor"]],
        ),
        (
            {"contributors": [{"role": "Cook", "name": "Bo Ek"}]},
            "contributors",
            [["Bo Ek", "contributor"]],
        ),
    ],
)
def test_fields(tmp_path: Path, said: dict[str, Any], field: str, value: Any):
    [record] = read(tmp_path / "x.txt", lines(edition(**said)))
    assert record[field] == value


def test_identifiers(tmp_path: Path):
    numbers = {
        "oclc_numbers": ["ocm00077"],
        "lccn": ["   78-890351 "],
        "identifiers": {"goodreads": ["5"], "librarything": ["6"], "amazon": ["B00X"]},
    }
    [record] = read(tmp_path / "x.txt", lines(edition(**numbers)))
    assert record["identifiers"] == [
        ["openlibrary", "OL1M"],
        ["oclc", "77"],
        ["lccn", "78890351"],
        ["goodreads", "5"],
        ["asin", "B00X"],
    ]


@pytest.mark.parametrize("value", [None, 1.5, {}, [[]], [None], {"key": []}, True])
def test_values_of_no_sense_do_no_harm(tmp_path: Path, value: Any):
    names = (
        "authors publishers publish_date number_of_pages languages series subjects isbn_13 works"
    )
    said = dict.fromkeys([*names.split(), "identifiers", "contributors", "contributions"], value)
    [record] = read(tmp_path / "x.txt", lines(edition(**said)))
    assert record["title"] == "Emma"


@pytest.mark.parametrize(
    "line, error",
    [
        (b"/type/edition\t/books/OL1M\t1\tx\t{cut", ["json", "json"]),
        (b"/type/edition\t/books/OL1M\t1\tx\t[1]", ["json", "json"]),
        (b"/type/edition\t/books/OL1M\t1", ["", "cells"]),
        (b'/type/edition\t/books/OL1M\t1\tx\t{"title": "Caf\xe9"}', ["", "decoding"]),
    ],
)
def test_bad_lines(tmp_path: Path, line: bytes, error: list[str]):
    good = lines(edition()).encode()
    first, second, third = read(tmp_path / "x.txt", good + line + b"\n" + good)
    assert second == {"line": 2, "errors": [error]}
    assert (first["title"], third["title"], third["line"]) == ("Emma", "Emma", 3)


def test_what_was_rejected_is_read_again(tmp_path: Path):
    path, copy = tmp_path / "x.txt", tmp_path / "rejected.csv"
    path.write_text(lines(edition(publishers=["A, B"])))
    with open_source(path) as reading:
        [first] = reading
        header = reading.header
    with copy.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["bookrel_line", *header], ["1", *first.raw]])
    with open_source(copy) as reading:
        assert reading.source.name == "openlibrary_dump"
        assert [again.values for again in reading] == [first.values]


def test_lines_are_read_one_by_one(tmp_path: Path):
    path = tmp_path / "x.txt"
    path.write_text(lines(LEE, edition()) * 20_000)
    with open_source(path) as reading:
        assert next(iter(reading)).values["title"] == "Emma"
        assert reading.bytes_read < reading.bytes_total


@pytest.mark.parametrize("title", ["Em\0ma", "Em\ud800ma"])
def test_characters_that_no_database_takes_cost_the_record(tmp_path: Path, title: str):
    data = lines(edition(title=title), edition())
    rejected, good = read(tmp_path / "x.txt", data)
    assert rejected == {"line": 1, "errors": [["", "decoding"]]}
    assert good["title"] == "Emma"


def test_plain_fields_stay_as_they_are(tmp_path: Path):
    path = tmp_path / "x.txt"
    path.write_text(lines(edition(subjects=["Tales", "Fiction"])), encoding="utf-8")
    with open_source(path, plain=["subjects"]) as reading:
        assert [record.values["subjects"] for record in reading] == ["Tales | Fiction"]


def test_line_that_is_too_long(tmp_path: Path):
    path = tmp_path / "dump.txt"
    path.write_text(lines(LEE, WORK, edition(notes="x" * 1_000_000)), encoding="utf-8")
    with open_source(path) as reading:
        _work, record = reading
    [error] = record.errors
    assert (error.kind, error.message) == (
        "length",
        (
            "Line 3: the line has more characters than the 1,000,000 that "
            'BOOKREL_LIMITS["line"] allows.'
        ),
    )
