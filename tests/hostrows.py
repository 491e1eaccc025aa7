"""Rows of a host's own models that come in and go out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django_bookrel.resources import (
    RelationalResource,
    Result,
    load,
)
from django_bookrel.resources.exporting import Exporter
from tests.hosts.newsdesk.resources import ArticleResource
from tests.importing import write_csv


def import_rows(
    tmp_path: Path,
    rows: list[dict[str, Any]],
    resource: type[RelationalResource] = ArticleResource,
    **options: Any,
) -> Result:
    header = list(dict.fromkeys(name for row in rows for name in row))
    path = write_csv(tmp_path / "rows.csv", rows, header)
    return load(path, resource=resource, **{"source": "native", **options})


def rejected(result: Result) -> list[tuple[int, str, str, str]]:
    return [(r.line, r.column, r.value, r.reason) for r in result.rejections]


def export(path: Path, resource: type[RelationalResource]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        Exporter(resource()).write(file, "csv")
    return path


def address(name: str) -> str:
    return name and f"{name}@example.com"
