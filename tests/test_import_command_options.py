"""bookrel_import: options for reading and writing."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from django_bookrel.models import Author, Book, ImportRecord
from tests.commandline import ISBN, Run, write_bad
from tests.hosts.newsdesk.models import Article
from tests.importing import books, stored, write_csv

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("batch_size", [1, 3, 5_000])
def test_rows_are_joined_with_rows_of_earlier_batches(
    run: Callable[..., Run], tmp_path: Path, batch_size: int
):
    path = write_joined(tmp_path / "in.csv", 3)
    for _time in range(2):
        joined = json.loads(run(path, "--batch-size", batch_size, "--json").out)["joined"]
        assert joined["count"] == 3
        found = [(pair["label"], pair["last_line"], pair["last_label"]) for pair in joined["pairs"]]
        assert sorted(found) == [("Emma", line, "Villette") for line in (3, 5, 7)]


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
    settings.BOOKREL_LIMITS = {"unpacked": 100}
    assert run(path) == (
        1,
        "",
        f'{path} unpacks to more bytes than the 100 that BOOKREL_LIMITS["unpacked"] allows.',
    )
    settings.BOOKREL_LIMITS = {"unpacked": None}
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
