"""What is said of errors of the database, each provoked on the database itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import (
    DatabaseError,
    Error,
    IntegrityError,
    OperationalError,
    connection,
    transaction,
)
from django.db.models import Model
from django.db.transaction import TransactionManagementError

from django_bookrel.bulk import get_writer
from django_bookrel.bulk.errors import Blame
from django_bookrel.bulk.writers import Writer
from tests.hosts.legacy import models as m
from tests.test_writers import columns, insert, update
from tests.test_writers_errors import execute, mysql_only, servers_only

VENDOR = connection.vendor
ROW, TABLE, CONNECTION, AGAIN = Blame


@pytest.fixture
def writer(db: None, legacy: frozenset[str]) -> Writer:
    return get_writer("default")


def failure(writer: Writer, work: Callable[[], Any]) -> tuple[Blame, str]:
    """Give whose the failure of ``work`` is, and what is said of it."""
    with pytest.raises(Error) as raised, transaction.atomic():
        work()
    return writer.database.blame(raised.value), writer.database.said(raised.value)


def add(writer: Writer, model: type[Model], names: str, *values: Any) -> Callable[[], Any]:
    return lambda: insert(writer, model, names, values)


def test_said_of_a_table_that_is_missing(writer: Writer):
    said = TABLE, "The table legacy_missing does not exist."
    assert failure(writer, add(writer, m.Missing, "code", "a")) == said
    code = columns(m.Missing, "code")
    assert failure(writer, lambda: writer.finder.match(code, [("a",)], code)) == said
    assert failure(writer, lambda: update(writer, m.Missing, "code", (1, "a"))) == said
    assert failure(writer, lambda: writer.changer.delete(m.Missing, [1])) == said


def test_said_of_a_column_that_is_missing(writer: Writer):
    said = TABLE, "The table legacy_narrow has no column n."
    assert failure(writer, add(writer, m.Narrow, "code n", "a", 1)) == said
    pair = columns(m.Narrow, "code", "n")
    assert failure(writer, lambda: writer.finder.match(pair[:1], [("a",)], pair)) == said
    assert failure(writer, lambda: writer.finder.match(pair, [("a", 1)], pair[:1])) == said
    assert failure(writer, lambda: update(writer, m.Narrow, "n", (1, 1))) == said


NEEDS = "The table {} needs a value for its column {}, which the model does not have."


def test_said_of_a_column_that_the_model_does_not_have(writer: Writer):
    assert failure(writer, add(writer, m.Needy, "code", "a")) == (
        TABLE,
        NEEDS.format("legacy_needy", "colour"),
    )


@servers_only
def test_said_of_a_value(writer: Writer):
    blame, said = failure(writer, add(writer, m.Plain, "code n", "a", 5_000_000_000))
    by_copy = 'value "5000000000" is out of range for type integer (column n: "5000000000")'
    others = ("integer out of range", "Out of range value for column 'n'")
    assert blame is ROW
    assert said.removeprefix("The database rejected the row: ") in (by_copy, *others)


def test_said_of_a_constraint(writer: Writer):
    insert(writer, m.Strict, "code", ("a",))
    blame, said = failure(writer, add(writer, m.Strict, "code", "a"))
    by = {
        "postgresql": 'duplicate key value violates unique constraint "legacy_strict_code_key": '
        "Key (code)=(a) already exists.",
        "mysql": "Duplicate entry 'a' for key 'code'",
        "sqlite": "UNIQUE constraint failed: legacy_strict.code",
    }
    said = said.replace("'legacy_strict.code'", "'code'")
    assert (blame, said) == (ROW, f"The database rejected the row: {by[VENDOR]}")
    blame, said = failure(writer, add(writer, m.Strict, "code n", "b", 5000))
    by = {
        "postgresql": 'new row for relation "legacy_strict" violates check constraint '
        '"legacy_strict_n_check"',
        "sqlite": "CHECK constraint failed: n < 1000",
    }
    assert blame is ROW
    if VENDOR in by:
        assert said == f"The database rejected the row: {by[VENDOR]}"


@mysql_only
def test_said_of_keys_that_run_out(writer: Writer):
    assert insert(writer, m.Tiny, "id code", (127, "a")) == [127]
    blame, said = failure(writer, add(writer, m.Tiny, "code", "b"))
    by_mariadb = "The database rejects legacy_tiny: Out of range value for column 'id'"
    assert blame is TABLE
    assert said in (by_mariadb, "legacy_tiny gives new rows keys that it has.")


# Privileges.


@pytest.fixture
def clerk(writer: Writer) -> Iterator[Callable[..., Writer]]:
    """Give a function that grants privileges to a user who has none; give that user's writer."""
    name, opened = f"clerk{os.getpid()}", connection.copy()

    def be_granted(*grants: str) -> Writer:
        if VENDOR == "postgresql":
            # The role ends with the transaction.
            execute(connection, f"CREATE ROLE {name}")
            execute(connection, *(f"GRANT {grant} TO {name}" for grant in grants))
            execute(connection, f"SET LOCAL ROLE {name}")
            return get_writer("default")
        execute(opened, f"CREATE USER {name}")
        execute(opened, *(f"GRANT {grant} TO {name}" for grant in grants))
        opened.close()
        opened.settings_dict.update(USER=name, PASSWORD="")
        return type(writer)(opened)

    yield be_granted
    opened.close()
    if VENDOR == "mysql":
        opened.settings_dict.update(USER=connection.settings_dict["USER"])
        execute(opened, f"DROP USER IF EXISTS {name}")
        opened.close()


@servers_only
def test_said_of_privileges(clerk: Callable[..., Writer]):
    writer = clerk("SELECT ON legacy_plain")
    code = columns(m.Plain, "code")
    assert writer.finder.match(code, [("a",)], code) == []
    no = TABLE, "The table legacy_plain may not be written by this user."
    assert failure(writer, add(writer, m.Plain, "id code", 5, "a")) == no
    assert failure(writer, lambda: update(writer, m.Plain, "n", (1, 1))) == no
    assert failure(writer, lambda: writer.changer.delete(m.Plain, [1])) == no
    no = TABLE, "The table legacy_fixed may not be read by this user."
    code = columns(m.Fixed, "code")
    assert failure(writer, lambda: writer.finder.match(code, [("a",)], code)) == no


@pytest.mark.skipif(VENDOR != "postgresql", reason="PostgreSQL tells")
def test_warnings_of_privileges(clerk: Callable[..., Writer]):
    writer = clerk("SELECT (id, code), UPDATE ON legacy_plain", "INSERT ON legacy_fixed")
    assert list(map(str, writer.catalogue.warnings([m.Plain, m.Fixed]))) == [
        f"This user lacks privileges on the table {table}: {lacked}. "
        f'Repair it with: GRANT {lacked} ON "{table}" TO clerk{os.getpid()};'
        for table, lacked in (("legacy_plain", "INSERT"), ("legacy_fixed", "SELECT, UPDATE"))
    ]


@servers_only
def test_said_of_a_database_that_is_read_only(writer: Writer):
    if VENDOR == "mysql":
        pytest.skip("such a transaction takes a session of its own")

    def write() -> None:
        execute(connection, "SET TRANSACTION READ ONLY")
        insert(writer, m.Plain, "code", ("a",))

    assert failure(writer, write) == (TABLE, "The database is read-only.")


UNSEEN = (
    "legacy_renumbering does not say the keys of new rows: a trigger, which this user needs the "
    "privilege TRIGGER to see, gives others than AUTO_INCREMENT."
)


@mysql_only
def test_trigger_that_a_user_may_not_see(clerk: Callable[..., Writer]):
    writer = clerk("SELECT, INSERT ON legacy_renumbering")
    writer.connection.set_autocommit(False)
    rows = [("a",), ("b",)]
    if writer.connection.mysql_is_mariadb:
        keys = insert(writer, m.Renumbering, "code", *rows)
        found = writer.finder.match(
            columns(m.Renumbering, "code"), rows, columns(m.Renumbering, "id")
        )
        assert sorted(found) == list(enumerate(keys))
    else:
        assert failure(writer, lambda: insert(writer, m.Renumbering, "code", *rows)) == (
            TABLE,
            UNSEEN,
        )
    writer.connection.rollback()


def test_said_of_a_column_that_is_generated(writer: Writer):
    blame, said = failure(writer, add(writer, m.Generated, "code name", "a", "b"))
    assert blame is TABLE
    assert said.startswith("The database rejects legacy_generated: ")
    assert "generated column" in said


# What no driver raises.


def test_errors_of_django_and_of_hosts_are_the_rows(writer: Writer):
    assert [
        writer.database.blame(error)
        for error in (DatabaseError("No row was changed."), Error("no"))
    ] == [
        ROW,
        ROW,
    ]
    assert writer.database.blame(OperationalError("the lock was held too long")) is CONNECTION
    # A driver's error of which the code is unknown.
    error = DatabaseError("no")
    error.__cause__ = Exception("no")
    assert writer.database.blame(error) is CONNECTION


def test_error_that_a_host_has_caught_is_the_rows(writer: Writer):
    def save() -> None:
        m.Strict.objects.create(code="a")
        with suppress(IntegrityError):
            m.Strict.objects.create(code="a")
        m.Strict.objects.count()

    with pytest.raises(TransactionManagementError) as raised, transaction.atomic():
        save()
    assert writer.database.blame(raised.value) is ROW
