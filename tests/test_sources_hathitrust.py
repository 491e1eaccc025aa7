from __future__ import annotations

import csv
from pathlib import Path

import pytest

from django_bookrel.sources import open_source


@pytest.mark.parametrize(
    "cell, value",
    [
        ("['gb 96023882']", "gb96023882"),
        ("[17]", "17"),
        ("[", "["),
        ("[{[]: 1}]", "[{[]:1}]"),
        (r"['\0']", r"['\0']"),
        (r"['\ud800']", r"['\ud800']"),
    ],
)
def test_lists_as_python_writes_them(tmp_path: Path, cell: str, value: str):
    path = tmp_path / "books.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["title", "lccn"], ["Emma", cell]])
    with open_source(path, source="hathitrust") as reading:
        assert [record.values["identifiers"] for record in reading] == [[("lccn", value)]]
