"""bookrel_inspect: what a resource would take of a file, and what it would reject."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from django_bookrel.models import Book, ImportRecord
from tests.importing import capture_writes, read_csv, write_csv

pytestmark = pytest.mark.django_db

ARTICLES = ["--resource", "tests.hosts.newsdesk.resources.ArticleResource"]


class Run(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def run() -> Callable[..., Run]:
    """Run a command; an error's text ends what goes to stderr, as it does in a shell."""

    def run(*args: object, command: str = "bookrel_inspect") -> Run:
        out, err, status = io.StringIO(), io.StringIO(), 0
        try:
            call_command(command, *map(str, args), stdout=out, stderr=err)
        except CommandError as error:
            status = error.returncode
            err.write(str(error))
        return Run(status, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    path = tmp_path / "odd.csv"
    path.write_text(
        f"Titel;Wer;Jahr;Sprache\nA;Ann;1999.0;de\nB;{'x' * 300};2000;\n;Cy;2001;\n",
        encoding="utf-8",
    )
    return path


def test_report(run: Callable[..., Run], odd: Path):
    with capture_writes() as tables:
        status, out, err = run(odd, "--map", "author=Wer")
    assert (status, err, tables) == (0, "", [])
    assert out == (
        f"File:      {odd}\n"
        "Format:    generic (table of books)\n"
        "Encoding:  utf-8\n"
        "Delimiter: semicolon\n"
        "Columns:\n"
        "  Titel -> title\n"
        "  Wer -> author\n"
        "  Jahr -> year\n"
        "  Sprache -> language\n"
        "Line 2:\n"
        "  title: A\n"
        "  author: Ann\n"
        "  year: 1999\n"
        "  language: de\n"
        "Rows:      3\n"
        "Rejected:  2\n"
        f"  1 author; the first: line 3, author: “{'x' * 80}… and 220 more characters” has 300 "
        "characters; the maximum is 255\n"
        "  1 title; the first: line 4, title: is empty\n"
        "Repairs:   1\n"
        "  1 number; the first: line 2, Jahr: “1999.0” -> “1999”\n"
    )


def test_rejections_are_those_of_the_import(run: Callable[..., Run], odd: Path):
    inspected = json.loads(run(odd, "--map", "author=Wer", "--json").out)
    imported = json.loads(run(odd, "--map", "author=Wer", "--json", command="bookrel_import").out)
    for name in ("file", "source", "rows", "rejected", "repairs"):
        assert inspected[name] == imported[name]
    assert (inspected["rejections"], inspected["rejected"]) == ({"author": 1, "title": 1}, 2)


def test_nothing_is_written(run: Callable[..., Run], odd: Path):
    assert run(odd).status == 0
    assert (Book.objects.count(), ImportRecord.objects.count()) == (0, 0)


def test_own_resource(run: Callable[..., Run], tmp_path: Path):
    row = {"slug": "a", "headline": "A", "reporter": "ann@example.com", "nothing": "x"}
    path = write_csv(tmp_path / "in.csv", [row], list(row))
    found = json.loads(run(path, *ARTICLES, "--json").out)
    assert {c["name"]: c["field"] for c in found["columns"]} == {
        "slug": "slug",
        "headline": "headline",
        "reporter": "reporter",
        "nothing": None,
    }
    assert (found["rows"], found["rejected"], found["missing"]) == (1, 0, [])


def test_missing_columns(run: Callable[..., Run], tmp_path: Path):
    path = write_csv(tmp_path / "in.csv", [{"headline": "A"}], ["headline"])
    status, out, err = run(path, *ARTICLES)
    assert status == 1
    assert "  (missing) -> slug; specify it with --map slug=COLUMN\n" in out
    assert err == f"{path}: no column for slug."


def test_several_files(run: Callable[..., Run], odd: Path, tmp_path: Path):
    status, out, err = run(tmp_path / "none.csv", odd, "--json")
    assert (status, err) == (1, f"{tmp_path / 'none.csv'}: no such file.")
    assert json.loads(out)["file"] == str(odd)


def test_standard_input(run: Callable[..., Run], odd: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(odd.read_bytes())))
    assert run("-").out.startswith("File:      standard input\n")


def test_write_mapping(run: Callable[..., Run], odd: Path, tmp_path: Path):
    mapping, rejects = tmp_path / "odd.toml", tmp_path / "rejects.csv"
    arguments = ["--map", "author=Wer", "--set", "subjects=Odd"]
    assert run(odd, *arguments, "--write-mapping", mapping).status == 0
    assert '\nauthor = "Wer"\n' in mapping.read_text(encoding="utf-8")
    done = run(*(odd, "--mapping", mapping, "--rejects", rejects), command="bookrel_import")
    assert done.status == 3
    assert [(b.title, b.author.name, b.year) for b in Book.objects.all()] == [("A", "Ann", 1999)]
    assert [subject.name for subject in Book.objects.get().subjects.all()] == ["Odd"]
    record = ImportRecord.objects.get()
    assert record.options["mapping"]["author"] == ["Wer"]
    assert [row["bookrel_line"] for row in read_csv(rejects)] == ["3", "4"]
    # The next file of the kind, and one that is none.
    odd.write_text("Jahr;Titel;Wer;Sprache\n1998;C;Ann;\n", encoding="utf-8")
    assert run(odd, "--mapping", mapping, command="bookrel_import").status == 0
    odd.write_text("Titel;Author;Jahr;Sprache\nC;Ann;1998;\n", encoding="utf-8")
    failed = run(odd, "--mapping", mapping, command="bookrel_import")
    assert failed.status == 1
    assert 'author is mapped to the column "Wer", which the file does not have' in failed.err


@pytest.mark.parametrize("command", ["bookrel_inspect", "bookrel_import"])
@pytest.mark.parametrize(
    "text, said",
    [
        ("[columns]\nshelf = 'A'", '[columns] shelf: Unknown field "shelf"'),
        ("[columns", "is not valid TOML: Expected ']' at the end of a table declaration (at "),
        ("sauce = 'x'", 'unknown key "sauce" (did you mean "source"?)'),
    ],
    ids=range(3),
)
def test_mapping_that_makes_no_sense(
    run: Callable[..., Run], odd: Path, tmp_path: Path, command: str, text: str, said: str
):
    mapping = tmp_path / "odd.toml"
    mapping.write_text(text, encoding="utf-8")
    status, out, err = run(odd, "--mapping", mapping, command=command)
    assert (status, out) == (1, "")
    assert err.startswith(str(mapping))
    assert said in err


@pytest.mark.parametrize(
    "args, status",
    [
        (["--map", "title"], 2),
        (["--map", "titel=Titel"], 1),
        (["--resource", "nowhere.Resource"], 1),
        (["--encoding", "nonsense"], 1),
        (["--mapping", "nowhere.toml"], 1),
    ],
    ids=str,
)
def test_usage(run: Callable[..., Run], odd: Path, args: list[str], status: int):
    found = run(odd, *args)
    assert (found.status, found.out) == (status, "")
    assert args[1].partition("=")[0] in found.err
    assert len(found.err.splitlines()) == 1


def test_mapping_of_several_files(run: Callable[..., Run], odd: Path, tmp_path: Path):
    assert run(odd, odd, "--write-mapping", tmp_path / "odd.toml").status == 2


def test_limit_of_what_is_unpacked(run: Callable[..., Run], tmp_path: Path, settings: Any):
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress(b"title\n" + b"A\n" * 100))
    settings.BOOKREL_LIMITS = {"unpacked": 100}
    assert "unpacks to more bytes than the 100 that" in run(path).err
