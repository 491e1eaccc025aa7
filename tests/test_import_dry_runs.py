"""Dry runs: what an import would change, and nothing written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_bookrel.bulk import Change
from django_bookrel.models import ImportRecord
from django_bookrel.resources import BookResource, Result, load
from tests.distinct import ISBN, distinct_rows
from tests.hosts.newsdesk.resources import StrictArticleResource
from tests.importing import capture_writes, stored, write_csv

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("batch_size", [2, 100])
@pytest.mark.parametrize("options", [{}, {"existing": "fill"}, {"existing": "skip"}])
def test_dry_run_counts_as_the_run_does_and_writes_nothing(
    tmp_path: Path, batch_size: int, options: dict[str, Any]
):
    old = distinct_rows(6)
    load(write_csv(tmp_path / "old.csv", old))
    rows = [
        old[0],
        old[1] | {"title": "Changed", "author": "New", "publishers": "New house"},
        old[2] | {"subjects": "New subject"},
        {"title": "New", "author": "New", "subjects": "New subject"},
        {"title": "new", "author": "new"},
        {"isbn": ISBN, "title": "Numbered"},
        {"isbn": ISBN, "title": "Numbered again"},
        {"isbn": old[4]["isbn"], "title": "Clash", "identifiers": "oclc:5"},
        {"title": "", "author": "Nobody"},
        {"title": "Bad", "year": "abc"},
    ]
    path = write_csv(tmp_path / "in.csv", rows)
    before, records = stored(), ImportRecord.objects.count()
    with capture_writes() as written:
        dry = load(path, dry_run=True, batch_size=batch_size, **options)
    assert written == []
    assert (stored(), ImportRecord.objects.count()) == (before, records)
    run = load(path, batch_size=batch_size, **options)
    assert dry.counts == run.counts
    assert [str(rejection) for rejection in dry.rejections] == [str(r) for r in run.rejections]
    assert run.counts.new > 0
    assert run.counts.duplicates == 2
    assert run.counts.rejected == 3


ARTICLE = ("slug", "headline", "reporter", "topics")


def changes(result: Result) -> list[tuple[int, str, dict[str, tuple[str, str]]]]:
    return [(change.line, change.record, change.cells) for change in result.changes]


OLD = {
    "isbn": ISBN,
    "title": "Old",
    "author": "Ann Lee",
    "contributors": "Bo Ek (editor)|Cy Fay (editor)",
    "publishers": "North|South",
    "year": "1950",
    "subjects": "Sea",
    "identifiers": "oclc:1",
}

CHANGED = {
    "isbn": ISBN,
    "title": "New",
    "author": "Di Gale",
    "contributors": "EK, BO (editor)|Eve Hill (translator)",
    "publishers": "SOUTH|West",
    "year": "",
    "language": "en",
    "subjects": "sea",
    "identifiers": "oclc:2",
}

WEST = ("North|South", "South|West")


class HookedResource(BookResource):
    class Meta(BookResource.Meta):
        pass

    def after_save_instance(self, *args: Any, **kwargs: Any) -> None:
        super().after_save_instance(*args, **kwargs)


@pytest.mark.parametrize("hooked", [False, True])
@pytest.mark.parametrize(
    "options, expected",
    [
        (
            {},
            {
                "title": ("Old", "New"),
                # A new author has the name as it was written first.
                "author": ("Ann Lee", "di gale"),
                "contributors": (
                    "Bo Ek (editor)|Cy Fay (editor)",
                    "Bo Ek (editor)|Eve Hill (translator)",
                ),
                "publishers": WEST,
                "year": ("1950", ""),
                "language": ("", "en"),
                "identifiers": ("oclc:1", "oclc:1|oclc:2"),
            },
        ),
        (
            {"keep": ["author", "title", "contributors", "year", "identifiers"]},
            {"publishers": WEST, "language": ("", "en")},
        ),
        (
            {"existing": "fill"},
            {
                "contributors": (
                    "Bo Ek (editor)|Cy Fay (editor)",
                    "Bo Ek (editor)|Cy Fay (editor)|Eve Hill (translator)",
                ),
                "publishers": ("North|South", "North|South|West"),
                "language": ("", "en"),
                "identifiers": ("oclc:1", "oclc:1|oclc:2"),
            },
        ),
    ],
    ids=["update", "keep", "fill"],
)
def test_changes_of_a_dry_run(
    tmp_path: Path,
    options: dict[str, Any],
    expected: dict[str, tuple[str, str]],
    *,
    hooked: bool,
):
    load(write_csv(tmp_path / "old.csv", [OLD]))
    options = options | {"resource": HookedResource if hooked else BookResource}
    new = {"title": "Two", "author": "di gale", "subjects": "Sea|Sky"}
    path = write_csv(tmp_path / "in.csv", [{"title": "Bad", "year": "x"}, new, CHANGED])
    result = load(path, dry_run=True, **options)
    assert result.path == ("row" if hooked else "bulk")
    cells = {"title": ("", "Two"), "author": ("", "di gale"), "subjects": ("", "Sea|Sky")}
    assert changes(result) == [(3, "", cells), (4, "Old", expected)]
    run = load(path, **options)
    assert run.changes == []
    assert (run.counts.new, run.counts.updated) == (1, 1)
    assert changes(load(path, dry_run=True, **options)) == []


def test_dry_run_shows_the_first_changes_only(tmp_path: Path):
    path = write_csv(tmp_path / "in.csv", distinct_rows(30))
    with CaptureQueriesContext(connection) as few:
        result = load(path, dry_run=True, limit=10)
    with CaptureQueriesContext(connection) as many:
        result = load(path, dry_run=True)
    assert [change.line for change in result.changes] == list(range(2, 12))
    assert len(many) == len(few)


def test_rows_by_which_a_wrong_file_is_told_are_not_shown_as_changes(tmp_path: Path):
    path = write_csv(tmp_path / "in.csv", [{"slug": "a", "headline": "A"}] * 2100, ARTICLE)
    result = load(path, resource=StrictArticleResource, dry_run=True, source="native")
    assert [change.line for change in result.changes] == [2101]


def test_long_cells_of_changes_are_cut():
    change = Change(7, "Old", {"title": ("", "x" * 120), "year": ("1950", "")})
    assert str(change).splitlines() == [
        "line 7 changes “Old”",
        f"  title: (empty) -> {'x' * 80}… and 40 more characters",
        "  year: 1950 -> (empty)",
    ]
    assert str(Change(8, "", {"title": ("", "A")})) == "line 8 is new\n  title: A"
