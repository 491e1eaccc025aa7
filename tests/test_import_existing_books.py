"""What happens to books that exist."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from django_bookrel.models import (
    Author,
    Book,
)
from django_bookrel.resources import load
from tests.bookrows import ISBN, OTHER_ISBN, RICH, import_rows
from tests.importing import books, counts, stored, write_csv

pytestmark = pytest.mark.django_db


def test_fill(tmp_path: Path):
    Book.objects.create(title="Old", isbn=ISBN, year=1900)
    first = {"isbn": ISBN, "title": "New", "year": "2000", "pages": "300", "language": "en"}
    first |= {"author": "Ann", "subjects": "A|B", "series": "S #1", "contributors": "Bo (editor)"}
    assert counts(import_rows(tmp_path, [first], existing="fill")) == {"rows": 1, "updated": 1}
    expected = {
        "isbn": ISBN,
        "title": "Old",
        "author": "Ann",
        "contributors": [("Bo", "editor")],
        "publishers": [],
        "year": 1900,
        "language": "en",
        "pages": 300,
        "series": [("S", "1")],
        "subjects": ["A", "B"],
        "identifiers": [],
    }
    assert books() == [expected]
    second = first | {"author": "Cy", "subjects": "C", "series": "S #2", "contributors": ""}
    assert counts(import_rows(tmp_path, [second], existing="fill")) == {"rows": 1, "updated": 1}
    assert books() == [expected | {"subjects": ["A", "B", "C"]}]
    assert counts(import_rows(tmp_path, [second], existing="fill")) == {"rows": 1, "unchanged": 1}


def test_skip(tmp_path: Path):
    import_rows(tmp_path, [RICH])
    before = stored()
    rows = [
        RICH | {"title": "New", "author": "Somebody else", "publishers": "Another"},
        {"isbn": OTHER_ISBN, "title": "To Kill a Mockingbird"},
    ]
    result = import_rows(tmp_path, rows, existing="skip")
    assert counts(result) == {"rows": 2, "new": 1, "unchanged": 1}
    Book.objects.get(isbn=OTHER_ISBN).delete()
    assert stored() == before


def test_keep(tmp_path: Path):
    import_rows(tmp_path, [RICH])
    keep = ["title", "author", "publishers", "series"]
    changed = {name: f"New {name}" for name in keep} | {"isbn": ISBN, "year": "1913"}
    result = import_rows(tmp_path, [changed], keep=keep)
    assert counts(result) == {"rows": 1, "updated": 1}
    [book] = books()
    assert {name: book[name] for name in [*keep, "year"]} == {
        "title": "The Brothers Karamazov",
        "author": "Dostoevsky, Fyodor",
        "publishers": ["Heinemann", "Modern Library"],
        "series": [("The Novels of Dostoevsky", "1"), ("World's Classics", "")],
        "year": 1913,
    }
    assert counts(import_rows(tmp_path, [changed], keep=keep)) == {"rows": 1, "unchanged": 1}


def test_keep_is_about_books_that_exist(tmp_path: Path):
    import_rows(tmp_path, [RICH], keep=["title", "author", "publishers"])
    assert books()[0]["publishers"] == ["Heinemann", "Modern Library"]


@pytest.mark.parametrize(
    "options",
    [{"keep": ["author", "publishers"]}, {"existing": "fill", "keep": ["publishers"]}],
)
def test_names_that_no_book_takes_make_no_records(tmp_path: Path, options: dict[str, Any]):
    import_rows(tmp_path, [RICH])
    before = stored()
    changed = {"isbn": ISBN, "title": RICH["title"], "author": "Nobody", "publishers": "Nowhere"}
    assert counts(import_rows(tmp_path, [changed], **options)) == {"rows": 1, "unchanged": 1}
    assert stored() == before


def test_missing_column_leaves_data_alone(tmp_path: Path):
    import_rows(tmp_path, [RICH])
    [before] = books()
    result = import_rows(tmp_path, [{"isbn": ISBN, "title": "New", "subjects": "Russia"}])
    assert counts(result) == {"rows": 1, "updated": 1}
    assert books() == [before | {"title": "New", "subjects": ["Russia"]}]


def test_empty_cell_clears_in_a_native_file(tmp_path: Path):
    import_rows(tmp_path, [RICH])
    empty = dict.fromkeys(RICH, "") | {"isbn": ISBN, "title": "Left"}
    assert counts(import_rows(tmp_path, [empty])) == {"rows": 1, "updated": 1}
    assert books() == [
        {
            "isbn": ISBN,
            "title": "Left",
            "author": None,
            "contributors": [],
            "publishers": [],
            "year": None,
            "language": "",
            "pages": None,
            "series": [],
            "subjects": [],
            "identifiers": [("gutenberg", "28054"), ("oclc", "1234")],
        }
    ]


@pytest.mark.parametrize("blank", [" ", "\t\u3000"])
def test_blank_names_nobody(tmp_path: Path, blank: str):
    row = {"isbn": ISBN, "title": "A", "author": "Ann"}
    import_rows(tmp_path, [row])
    assert counts(import_rows(tmp_path, [row | {"author": blank}])) == {"rows": 1, "updated": 1}
    assert books()[0]["author"] is None
    # A backslash keeps a blank at the edge of a text in a list.
    for cells in ({"contributors": f"\\{blank} (editor)"}, {"subjects": f"\\{blank}"}):
        result = import_rows(tmp_path, [row | cells])
        assert counts(result) == {"rows": 1, "rejected": 1}
        assert result.rejections[0].reason.endswith("is empty")
    assert [author.name for author in Author.objects.all()] == ["Ann"]


def test_empty_cell_of_another_format_says_nothing(tmp_path: Path):
    import_rows(tmp_path, [RICH])
    before = stored()
    names = {"isbn": "ISBN", "title": "Titel", "author": "Autor", "publishers": "Verlag"}
    names |= {"year": "Jahr", "subjects": "Schlagwort", "language": "Sprache", "pages": "Seiten"}
    row = dict.fromkeys(names.values(), "") | {"ISBN": ISBN, "Titel": RICH["title"]}
    path = write_csv(tmp_path / "katalog.csv", [row], list(names.values()))
    result = load(path, mapping=names)
    assert result.source == "generic"
    assert counts(result) == {"rows": 1, "unchanged": 1}
    assert stored() == before


def test_books_of_which_only_a_link_changed_are_stamped(tmp_path: Path):
    import_rows(tmp_path, [RICH, {"isbn": OTHER_ISBN, "title": "Other", "subjects": "Law"}])
    before = dict(Book.objects.values_list("isbn", "updated_at"))
    rows = [
        RICH | {"subjects": "Russia"},
        {"isbn": OTHER_ISBN, "title": "Other", "subjects": "Law"},
    ]
    result = import_rows(tmp_path, rows, header=["isbn", "title", "subjects"])
    assert counts(result) == {"rows": 2, "updated": 1, "unchanged": 1}
    after = dict(Book.objects.values_list("isbn", "updated_at"))
    assert after[ISBN] > before[ISBN]
    assert after[OTHER_ISBN] == before[OTHER_ISBN]
