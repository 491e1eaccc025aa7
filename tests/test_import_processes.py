"""
Imports and exports as processes: several at once, killed, interrupted, cut off, beside others.

They have a database of their own beside the test database, for what they write is committed.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, connections, transaction

from django_bookrel.bulk import ImportStopped, get_writer
from django_bookrel.models import (
    Author,
    Book,
    Contribution,
    Identifier,
    ImportRecord,
    Publisher,
    Series,
    SeriesEntry,
    Subject,
)
from django_bookrel.resources import load
from django_bookrel.signals import rows_written
from django_bookrel.testing.catalogue import HEADER, generate
from tests.importing import write_csv
from tests.processes import (
    BATCH,
    OURS,
    ROWS,
    THEIRS,
    Start,
    disconnect,
    empty,
    finish,
    last_record,
    on_sqlite,
    wait_for_batches,
)

pytestmark = pytest.mark.usefixtures("empty_tables")
servers_only = pytest.mark.skipif(on_sqlite, reason="SQLite has no server")


def digest() -> dict[str, list[Any]]:
    """Give everything that is in, without keys and times, and in no order but its own."""
    questions = {
        Author: ("name", "key", "sort_name", "born", "died"),
        Book: ("title", "isbn", "author__name", "year", "language", "pages"),
        Contribution: ("book__title", "author__name", "role", "position"),
        Publisher: ("name", "key"),
        Publisher.books.through: ("book__title", "publisher__name"),
        Series: ("name", "key"),
        SeriesEntry: ("book__title", "series__name", "number"),
        Subject: ("name", "key"),
        Subject.books.through: ("book__title", "subject__name"),
        Identifier: ("book__title", "scheme", "value"),
    }
    return {
        model._meta.label: sorted(model._base_manager.using(OURS).values_list(*fields), key=repr)
        for model, fields in questions.items()
    }


@pytest.fixture(scope="module")
def undisturbed(database: str, catalogue: Path, django_db_blocker: Any) -> dict[str, list[Any]]:
    """Give what one import alone makes of the catalogue."""
    with django_db_blocker.unblock():
        assert load(catalogue, using=OURS).counts.new == ROWS
        found = digest()
        empty(OURS)
    return found


# Several at once.


ISOLATION = {
    "sqlite": [""],
    "postgresql": ["", "?options=-c%20default_transaction_isolation%3Drepeatable%5C%20read"],
    "mysql": ["", "?isolation_level=repeatable%20read"],
}


@pytest.mark.parametrize("options", ISOLATION[connection.vendor])
def test_same_file_at_once(
    start: Start, catalogue: Path, undisturbed: dict[str, list[Any]], options: str
):
    arguments = [catalogue, "--batch-size", 200]
    runs = [finish(p) for p in [start(*arguments, options=options) for _ in range(4)]]
    assert [(run.status, run.err) for run in runs] == [(0, "")] * 4
    assert sum(run.out["new"] for run in runs) == ROWS
    assert digest() == undisturbed


@pytest.mark.parametrize("options", ISOLATION[connection.vendor])
def test_overlapping_files_at_once(
    start: Start, tmp_path: Path, undisturbed: dict[str, list[Any]], options: str
):
    rows = list(generate(ROWS))
    # Each book is in two of the files, each author and publisher in all of them.
    parts = [rows[n::4] + rows[(n + 1) % 4 :: 4] for n in range(4)]
    paths = [write_csv(tmp_path / f"{n}.csv", part, HEADER) for n, part in enumerate(parts)]
    processes = [start(path, "--batch-size", 200, options=options) for path in paths]
    runs = [finish(process) for process in processes]
    assert [(run.status, run.err) for run in runs] == [(0, "")] * 4
    assert sum(run.out["new"] for run in runs) == ROWS
    assert digest() == undisturbed


def test_atomic_import_beside_others(
    start: Start, tmp_path: Path, catalogue: Path, undisturbed: dict[str, list[Any]]
):
    turned = write_csv(tmp_path / "turned.csv", list(generate(ROWS))[::-1], HEADER)
    kinds: list[list[object]] = [[catalogue, "--atomic"], [turned, "--atomic"], [catalogue]]
    runs = [finish(p) for p in [start(*kind, "--batch-size", 500) for kind in kinds]]
    assert [(run.status, run.err) for run in runs] == [(0, "")] * 3
    assert sum(run.out["new"] for run in runs) == ROWS
    assert digest() == undisturbed


# Ended before its time, and started again.


def test_killed_and_started_again(start: Start, catalogue: Path, undisturbed: dict[str, list[Any]]):
    process = start(catalogue, "--batch-size", BATCH, module="tests.slowly")
    wait_for_batches(process)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    before = Book.objects.using(OURS).count()
    assert 3 * BATCH <= before < ROWS
    again = finish(start(catalogue))
    assert (again.status, again.err) == (0, "")
    # What the killed process had sent is in or not, but whole.
    assert again.out["new"] + again.out["unchanged"] == ROWS
    assert again.out["updated"] == 0
    assert again.out["unchanged"] % BATCH == 0
    assert digest() == undisturbed


def test_interrupted_and_started_again(
    start: Start, catalogue: Path, undisturbed: dict[str, list[Any]]
):
    process = start(catalogue, "--batch-size", BATCH, module="tests.slowly")
    wait_for_batches(process)
    process.send_signal(signal.SIGINT)
    run = finish(process)
    count = Book.objects.using(OURS).count()
    assert run.status == 130
    assert "interrupted" in run.err
    assert "Traceback" not in run.err
    assert 3 * BATCH <= count == run.out["new"] < ROWS
    record = last_record()
    assert (record["status"], record["new"]) == ("failed", count)
    assert record["message"] == "interrupted"
    assert finish(start(catalogue)).out["unchanged"] == count
    assert digest() == undisturbed


@pytest.mark.parametrize("number, status", [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_atomic_import_that_is_ended_leaves_nothing(
    start: Start, catalogue: Path, number: signal.Signals, status: int
):
    process = start(catalogue, "--atomic", "--batch-size", "2")
    while not ImportRecord.objects.using(OURS).exists():
        assert process.poll() is None, finish(process)
        time.sleep(0.01)
    # A tenth of what so small batches take.
    time.sleep(0.2)
    process.send_signal(number)
    run = finish(process)
    assert run.status == status
    assert {label: rows for label, rows in digest().items() if rows} == {}
    if status == 130:
        assert (run.out["new"], last_record()["new"]) == (0, 0)


CUT_OFF = {
    "postgresql": "SELECT pid FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "mysql": "SELECT id FROM information_schema.processlist"
    " WHERE db = DATABASE() AND id <> CONNECTION_ID()",
}


def cut_off(using: str = OURS) -> None:
    """End every other connection to the database."""
    kill = "SELECT pg_terminate_backend(%s)" if connection.vendor == "postgresql" else "KILL %s"
    with connections[using].cursor() as cursor:
        cursor.execute(CUT_OFF[connection.vendor])
        for (number,) in cursor.fetchall():
            cursor.execute(kill, [number])


@servers_only
@pytest.mark.parametrize("level", [0, 1])
def test_cut_off_behind_a_commit(row: Path, their_book: Book, level: int):
    def lose(**kwargs: Any) -> None:
        cut_off(THEIRS)

    rows_written.connect(lose)
    try:
        with connected(**LEVELS[connection.vendor][level]):
            assert load(row, using=OURS).counts.updated == 1
            assert Book.objects.using(OURS).get().title == "T"
            record = last_record()
    finally:
        rows_written.disconnect(lose)
    assert (record["status"], record["updated"]) == ("done", 1)


@servers_only
def test_cut_off_and_started_again(
    start: Start, catalogue: Path, undisturbed: dict[str, list[Any]]
):
    process = start(catalogue, "--batch-size", BATCH, module="tests.slowly")
    wait_for_batches(process)
    cut_off()
    run = finish(process)
    count = Book.objects.using(OURS).count()
    assert run.status == 5
    assert "run it again for the rest" in run.err
    assert "Traceback" not in run.err
    assert 3 * BATCH <= count == run.out["new"] < ROWS
    record = last_record()
    assert (record["status"], record["new"]) == ("failed", count)
    assert record["message"]
    again = finish(start(catalogue))
    assert (again.status, again.out["unchanged"]) == (0, count)
    assert digest() == undisturbed


def test_export_that_is_killed_leaves_no_file(start: Start, catalogue: Path, tmp_path: Path):
    load(catalogue, using=OURS)
    path = tmp_path / "out.csv"
    process = start(path, command=["bookrel_export"])
    while not list(tmp_path.iterdir()):
        assert process.poll() is None, finish(process)
        time.sleep(0.001)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert not path.exists()
    assert start(path, command=["bookrel_export"]).wait() == 0
    assert len(path.read_text(encoding="utf-8").splitlines()) == ROWS + 1


# Beside another session.


@contextmanager
def connected(**options: Any) -> Iterator[None]:
    """Connect our session with other options."""
    usual = connections.settings[OURS]

    def connect(**settings: Any) -> None:
        disconnect(OURS)
        connections.settings[OURS] = settings
        del connections[OURS]

    connect(**{**usual, "OPTIONS": {**usual["OPTIONS"], **options}})
    try:
        yield
    finally:
        connect(**usual)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Let something happen each time that a writer is about to write, or to lock rows."""

    def meanwhile(part: str, method: str, happens: Callable[[int], None]) -> list[int]:
        kind = type(getattr(get_writer(OURS), part))
        original = getattr(kind, method)
        calls: list[int] = []

        def meddled(self: Any, *args: Any, **kwargs: Any) -> Any:
            if args[-1] and kwargs.get("lock", method != "match"):
                calls.append(len(calls) + 1)
                happens(calls[-1])
            return original(self, *args, **kwargs)

        monkeypatch.setattr(kind, method, meddled)
        return calls

    return meanwhile


def tell_theirs(statement: str) -> None:
    with connections[THEIRS].cursor() as cursor:
        cursor.execute(statement)


ISBN = "9780306406157"


@pytest.fixture
def row(tmp_path: Path) -> Path:
    cells = {"isbn": ISBN, "title": "T", "author": "Ann Lee", "subjects": "Tea"}
    return write_csv(tmp_path / "row.csv", [cells], list(cells))


@servers_only
@pytest.mark.parametrize("atomic", [False, True])
def test_same_records_added_by_another_session(
    row: Path,
    meanwhile: Callable[..., list[int]],
    atomic: bool,  # noqa: FBT001
):
    def happens(call: int) -> None:
        if call == 1:
            with transaction.atomic(THEIRS):
                author = Author.objects.using(THEIRS).create(name="Lee, Ann")
                Subject.objects.using(THEIRS).create(name="TEA")
                Book.objects.using(THEIRS).create(isbn=ISBN, title="Theirs", author=author)

    meanwhile("inserter", "insert", happens)
    with transaction.atomic(OURS) if atomic else nullcontext():
        result = load(row, using=OURS)
    assert (result.counts.new, result.counts.updated, result.counts.rejected) == (0, 1, 0)
    [book] = Book.objects.using(OURS)
    assert (book.title, book.author.name) == ("T", "Lee, Ann")
    assert [subject.name for subject in book.subjects.all()] == ["TEA"]


LEVELS = {"sqlite": [{}], "postgresql": [{}, {"isolation_level": 3}]}
LEVELS["mysql"] = [{}, {"isolation_level": "repeatable read"}]


@pytest.mark.parametrize("options", LEVELS[connection.vendor])
@pytest.mark.parametrize("atomic", [False, True])
def test_import_sees_what_it_waited_for(
    row: Path,
    meanwhile: Callable[..., list[int]],
    atomic: bool,  # noqa: FBT001
    options: dict[str, Any],
):
    has_lock = Event()

    def other_import() -> None:
        writer = get_writer(THEIRS)
        with writer.locks.session(), transaction.atomic(THEIRS):
            writer.locks.transaction(Book)
            has_lock.set()
            time.sleep(0.2)
            Author.objects.using(THEIRS).create(name="Lee, Ann")
        connections[THEIRS].close()

    with connected(**options):
        tries = meanwhile("locks", "transaction", lambda call: None)
        other = Thread(target=other_import)
        other.start()
        assert has_lock.wait(60)
        assert load(row, using=OURS, atomic=atomic).counts.new == 1
        other.join()
        assert [author.name for author in Author.objects.using(OURS)] == ["Lee, Ann"]
    assert len(tries) == (3 if atomic else 2)


@pytest.mark.skipif(not on_sqlite, reason="about SQLite's lock")
def test_locked_database_is_tried_again(row: Path, meanwhile: Callable[..., list[int]]):
    def happens(call: int) -> None:
        if call == 1:
            tell_theirs("BEGIN IMMEDIATE")
        elif call == 3:
            tell_theirs("COMMIT")

    with connected(timeout=0.01):
        calls = meanwhile("locks", "transaction", happens)
        assert load(row, using=OURS).counts.new == 1
    assert calls == [1, 2, 3]


IMPATIENT = {
    "sqlite": {"timeout": 0.01},
    "postgresql": {"options": "-c lock_timeout=100"},
    "mysql": {"init_command": "SET SESSION innodb_lock_wait_timeout = 1"},
}


@pytest.fixture
def their_book() -> Book:
    return Book.objects.using(THEIRS).create(isbn=ISBN, title="Theirs", pages=1)


@servers_only
def test_lock_that_is_held_too_long_is_tried_again(
    row: Path, their_book: Book, meanwhile: Callable[..., list[int]]
):
    def happens(call: int) -> None:
        if call == 1:
            tell_theirs("BEGIN")
            Book.objects.using(THEIRS).update(pages=2)
        elif call == 2:
            tell_theirs("COMMIT")

    with connected(**IMPATIENT[connection.vendor]):
        calls = meanwhile("finder", "match", happens)
        assert load(row, using=OURS).counts.updated == 1
        [book] = Book.objects.using(OURS)
    # The book, the book again, and its subjects.
    assert calls == [1, 2, 3]
    assert (book.title, book.pages) == ("T", 2)


@servers_only
def test_transaction_of_somebody_else_is_theirs_to_try_again(
    row: Path,
    their_book: Book,
    meanwhile: Callable[..., list[int]],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("django_bookrel.bulk.retrying.PATIENCE_S", 1)

    def happens(call: int) -> None:
        if call == 1:
            tell_theirs("BEGIN")
            Book.objects.using(THEIRS).update(pages=2)

    with connected(**IMPATIENT[connection.vendor]):
        calls = meanwhile("finder", "match", happens)
        with pytest.raises(ImportStopped), transaction.atomic(OURS):
            load(row, using=OURS)
        tell_theirs("ROLLBACK")
        assert Subject.objects.using(OURS).count() == 0
    assert calls == [1]


def rejects_old_snapshots() -> bool:
    """Return whether a repeatable read may not write what changed since; MariaDB's since 11.6."""
    if connection.vendor == "postgresql":
        return True
    with connections[OURS].cursor() as cursor:
        cursor.execute("SHOW VARIABLES LIKE 'innodb_snapshot_isolation'")
        return [value for _name, value in cursor.fetchall()] == ["ON"]


@servers_only
def test_record_changed_since_it_was_read_is_read_again(
    row: Path, their_book: Book, meanwhile: Callable[..., list[int]]
):
    def happens(call: int) -> None:
        if call == 1:
            Book.objects.using(THEIRS).update(pages=2)

    with connected(**LEVELS[connection.vendor][1]):
        calls = meanwhile("finder", "match", happens)
        assert load(row, using=OURS).counts.updated == 1
        [book] = Book.objects.using(OURS)
    # The book, again where that is rejected, and its subjects.
    assert calls == ([1, 2, 3] if rejects_old_snapshots() else [1, 2])
    assert (book.title, book.pages) == ("T", 2)
