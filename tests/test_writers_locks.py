"""Rows that are found and locked: nobody else changes them, and their values are the latest."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import Error, connection
from django.db.models import Field, Model
from django.test.utils import CaptureQueriesContext

from django_bookrel.bulk import get_writer
from django_bookrel.bulk.errors import Blame
from django_bookrel.bulk.writers import Database, Writer, orm
from django_bookrel.resources import load
from tests.hosts.legacy import models as m
from tests.importing import write_csv
from tests.test_import_warnings import PlainRowByRow
from tests.test_writers import columns, insert

VENDOR = connection.vendor

pytestmark = pytest.mark.django_db

ID, CODE, NAME = columns(m.Plain, "id", "code", "name")
IMPATIENT = {"postgresql": "SET lock_timeout = 50", "mysql": "SET innodb_lock_wait_timeout = 1"}
REPEATABLE = {
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "mysql": "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
}


def execute(using: Any, *statements: str) -> None:
    with using.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def sessions(legacy: frozenset[str]) -> Iterator[tuple[Writer, Any]]:
    """Give a writer in a transaction, and another connection; four rows are committed."""
    if VENDOR == "sqlite":
        pytest.skip("SQLite locks the whole file")
    ours, theirs = connection.copy(), connection.copy()
    values = ", ".join(f"({n}, 'c{n}', 'old')" for n in (3, 1, 4, 2))
    execute(theirs, f"INSERT INTO legacy_plain (id, code, name) VALUES {values}")
    execute(theirs, IMPATIENT[VENDOR])
    ours.inc_thread_sharing()
    ours.set_autocommit(False)
    yield type(get_writer("default"))(ours), theirs
    ours.rollback()
    execute(theirs, "DELETE FROM legacy_plain")
    ours.close()
    theirs.close()


def is_locked(using: Any, number: int) -> bool:
    """Return whether another session may not change a row."""
    try:
        execute(using, f"UPDATE legacy_plain SET n = 1 WHERE id = {number}")
    except Error as error:
        return get_writer("default").database.blame(error) is Blame.AGAIN
    return False


@pytest.mark.parametrize(
    "found, keys",
    [
        ([ID], [(4,), (1,), (9,)]),
        ([CODE], [("c4",), ("c1",), ("c9",)]),
        ([NAME, CODE], [("old", "c4"), ("old", "c1"), ("new", "c2")]),
    ],
    ids=["key", "column", "columns"],
)
def test_rows_found_are_locked(
    sessions: tuple[Writer, Any], found: list[Field], keys: list[tuple[Any, ...]]
):
    writer, theirs = sessions
    assert sorted(writer.finder.match(found, keys, [ID, NAME], lock=True)) == [
        (0, 4, "old"),
        (1, 1, "old"),
    ]
    assert writer.finder.match(found, keys[-1:], [ID, NAME], lock=True) == []
    assert [is_locked(theirs, number) for number in (1, 2, 3, 4)] == [True, False, False, True]
    writer.connection.rollback()
    assert not is_locked(theirs, 1)


def test_rows_found_without_lock_are_not_locked(sessions: tuple[Writer, Any]):
    writer, theirs = sessions
    assert len(writer.finder.match([ID], [(1,), (2,)], [ID])) == 2
    assert not is_locked(theirs, 1)


@pytest.mark.parametrize("found", [[ID], [CODE]], ids=["key", "column"])
def test_rows_are_locked_in_the_order_of_their_keys(
    sessions: tuple[Writer, Any], found: list[Field]
):
    writer, theirs = sessions
    keys = [(n if found == [ID] else f"c{n}",) for n in (4, 2, 1, 3)]
    execute(theirs, "BEGIN", "UPDATE legacy_plain SET n = 1 WHERE id = 2")
    locked: list[Any] = []
    waiting = Thread(
        target=lambda: locked.extend(writer.finder.match(found, keys, [ID], lock=True))
    )
    waiting.start()
    third = connection.copy()
    execute(third, IMPATIENT[VENDOR])
    while not is_locked(third, 1):
        time.sleep(0.01)
    assert not is_locked(third, 3)
    assert not is_locked(third, 4)
    third.close()
    execute(theirs, "ROLLBACK")
    waiting.join()
    assert sorted(locked) == [(0, 4), (1, 2), (2, 1), (3, 3)]


@pytest.mark.parametrize("isolation", ["usual", "repeatable read"])
def test_values_are_the_latest(sessions: tuple[Writer, Any], isolation: str):
    writer, theirs = sessions
    if isolation == "repeatable read":
        execute(writer.connection, REPEATABLE[VENDOR])
        writer.connection.commit()
    assert writer.finder.match([ID], [(1,)], [NAME]) == [(0, "old")]
    execute(theirs, "UPDATE legacy_plain SET name = 'new' WHERE id = 1")
    execute(theirs, "DELETE FROM legacy_plain WHERE id = 2")
    if isolation == "repeatable read" and VENDOR == "postgresql":
        with pytest.raises(Error) as raised:
            writer.finder.match([ID], [(1,)], [NAME], lock=True)
        assert writer.database.blame(raised.value) is Blame.AGAIN
        return
    assert writer.finder.match([ID], [(1,), (2,)], [NAME], lock=True) == [(0, "new")]
    assert writer.finder.match([CODE], [("c1",), ("c2",)], [NAME], lock=True) == [(0, "new")]


def test_rows_that_are_saved_one_by_one_are_locked_too(sessions: tuple[Writer, Any]):
    writer, theirs = sessions
    saving = orm.Writer(orm.Instances(writer.database), writer)
    assert saving.finder.match([ID], [(1,)], [NAME], lock=True) == [(0, "old")]
    assert is_locked(theirs, 1)


@pytest.mark.skipif(VENDOR == "sqlite", reason="SQLite locks the whole file")
@pytest.mark.usefixtures("legacy")
def test_instances_are_locked_before_they_change(tmp_path: Path):
    [key] = insert(get_writer("default"), m.Plain, "code", ("a",))
    with CaptureQueriesContext(connection) as context:
        saving = orm.Writer(orm.Instances(Database(connection)))
        saving.changer.update(m.Plain, [NAME], [(key, "new")])
    found = [query["sql"] for query in context.captured_queries]
    assert [(sql[:6], sql[-10:] == "FOR UPDATE") for sql in found] == [
        ("SELECT", True),
        ("UPDATE", False),
    ]
    # Hooks of a resource get such an instance, too.
    path = write_csv(tmp_path / "in.csv", [{"code": "a", "name": "newer"}], ("code", "name"))
    with CaptureQueriesContext(connection) as context:
        load(path, resource=PlainRowByRow)
    locking = [q["sql"] for q in context.captured_queries if q["sql"].endswith("FOR UPDATE")]
    assert any("LIMIT 21" in sql for sql in locking)
    assert m.Plain.objects.get().name == "newer"


@pytest.mark.skipif(VENDOR != "sqlite", reason="is about SQLite's lock")
@pytest.mark.parametrize("model", [m.Plain, m.View, m.Instead], ids=lambda model: model.__name__)
def test_lock_of_a_file(tmp_path: Path, model: type[Model]):
    ours, theirs = connection.copy(), connection.copy()
    for one in (ours, theirs):
        one.settings_dict.update(NAME=str(tmp_path / "db.sqlite3"), OPTIONS={"timeout": 0.01})
    execute(
        ours,
        "CREATE VIEW legacy_view AS SELECT 1 AS id",
        "CREATE TABLE legacy_plain (id integer PRIMARY KEY, code text)",
        "CREATE VIEW legacy_instead AS SELECT * FROM legacy_plain",
        "CREATE TRIGGER legacy_end INSTEAD OF DELETE ON legacy_instead BEGIN SELECT 1; END",
    )
    writer = type(get_writer("default"))(ours)
    for _time in range(2):
        ours.set_autocommit(False)
        execute(ours, "BEGIN")
        writer.locks.transaction(model)
        with pytest.raises(Error) as raised:
            execute(theirs, "BEGIN IMMEDIATE")
        assert writer.database.blame(raised.value) is Blame.AGAIN
        ours.rollback()
    ours.close()
    theirs.close()
