"""bookrel_import: options, exit statuses, what it says and where."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import InterfaceError, OperationalError

from django_bookrel.bulk.writers.base import SQLWriter
from django_bookrel.models import Author, Book, ImportRecord, Publisher, RejectedRow
from django_bookrel.resources import ImportOptions
from django_bookrel.resources.loading import Loading, get_resource
from tests.hosts.newsdesk.models import Article
from tests.importing import books, read_csv, stored, write_csv

pytestmark = pytest.mark.django_db

ISBN = "9780306406157"


class Run(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Run the command; an error's text ends what goes to stderr, as it does in a shell."""

    def run(*args: object, **options: Any) -> Run:
        out, err, status = io.StringIO(), io.StringIO(), 0
        monkeypatch.setattr(sys, "stderr", err)
        try:
            call_command("bookrel_import", *map(str, args), stdout=out, stderr=err, **options)
        except CommandError as error:
            status = error.returncode
            err.write(str(error))
        return Run(status, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "good.csv", [{"isbn": ISBN, "title": "A", "author": "Ann"}])


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    rows = [
        {"title": "Good", "author": "Ann"},
        {"title": "Bad", "year": "x"},
        {"title": "=Worse", "isbn": "9780306406158", "subjects": "A|B"},
        {"title": "Better", "author": "Bo"},
    ]
    return write_csv(tmp_path / "mixed.csv", rows)


def write_bad(path: Path, *, good: int, bad: int) -> Path:
    rows = [{"title": f"T{n}", "year": "1" if n < good else "x"} for n in range(good + bad)]
    return write_csv(path, rows)


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
    insert, calls = SQLWriter.insert, []

    def failing(self: SQLWriter, model: Any, *args: Any, **options: Any) -> Any:
        calls.extend([model] * (model is Book))
        if len(calls) == 3:
            raise error("the server closed the connection")
        return insert(self, model, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(SQLWriter, "insert", failing)
        result = run(path, "--batch-size", "2", *(["--atomic"] if atomic else []))
    assert result.status == 5
    assert "the server closed the connection" in result.err
    assert "run it again" in result.err
    assert f"  {0 if atomic else 4} new" in result.out
    assert Book.objects.count() == (0 if atomic else 4)
    again = run(path, "--batch-size", "2")
    assert again.status == 0
    assert f"  {10 if atomic else 6} new, 0 updated, {0 if atomic else 4} unchanged" in again.out
    assert Book.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_interrupted(run: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write_bad(tmp_path / "in.csv", good=10, bad=0)
    insert = SQLWriter.insert

    def interrupted(self: SQLWriter, model: Any, *args: Any, **options: Any) -> Any:
        if model is Book and Book.objects.count() == 4:
            raise KeyboardInterrupt
        return insert(self, model, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(SQLWriter, "insert", interrupted)
        status, out, err = run(path, "--batch-size", "2")
    assert status == 130
    assert "  4 new" in out
    assert "run it again" in err
    assert ImportRecord.objects.get().status == "failed"


def test_numbers_are_named_in_full(run: Callable[..., Run], good: Path):
    assert run(good, "--limit", "x").err == "--limit x: expected a whole number of at least 0."
    assert run(good, batch_size=0).err == "--batch-size 0: expected a whole number of at least 1."
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
            "rejected": 0,
            "repairs": {},
            "joined": {"count": 0, "pairs": []},
            "path": "bulk",
            "warnings": [],
            "notes": [],
        },
        {
            "file": str(mixed),
            "source": "native",
            "rows": 4,
            "new": 2,
            "updated": 0,
            "unchanged": 0,
            "duplicates": 0,
            "rejected": 2,
            "repairs": {},
            "joined": {"count": 0, "pairs": []},
            "path": "bulk",
            "warnings": [],
            "notes": [],
        },
    ]
    assert "line 3" in err


def test_json_of_an_import_that_was_stopped(run: Callable[..., Run], tmp_path: Path):
    path = write_bad(tmp_path / "in.csv", good=6, bad=4)
    status, out, _err = run(path, "--json", "--max-rejects", "1")
    assert status == 4
    assert json.loads(out)["rejected"] == 4


def test_quiet_and_without_progress(run: Callable[..., Run], good: Path):
    assert run(good, "--no-progress").err == ""
    assert run(good, verbosity=0).err == ""


@pytest.mark.parametrize("options, rows", [({}, 3_000), ({"skip": 500, "limit": 2_400}, 2_400)])
def test_number_of_rows_is_estimated_by_what_was_read(
    tmp_path: Path, options: dict[str, int], rows: int
):
    path = write_csv(tmp_path / "in.csv", ({"title": f"{n:0500}"} for n in range(3_000)))
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


# Options for reading.


def write_joined(path: Path, number: int) -> Path:
    """Write pairs of rows that share an identifier and have unlike titles."""
    titles = ("Emma", "Villette")
    rows = [{"identifiers": f"x:{n}", "title": title} for n in range(number) for title in titles]
    return write_csv(path, rows)


def test_joined_rows_are_shown(run: Callable[..., Run], tmp_path: Path):
    path = write_joined(tmp_path / "in.csv", 6)
    _status, out, err = run(path, "-n")
    assert "6 duplicates, 0 rejected\n  rows joined although they look different: 6\n" in out
    assert out.splitlines()[-5:] == [
        f"    {path}, line {n} “Emma” and line {n + 1} “Villette” are one record"
        for n in range(2, 12, 2)
    ]
    assert err == ""


def test_json_of_joined_rows(run: Callable[..., Run], tmp_path: Path):
    path = write_joined(tmp_path / "in.csv", 11)
    assert json.loads(run(path, "--json").out)["joined"] == {
        "count": 11,
        "pairs": [
            {"line": n, "label": "Emma", "last_line": n + 1, "last_label": "Villette"}
            for n in range(2, 22, 2)
        ],
    }


def test_mapping(run: Callable[..., Run], tmp_path: Path):
    row = {
        "Titel": "Emma",
        "Wer": "Jane Austen",
        "Ü": "Ann Lee",
        "Nr": "12",
        "Haus": "Murray",
        "Ort": "London",
    }
    path = write_csv(tmp_path / "in.csv", [row], list(row))
    args = ["title=Titel", "author=Wer", "contributors:translator=Ü", "identifiers:oclc=Nr"]
    mapped = [part for text in [*args, "publishers=Haus"] for part in ("--map", text)]
    assert run(path, *mapped, "--set", "language=de", "--set", "subjects=Novels|1815").status == 0
    [book] = books()
    assert {name: value for name, value in book.items() if value} == {
        "title": "Emma",
        "author": "Jane Austen",
        "contributors": [("Ann Lee", "translator")],
        "publishers": ["Murray"],
        "language": "de",
        "subjects": ["1815", "Novels"],
        "identifiers": [("oclc", "12")],
    }


def test_file_without_a_header(run: Callable[..., Run], tmp_path: Path):
    path = tmp_path / "in.txt"
    path.write_bytes("Ümit;Ann;1999\nB;Bo;2000\n".encode("cp1252"))
    options = ["--no-header", "--columns", "title,author,year", "--delimiter", ";"]
    assert run(path, *options, "--encoding", "cp1252").status == 0
    assert [(b["title"], b["author"], b["year"]) for b in books()] == [
        ("B", "Bo", 2000),
        ("Ümit", "Ann", 1999),
    ]


@pytest.mark.parametrize("delimiter", ["tab", "\t"])
def test_tabs(run: Callable[..., Run], tmp_path: Path, delimiter: str):
    path = tmp_path / "in.txt"
    path.write_text("title\tauthor\nA, B\tAnn\n", encoding="utf-8")
    assert run(path, "--delimiter", delimiter).status == 0
    assert books()[0]["title"] == "A, B"


def test_standard_input(
    run: Callable[..., Run], good: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(good.read_bytes())))
    status, out, _err = run("-", "--batch-size", "1")
    assert status == 0
    assert out.startswith("standard input (native): 1 row in ")
    assert ImportRecord.objects.get().file == "standard input"
    assert sorted(tmp_path.iterdir()) == before


def test_standard_input_is_named(run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"year\n1999\n")))
    assert run("-").err.startswith("standard input: no column for title")


def test_named_pipe(run: Callable[..., Run], tmp_path: Path):
    path, data = tmp_path / "pipe", write_bad(tmp_path / "in.csv", good=10, bad=0).read_bytes()
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=[data])
    writer.start()
    status, out, _err = run(path, "--batch-size", "3")
    writer.join()
    assert (status, out.split(" in ")[0]) == (0, f"{path} (native): 10 rows")
    assert Book.objects.count() == 10


def test_packed_file(run: Callable[..., Run], tmp_path: Path):
    plain = write_bad(tmp_path / "in.csv", good=10, bad=0)
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress(plain.read_bytes()))
    assert run(path, "--batch-size", "3").status == 0
    assert Book.objects.count() == 10


def test_zip_file(
    run: Callable[..., Run], tmp_path: Path, good: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "in.zip"
    with ZipFile(path, "w") as file:
        file.write(good, "good.csv")
    assert run(path).status == 0
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    assert "1 unchanged" in run("-").out


def test_limit_of_what_is_unpacked(run: Callable[..., Run], tmp_path: Path, settings: Any):
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress(b"title\n" + b"A\n" * 100))
    settings.BOOKREL_MAX_UNPACKED = 100
    assert run(path) == (
        1,
        "",
        f"{path} unpacks to more than 100 bytes, the limit set by BOOKREL_MAX_UNPACKED.",
    )
    settings.BOOKREL_MAX_UNPACKED = None
    assert run(path).status == 0


@pytest.mark.django_db(transaction=True)
def test_packed_file_that_is_cut_off(run: Callable[..., Run], tmp_path: Path):
    rows = [{"title": f"Title {os.urandom(30).hex()}"} for _n in range(40_000)]
    plain = write_csv(tmp_path / "in.csv", rows)
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress(plain.read_bytes())[:-100_000])
    status, out, err = run(path)
    assert status in (1, 5)
    assert "cannot be read beyond byte" in err
    # What it says is in is in.
    assert f"{Book.objects.count():,} new" in out


# Options for writing.


def test_skip_and_limit(run: Callable[..., Run], tmp_path: Path):
    path = write_bad(tmp_path / "in.csv", good=10, bad=0)
    assert run(path, "--skip", "2", "--limit", "3").status == 0
    assert [book["title"] for book in books()] == ["T2", "T3", "T4"]


def test_existing_and_keep(run: Callable[..., Run], tmp_path: Path, good: Path):
    run(good)
    row = {"isbn": ISBN, "title": "B", "author": "Bo", "year": "1999"}
    path = write_csv(tmp_path / "in.csv", [row])
    run(path, "--existing", "skip")
    assert (books()[0]["title"], books()[0]["year"]) == ("A", None)
    run(path, "--existing", "fill")
    assert (books()[0]["title"], books()[0]["year"]) == ("A", 1999)
    run(path, "--keep", "author")
    assert (books()[0]["title"], books()[0]["author"]) == ("B", "Ann")


def test_dry_run(run: Callable[..., Run], mixed: Path):
    status, out, err = run(mixed, "--dry-run")
    assert status == 3
    assert "dry run: nothing was written" in out
    assert "  2 new, 0 updated, 0 unchanged, 0 duplicates, 2 rejected\n" in out
    assert err.splitlines()[-1] == "2 rows would be rejected."
    assert all(rows == [] for rows in stored().values())
    assert ImportRecord.objects.count() == 0


def test_changes_of_a_dry_run(run: Callable[..., Run], tmp_path: Path, good: Path):
    assert run(good, "-n").out.splitlines()[:-2] == [
        f"{good}, line 2 is new",
        f"  isbn: {ISBN}",
        "  title: A",
        "  author: Ann",
    ]
    run(good)
    path = write_csv(tmp_path / "in.csv", [{"isbn": ISBN, "title": "B", "author": "Bo"}])
    assert run(path, "-n").out.splitlines()[:-2] == [
        f"{path}, line 2 changes “A”",
        "  title: A -> B",
        "  author: Ann -> Bo",
    ]
    assert len(run(path, "-n", "--json").out.splitlines()) == 1
    assert len(run(path).out.splitlines()) == 2


def test_other_resource(run: Callable[..., Run], tmp_path: Path):
    row = {"slug": "a", "headline": "A", "reporter": "ann@example.com", "topics": "Space"}
    path = write_csv(tmp_path / "in.csv", [row], list(row))
    resource = "tests.hosts.newsdesk.resources.ArticleResource"
    assert run(path, "--resource", resource, "--source", "native").status == 0
    assert Article.objects.get().reporter.email == "ann@example.com"


@pytest.mark.django_db(databases=["default", "other"])
def test_other_database(run: Callable[..., Run], good: Path):
    assert run(good, "--database", "other").status == 0
    assert Book.objects.count() == 0
    assert [book["title"] for book in books("other")] == ["A"]
    assert Author.objects.using("other").get().name == "Ann"
    assert ImportRecord.objects.using("other").count() == 1
    assert ImportRecord.objects.count() == 0
    # The next import of this process is not for the other database.
    assert run(good).status == 0
    assert Book.objects.count() == 1
    assert Book.objects.using("other").count() == 1


# Rejected rows.


def test_rejects(run: Callable[..., Run], tmp_path: Path, mixed: Path):
    path = tmp_path / "rejects.csv"
    assert run(mixed, "--rejects", path).status == 3
    rows = read_csv(path)
    assert [(row["bookrel_line"], row["title"], row["subjects"]) for row in rows] == [
        ("3", "Bad", ""),
        ("4", "=Worse", "A|B"),
    ]
    assert rows[0]["bookrel_error"] == "year: is not a whole number"
    assert rows[1]["bookrel_error"].startswith("isbn: ")
    assert list(rows[0]) == ["bookrel_line", "bookrel_error", *read_csv(mixed)[0]]
    rows[0]["year"], rows[1]["isbn"] = "1999", ISBN
    assert run(write_csv(path, rows, list(rows[0]))).status == 0
    assert [(book["title"], book["year"], book["isbn"]) for book in books()] == [
        ("=Worse", None, ISBN),
        ("Bad", 1999, None),
        ("Better", None, None),
        ("Good", None, None),
    ]


def test_rejects_of_a_foreign_file(run: Callable[..., Run], tmp_path: Path):
    path, rejects = tmp_path / "in.csv", tmp_path / "rejects.csv"
    path.write_text("Titel;Autor;Jahr\nA;" + "x" * 300 + ";1999\nB;Bo;2000\n", encoding="utf-8")
    assert run(path, "--rejects", rejects).status == 3
    [row] = read_csv(rejects)
    assert (row["bookrel_line"], row["Titel"], row["Jahr"]) == ("2", "A", "1999")
    row["Autor"] = "Ann"
    assert run(write_csv(rejects, [row], list(row))).status == 0
    assert sorted(author.name for author in Author.objects.all()) == ["Ann", "Bo"]


def test_broken_rows_among_the_rejects(run: Callable[..., Run], tmp_path: Path):
    path, rejects = tmp_path / "in.csv", tmp_path / "rejects.csv"
    path.write_bytes(b"title,author\nA,Ann,more\nB\0,Bo\nC,Cy\n")
    assert run(path, "--rejects", rejects).status == 3
    lines = rejects.read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in lines] == ["bookrel_line", "2", "3"]
    assert lines[1].endswith("A,Ann,more")
    assert [book["title"] for book in books()] == ["C"]


def test_no_file_is_overwritten(run: Callable[..., Run], tmp_path: Path, mixed: Path):
    path = tmp_path / "rejects.csv"
    path.write_text("precious", encoding="utf-8")
    assert run(mixed, "--rejects", path).status == 1
    assert path.read_text(encoding="utf-8") == "precious"
    assert Book.objects.count() == 0
    assert run(mixed, "--rejects", path, "--force").status == 3
    assert len(read_csv(path)) == 2
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_rejects_of_an_import_that_was_stopped(run: Callable[..., Run], tmp_path: Path):
    path = write_bad(tmp_path / "in.csv", good=6, bad=4)
    rejects = tmp_path / "rejects.csv"
    assert run(path, "--rejects", rejects, "--max-rejects", "1").status == 4
    assert [row["bookrel_line"] for row in read_csv(rejects)] == ["8", "9", "10", "11"]


def test_rejects_of_a_wrong_file(run: Callable[..., Run], tmp_path: Path):
    rows = [{"title": "", "year": "x", "pages": "y"} for _n in range(2000)]
    path, rejects = write_csv(tmp_path / "in.csv", rows), tmp_path / "rejects.csv"
    assert run(path, "--rejects", rejects).status == 4
    found = read_csv(rejects)
    assert [row["bookrel_line"] for row in found] == [str(n) for n in range(2, 2002)]
    assert found[0]["bookrel_error"] == (
        "title: is empty; year: is not a whole number; pages: is not a whole number"
    )


# Repaired cells.


REPAIRED = (
    "Titel;Autor;Jahr;ISBN\n"
    'A;Ann Lee & Bo Ek;1999.0;="0306406152"\n'
    "B;Cy;=never;\n"
    ";Cy;2001.0;\n"
    "A;Ann Lee;1999.0;9780306406157\n"
)


def test_repairs(run: Callable[..., Run], tmp_path: Path):
    path, repairs = tmp_path / "in.csv", tmp_path / "repairs.csv"
    path.write_text(REPAIRED, encoding="utf-8")
    status, out, _err = run(path, "--repairs", repairs)
    assert status == 3
    assert "1 duplicate, 1 rejected" in out
    assert "repaired or dropped cells: 3 number, 1 isbn-excel, 1 people, 1 year-dropped\n" in out
    assert sorted(map(tuple, csv.reader(repairs.read_text("utf-8").splitlines()[1:]))) == [
        ("2", "Autor", "people", "Ann Lee & Bo Ek", "Ann Lee; Bo Ek", ""),
        ("2", "ISBN", "isbn-excel", '\'="0306406152"', "9780306406157", ""),
        ("2", "Jahr", "number", "1999.0", "1999", ""),
        (
            "3",
            "Jahr",
            "year-dropped",
            "'=never",
            "",
            '"=never" is not a year. The cell was dropped.',
        ),
        ("4", "Jahr", "number", "2001.0", "2001", ""),
        ("5", "Jahr", "number", "1999.0", "1999", ""),
    ]
    assert repairs.read_text("utf-8").startswith("line,column,kind,value,read_as,reason\n")


@pytest.mark.parametrize("batch", ["1", "2", "100"])
def test_repairs_are_those_that_are_counted(run: Callable[..., Run], tmp_path: Path, batch: str):
    path, repairs = tmp_path / "in.csv", tmp_path / "repairs.csv"
    path.write_text(REPAIRED, encoding="utf-8")
    out = run(path, "--repairs", repairs, "--batch-size", batch, "--json", "--skip", "1").out
    kinds = Counter(row["kind"] for row in read_csv(repairs))
    assert kinds == json.loads(out)["repairs"] == {"number": 2, "year-dropped": 1}


def test_repairs_of_rows_that_are_read_again(run: Callable[..., Run], tmp_path: Path):
    Book.objects.create(title="One", isbn=ISBN)
    Book.objects.create(title="Two").identifiers.create(scheme="oclc", value="2")
    path, repairs = tmp_path / "in.csv", tmp_path / "repairs.csv"
    # The last row of the book counts, and when it is rejected the one before it.
    path.write_text(
        f"Titel;Jahr;ISBN;OCLC\nA;1.0;{ISBN};\nB;2.0;{ISBN};\nC;3.0;{ISBN};2\n", encoding="utf-8"
    )
    out = run(path, "-n", "--batch-size", "1", "--repairs", repairs, "--json").out
    found = json.loads(out)
    assert (found["updated"], found["rejected"], found["repairs"]) == (1, 1, {"number": 3})
    assert [row["line"] for row in read_csv(repairs)] == ["2", "3", "4"]


def test_repairs_of_long_cells_are_whole(run: Callable[..., Run], tmp_path: Path):
    people = [f"Ann Lee{'a' * number}" for number in range(40)]
    path = write_csv(
        tmp_path / "in.csv", [{"Title": "A", "Author": "; ".join(people)}], ["Title", "Author"]
    )
    assert run(path, "--repairs", tmp_path / "repairs.csv", "-n").status == 0
    [row] = read_csv(tmp_path / "repairs.csv")
    assert row["value"] == row["read_as"] == "; ".join(people)


def test_no_file_of_repairs_is_overwritten(run: Callable[..., Run], tmp_path: Path, good: Path):
    path = tmp_path / "repairs.csv"
    path.write_text("precious", encoding="utf-8")
    assert run(good, "--repairs", path).status == 1
    assert (path.read_text(encoding="utf-8"), Book.objects.count()) == ("precious", 0)
    assert run(good, "--repairs", path, "--force").status == 0
    assert read_csv(path) == []


def test_files_of_repairs_that_make_no_sense(run: Callable[..., Run], tmp_path: Path, good: Path):
    path = tmp_path / "out.csv"
    assert run(good, good, "--repairs", path).status == 2
    assert run(good, "--repairs", path, "--rejects", path).status == 2
    assert Book.objects.count() == 0


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
    assert shell(database, "migrate", "-v", "0").returncode == 0
    some = shell(database, "bookrel_import", mixed, "--json")
    assert some.returncode == 3
    assert json.loads(some.stdout)["new"] == 2
    assert "line 3, year 'x'" in some.stderr
    assert "Traceback" not in some.stderr
    every = shell(database, "bookrel_import", "-", "--json", input=good.read_text("utf-8"))
    assert (every.returncode, every.stderr) == (0, "")
    assert shell(database, "bookrel_import", tmp_path / "none.csv").returncode == 1
    assert shell(database, "bookrel_import").returncode == 2
    assert shell(database, "bookrel_import", good, "--existing", "burn").returncode == 2
    assert shell(database, "bookrel_import", good, "--max-rejects", "x").returncode == 2
    assert Publisher.objects.count() == 0
