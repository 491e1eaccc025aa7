"""import_data(), as django-import-export is called."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
import tablib

from django_bookrel.models import Book
from django_bookrel.resources import BookResource
from tests.distinct import distinct_rows
from tests.hosts.newsdesk.models import Article, Topic
from tests.hosts.newsdesk.resources import ArticleResource
from tests.importing import stored

pytestmark = pytest.mark.django_db


def dataset(rows: list[dict[str, Any]]) -> tablib.Dataset:
    found = tablib.Dataset(headers=list(rows[0]))
    for row in rows:
        found.append(list(row.values()))
    return found


@pytest.mark.parametrize("use_transactions", [None, True, False])
def test_import_data(use_transactions: bool | None):  # noqa: FBT001 (import-export's)
    rows = distinct_rows(30)
    rows[7]["year"] = "x"
    result = BookResource().import_data(dataset(rows), use_transactions=use_transactions)
    assert not result.has_errors()
    assert result.has_validation_errors()
    assert dict(result.totals) == {
        "new": 29,
        "update": 0,
        "delete": 0,
        "skip": 0,
        "error": 0,
        "invalid": 1,
    }
    assert result.total_rows == 30
    [invalid] = result.invalid_rows
    assert (invalid.number, list(invalid.field_specific_errors)) == (8, ["year"])
    assert Book.objects.count() == 29
    again = BookResource().import_data(dataset(rows))
    assert {name: number for name, number in again.totals.items() if number} == {
        "skip": 29,
        "invalid": 1,
    }


def test_import_data_of_a_dry_run_writes_nothing():
    rows = distinct_rows(3)
    result = BookResource().import_data(dataset(rows), dry_run=True)
    assert result.totals["new"] == 3
    assert all(rows == [] for rows in stored().values())


def test_import_data_may_raise():
    rows = [{"title": "A", "year": "x"}]
    with pytest.raises(Exception, match="whole number"):
        BookResource().import_data(dataset(rows), raise_errors=True)


def test_import_data_rolls_back_when_asked():
    rows = [{"title": "A", "year": "x"}, {"title": "B", "year": "1"}]
    BookResource().import_data(
        dataset(rows), use_transactions=True, rollback_on_validation_errors=True
    )
    assert Book.objects.count() == 0


def test_import_data_collects_failed_rows():
    rows = [{"title": "A", "year": "x"}, {"title": "B", "year": "1"}]
    result = BookResource().import_data(dataset(rows), collect_failed_rows=True)
    assert result.failed_dataset.headers == ["title", "year", "Error"]
    [failed] = result.failed_dataset
    assert failed[:2] == ("A", "x")
    assert "whole number" in failed[2]


def test_import_data_gives_a_result_that_tasks_can_pickle():
    dataset = tablib.Dataset(["Emma", "1815"], ["Kim", "MCMI"], headers=["title", "year"])
    result = BookResource().import_data(dataset, collect_failed_rows=True)
    found = pickle.loads(pickle.dumps(result))
    assert found.totals == result.totals
    assert [row.number for row in found.rows] == [1, 2]
    assert found.failed_dataset.dict == result.failed_dataset.dict


def test_import_data_without_the_columns_of_the_identity():
    rows = [{"headline": "A"}]
    result = ArticleResource().import_data(dataset(rows))
    assert result.has_errors()
    assert (Article.objects.count(), Topic.objects.count()) == (0, 0)
