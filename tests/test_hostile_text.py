"""What files are called and say is shown with its control characters as escapes, everywhere."""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import re
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models.signals import post_save
from django.test import Client

from django_bookrel.exceptions import BookrelError
from django_bookrel.models import Book, ImportRecord, RejectedRow
from django_bookrel.resources import load
from django_bookrel.showing import shown
from django_bookrel.sources.__main__ import main
from tests.commandline import ISBN, Run

pytestmark = pytest.mark.django_db

# A line of its own, a new line of a terminal, colours, a clear screen, text that runs backwards.
HOSTILE = "x\nFORGED: 1 row\r\x1b[31m\x1b]0;y\x07\x9b2J\u2028\u2029\u202egnp\u2066"
RAW = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
NAME = HOSTILE.replace("/", "") + os.fsdecode(b"\xff") + ".csv"


def check(*texts: str) -> None:
    """Check that texts have no raw control character, and no line that a file has made."""
    for text in texts:
        assert RAW.findall(text) == []
        assert not re.search("^FORGED", text, re.MULTILINE)
    assert "FORGED" in "".join(texts)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Give what a handler with the usual format writes."""
    formatter = logging.Formatter("%(levelname)s %(name)s %(message)s")
    caplog.set_level(logging.DEBUG, "django_bookrel")
    ours = ("django_bookrel.import",)
    return lambda: "\n".join(formatter.format(r) for r in caplog.records if r.name in ours)


def write(path: Path | str, *rows: list[str], delimiter: str = ",") -> Path:
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return Path(path)


BOOKS = (
    ["isbn", "title", "author", "year", "identifiers"],
    [ISBN, HOSTILE, HOSTILE, "1", f"a:{HOSTILE}"],
    ["", "B", "", HOSTILE, ""],
    [HOSTILE, "C", "", "", ""],
    ["", "D", "", "", HOSTILE],
    [ISBN, f"{HOSTILE} and another one", HOSTILE, "1", ""],
)


def test_import(folder: Path, run: Callable[..., Run], log: Callable[[], str]):
    path = write(NAME, *BOOKS)
    for options in ({"dry_run": True}, {}, {"max_rejects": "0"}, {"rejects": "r.csv"}):
        status, out, err = run(path, **options)
        assert status in (3, 4)
        check(out, err)
    check(log())
    assert out.splitlines()[0].startswith(shown(NAME))


def test_progress(folder: Path, monkeypatch: pytest.MonkeyPatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    call_command(
        "bookrel_import", write(NAME, ["isbn", "title"], [ISBN, "A"]), stdout=io.StringIO()
    )
    assert f"\r{shown(NAME)}: " in terminal.getvalue()
    assert "\x9b" not in terminal.getvalue()


def test_json(folder: Path, run: Callable[..., Run]):
    out = run(write(NAME, *BOOKS), "--json").out
    check(out)
    assert json.loads(out)["file"] == NAME
    assert len(out.splitlines()) == 1


LONG = "".join(chr(97 + n % 26) for n in range(100_000))


@pytest.mark.parametrize("source", [None, "generic", "bl_records", "librarything"])
def test_long_cells(folder: Path, run: Callable[..., Run], log: Callable[[], str], source: str):
    columns = {
        None: BOOKS[0],
        "generic": ["isbn", "titel", "autor", "jahr", "sprache", LONG],
        "bl_records": ["BL record ID", "Title", "Name", "Languages", "ISBN", LONG],
        "librarything": ["Book Id", "Title", "Primary Author", "Secondary Author Roles", "Media"],
    }[source]
    # As long as they are, each has another fault.
    faults = ("", "|", "(ed.)", "1", "a:", "\t")
    rows = [[f"{fault}{LONG}" for _ in columns] for fault in faults]
    rows += [
        [f"{LONG[:50_000]} {LONG[:50_000]}" if n == place else "a" for n in range(len(columns))]
        for place in range(len(columns))
    ]
    path, options = write("long.csv", columns, *rows), {"source": source} if source else {}
    for more in ({"dry_run": True}, {"max_rejects": "100%", "rejects": "r.csv"}):
        check_length(*run(path, **options, **more)[1:])
    check_length(log())
    with Path("r.csv").open(encoding="utf-8", newline="") as file:
        [_, *rejected] = csv.reader(file)
    assert max(len(row[1]) for row in rejected) < LONGEST
    assert {len(cell) for row in rejected for cell in row[2:]} & {100_000, 100_001}
    out = io.StringIO()
    call_command("bookrel_inspect", str(path), stdout=out, **options)
    check_length(out.getvalue())
    record = ImportRecord.objects.get()
    check_length(record.message, *(row.reason for row in RejectedRow.objects.all()))


LONGEST = 3_000
"""Characters of a line that says several things of a row."""


def check_length(*texts: str) -> None:
    long = [line[:100] for text in texts for line in text.splitlines() if len(line) > LONGEST]
    assert long == []


def test_long_names(folder: Path, run: Callable[..., Run], capsys: Any):
    path = write("a.csv", ["title", LONG], ["A", "B"])
    for options in (
        ["--keep", LONG],
        ["--map", LONG],
        ["--map", f"{LONG}=title"],
        ["--map", f"title={LONG}x"],
        ["--set", f"{LONG}=1"],
        ["--source", LONG],
        ["--encoding", LONG],
        ["--delimiter", LONG],
        ["--limit", LONG],
        ["--max-rejects", LONG],
        ["--resource", LONG],
        ["--database", LONG],
        ["--no-such", f"\x1b{LONG}"],
        ["--existing", f"\x1b{LONG}"],
    ):
        status, out, err = run(path, *options)
        assert status
        check_length(out, err)
        assert RAW.findall(err) == []
    for options in (["--filter", LONG], ["--filter", f"{LONG}=1"], ["--fields", LONG]):
        with pytest.raises(CommandError) as caught:
            call_command("bookrel_export", *options)
        check_length(str(caught.value))
    main([str(path), "--map", f"{LONG}=title"])
    check_length(*capsys.readouterr())


def test_rejected_rows_stay_as_they_are(folder: Path, run: Callable[..., Run]):
    header, row = (
        ["title", "subjects", "identifiers"],
        [HOSTILE, HOSTILE, f"{HOSTILE}|no\u202eFORGED"],
    )
    run(write(NAME, header, row), "--rejects", "r.csv", "--repairs", "p.csv")
    with Path("r.csv").open(encoding="utf-8", newline="") as file:
        [line, reasons, *names], [_line, said, *cells] = list(csv.reader(file))
    assert (names, cells) == (header, row)
    check(said)
    mended = write("again.csv", [line, reasons, *names], ["2", said, HOSTILE, HOSTILE, "a:b"])
    assert run(mended).status == 0
    assert Book.objects.values_list("title", "subjects__name").get() == (HOSTILE, HOSTILE.strip())


@pytest.mark.parametrize(
    "header",
    [
        ["isbn", HOSTILE],
        [HOSTILE, HOSTILE],
        ["isbn", "title", HOSTILE, "subjects"],
        ["title", "", f"Author {HOSTILE}"],
    ],
)
@pytest.mark.parametrize("more", [[], ["--map", f"title={HOSTILE}"]], ids=["", "mapped"])
def test_headers(folder: Path, header: list[str], more: list[str], capsys: Any):
    path = write(NAME, header, ["", HOSTILE, "", ""][: len(header)])
    for command in ("bookrel_inspect", "bookrel_import"):
        said = ""
        try:
            call_command(command, str(path), *more)
        except CommandError as error:
            said = str(error)
        check(*capsys.readouterr(), said)
    main([str(path), *more])
    check(*capsys.readouterr())
    try:
        load(path, mapping={"title": HOSTILE} if more else {})
    except BookrelError as error:
        check(str(error))


def test_inspect(folder: Path, capsys: Any):
    path = write(NAME, *BOOKS)
    out = io.StringIO()
    call_command("bookrel_inspect", str(path), stdout=out)
    check(out.getvalue())
    assert main([str(path), "--json"]) == 0
    out = capsys.readouterr().out
    check(out)
    assert json.loads(out)["records"][0]["title"] == HOSTILE


def test_mapping_files(folder: Path, capsys: Any):
    path = write(NAME, ["Titel", f"year\n{HOSTILE}", HOSTILE, "Title"], ["A", "1", "", "B"])
    main([str(path), "--write-mapping", "m.toml", "--map", f"subjects={HOSTILE}"])
    check(*capsys.readouterr())
    text = Path("m.toml").read_text(encoding="utf-8")
    check(text)
    assert tomllib.loads(text)["columns"]["subjects"] == HOSTILE
    assert main([str(path), "--mapping", "m.toml"]) == 0


def test_names_within_files(folder: Path, run: Callable[..., Run]):
    with zipfile.ZipFile("two.zip", "w") as packed:
        packed.writestr(f"{HOSTILE}.csv", "title\nA\n")
        packed.writestr("other.csv", "title\nA\n")
    status, out, err = run("two.zip")
    assert status == 1
    check(out, err)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "x\u202eFORGED\u2028"
    for row in (["title", "year\u202e FORGED"], ["A", "x\u202e"], ["B\u2028\u202e", "x"]):
        sheet.append(row)
    book.save("sheet\x1b.xlsx")
    out, err = io.StringIO(), io.StringIO()
    call_command("bookrel_inspect", "sheet\x1b.xlsx", stdout=out, stderr=err)
    check(out.getvalue(), err.getvalue())


def test_export(folder: Path):
    err = io.StringIO()
    Path(NAME).write_text("", encoding="utf-8")
    with pytest.raises(CommandError) as caught:
        call_command("bookrel_export", NAME, stderr=err)
    call_command("bookrel_export", NAME, force=True, stderr=err)
    check(err.getvalue(), str(caught.value))


def test_code_of_the_host_that_quotes_a_cell(
    folder: Path, run: Callable[..., Run], log: Callable[[], str]
):
    def receiver(instance: Book, **kwargs: Any) -> None:
        raise RuntimeError(HOSTILE)

    post_save.connect(receiver, sender=Book)
    try:
        status, out, err = run(write(NAME, ["isbn", "title"], [ISBN, HOSTILE]))
    finally:
        post_save.disconnect(receiver, sender=Book)
    assert status == 3
    check(out, err)
    check(log())
    assert "RuntimeError: x\\nFORGED" in log()


def test_import_history(folder: Path, admin_client: Client, run: Callable[..., Run]):
    run(write(NAME, *BOOKS), "--max-rejects", "0")
    record = ImportRecord.objects.get()
    assert record.file == shown(NAME)
    check(record.message + "FORGED", str(record), *map(str, RejectedRow.objects.all()))
    assert RejectedRow.objects.get(column="year").value == HOSTILE
    for page in ("importrecord/", f"importrecord/{record.pk}/change/", "rejectedrow/"):
        check_page(admin_client, page)
    for row in RejectedRow.objects.all():
        check_page(admin_client, f"rejectedrow/{row.pk}/change/")


def check_page(client: Client, page: str) -> None:
    text = client.get(f"/admin/django_bookrel/{page}").content.decode()
    assert RAW.findall(text.replace("\r", "")) == []
    assert "FORGED" in text
