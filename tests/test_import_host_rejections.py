"""Rows that only the database rejects."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostrows import import_rows, rejected
from tests.hosts.newsdesk.models import (
    Article,
    Topic,
)
from tests.hosts.newsdesk.resources import StrictSequelResource
from tests.importing import counts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("batch_size", [1, 7, 100])
def test_only_the_row_that_the_database_rejects(tmp_path: Path, batch_size: int):
    rows = [
        {"slug": f"a{n}", "headline": "A", "words": str(n), "topics": f"T{n}"} for n in range(50)
    ]
    for guilty in (20, 33):
        rows[guilty]["words"] = "10000"
    result = import_rows(tmp_path, rows, batch_size=batch_size)
    assert counts(result) == {"rows": 50, "new": 48, "rejected": 2}
    assert [(line, column) for line, column, *_ in rejected(result)] == [(22, ""), (35, "")]
    assert all("newsdesk_article_words" in reason for *_, reason in rejected(result))
    assert not Article.objects.filter(slug__in=["a20", "a33"]).exists()
    assert Article.objects.count() == 48
    # Nor do names come in that only the rejected rows have.
    assert Topic.objects.count() == 48
    rows[20]["words"] = rows[33]["words"] = "9999"
    again = import_rows(tmp_path, rows, batch_size=batch_size)
    assert counts(again) == {"rows": 50, "new": 2, "unchanged": 48}


def test_change_that_the_database_rejects(tmp_path: Path):
    Article.objects.create(slug="a", headline="A", words=1)
    rows = [
        {"slug": "a", "headline": "A", "words": "10001"},
        {"slug": "b", "headline": "B", "words": "2"},
    ]
    result = import_rows(tmp_path, rows)
    assert counts(result) == {"rows": 2, "new": 1, "rejected": 1}
    assert set(Article.objects.values_list("slug", "words")) == {("a", 1), ("b", 2)}


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_row_that_refers_to_one_with_an_unknown_name(tmp_path: Path, batch_size: int):
    names = [("a", "b"), ("c", "a"), ("d", "e"), ("b", ""), ("e", "d"), ("f", "c"), ("g", "e")]
    names += [("h", ""), ("i", "h"), ("j", "k"), ("k", "")]
    rows = [
        {"slug": slug, "headline": "A", "follows": follows, "reporter": ""}
        for slug, follows in names
    ]
    rows[3]["reporter"] = "nobody@example.com"
    options = {"batch_size": batch_size}
    dry = import_rows(tmp_path, rows, StrictSequelResource, dry_run=True, **options)
    result = import_rows(tmp_path, rows, StrictSequelResource, **options)
    totals = {"rows": 11, "new": 7, "rejected": 4}
    assert (counts(dry), counts(result)) == (totals, totals)
    assert sorted(rejected(dry)) == sorted(rejected(result))
    assert {article.slug for article in Article.objects.all()} == set("deghijk")
