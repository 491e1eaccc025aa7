"""However a command ends: status, summary, record and files agree with the database."""

from __future__ import annotations

import gc
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, OperationalError, connection, transaction

from django_bookrel.bulk import rare_collections
from django_bookrel.bulk.transactions import Transactions
from django_bookrel.bulk.writers.sql import SQLInserter
from django_bookrel.models import Book, ImportRecord
from django_bookrel.resources import load
from tests.commandline import Run, write_bad
from tests.importing import read_csv, write_csv
from tests.processes import BATCH, OURS, ROWS, Start, finish, last_record, wait_for_batches

committed = pytest.mark.django_db(transaction=True)
in_processes = pytest.mark.usefixtures("empty_tables")


class Ended(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def shell(database: str, tmp_path: Path) -> Callable[..., Ended]:
    """Run a command in a shell, with ``...`` for what starts it; the status is the command's."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()

    def shell(line: str, **environment: str) -> Ended:
        start = f"{shlex.quote(sys.executable)} -m django"
        found = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {line.replace('...', start)}"],
            env=os.environ
            | {
                "DATABASE_URL": database,
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
                "TMPDIR": str(temporary),
            }
            | environment,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd=tmp_path,
        )
        assert list(temporary.iterdir()) == []
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
        return Ended(found.returncode, found.stdout, found.stderr)

    return shell


def count() -> int:
    return Book.objects.using(OURS).count()


# Outputs that are closed, full or odd.


@in_processes
@pytest.mark.parametrize(
    "redirection, status",
    [
        ("| true", 3),
        ("| head -c 10 >/dev/null", 3),
        (">&-", 5),
        ("2>&-", 3),
        (">&- 2>&-", 5),
        ("2>/dev/full", 3),
        (">/dev/full", 5),
    ],
)
def test_closed_and_full_outputs(
    shell: Callable[..., Ended], tmp_path: Path, redirection: str, status: int
):
    write_bad(tmp_path / "a.csv", good=30, bad=2)
    found = shell(f"... bookrel_import a.csv --rejects r.csv --batch-size 10 {redirection}")
    assert (found.status, count()) == (status, 30)
    assert "Traceback" not in found.err
    assert "Exception ignored" not in found.err
    assert len(read_csv(tmp_path / "r.csv")) == 2
    assert (last_record()["status"], last_record()["new"]) == ("done", 30)
    if redirection == ">/dev/full":
        assert found.err.splitlines()[-1] == (
            "CommandError: 2 rows were rejected; all others were imported. "
            "The summary is not complete: standard output: No space left on device."
        )


@in_processes
def test_other_files_are_imported_after_the_reader_is_gone(
    shell: Callable[..., Ended], tmp_path: Path
):
    for name in "ab":
        write_csv(tmp_path / f"{name}.csv", [{"title": f"{name} {n}"} for n in range(20)])
    found = shell("... bookrel_import a.csv b.csv | true")
    assert (found, count()) == ((0, "", ""), 40)


@in_processes
def test_full_disk_under_the_rejects(shell: Callable[..., Ended], tmp_path: Path):
    rows = [{"title": f"T{n}", "year": "x" if n in {3, 25} else "1"} for n in range(60)]
    write_csv(tmp_path / "a.csv", rows)
    found = shell("... bookrel_import a.csv --rejects /dev/full --batch-size 10 --no-progress")
    assert found.status == 1
    assert found.err.splitlines()[-1].endswith(
        "/dev/full is incomplete: No space left on device; it lacks the rows from line 1 on. "
        "Nothing was imported."
    )
    assert count() == 0


@in_processes
@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=["ascii", "C"],
)
def test_names_and_titles_that_no_output_takes(
    shell: Callable[..., Ended], tmp_path: Path, environment: dict[str, str]
):
    name = os.fsdecode(b"\xff\xe9.csv")
    write_csv(tmp_path / name, [{"title": "Dvořák"}, {"title": "ř", "year": "ž"}])
    script = r"... bookrel_import $'\xff\xe9.csv' --rejects $'\xff-r.csv'"
    found = shell(script, **environment)
    assert (found.status, count()) == (3, 1)
    assert "Traceback" not in found.err
    assert "1 new" in found.out
    assert read_csv(tmp_path / os.fsdecode(b"\xff-r.csv"))[0]["title"] == "ř"
    # Exports are in UTF-8, whatever the terminal shows.
    out = shell("... bookrel_export --fields title", **environment)
    assert (out.status, out.out) == (0, "title\r\nDvořák\r\n".replace("\r\n", "\n"))


@in_processes
def test_temporary_folder_that_takes_nothing(shell: Callable[..., Ended], tmp_path: Path):
    write_csv(tmp_path / "a.csv", [{"title": "A"}])
    found = shell("ulimit -f 0; ... bookrel_import - --no-progress < a.csv")
    assert (found.status, count()) == (1, 0)
    assert found.err.startswith("CommandError: Cannot keep what comes through the pipe in ")
    assert len(found.err.splitlines()) == 1


@in_processes
def test_rejects_to_standard_output(shell: Callable[..., Ended], tmp_path: Path):
    write_csv(tmp_path / "a.csv", [{"title": "A"}, {"title": "B", "year": "x"}])
    found = shell("... bookrel_import a.csv --rejects -")
    assert found.status == 3
    assert found.out.startswith("bookrel_line,bookrel_error,")
    assert len(found.out.splitlines()) == 2
    assert "1 new" in found.err
    found = shell("... bookrel_import a.csv --rejects - --repairs -")
    assert (found.status, found.out) == (2, "")


# Outputs that are inputs.


@pytest.mark.parametrize("name", ["in.csv", "./in.csv", "link.csv", "hard.csv"])
@pytest.mark.parametrize("option", ["--rejects", "--repairs"])
@pytest.mark.django_db
def test_output_that_is_the_input(
    run: Callable[..., Run],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    option: str,
):
    monkeypatch.chdir(tmp_path)
    before = write_bad(tmp_path / "in.csv", good=5, bad=2).read_bytes()
    (tmp_path / "link.csv").symlink_to("in.csv")
    os.link("in.csv", "hard.csv")
    status, out, err = run("in.csv", option, name, "--force")
    said = f"{option} {name}: this is the file to import; name another file."
    assert (status, out, err) == (2, "", said)
    assert ((tmp_path / "in.csv").read_bytes(), Book.objects.count()) == (before, 0)


@in_processes
def test_output_that_is_standard_input(shell: Callable[..., Ended], tmp_path: Path):
    before = write_bad(tmp_path / "in.csv", good=5, bad=2).read_bytes()
    found = shell("... bookrel_import - --rejects in.csv --force < in.csv")
    assert (found.status, count()) == (2, 0)
    assert "--rejects in.csv: this is the file to import" in found.err
    assert (tmp_path / "in.csv").read_bytes() == before


@pytest.mark.django_db
def test_mapping_that_would_replace_what_is_read(run: Callable[..., Run], good: Path):
    before = good.read_bytes()
    with pytest.raises(CommandError, match="this is the file to read; name another") as raised:
        call_command("bookrel_inspect", str(good), "--write-mapping", str(good), "--force")
    assert (raised.value.returncode, good.read_bytes()) == (2, before)


@in_processes
@pytest.mark.skipif(connection.vendor != "sqlite", reason="about the file of SQLite")
def test_output_that_is_the_database(shell: Callable[..., Ended], database: str, tmp_path: Path):
    path = database.removeprefix("sqlite:///")
    for command in ("bookrel_export", "bookrel_import a.csv --rejects"):
        write_csv(tmp_path / "a.csv", [{"title": "A"}])
        found = shell(f"... {command} {path} --force")
        assert found.status == 2
        assert "this is the database; name another file." in found.err
    assert count() == 0


# Signals.


@in_processes
@pytest.mark.parametrize(
    "number, status, said",
    [
        (signal.SIGINT, 130, "interrupted"),
        (signal.SIGTERM, 143, "terminated"),
        (signal.SIGHUP, 129, "the terminal was closed"),
    ],
)
def test_signals(start: Start, tmp_path: Path, number: signal.Signals, status: int, said: str):
    rows = [{"title": f"T{n}", "year": "x" if n % 20 == 3 else "1"} for n in range(ROWS)]
    path, rejects = write_csv(tmp_path / "in.csv", rows), tmp_path / "r.csv"
    process = start(path, "--batch-size", BATCH, "--rejects", rejects, module="tests.slowly")
    wait_for_batches(process)
    process.send_signal(number)
    run = finish(process)
    end = f"{path}: {said}. The rows counted in the summary were imported; run it again"
    assert (run.status, run.err.splitlines()[-1]) == (status, f"CommandError: {end} for the rest.")
    assert run.out is not None
    assert (run.out["new"], run.out["error"]) == (count(), f"{end} for the rest.")
    assert len(read_csv(rejects)) == run.out["rejected"] > 0
    record = last_record()
    assert (record["status"], record["new"], record["message"]) == ("failed", count(), said)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "r.csv"]


@in_processes
def test_files_that_were_not_reached(start: Start, tmp_path: Path, catalogue: Path):
    other = write_csv(tmp_path / "other.csv", [{"title": "Other"}])
    process = start(catalogue, other, "--batch-size", BATCH, module="tests.slowly")
    wait_for_batches(process)
    process.terminate()
    run = finish(process)
    assert run.err.endswith(f"run it again for the rest. Not imported: {other}.\n")
    assert run.status == 143


@in_processes
def test_record_of_a_process_that_is_gone(start: Start, catalogue: Path):
    process = start(catalogue, "--batch-size", 5, module="tests.slowly")
    wait_for_batches(process, 1)
    running = ImportRecord.objects.using(OURS).get()
    beside = finish(start(catalogue, "--limit", 1))
    running.refresh_from_db()
    assert (beside.status, running.status) == (0, "running")
    process.kill()
    process.wait()
    assert finish(start(catalogue, "--limit", 1)).status == 0
    running.refresh_from_db()
    assert (running.status, running.finished_at) == ("failed", running.seen_at)
    assert running.message.startswith("The process ended without an account.")


@in_processes
def test_export_that_is_ended(start: Start, shell: Callable[..., Ended], tmp_path: Path):
    load(write_csv(tmp_path / "in.csv", [{"title": f"T{n}"} for n in range(9_000)]), using=OURS)
    found = shell("... bookrel_export | head -n 2")
    assert (found.status, found.err) == (141, "")
    assert len(found.out.splitlines()) == 2
    found = shell("... bookrel_export /dev/full")
    assert (found.status, found.err) == (1, "CommandError: No space left on device.\n")
    found = shell("... bookrel_export >&-")
    assert (found.status, found.err) == (1, "CommandError: Standard output is closed.\n")
    found = shell("... bookrel_inspect in.csv >/dev/full")
    said = "CommandError: standard output: No space left on device.\n"
    assert (found.status, found.err) == (1, said)


# Faults inside.


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, BaseException], None]]:
    """Let an exception come from the insertion of new books, the n-th time."""
    insert, calls = SQLInserter.insert, []

    with monkeypatch.context() as patch:

        def failing(number: int, error: BaseException) -> None:
            def insert_or_fail(self: SQLInserter, model: Any, *args: Any, **options: Any) -> Any:
                calls.extend([model] * (model is Book))
                if model is Book and len(calls) == number:
                    raise error
                return insert(self, model, *args, **options)

            patch.setattr(SQLInserter, "insert", insert_or_fail)

        yield failing


@committed
@pytest.mark.parametrize("number, status", [(1, 1), (3, 5)])
@pytest.mark.parametrize(
    "error, said",
    [
        (MemoryError(), "there is not enough memory."),
        (OSError(28, "No space left on device"), "No space left on device."),
        (OSError(5, "Input/output error", "/mnt/a"), "/mnt/a: Input/output error."),
    ],
    ids=["memory", "disk", "file"],
)
def test_faults_from_outside(
    run: Callable[..., Run],
    tmp_path: Path,
    failing: Callable[[int, BaseException], None],
    number: int,
    status: int,
    error: BaseException,
    said: str,
):
    path = write_bad(tmp_path / "in.csv", good=10, bad=0)
    failing(number, error)
    found = run(path, "--batch-size", "2", "--no-progress")
    new = 2 * (number - 1)
    rest = "The rows counted in the summary were imported; run it again for the rest."
    rest = rest if new else "Nothing was imported."
    assert found.status == status
    assert found.err == f"{path}: stopped after {new} rows: {said} {rest}"
    assert f"  {new} new" in found.out
    record = ImportRecord.objects.get()
    assert (record.status, record.new, Book.objects.count()) == ("failed", new, new)


@pytest.mark.parametrize("command", ["bookrel_import", "bookrel_export", "bookrel_inspect"])
def test_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch, command: str):
    """Django may ask the server as early as in its checks."""

    def check(self: BaseCommand, **options: Any) -> None:
        raise OperationalError("connection refused\nIs the server running?")

    monkeypatch.setattr(BaseCommand, "check", check)
    files = [] if command == "bookrel_export" else ["a.csv"]
    with pytest.raises(CommandError) as raised:
        call_command(command, *files, skip_checks=False)
    said = "connection refused\\nIs the server running?"
    assert (str(raised.value), raised.value.returncode) == (said, 1)


@committed
def test_fault_of_ours_keeps_its_traceback(
    run: Callable[..., Run], tmp_path: Path, failing: Callable[[int, BaseException], None]
):
    path = write_bad(tmp_path / "in.csv", good=10, bad=0)
    failing(3, AssertionError("a bug"))
    found = run(path, "--batch-size", "2", "--no-progress")
    assert (found.status, Book.objects.count()) == (5, 4)
    assert "Traceback (most recent call last):\n" in found.err
    assert "AssertionError: a bug\n" in found.err
    assert found.err.splitlines()[-1].endswith(
        "stopped after 4 rows: unexpected AssertionError('a bug'). The rows counted in the summary "
        "were imported; run it again for the rest."
    )
    assert "  4 new" in found.out


@in_processes
def test_traceback_follows_the_summary(shell: Callable[..., Ended], tmp_path: Path):
    write_csv(tmp_path / "a.csv", [{"title": "A"}])
    (tmp_path / "broken.py").write_text(
        "from django_bookrel.resources import BookResource\n"
        "class Broken(BookResource):\n"
        "    def import_records(self, *args, **kwargs):\n"
        "        raise ZeroDivisionError('a bug')\n"
    )
    path = f"PYTHONPATH=$PYTHONPATH:{tmp_path}"
    found = shell(f"{path} ... bookrel_import a.csv --resource broken.Broken --no-progress 2>&1")
    lines = found.out.splitlines()
    assert (found.status, count()) == (1, 0)
    summary = next(place for place, line in enumerate(lines) if "(native): 0 rows" in line)
    assert lines[summary + 2] == "Traceback (most recent call last):"
    assert lines.count("Traceback (most recent call last):") == 1
    assert lines[-2] == "ZeroDivisionError: a bug"
    why = "unexpected ZeroDivisionError('a bug'). Nothing was imported."
    assert lines[-1] == f"CommandError: a.csv: stopped after 0 rows: {why}"


@committed
def test_half_of_a_batch_is_counted(
    run: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A batch that fails at the end of its transaction is written in halves."""
    path = write_bad(tmp_path / "in.csv", good=8, bad=0)
    usual, calls = Transactions.run, list[int]()

    def failing(self: Transactions, batch: Any, *args: Any) -> Any:
        calls.append(len(batch))
        if len(batch) == 8:
            raise IntegrityError("a row is bad")
        if len(calls) == 3:
            raise OperationalError("the server closed the connection")
        return usual(self, batch, *args)

    with monkeypatch.context() as patch:
        patch.setattr(Transactions, "run", failing)
        found = run(path, "--json", "--no-progress")
    assert calls == [8, 4, 4]
    said = json.loads(found.out)
    assert (said["new"], said["rows"], Book.objects.count()) == (4, 4, 4)
    assert (found.status, ImportRecord.objects.get().new) == (5, 4)


@committed
def test_connection_that_does_not_commit(run: Callable[..., Run], good: Path):
    connection.set_autocommit(False)
    try:
        assert run(good).status == 0
        assert not connection.get_autocommit()
        connection.rollback()
        assert Book.objects.count() == 1
        note = (
            "The connection “default” does not commit by itself (AUTOCOMMIT is off): commit, or "
            "nothing of this import stays."
        )
        assert load(good).notes == [note]
        connection.rollback()
    finally:
        connection.set_autocommit(True)
    with transaction.atomic():
        assert load(good).notes == []


def test_collections_stay_rare_until_the_last_thread_is_through():
    usual = gc.get_threshold()
    inside, done = threading.Event(), threading.Event()

    def other() -> None:
        with rare_collections():
            inside.set()
            done.wait()

    thread = threading.Thread(target=other)
    with rare_collections():
        rare = gc.get_threshold()
        thread.start()
        inside.wait()
    assert rare != usual
    assert gc.get_threshold() == rare
    done.set()
    thread.join()
    assert gc.get_threshold() == usual
