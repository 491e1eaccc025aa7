"""The import loop: rows are written as they come, until one needs to know the rest of the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError

from django_bookrel.bulk import Engine, ImportStopped, RejectLimit, Report, Totals
from django_bookrel.bulk.staged import Part, StagedRows
from django_bookrel.models import Book
from django_bookrel.resources import BookResource
from django_bookrel.resources.cleaning import RowCleaner
from django_bookrel.resources.rowpath.paths import ImportPath
from django_bookrel.sources import Record
from tests.batches import Row, counts, parts, records
from tests.hosts.newsdesk.models import Article, Photo
from tests.hosts.newsdesk.resources import (
    ArticleResource,
    PhotoResource,
    StrictArticleResource,
    StrictSequelResource,
)
from tests.importing import code_of_the_host

pytestmark = pytest.mark.django_db

NAMES = ("slug", "headline")


def articles(text: str, headline: str = "A") -> list[Row]:
    return [{"slug": slug, "headline": headline} for slug in text]


class Desk:
    """Takes note of what an import does with the lines of a file, in its order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.staged: list[list[int]] = []
        self.cleaned: list[list[int]] = []
        self.read: list[int] = []
        self.progress: list[tuple[int, int | None, int]] = []
        self.totals = Totals()
        add, clean = StagedRows.add, RowCleaner.clean

        def adding(rows: StagedRows, part: Part) -> None:
            self.staged.append(part.batch.lines)
            add(rows, part)

        def cleaning(cleaner: RowCleaner, some: list[Record]) -> Any:
            self.cleaned.append([record.line for record in some])
            return clean(cleaner, some)

        monkeypatch.setattr(StagedRows, "add", adding)
        monkeypatch.setattr(RowCleaner, "clean", cleaning)

    def run(
        self, rows: list[Row], path: ImportPath | None = None, batch_size: int = 2, **options: Any
    ) -> dict[str, int]:
        def opened() -> Iterator[Record]:
            for record in records(rows):
                self.read.append(record.line)
                yield record

        def on_batch(done: int, total: int | None, totals: Totals) -> None:
            self.progress.append((done, total, totals.new))

        path = path or parts(ArticleResource, NAMES)
        self.totals = Totals()
        report = Report(self.totals, on_batch=on_batch, **options)
        Engine(path.transactions, path.rows, report, batch_size=batch_size).run(opened())
        return counts(self.totals)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def slugs() -> str:
    return "".join(Article.objects.order_by("slug").values_list("slug", flat=True))


# As they come.


def test_new_rows_are_written_as_they_come(desk: Desk):
    assert desk.run(articles("abcde")) == {"rows": 5, "new": 5}
    assert desk.staged == []
    assert desk.progress == [(2, 5, 2), (4, 5, 4), (5, 5, 5)]


def test_rows_that_change_nothing_are_not_staged(desk: Desk):
    desk.run(articles("abcde"))
    assert desk.run(articles("abcfde")) == {"rows": 6, "new": 1, "unchanged": 5}
    assert desk.staged == []


def test_row_that_is_repeated_within_its_batch_is_not_staged(desk: Desk):
    assert desk.run(articles("abccd")) == {"rows": 5, "new": 4, "duplicates": 1}
    assert desk.staged == []


def test_rest_is_staged_from_the_first_row_that_changes_something(desk: Desk):
    desk.run(articles("e"))
    rows = [*articles("abcd"), *articles("e", "B"), *articles("fgh")]
    assert desk.run(rows) == {"rows": 8, "new": 7, "updated": 1}
    assert desk.staged == [[2], [6, 7], [8, 9]]
    assert slugs() == "abcdefgh"


def test_rest_is_staged_from_the_first_record_that_is_met_again(desk: Desk):
    rows = [*articles("abcd"), *articles("be", "B"), *articles("fa", "C")]
    assert desk.run(rows) == {"rows": 8, "new": 6, "duplicates": 2, "joined": 2}
    assert desk.staged == [[6, 7], [8, 9]]
    found = Article.objects.order_by("slug").values_list("slug", "headline")
    assert "".join(slug + headline for slug, headline in found) == "aCbBcAdAeBfC"


def test_rest_is_staged_from_the_first_row_that_the_database_rejects(desk: Desk):
    names = (*NAMES, "words")
    rows: list[Row] = [{**row, "words": "1"} for row in articles("abcdef")]
    rows[3] = {**rows[3], "words": "10001"}
    path = parts(ArticleResource, names)
    assert desk.run(rows, path) == {"rows": 6, "new": 5, "rejected": 1}
    assert desk.staged == [[4, 5], [6, 7]]
    assert slugs() == "abcef"


def test_rest_is_staged_from_the_first_record_that_is_not_found_by_all(desk: Desk):
    names = ("title", "isbn", "identifiers")
    rows: list[Row] = [
        {"title": "A", "isbn": "", "identifiers": [("oclc", "1")]},
        {"title": "B", "isbn": "", "identifiers": [("oclc", "2")]},
        {"title": "C", "isbn": "", "identifiers": [("oclc", "3")]},
        {"title": "A", "isbn": "9780306406157", "identifiers": [("oclc", "1")]},
    ]
    path = parts(BookResource, names, existing="skip")
    Book.objects.create(title="A").identifiers.create(scheme="oclc", value="1")
    assert desk.run(rows, path) == {"rows": 4, "new": 2, "unchanged": 1, "duplicates": 1}
    assert desk.staged == [[4, 5]]


# From the start.


def test_file_of_one_batch_is_staged_as_a_whole(desk: Desk):
    assert desk.run(articles("abc"), batch_size=3) == {"rows": 3, "new": 3}
    assert desk.staged == [[2, 3, 4]]


@pytest.mark.parametrize(
    "resource, rows, options",
    [
        (ArticleResource, articles("abc"), {"dry_run": True}),
        (
            StrictSequelResource,
            [{"slug": slug, "headline": "A", "follows": ""} for slug in "abc"],
            {},
        ),
        # Its keys are no numbers.
        (PhotoResource, [{"code": code, "credit": "A"} for code in "abc"], {}),
    ],
    ids=["dry run", "rows that refer to rows", "keys"],
)
def test_rows_are_staged_where_nothing_is_certain(
    desk: Desk, resource: Any, rows: list[Row], options: dict[str, Any]
):
    path = parts(resource, list(rows[0]), **options)
    assert desk.run(rows, path) == {"rows": 3, "new": 3}
    assert desk.staged == [[2, 3], [4]]
    assert Article.objects.count() + Photo.objects.count() == (0 if options else 3)


def test_rows_are_staged_that_are_saved_one_by_one(desk: Desk):
    with code_of_the_host(Article):
        assert desk.run(articles("abc")) == {"rows": 3, "new": 3}
    assert desk.staged == [[2, 3], [4]]


# Once.


@pytest.mark.parametrize("headline", ["A", "B"])
@pytest.mark.parametrize("batch_size", [1, 2, 4, 100])
def test_file_is_read_and_cleaned_once(desk: Desk, batch_size: int, headline: str):
    desk.run(articles("ad"))
    desk.read, desk.cleaned = [], []
    rows = [*articles("abc"), *articles("dea", headline), *articles("fb")]
    desk.run(rows, batch_size=batch_size)
    lines = [*range(2, 10)]
    assert desk.read == lines
    starts = range(0, 8, batch_size)
    assert desk.cleaned == [lines[start : start + batch_size] for start in starts]


def test_repairs_and_records_are_told_once(desk: Desk):
    told: list[int] = []
    desk.run(
        [*articles("abcd"), *articles("ae", "B")],
        on_records=lambda some: told.extend(record.line for record in some),
    )
    assert told == [2, 3, 4, 5, 6, 7]


# Ends.


def test_empty_file(desk: Desk):
    assert desk.run([]) == {}
    assert (desk.staged, desk.cleaned, desk.totals) == ([], [], Totals())


def test_totals_are_true_when_an_import_is_stopped(desk: Desk):
    rows = [*articles("abcd"), *articles("  ", ""), *articles("ef")]
    with pytest.raises(RejectLimit, match=r"^2 of 6 rows were rejected, more than the limit\.$"):
        desk.run(rows, max_rejects=lambda totals: totals.rejected > 1)
    assert counts(desk.totals) == {"rows": 6, "new": 4, "rejected": 2}
    assert slugs() == "abcd"


def test_failure_of_the_database_ends_it(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    path = parts(ArticleResource, NAMES)
    run = path.transactions.run

    def failing(batch: Any, *args: Any) -> Any:
        if batch.lines[0] > 4:
            raise OperationalError("the server closed the connection")
        return run(batch, *args)

    monkeypatch.setattr(path.transactions, "run", failing)
    said = "^Stopped after 4 rows: The database failed: the server closed the connection\\.$"
    with pytest.raises(ImportStopped, match=said):
        desk.run(articles("abcdef"), path)
    assert counts(desk.totals) == {"rows": 4, "new": 4}


def test_wrong_file_is_found_by_names_that_are_not_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("django_bookrel.bulk.engine.HEAD_ROWS", 4)
    names = (*NAMES, "reporter")
    rows = [{**row, "reporter": "nobody@example.com"} for row in articles("abcdef")]
    rows[1] = {**rows[1], "reporter": ""}
    with pytest.raises(RejectLimit, match=r"^3 of the first 4 rows were rejected"):
        desk.run(rows, parts(StrictArticleResource, names))
    assert (counts(desk.totals), slugs()) == ({}, "")
    # Half of them is not more than half.
    rows[0] = {**rows[0], "reporter": ""}
    assert desk.run(rows, parts(StrictArticleResource, names)) == {
        "rows": 6,
        "new": 2,
        "rejected": 4,
    }
