"""Columns of a file that go nowhere are said to every caller."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from django_bookrel.models import ImportRecord
from django_bookrel.resources import load
from tests.hosts.newsdesk.resources import ArticleResource
from tests.importing import write_csv

pytestmark = pytest.mark.django_db

HEADER = ["slug", "headline", "headlin", "colour", "bookrel_line"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    row = dict(zip(HEADER, ["a", "A", "x", "red", "7"], strict=True))
    return write_csv(tmp_path / "rows.csv", [row], HEADER)


def run(path: Path, *args: str) -> str:
    out = StringIO()
    resource = f"{ArticleResource.__module__}.{ArticleResource.__name__}"
    call_command("bookrel_import", path, *args, resource=resource, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.mark.parametrize("options", [{}, {"dry_run": True}], ids=["import", "dry run"])
def test_result(path: Path, options: dict[str, Any]):
    result = load(path, resource=ArticleResource, **options)
    assert result.ignored_columns == ["headlin", "colour"]


def test_column_that_the_caller_ignores_is_not_said(path: Path):
    result = load(path, resource=ArticleResource, ignored=["colour"])
    assert result.ignored_columns == ["headlin"]


@pytest.mark.parametrize("args", [[], ["-n"]], ids=["import", "dry run"])
def test_summary(path: Path, args: list[str]):
    assert "  columns not imported: headlin, colour\n" in run(path, *args)


def test_json(path: Path):
    assert json.loads(run(path, "--json"))["ignored_columns"] == ["headlin", "colour"]


def test_record(path: Path):
    load(path, resource=ArticleResource)
    assert ImportRecord.objects.get().message == "Columns not imported: headlin, colour"


def test_long_list_is_cut_in_the_summary(tmp_path: Path):
    header = ["slug", "headline", *(f"more{n}" for n in range(23))]
    path = write_csv(tmp_path / "rows.csv", [dict.fromkeys(header, "x")], header)
    assert ", more19 and 3 more\n" in run(path)
