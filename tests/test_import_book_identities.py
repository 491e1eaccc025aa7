"""Which row is which book."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db.models import Model

from django_bookrel.models import (
    Author,
    Book,
    Identifier,
)
from django_bookrel.resources import bookresource_factory
from tests.bookrows import ISBN, OTHER_ISBN, import_rows
from tests.hosts.novels.models import Novel
from tests.importing import books, capture_writes, code_of_the_host, counts, stored

pytestmark = pytest.mark.django_db


def test_found_by_isbn_in_any_form(tmp_path: Path):
    Book.objects.create(title="Old", isbn=ISBN)
    result = import_rows(tmp_path, [{"isbn": "0-306-40615-2", "title": "New"}])
    assert counts(result) == {"rows": 1, "updated": 1}
    assert list(Book.objects.values_list("title", "isbn")) == [("New", ISBN)]


def test_found_by_identifier(tmp_path: Path):
    book = Book.objects.create(title="Old", isbn=ISBN)
    book.identifiers.create(scheme="oclc", value="1")
    result = import_rows(tmp_path, [{"isbn": "", "title": "New", "identifiers": "oclc:1|asin:B"}])
    assert counts(result) == {"rows": 1, "updated": 1}
    # An empty cell never clears what a book is known by.
    assert list(Book.objects.values_list("title", "isbn")) == [("New", ISBN)]
    assert book.identifiers.count() == 2


@pytest.mark.parametrize("runs", [False, True])
def test_found_by_a_further_isbn(tmp_path: Path, runs: bool):  # noqa: FBT001
    rows = [
        {"isbn": ISBN, "title": "Emma", "identifiers": "oclc:7"},
        {"isbn": OTHER_ISBN, "title": "Emma", "identifiers": "oclc:7"},
    ]
    assert counts(import_rows(tmp_path, rows)) == {"rows": 2, "new": 1, "duplicates": 1}
    with code_of_the_host(Book, runs=runs):
        for result in ({"updated": 1}, {"unchanged": 1}):
            again = import_rows(tmp_path, [{"isbn": ISBN, "title": "Emma Woodhouse"}])
            assert counts(again) == {"rows": 1, **result}
    assert list(Book.objects.values_list("title", "isbn")) == [("Emma Woodhouse", OTHER_ISBN)]
    found = Identifier.objects.values_list("scheme", "value").order_by("scheme")
    assert list(found) == [("isbn", ISBN), ("oclc", "7")]


def test_row_that_means_two_books_is_rejected(tmp_path: Path):
    one = Book.objects.create(title="One", isbn=ISBN)
    two = Book.objects.create(title="Two", isbn=OTHER_ISBN)
    two.identifiers.create(scheme="oclc", value="2")
    before = stored()
    rows = [{"isbn": ISBN, "title": "Three", "identifiers": "oclc:2"}, {"title": "Four"}]
    result = import_rows(tmp_path, rows)
    assert counts(result) == {"rows": 2, "new": 1, "rejected": 1}
    [rejection] = result.rejections
    assert (rejection.line, rejection.column) == (2, "")
    assert rejection.reason == (
        f"The row matches more than one record: oclc:2 is “Two” (no. {two.pk}); "
        f"isbn {ISBN} is “One” (no. {one.pk})."
    )
    Book.objects.get(title="Four").delete()
    assert stored() == before


@pytest.mark.parametrize("batch_size", [1, 100])
def test_rejected_row_does_not_take_the_one_before_it_along(tmp_path: Path, batch_size: int):
    Book.objects.create(title="One", isbn=ISBN)
    two = Book.objects.create(title="Two", isbn=OTHER_ISBN)
    two.identifiers.create(scheme="oclc", value="2")
    rows = [
        {"isbn": ISBN, "title": "First"},
        {"isbn": ISBN, "title": "Second"},
        {"isbn": ISBN, "title": "Third", "identifiers": "oclc:2"},
    ]
    result = import_rows(tmp_path, rows, batch_size=batch_size)
    assert [rejection.line for rejection in result.rejections] == [4]
    assert counts(result) == {"rows": 3, "updated": 1, "duplicates": 1, "rejected": 1}
    assert [book["title"] for book in books()] == ["Second", "Two"]


def test_identifiers_that_mean_two_books(tmp_path: Path):
    for number in (1, 2):
        book = Book.objects.create(title=f"Book {number}")
        book.identifiers.create(scheme="oclc", value=str(number))
    result = import_rows(tmp_path, [{"title": "A", "identifiers": "oclc:1|oclc:2"}])
    assert counts(result) == {"rows": 1, "rejected": 1}
    assert {"Book 1", "Book 2"} <= set(result.rejections[0].reason.replace("”", "“").split("“"))


@pytest.mark.parametrize("batch_size", [100, 2000])
@pytest.mark.parametrize("model", [Book, Novel], ids=lambda model: model._meta.label)
def test_rows_without_numbers_do_not_double(tmp_path: Path, model: type[Model], batch_size: int):
    rows = [
        {"title": f"Title {n // 3}", "author": f"Author {n % 3}", "year": str(1900 + n % 3)}
        for n in range(300)
    ]
    options = {"resource": bookresource_factory(model), "batch_size": batch_size}
    assert counts(import_rows(tmp_path, rows, **options)) == {"rows": 300, "new": 300}
    assert counts(import_rows(tmp_path, rows, **options)) == {"rows": 300, "unchanged": 300}
    assert model.objects.count() == 300


def test_row_without_numbers_is_not_a_book_that_has_them(tmp_path: Path):
    author = Author.objects.create(name="Jane Austen")
    Book.objects.create(title="Emma", author=author, year=1815, isbn=ISBN)
    Book.objects.create(title="Emma", author=author)
    rows = [
        {"title": "Emma", "author": "Jane Austen", "year": "1815"},
        {"title": "Emma", "author": "", "year": "1815"},
        {"title": "Emma", "author": "", "year": ""},
        {"title": "Emma", "author": "Jane Austen", "year": ""},
    ]
    assert counts(import_rows(tmp_path, rows)) == {"rows": 4, "new": 3, "unchanged": 1}
    assert counts(import_rows(tmp_path, rows)) == {"rows": 4, "unchanged": 4}


def test_fingerprint_is_of_the_name_in_any_spelling(tmp_path: Path):
    import_rows(tmp_path, [{"title": "Emma", "author": "Austen, Jane", "year": "1815"}])
    again = import_rows(tmp_path, [{"title": "EMMA", "author": "Jane  Austen", "year": "1815"}])
    assert counts(again) == {"rows": 1, "updated": 1}
    assert [identifier.scheme for identifier in Identifier.objects.all()] == ["fingerprint"]


@pytest.mark.parametrize("batch_size", [1, 100])
@pytest.mark.parametrize("model", [Book, Novel], ids=lambda model: model._meta.label)
def test_rows_that_differ_in_spelling_only(tmp_path: Path, model: type[Model], batch_size: int):
    rows = [
        {"title": "Emma", "author": "Austen, Jane", "year": "1815"},
        {"title": "Emma", "author": "Jane Austen", "year": "1815"},
    ]
    options = {"resource": bookresource_factory(model), "batch_size": batch_size}
    result = import_rows(tmp_path, rows, **options)
    assert (result.counts.new, model.objects.count()) == (1, 1)
    assert counts(import_rows(tmp_path, rows, **options))["rows"] == 2
    assert model.objects.count() == 1


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_last_row_of_an_identity_wins(tmp_path: Path, batch_size: int):
    rows = [
        {"isbn": ISBN, "title": "First"},
        {"isbn": OTHER_ISBN, "title": "Another"},
        {"isbn": "0306406152", "title": "Second", "identifiers": "oclc:1"},
        {"title": "Numberless", "author": "Jane Austen"},
        {"isbn": ISBN, "title": "Third", "identifiers": "oclc:1"},
        {"title": "numberless", "author": "Austen, Jane"},
    ]
    result = import_rows(tmp_path, rows, batch_size=batch_size)
    assert counts(result) == {"rows": 6, "new": 3, "duplicates": 3}
    assert [b["title"] for b in books()] == ["Another", "Third", "numberless"]
    before = stored()
    with capture_writes() as written:
        again = import_rows(tmp_path, rows, batch_size=batch_size)
    assert counts(again) == {"rows": 6, "unchanged": 3, "duplicates": 3}
    assert written == []
    assert stored() == before


@pytest.mark.parametrize("batch_size", [1, 100])
@pytest.mark.parametrize(
    "options", [{"existing": "fill"}, {"existing": "skip"}, {"keep": ["title"]}]
)
def test_last_row_wins_however_books_that_exist_are_treated(
    tmp_path: Path, options: dict[str, Any], batch_size: int
):
    rows = [
        {"isbn": ISBN, "title": "First", "subjects": "A|B"},
        {"isbn": OTHER_ISBN, "title": "Another", "subjects": ""},
        {"isbn": ISBN, "title": "Second", "subjects": "B|C"},
    ]
    result = import_rows(tmp_path, rows, batch_size=batch_size, **options)
    assert counts(result) == {"rows": 3, "new": 2, "duplicates": 1}
    assert [(b["title"], b["subjects"]) for b in books()] == [
        ("Another", []),
        ("Second", ["B", "C"]),
    ]


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_last_row_wins_where_only_the_database_knows_that_it_is_one_book(
    tmp_path: Path, batch_size: int
):
    book = Book.objects.create(title="Old", isbn=ISBN)
    book.identifiers.create(scheme="oclc", value="1")
    rows = [
        {"isbn": ISBN, "title": "First"},
        {"isbn": OTHER_ISBN, "title": "Another"},
        {"isbn": "", "title": "Second", "identifiers": "oclc:1"},
    ]
    import_rows(tmp_path, rows, batch_size=batch_size)
    assert [b["title"] for b in books()] == ["Another", "Second"]
    with capture_writes() as written:
        import_rows(tmp_path, rows, batch_size=batch_size)
    assert written == []


@pytest.mark.parametrize("batch_size", [1, 100])
@pytest.mark.parametrize("model", [Book, Novel], ids=lambda model: model._meta.label)
def test_years_before_the_common_era_tell_books_apart(
    tmp_path: Path, model: type[Model], batch_size: int
):
    # In Python hash(-1) == hash(-2).
    rows = [{"title": "Annals", "year": "-1"}, {"title": "Annals", "year": "-2"}]
    options = {"resource": bookresource_factory(model), "batch_size": batch_size}
    assert counts(import_rows(tmp_path, rows, **options)) == {"rows": 2, "new": 2}
