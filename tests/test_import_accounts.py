"""What is kept of an import: its record, its rejected rows, a line in the log."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from django_bookrel.exceptions import SourceError
from django_bookrel.models import ImportRecord, RejectedRow
from django_bookrel.resources import load
from tests.distinct import ISBN, write_rows
from tests.importing import write_csv

pytestmark = pytest.mark.django_db


def test_import_record(tmp_path: Path):
    rows = [
        {"isbn": ISBN, "title": "Old"},
        {"isbn": ISBN, "title": "New"},
        {"title": "Bad", "year": "x", "pages": "y"},
        {"title": "Good"},
    ]
    path = write_csv(tmp_path / "in.csv", rows)
    load(path, user="ann", encoding="utf-8")
    record = ImportRecord.objects.get()
    assert {
        name: getattr(record, name)
        for name in (
            *("file", "source", "user", "status", "path", "message", "repairs"),
            *("rows", "new", "updated", "unchanged", "duplicates", "rejected"),
        )
    } == {
        "file": str(path)[-255:],
        "source": "native",
        "user": "ann",
        "status": "done",
        "path": "bulk",
        "message": "",
        "repairs": {},
        "rows": 4,
        "new": 2,
        "updated": 0,
        "unchanged": 0,
        "duplicates": 1,
        "rejected": 1,
    }
    assert record.options["encoding"] == "utf-8"
    assert record.resource.endswith("BookResource")
    assert record.started_at <= record.finished_at
    rejected = record.rejected_rows.values_list("line", "column", "value")
    assert list(rejected) == [(4, "year", "x"), (4, "pages", "y")]
    assert record.rejected_rows.first().cells[1] == "Bad"


def test_first_rejections_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("django_bookrel.resources.results.KEPT_REJECTIONS", 4)
    monkeypatch.setattr("django_bookrel.resources.importlog.KEPT_ROWS", 5)
    path = write_rows(tmp_path / "in.csv", good=1, bad=9)
    told: list[int] = []
    result = load(path, batch_size=3, on_rejected=lambda some: told.extend(r.line for r in some))
    assert result.counts.rejected == 9
    assert [rejection.line for rejection in result.rejections] == [3, 4, 5, 6]
    assert list(RejectedRow.objects.values_list("line", flat=True)) == [3, 4, 5, 6, 7]
    assert told == list(range(3, 12))


def test_repairs_are_counted_once(tmp_path: Path):
    rows = [{"Title": f"T{n}", "Year": "2001.0", "Author": "Ann; Bo"} for n in range(25)]
    path = write_csv(tmp_path / "in.csv", rows, ["Title", "Year", "Author"])
    result = load(path, batch_size=10)
    assert result.counts.repairs == {"number": 25, "people": 25}
    assert ImportRecord.objects.get().repairs == {"number": 25, "people": 25}


def test_one_line_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    path = write_csv(tmp_path / "in.csv", [{"title": "A"}, {"title": "B", "year": "x"}])
    with caplog.at_level(logging.INFO, "django_bookrel.import"):
        load(path, batch_size=1)
    [record] = [r for r in caplog.records if r.name == "django_bookrel.import"]
    assert record.levelno == logging.INFO
    assert record.getMessage().startswith(
        f"{path}: 2 rows, 1 new, 0 updated, 0 unchanged, 0 duplicates, 1 rejected in "
    )
    assert record.getMessage().endswith(" s")
    caplog.clear()
    with caplog.at_level(logging.INFO, "django_bookrel.import"):
        load(path, dry_run=True)
    [record] = [r for r in caplog.records if r.name == "django_bookrel.import"]
    assert record.getMessage().endswith(" s; dry run")


@pytest.mark.parametrize("text", ["", "author,year\nAnn,1999\n", "\0\0\0", "title\n\xff"])
def test_file_that_is_no_catalogue(tmp_path: Path, text: str):
    path = tmp_path / "in.csv"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(SourceError):
        load(path)
    assert ImportRecord.objects.count() == 0
