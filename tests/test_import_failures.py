"""Imports that fail, are rejected or make no sense: what is in then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from django_bookrel.bulk import ImportStopped, RejectLimit
from django_bookrel.bulk.errors import Blame
from django_bookrel.bulk.writers import Database
from django_bookrel.bulk.writers.sql import SQLInserter
from django_bookrel.exceptions import InvalidOption
from django_bookrel.models import Author, Book, ImportRecord, Publisher, RejectedRow
from django_bookrel.resources import load
from tests.distinct import distinct_rows, write_rows
from tests.hosts.newsdesk.models import Article, Reporter
from tests.hosts.newsdesk.resources import ArticleResource, StrictArticleResource
from tests.importing import books, counts, stored, write_csv

pytestmark = pytest.mark.django_db


# Failures.


@pytest.fixture
def fail_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the database fail after so many batches of new books."""

    def fail_after(batches: int) -> None:
        insert, left = SQLInserter.insert, [batches]

        def failing(self: SQLInserter, model: Any, *args: Any, **options: Any) -> Any:
            if model is Book:
                left[0] -= 1
                if left[0] < 0:
                    raise OperationalError("the server closed the connection")
            return insert(self, model, *args, **options)

        monkeypatch.setattr(SQLInserter, "insert", failing)

    return fail_after


@pytest.mark.django_db(transaction=True)
def test_failure_midway_leaves_whole_batches(
    tmp_path: Path, fail_after: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
):
    path = write_csv(tmp_path / "in.csv", distinct_rows(50))
    with monkeypatch.context() as patch:
        fail_after(2)
        with pytest.raises(ImportStopped) as raised:
            load(path, batch_size=10)
        patch.undo()
    monkeypatch.undo()
    said = "Stopped after 20 rows: The database failed: the server closed the connection."
    assert (str(raised.value), raised.value.is_lasting) == (said, False)
    assert Book.objects.count() == 20
    # Nothing is in of the batch that failed, its authors neither.
    assert (Author.objects.count(), Publisher.objects.count()) == (60, 40)
    [record] = ImportRecord.objects.all()
    assert (record.status, record.rows, record.new) == (ImportRecord.Status.FAILED, 20, 20)
    assert record.message == said
    assert counts(load(path, batch_size=10)) == {"rows": 50, "new": 30, "unchanged": 20}
    assert (Book.objects.count(), Author.objects.count()) == (50, 150)
    assert counts(load(path)) == {"rows": 50, "unchanged": 50}


@pytest.mark.django_db(transaction=True)
def test_failure_midway_of_an_atomic_import_leaves_nothing(
    tmp_path: Path, fail_after: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
):
    path = write_csv(tmp_path / "in.csv", distinct_rows(50))
    fail_after(2)
    with pytest.raises(ImportStopped):
        load(path, batch_size=10, atomic=True)
    monkeypatch.undo()
    assert all(rows == [] for rows in stored().values())
    [record] = ImportRecord.objects.all()
    assert (record.status, record.new) == (ImportRecord.Status.FAILED, 0)
    assert counts(load(path, atomic=True, batch_size=10)) == {"rows": 50, "new": 50}


@pytest.mark.django_db(transaction=True)
def test_fault_that_goes_away_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    insert, calls = SQLInserter.insert, []

    def failing(self: SQLInserter, model: Any, *args: Any, **options: Any) -> Any:
        if model is Book:
            calls.append(model)
            if len(calls) == 2:
                raise OperationalError("a deadlock")
        return insert(self, model, *args, **options)

    monkeypatch.setattr(SQLInserter, "insert", failing)
    monkeypatch.setattr(Database, "blame", lambda self, error: Blame.AGAIN)
    path = write_csv(tmp_path / "in.csv", distinct_rows(30))
    assert counts(load(path, batch_size=10)) == {"rows": 30, "new": 30}
    assert len(calls) == 4
    assert (Book.objects.count(), Author.objects.count()) == (30, 90)


# Rejections and limits.


BAD = [
    ({"isbn": "1234567890123"}, "isbn"),
    ({"isbn": "9780306406158"}, "isbn"),
    ({"title": "", "language": "en"}, "title"),
    ({"author": "x" * 256}, "author"),
    ({"contributors": "x" * 256 + " (editor)"}, "contributors"),
    ({"publishers": "Good|" + "x" * 256}, "publishers"),
    ({"subjects": "x" * 256}, "subjects"),
    ({"series": "x" * 256 + " #1"}, "series"),
    ({"series": "Series #" + "1" * 41}, "series"),
    ({"year": "abc"}, "year"),
    ({"year": "99999"}, "year"),
    ({"year": "-99999"}, "year"),
    ({"year": "1999.5"}, "year"),
    ({"pages": "-1"}, "pages"),
    ({"pages": "99999999999999999999"}, "pages"),
    ({"language": "x" * 36}, "language"),
    ({"identifiers": "no scheme"}, "identifiers"),
    ({"identifiers": "x" * 41 + ":1"}, "identifiers"),
    ({"identifiers": "oclc:" + "1" * 256}, "identifiers"),
]


@pytest.mark.parametrize("cells, column", BAD, ids=lambda value: str(value)[:40])
def test_bad_cell(tmp_path: Path, cells: dict[str, str], column: str):
    rows = [{"title": "Good", "author": "Ann"}, {"title": "Bad"} | cells]
    path = write_csv(tmp_path / "in.csv", rows)
    result = load(path)
    assert counts(result) == {"rows": 2, "new": 1, "rejected": 1}
    [rejection] = result.rejections
    assert (rejection.line, rejection.column) == (3, column)
    assert rejection.value[:200] == cells[column][:200]
    assert rejection.reason
    assert "\n" not in str(rejection)
    assert [book["title"] for book in books()] == ["Good"]
    assert [author.name for author in Author.objects.all()] == ["Ann"]
    [stored_row] = RejectedRow.objects.all()
    assert (stored_row.line, stored_row.column) == (3, column)
    assert stored_row.value == rejection.value
    assert stored_row.reason == rejection.reason
    # All cells are there to be repaired.
    assert set(cells.values()) <= set(stored_row.cells)


@pytest.mark.parametrize(
    "line",
    [
        b'"A\0B",Ann,1999',
        b"A,Ann,1999,more",
        b"A",
        b'A"B",Ann "x,1999\n',
        b'"A" B,Ann,1999',
        b"\xff,Ann,1999",
    ],
    ids=repr,
)
def test_broken_row(tmp_path: Path, line: bytes):
    path = tmp_path / "in.csv"
    good = "".join(f"Title {n},Ann Ö,1999\n" for n in range(20)).encode()
    path.write_bytes(b"title,author,year\n" + good + line.rstrip() + b"\n" + b"Last,Bo,2000\n")
    result = load(path)
    if result.counts.rejected == 0:
        assert line.startswith(b'A"B"')  # A quote inside of a cell that is not quoted is a quote.
        return
    assert counts(result) == {"rows": 22, "new": 21, "rejected": 1}
    assert {rejection.line for rejection in result.rejections} == {22}
    assert Book.objects.filter(title="Last").exists()
    assert RejectedRow.objects.get().line == 22


def test_lines_are_those_of_the_file(tmp_path: Path):
    rows = [
        {"title": "two\nlines"},
        {"title": "Bad", "year": "x"},
        {"title": "Good"},
        {"title": "three\nmore\nlines", "year": "y"},
        {"title": "Bad", "year": "z"},
    ]
    result = load(write_csv(tmp_path / "in.csv", rows), batch_size=2)
    assert [(rejection.line, rejection.value) for rejection in result.rejections] == [
        (4, "x"),
        (6, "y"),
        (9, "z"),
    ]


@pytest.mark.parametrize("batch_size", [100, 2000, 5000])
def test_wrong_file_is_stopped_before_it_does_harm(tmp_path: Path, batch_size: int):
    path = write_rows(tmp_path / "in.csv", good=999, bad=1001)
    with pytest.raises(RejectLimit, match=r"1,001 of the first 2,000 rows.+ line 1001, year 'x'"):
        load(path, batch_size=batch_size)
    assert all(rows == [] for rows in stored().values())
    [record] = ImportRecord.objects.all()
    assert (record.status, record.new) == (ImportRecord.Status.STOPPED, 0)


def test_half_of_the_rows_rejected_is_not_too_many(tmp_path: Path):
    path = write_rows(tmp_path / "in.csv", good=1000, bad=1000)
    assert counts(load(path)) == {"rows": 2000, "new": 1000, "rejected": 1000}


def test_short_file_has_no_limit(tmp_path: Path):
    path = write_rows(tmp_path / "in.csv", good=1, bad=5)
    assert counts(load(path)) == {"rows": 6, "new": 1, "rejected": 5}


def test_rows_rejected_for_names_count_towards_the_limit(tmp_path: Path):
    Reporter.objects.create(email="ann@example.com")
    rows = [
        {
            "slug": f"a{n}",
            "headline": "A",
            "reporter": "ann@example.com" if n % 5 == 0 else "bo@example.com",
            "topics": "",
        }
        for n in range(2500)
    ]
    path = write_csv(tmp_path / "in.csv", rows, ["slug", "headline", "reporter", "topics"])
    with pytest.raises(RejectLimit):
        load(path, resource=StrictArticleResource, batch_size=500)
    assert Article.objects.count() == 0


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_rejected_row_does_not_take_the_one_before_it_along(tmp_path: Path, batch_size: int):
    rows = [
        {"slug": "a", "headline": "First", "words": "1"},
        {"slug": "a", "headline": "Second", "words": "2"},
        {"slug": "a", "headline": "Third", "words": "10001"},
        {"slug": "b", "headline": "Other", "words": "1"},
    ]
    path = write_csv(tmp_path / "in.csv", rows, ["slug", "headline", "words"])
    result = load(path, resource=ArticleResource, source="native", batch_size=batch_size)
    assert counts(result) == {"rows": 4, "new": 2, "duplicates": 1, "rejected": 1}
    assert [rejection.line for rejection in result.rejections] == [4]
    assert set(Article.objects.values_list("headline", flat=True)) == {"Second", "Other"}


def test_limit_of_the_caller(tmp_path: Path):
    path = write_rows(tmp_path / "in.csv", good=15, bad=30)
    with pytest.raises(RejectLimit, match="rows were rejected"):
        load(path, batch_size=10, max_rejects=lambda totals: totals.rejected > 7)
    assert Book.objects.count() == 15
    Book.objects.all().delete()
    with pytest.raises(RejectLimit):
        load(path, batch_size=10, max_rejects=lambda totals: totals.rejected > 7, atomic=True)
    assert Book.objects.count() == 0
    assert counts(load(path, max_rejects=lambda totals: False))["rejected"] == 30


# Options that name what there is not.


@pytest.mark.parametrize(
    "options, message",
    [
        ({"existing": "replace"}, "existing must be one of update, fill, skip, not 'replace'"),
        ({"keep": ["titel"]}, "keep: no field is named “titel”"),
        ({"limit": -1}, "limit must be at least 0, not -1"),
        ({"skip": -1}, "skip must be at least 0, not -1"),
        ({"batch_size": 0}, "batch_size must be at least 1, not 0"),
    ],
)
@pytest.mark.django_db
def test_options_that_make_no_sense(tmp_path: Path, options: dict[str, Any], message: str):
    path = write_rows(tmp_path / "in.csv", good=1, bad=0)
    with pytest.raises(InvalidOption, match=message):
        load(path, **options)
    assert Book.objects.count() == 0
