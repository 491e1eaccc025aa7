"""A dry run finds what unique and check constraints would reject, without writing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from django_bookrel.bulk import constraints
from django_bookrel.resources import RelationalResource
from tests.hostrows import import_rows, rejected
from tests.hosts.newsdesk.models import Article, Reporter, Topic

pytestmark = pytest.mark.django_db

TOO_MANY = "The constraint “newsdesk_article_words” does not allow this."


class ReporterResource(RelationalResource):
    """Finds reporters by their number, so that the address may be another one's."""

    class Meta:
        model = Reporter
        fields = ("id", "name", "email")


def reporter(pk: Any, email: str) -> dict[str, Any]:
    return {"id": pk, "name": "A", "email": email}


def both(tmp_path: Path, rows: list[dict[str, Any]], resource: Any) -> list[Any]:
    """Give lines and reasons of a dry run, which the import must reject too."""
    foreseen = import_rows(tmp_path, rows, resource, dry_run=True)
    counts = vars(foreseen.counts)
    result = import_rows(tmp_path, rows, resource)
    assert [line for line, *_ in rejected(result)] == [line for line, *_ in rejected(foreseen)]
    assert {**vars(result.counts), "updated": 0} == {**counts, "updated": 0}
    return [(line, reason) for line, _column, _value, reason in rejected(foreseen)]


def test_check_constraint(tmp_path: Path):
    rows = [{"slug": f"s{n}", "headline": "A", "words": n * 3_000} for n in range(6)]
    found = import_rows(tmp_path, rows, dry_run=True)
    assert [(line, reason) for line, _c, _v, reason in rejected(found)] == [
        (6, TOO_MANY),
        (7, TOO_MANY),
    ]
    assert (found.counts.new, found.counts.rejected, found.counts.failed) == (4, 2, 2)
    assert Article.objects.count() == 0


def test_check_constraint_of_a_record_that_changes(tmp_path: Path):
    Article.objects.create(slug="a", headline="A", words=5)
    rows = [{"slug": "a", "headline": "A", "words": 20_000}]
    found = import_rows(tmp_path, rows, dry_run=True)
    assert [reason for *_, reason in rejected(found)] == [TOO_MANY]
    assert found.counts.updated == 0


def test_check_constraint_of_several_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What is unknown does not fail."""
    more = models.CheckConstraint(condition=models.Q(fee__gt=models.F("words")), name="fees")
    monkeypatch.setattr(Article._meta, "constraints", [*Article._meta.constraints, more])
    fees = ["5.50", "", "1", "5.50", "", "2.99"]
    rows = [
        {"slug": f"s{n}", "headline": "A", "words": 3, "fee": fee} for n, fee in enumerate(fees)
    ]
    found = rejected(import_rows(tmp_path, rows, dry_run=True))
    reason = "The constraint “fees” does not allow this."
    assert [(line, reason) for line, *_ in found] == [(4, reason), (7, reason)]
    assert [said for *_, said in found] == [reason, reason]


def test_unique_constraint(tmp_path: Path):
    held = Reporter.objects.create(email="ann@example.com", name="A")
    rows = [
        reporter("", "ann@example.com"),
        reporter("", "bob@example.com"),
        reporter("", "bob@example.com"),
        reporter(held.pk, "cy@example.com"),
        reporter("", "dan@example.com"),
    ]
    found = import_rows(tmp_path, rows, ReporterResource, dry_run=True)
    assert [(line, reason) for line, _c, _v, reason in rejected(found)] == [
        (4, "Another row of the file has this email."),
    ]
    rows[3] = reporter(held.pk, "ann@example.com")
    found = import_rows(tmp_path, rows, ReporterResource, dry_run=True)
    assert [(line, reason) for line, _c, _v, reason in rejected(found)] == [
        (2, "Another reporter has this email."),
        (4, "Another row of the file has this email."),
    ]
    assert both(tmp_path, rows, ReporterResource)


def test_rows_of_several_batches(tmp_path: Path):
    rows = [reporter("", "bob@example.com"), reporter("", "bob@example.com")]
    found = import_rows(tmp_path, rows, ReporterResource, dry_run=True, batch_size=1)
    assert [line for line, *_ in rejected(found)] == [3]


def test_statements_do_not_grow_with_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(constraints, "CHECKS", 50)
    asked = []
    for size in (20, 50):
        rows = [{"slug": f"s{n}", "headline": "A", "words": n} for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            import_rows(tmp_path, rows, dry_run=True)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_constraint_that_cannot_be_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """An older table, say, for which the database lacks a function."""

    def failing(*args: Any, **kwargs: Any) -> None:
        raise constraints.DatabaseError("no such function")

    monkeypatch.setattr(constraints, "Coalesce", failing)
    rows = [{"slug": "a", "headline": "A", "words": 20_000}]
    assert rejected(import_rows(tmp_path, rows, dry_run=True)) == []
    assert "newsdesk_article_words cannot be asked about" in caplog.text


def test_new_names_break_no_constraint(tmp_path: Path):
    Topic.objects.create(name="Sea")
    rows = [{"slug": "a", "headline": "A", "reporter": "new@example.com", "topics": "Sea|Sky"}]
    assert rejected(import_rows(tmp_path, rows, dry_run=True)) == []
