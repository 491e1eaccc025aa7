"""Imports in bulk: their statements do not depend on the rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_bookrel.models import Author, Book, RejectedRow
from django_bookrel.resources import Result, load
from tests.distinct import distinct_rows
from tests.importing import counts, write_csv

pytestmark = pytest.mark.django_db


def statements(path: Path, **options: Any) -> tuple[list[str], Result]:
    with CaptureQueriesContext(connection) as context:
        result = load(path, batch_size=2000, **options)
    return [query["sql"] for query in context.captured_queries], result


@pytest.fixture
def sqlite_of_999_variables() -> Iterator[None]:
    if connection.vendor != "sqlite":
        pytest.skip("is about SQLite")
    connection.ensure_connection()
    limit = sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER
    before = connection.connection.setlimit(limit, 999)
    # Django asks for the limit once, if at all.
    connection.features.__dict__.pop("max_query_params", None)
    yield
    connection.connection.setlimit(limit, before)
    connection.features.__dict__.pop("max_query_params", None)


def counted_runs(tmp_path: Path, number: int) -> list[int]:
    """Count the statements of an import of new, unchanged and changed rows."""
    rows, changed = distinct_rows(number), distinct_rows(number, " again")
    found = []
    for name, table, outcome in (
        ("new", rows, "new"),
        ("unchanged", rows, "unchanged"),
        ("changed", changed, "updated"),
    ):
        sql, result = statements(write_csv(tmp_path / f"{name}-{number}.csv", table))
        assert counts(result) == {"rows": number, outcome: number}
        found.append(len(sql))
    Book.objects.all().delete()
    Author.objects.all().delete()
    return found


@pytest.mark.skipif(connection.vendor != "sqlite", reason="counts statements of SQLite")
def test_statements_do_not_depend_on_the_rows(tmp_path: Path):
    assert counted_runs(tmp_path, 100) == counted_runs(tmp_path, 1000)


def test_statements_of_people_without_roles(tmp_path: Path):
    found = []
    for number in (100, 1000):
        rows = distinct_rows(number)
        load(write_csv(tmp_path / "rows.csv", rows))
        header = ["ISBN", "Title", "Authors"]
        path = tmp_path / "authors.csv"
        # The author is new, or stands behind somebody who is.
        authors = [f"New {n}" if n % 2 else f"New {n}; {r['author']}" for n, r in enumerate(rows)]
        cells = zip(rows, authors, strict=True)
        write_csv(
            path,
            [{"ISBN": r["isbn"], "Title": r["title"], "Authors": a} for r, a in cells],
            header,
        )
        for outcome in ("updated", "unchanged"):
            sql, result = statements(path)
            assert counts(result) == {"rows": number, outcome: number}
            found.append(len(sql))
        Book.objects.all().delete()
        Author.objects.all().delete()
    assert found[:2] == found[2:]


@pytest.mark.usefixtures("sqlite_of_999_variables")
def test_oldest_variable_limit_of_sqlite(tmp_path: Path):
    assert counted_runs(tmp_path, 100) == counted_runs(tmp_path, 1000)


@pytest.mark.usefixtures("sqlite_of_999_variables")
def test_rejections_under_the_oldest_variable_limit(tmp_path: Path):
    rows = distinct_rows(2000)
    load(write_csv(tmp_path / "in.csv", rows))
    # The ISBN of one book with the identifier of another.
    half = [
        row | {"identifiers": other["identifiers"]}
        for row, other in zip(rows[:1000], rows[1000:], strict=True)
    ]
    result = load(write_csv(tmp_path / "clash.csv", half))
    assert counts(result) == {"rows": 1000, "rejected": 1000}
    assert RejectedRow.objects.count() == 1000


def test_rows_of_many_batches(tmp_path: Path):
    rows = distinct_rows(50)
    path = write_csv(tmp_path / "in.csv", rows)
    done: list[tuple[int, int | None, int]] = []
    result = load(
        path, batch_size=20, on_batch=lambda rows, total, t: done.append((rows, total, t.new))
    )
    assert counts(result) == {"rows": 50, "new": 50}
    assert done == [(20, 50, 20), (40, 50, 40), (50, 50, 50)]
    assert Book.objects.count() == 50
    assert counts(load(path, batch_size=7)) == {"rows": 50, "unchanged": 50}


def test_skip_and_limit(tmp_path: Path):
    path = write_csv(tmp_path / "in.csv", distinct_rows(10))
    assert counts(load(path, skip=3, limit=4, batch_size=3)) == {"rows": 4, "new": 4}
    assert list(Book.objects.order_by("pages").values_list("pages", flat=True)) == [4, 5, 6, 7]


@pytest.mark.parametrize("batch_size", [1, 100])
def test_author_who_comes_as_contributor_first(tmp_path: Path, batch_size: int):
    rows = [
        {"title": "A", "contributors": "Ann Lee (editor)|Bo Ek (translator)"},
        {"title": "B", "author": "Lee, Ann", "contributors": "Ek, Bo"},
    ]
    load(write_csv(tmp_path / "in.csv", rows), batch_size=batch_size)
    assert sorted(author.key for author in Author.objects.all()) == ["ann lee", "bo ek"]
