from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from django_bookrel.isbn import clean_isbn
from django_bookrel.models import Book
from django_bookrel.names import person_key, text_key
from django_bookrel.resources import load
from django_bookrel.roles import ROLES
from django_bookrel.sources.reading.notation import parse_cell
from django_bookrel.testing import catalogue
from django_bookrel.testing.catalogue import FAULTS, HEADER, generate, write_csv

ROWS = 4_000


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return list(generate(ROWS))


def parsed(rows: list[dict[str, str]], column: str) -> list[list]:
    return [parse_cell(column, row[column]) for row in rows]


def test_rows_stay_the_same_for_ever():
    assert list(islice(generate(100, seed=7), 10, 11)) == [
        {
            "isbn": "9780831371715",
            "title": "The Sleeping Grammar and Other Stories from York",
            "author": "Agnes J. Jensen",
            "contributors": "Susan J. Ortega (co-author)",
            "publishers": "Archer Books|Abbott Books",
            "year": "1912",
            "language": "rus",
            "pages": "228",
            "series": "",
            "subjects": "Album|Anchor",
            "identifiers": "goodreads:83137171",
        }
    ]


def test_another_seed_is_another_catalogue(rows: list[dict[str, str]]):
    others = list(generate(ROWS, seed=1))
    for column in ("isbn", "title"):
        assert not {row[column] for row in rows if row[column]} & {row[column] for row in others}


def test_rows_are_made_one_by_one():
    assert len(list(islice(generate(10**12), 3))) == 3


def test_every_row_is_a_book_of_its_own(rows: list[dict[str, str]]):
    isbns = [row["isbn"] for row in rows if row["isbn"]]
    identifiers = [entry for said in parsed(rows, "identifiers") for entry in said]
    titles = [text_key(row["title"]) for row in rows]
    for found in (isbns, identifiers, titles):
        assert len(set(found)) == len(found)


def test_isbns_are_valid(rows: list[dict[str, str]]):
    isbns = [row["isbn"] for row in rows if row["isbn"]]
    assert [clean_isbn(isbn) for isbn in isbns] == isbns


def test_some_rows_have_other_identities_or_none(rows: list[dict[str, str]]):
    has = Counter((bool(row["isbn"]), bool(row["identifiers"])) for row in rows)
    assert has[True, True] + has[True, False] == pytest.approx(0.9 * ROWS, rel=0.02)
    assert has[False, True] == pytest.approx(0.05 * ROWS, rel=0.2)
    assert has[False, False] == pytest.approx(0.05 * ROWS, rel=0.2)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_isbn_share(share: float):
    assert {bool(row["isbn"]) for row in generate(500, isbn_share=share)} == {bool(share)}


PLACES = len(catalogue._PLACES)


@pytest.mark.parametrize(
    "make, key, combinations",
    [
        (catalogue.person_of, person_key, catalogue._PERSON_COUNT),
        (
            catalogue._publisher,
            text_key,
            len(catalogue._FAMILY) * len(catalogue._IMPRINTS) * PLACES,
        ),
        (catalogue._subject, text_key, len(catalogue._NOUNS) * PLACES),
        (lambda number: catalogue.title_of(number, 0), text_key, catalogue._TITLE_COUNT),
    ],
    ids=["people", "publishers", "subjects", "titles"],
)
def test_names_never_repeat(
    make: Callable[[int], str], key: Callable[[str], str], combinations: int
):
    numbers = [first + i for first in range(0, 3 * combinations, combinations) for i in range(5000)]
    assert len({key(make(number)) for number in numbers}) == len(numbers)


def test_few_authors_have_many_books(rows: list[dict[str, str]]):
    books = Counter(row["author"] for row in rows)
    assert books.pop("") == pytest.approx(0.1 * ROWS, rel=0.15)
    assert len(books) <= ROWS / 4
    assert max(books.values()) > 20 * sorted(books.values())[len(books) // 2]


@pytest.mark.parametrize(
    "column, fewest, most",
    [("contributors", 0, 3), ("publishers", 1, 2), ("subjects", 1, 3), ("series", 0, 1)],
)
def test_relations(rows: list[dict[str, str]], column: str, fewest: int, most: int):
    found = parsed(rows, column)
    assert {len(said) for said in found} == set(range(fewest, most + 1))
    assert all(len(set(said)) == len(said) for said in found)


def test_every_role_occurs(rows: list[dict[str, str]]):
    found = {role for said in parsed(rows, "contributors") for _name, role in said}
    assert found == set(ROLES)


def test_changed_titles(rows: list[dict[str, str]]):
    again = list(generate(ROWS, changed=0.1))
    pairs = [(old, new) for old, new in zip(rows, again, strict=True) if old != new]
    assert len(pairs) == pytest.approx(0.095 * ROWS, rel=0.15)
    assert [{**new, "title": old["title"]} for old, new in pairs] == [old for old, _new in pairs]
    assert all(old["isbn"] or old["identifiers"] for old, _new in pairs)


def test_bad_lines_leave_the_others_as_they_are(rows: list[dict[str, str]]):
    bad = {2, 9, ROWS + 1}
    again = list(generate(ROWS, bad_lines=bad))
    changed = {
        line: [column for column in HEADER if old[column] != new[column]]
        for line, (old, new) in enumerate(zip(rows, again, strict=True), 2)
        if old != new
    }
    assert changed == {line: [FAULTS[line % len(FAULTS)][0]] for line in bad}


@pytest.mark.django_db
def test_bad_lines_are_rejected_and_no_others(tmp_path: Path):
    bad = range(50, 50 + len(FAULTS))
    path = tmp_path / "catalogue.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        write_csv(file, 200, bad_lines=bad)
    rejections = []
    load(path, on_rejected=rejections.extend)
    assert [(rejection.line, rejection.column) for rejection in rejections] == [
        (line, FAULTS[line % len(FAULTS)][0]) for line in bad
    ]
    assert Book.objects.count() == 200 - len(bad)


@pytest.mark.parametrize("columns", [HEADER, ("title", "isbn", "author")])
def test_write_csv(columns: tuple[str, ...]):
    file = io.StringIO()
    write_csv(file, 50, columns=columns, seed=3, isbn_share=0.5, changed=0.5, bad_lines={4})
    header, *cells = csv.reader(io.StringIO(file.getvalue()))
    assert tuple(header) == columns
    assert cells == [
        [row[column] for column in columns]
        for row in generate(50, seed=3, isbn_share=0.5, changed=0.5, bad_lines={4})
    ]
    assert file.getvalue().count("\n") == 51
