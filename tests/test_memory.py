"""Memory does not grow with the file, and not with the catalogue."""

from __future__ import annotations

import gc
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from django_bookrel.resources import BookResource, load
from django_bookrel.resources.exporting import Exporter
from django_bookrel.resources.formats import FORMATS
from django_bookrel.testing.catalogue import generate
from tests.importing import write_csv

pytestmark = pytest.mark.django_db

FEW, MANY = 2_500, 12_500
BATCH = 250


def peak(work: Callable[[], object]) -> int:
    """Return how many bytes more than before were in use at most."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # The same few people and subjects in all rows: names are remembered, up to a limit.
    names = ["title", "author", "subjects", "identifiers"]
    rows = [
        {**row, "title": f"Title {number}", "identifiers": f"n:{number}"}
        for number, row in enumerate(list(generate(FEW)) * (MANY // FEW))
    ]
    folder = tmp_path_factory.mktemp("memory")
    write_csv(folder / "few.csv", rows[:FEW], names)
    write_csv(folder / "many.csv", rows, names)
    return folder


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read files in blocks of which the shorter one has several."""
    monkeypatch.setattr("django_bookrel.sources.files.recognition.START_BYTES", 2**16)
    monkeypatch.setattr("django_bookrel.sources.files.lines.BLOCK_BYTES", 2**14)


def test_import(catalogue: Path):
    few = peak(lambda: load(catalogue / "few.csv", batch_size=BATCH))
    many = peak(lambda: load(catalogue / "many.csv", batch_size=BATCH))
    assert many < 1.1 * few + 500_000


@pytest.mark.parametrize("format_name", FORMATS)
def test_export(catalogue: Path, settings: Any, format_name: str):
    load(catalogue / "few.csv")
    settings.BOOKREL_BATCH_SIZE = 100
    settings.DEBUG = True

    def export(number: int) -> int:
        exporter = Exporter(BookResource())
        keys = exporter.queryset.order_by("pk").values_list("pk", flat=True)
        exporter.queryset = exporter.queryset.filter(pk__lt=keys[number])
        with Path(os.devnull).open("w", encoding="utf-8") as file:
            return peak(lambda: exporter.write(file, format_name))

    export(300)
    assert export(FEW - 1) < 1.1 * export(300) + 100_000


def test_log_of_queries_is_as_before(catalogue: Path, settings: Any):
    settings.DEBUG = True
    connection.queries_log.clear()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    load(catalogue / "few.csv", limit=10)
    assert "SELECT 1" in connection.queries[0]["sql"]
    assert len(connection.queries) < 10
