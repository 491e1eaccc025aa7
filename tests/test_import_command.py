"""bookrel_import: its status, and what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError

from django_bookrel.bulk.writers.sql import SQLInserter
from django_bookrel.models import Book, ImportRecord, Publisher, RejectedRow
from django_bookrel.resources import ImportOptions
from django_bookrel.resources.loading import Loading, get_resource
from tests.commandline import ISBN, Run, write_bad
from tests.importing import stored, write_csv

pytestmark = pytest.mark.django_db


# Statuses.


def test_every_row_is_in(run: Callable[..., Run], good: Path):
    status, out, err = run(good)
    assert status == 0
    assert out.startswith(f"{good} (native): 1 row in ")
    assert "  1 new, 0 updated, 0 unchanged, 0 duplicates, 0 rejected\n" in out
    assert err == ""
    assert "  0 new, 0 updated, 1 unchanged, 0 duplicates, 0 rejected\n" in run(good).out


def test_some_rows_are_rejected(run: Callable[..., Run], mixed: Path):
    status, out, err = run(mixed)
    assert status == 3
    assert "  2 new, 0 updated, 0 unchanged, 0 duplicates, 2 rejected\n" in out
    assert "rejected:" not in out
    assert err.splitlines() == [
        f"{mixed}, line 3, year 'x': is not a whole number",
        f"{mixed}, line 4, isbn '9780306406158': " + RejectedRow.objects.get(column="isbn").reason,
        "2 rows were rejected; all others were imported.",
    ]
    assert Book.objects.count() == 2


def test_first_ten_rejections_are_said(run: Callable[..., Run], tmp_path: Path):
    path = write_bad(tmp_path / "in.csv", good=1, bad=12)
    status, _out, err = run(path)
    assert status == 3
    assert [line.split(": ")[0] for line in err.splitlines()][:10] == [
        f"{path}, line {n}, year 'x'" for n in range(3, 13)
    ]
    assert err.splitlines()[10:] == [
        "... 12 rows were rejected in all.",
        "12 rows were rejected; all others were imported.",
    ]


@pytest.mark.parametrize(
    "content, said",
    [
        (None, "no such file"),
        (b"", "the file is empty"),
        (b"author,year\nAnn,1999\n", "no column for title"),
        (b"title,author\nA,\x81\x8d\n", "cannot be decoded"),
        (b"title,title\nA,B\n", "more than once"),
    ],
)
def test_nothing_is_done(
    run: Callable[..., Run], tmp_path: Path, good: Path, content: bytes | None, said: str
):
    path = tmp_path / "in.csv"
    if content is not None:
        path.write_bytes(content)
    # All files are opened before the first write.
    status, out, err = run(good, path)
    assert (status, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert str(path) in err
    assert said in err
    assert all(rows == [] for rows in stored().values())
    assert ImportRecord.objects.count() == 0


@pytest.mark.parametrize(
    "args, said",
    [
        (["--source", "nonsense"], "nonsense"),
        (["--map", "titel=title"], "titel"),
        (["--map", "title=Titel"], "Titel"),
        (["--set", "shelf=1"], "shelf"),
        (["--keep", "titel"], "titel"),
        (["--resource", "nowhere.Resource"], "nowhere.Resource"),
        (["--resource", "django_bookrel.models.Book"], "django_bookrel.models.Book"),
        (["--encoding", "nonsense"], "nonsense"),
        (["--database", "nowhere"], "nowhere"),
        (["--delimiter", "nonsense"], "nonsense"),
        (["--no-header"], "needs column names"),
    ],
    ids=str,
)
def test_unknown_name(run: Callable[..., Run], good: Path, args: list[str], said: str):
    status, out, err = run(good, *args)
    assert (status, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert said in err
    assert Book.objects.count() == 0


@pytest.mark.parametrize(
    "args",
    [
        ["--map", "title"],
        ["--map", "=title"],
        ["--set", "year"],
        ["--max-rejects", "many"],
        ["--skip", "x"],
        ["--limit=-1"],
        ["--limit", "1.5"],
        ["--batch-size", "0"],
    ],
    ids=str,
)
def test_usage(run: Callable[..., Run], good: Path, args: list[str]):
    status, out, err = run(good, *args)
    assert (status, out) == (2, "")
    assert err.startswith(" ".join(args).replace("=-", " -") + ": expected ")
    assert all(rows == [] for rows in stored().values())
    assert ImportRecord.objects.count() == 0


def test_rejects_of_several_files(run: Callable[..., Run], tmp_path: Path, good: Path, mixed: Path):
    assert run(good, mixed, "--rejects", tmp_path / "rejects.csv").status == 2
    assert Book.objects.count() == 0


@pytest.mark.parametrize(
    "limit, status, new",
    [("0", 4, 6), ("3", 4, 6), ("4", 3, 6), ("39%", 4, 6), ("40%", 3, 6), ("100%", 3, 6)],
)
def test_max_rejects(run: Callable[..., Run], tmp_path: Path, limit: str, status: int, new: int):
    path = write_bad(tmp_path / "in.csv", good=6, bad=4)
    result = run(path, "--max-rejects", limit)
    assert result.status == status
    assert Book.objects.count() == new
    assert f"{new} new" in result.out


def test_max_rejects_of_an_atomic_import(run: Callable[..., Run], tmp_path: Path):
    path = write_bad(tmp_path / "in.csv", good=6, bad=4)
    result = run(path, "--max-rejects", "1", "--atomic")
    assert result.status == 4
    assert "  0 new, 0 updated" in result.out
    assert Book.objects.count() == 0


def test_wrong_file(run: Callable[..., Run], tmp_path: Path):
    path = write_bad(tmp_path / "in.csv", good=900, bad=1200)
    status, out, err = run(path, "--batch-size", "100")
    assert status == 4
    assert "  0 new, 0 updated" in out
    assert "of the first 2,000 rows were rejected" in err
    assert Book.objects.count() == 0
    # Who knows better says so.
    assert run(path, "--max-rejects", "100%").status == 3
    assert Book.objects.count() == 900


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("atomic", [False, True])
@pytest.mark.django_db(transaction=True)
def test_failure_midway(
    run: Callable[..., Run],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
    *,
    atomic: bool,
):
    path = write_bad(tmp_path / "in.csv", good=10, bad=0)
    insert, calls = SQLInserter.insert, []

    def failing(self: SQLInserter, model: Any, *args: Any, **options: Any) -> Any:
        calls.extend([model] * (model is Book))
        if len(calls) == 3:
            raise error("the server closed the connection")
        return insert(self, model, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(SQLInserter, "insert", failing)
        result = run(path, "--batch-size", "2", *(["--atomic"] if atomic else []))
    assert result.status == (1 if atomic else 5)
    assert "the server closed the connection" in result.err
    said = "Nothing was imported." if atomic else "were imported; run it again for the rest."
    assert result.err.endswith(said)
    assert f"  {0 if atomic else 4} new" in result.out
    assert Book.objects.count() == (0 if atomic else 4)
    again = run(path, "--batch-size", "2")
    assert again.status == 0
    assert f"  {10 if atomic else 6} new, 0 updated, {0 if atomic else 4} unchanged" in again.out
    assert Book.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_interrupted(run: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write_bad(tmp_path / "in.csv", good=10, bad=0)
    insert = SQLInserter.insert

    def interrupted(self: SQLInserter, model: Any, *args: Any, **options: Any) -> Any:
        if model is Book and Book.objects.count() == 4:
            raise KeyboardInterrupt
        return insert(self, model, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(SQLInserter, "insert", interrupted)
        status, out, err = run(path, "--batch-size", "2")
    assert status == 130
    assert "  4 new" in out
    assert "run it again" in err
    assert ImportRecord.objects.get().status == "failed"


def test_numbers_are_named_in_full(run: Callable[..., Run], good: Path):
    assert run(good, "--limit", "x").err == "--limit x: expected a whole number of at least 0."
    assert run(good, batch_size=0).err == "--batch-size 0: expected a whole number of at least 1."
    most = "expected a whole number of at least 0 and at most 18 digits."
    assert run(good, "--skip", "9" * 19).err == f"--skip {'9' * 19}: {most}"
    assert run(good, limit=1, skip=0, batch_size=1).status == 0


# What it says, and where.


def test_one_is_singular(run: Callable[..., Run], tmp_path: Path):
    path = write_csv(tmp_path / "in.csv", [{"isbn": ISBN, "title": "A"}] * 2)
    assert run(path, "--limit", "1").out.startswith(f"{path} (native): 1 row in ")
    out = run(path).out
    assert out.startswith(f"{path} (native): 2 rows in ")
    assert "  0 new, 0 updated, 1 unchanged, 1 duplicate, 0 rejected\n" in out


def test_json(run: Callable[..., Run], good: Path, mixed: Path):
    status, out, err = run(good, mixed, "--json")
    assert status == 3
    found = [json.loads(line) for line in out.splitlines()]
    for one in found:
        assert one.pop("seconds") >= 0
    assert found == [
        {
            "file": str(good),
            "source": "native",
            "rows": 1,
            "new": 1,
            "updated": 0,
            "unchanged": 0,
            "duplicates": 0,
            "deleted": 0,
            "rejected": 0,
            "ignored_columns": [],
            "repairs": {},
            "joined": {"count": 0, "pairs": []},
            "path": "bulk",
            "warnings": [],
            "notes": [],
            "error": "",
        },
        {
            "file": str(mixed),
            "source": "native",
            "rows": 4,
            "new": 2,
            "updated": 0,
            "unchanged": 0,
            "duplicates": 0,
            "deleted": 0,
            "rejected": 2,
            "ignored_columns": [],
            "repairs": {},
            "joined": {"count": 0, "pairs": []},
            "path": "bulk",
            "warnings": [],
            "notes": [],
            "error": "",
        },
    ]
    assert "line 3" in err


def test_json_of_an_import_that_was_stopped(run: Callable[..., Run], tmp_path: Path):
    path = write_bad(tmp_path / "in.csv", good=6, bad=4)
    status, out, _err = run(path, "--json", "--max-rejects", "1")
    assert status == 4
    found = json.loads(out)
    assert (found["rejected"], found["error"]) == (
        4,
        f"{path}: 4 of 10 rows were rejected, more than the limit.",
    )


def test_quiet_and_without_progress(run: Callable[..., Run], good: Path):
    assert run(good, "--no-progress").err == ""
    assert run(good, verbosity=0).err == ""


@pytest.mark.parametrize("options, rows", [({}, 3_000), ({"skip": 500, "limit": 2_400}, 2_400)])
def test_number_of_rows_is_estimated_by_what_was_read(
    tmp_path: Path, options: dict[str, int], rows: int
):
    cells = ({"title": f"{n:04}", "notes": "x" * 500} for n in range(3_000))
    path = write_csv(tmp_path / "in.csv", cells, ["title", "notes"])
    expected: list[int | None] = []
    import_options = ImportOptions(
        batch_size=500, on_batch=lambda done, total, totals: expected.append(loading.expected_rows)
    )
    with Loading(path, get_resource(None), options=import_options, **options) as loading:
        assert loading.expected_rows is None
        loading.run()
    assert len(expected) == (rows + 499) // 500
    assert all(rows * 0.8 < number <= rows for number in expected), expected


def test_repaired_cells_are_summed_up(run: Callable[..., Run], tmp_path: Path):
    rows = [{"Title": "A", "Year": "2001.0"}, {"Title": "B", "Year": "none"}]
    path = write_csv(tmp_path / "in.csv", rows, ["Title", "Year"])
    status, out, _err = run(path)
    assert status == 0
    assert out.splitlines()[2] == "  repaired or dropped cells: 1 number, 1 year-dropped"


# In a shell.


def shell(database: Path, *args: object, **options: Any) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
    }
    return subprocess.run(
        [sys.executable, "-m", "django", *map(str, args)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def test_shell(tmp_path: Path, mixed: Path, good: Path):
    database = tmp_path / "db.sqlite3"
    assert shell(database, "migrate", "django_bookrel", "-v", "0").returncode == 0
    some = shell(database, "bookrel_import", mixed, "--json")
    assert some.returncode == 3
    assert json.loads(some.stdout)["new"] == 2
    assert "line 3, year 'x'" in some.stderr
    assert "Traceback" not in some.stderr
    every = shell(database, "bookrel_import", "-", "--json", input=good.read_text("utf-8"))
    assert (every.returncode, every.stderr) == (0, "")
    assert shell(database, "bookrel_import", tmp_path / "none.csv").returncode == 1
    assert shell(database, "bookrel_import", good, "--max-rejects", "x").returncode == 2
    assert Publisher.objects.count() == 0
