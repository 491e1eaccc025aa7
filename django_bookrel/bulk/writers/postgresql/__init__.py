"""PostgreSQL 14 and newer: keys travel as arrays; with psycopg 3 new rows by COPY."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from zlib import crc32

from django.db import InterfaceError, OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.functional import cached_property

from .. import interface
from ..database import Database, ModelClass
from ..interface import LOCK, Locks
from .catalogue import PostgreSQLCatalogue
from .finding import PostgreSQLFinder
from .writing import PostgreSQLChanger, PostgreSQLInserter

__all__ = ("Writer",)

LOCK_NUMBER = crc32(LOCK.encode())


class PostgreSQLLocks(Locks):
    """Holds a lock inside a transaction, and around one that would not see what it waited for."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @contextmanager
    def session(self) -> Iterator[None]:
        if not self._keeps_snapshot:
            yield
            return
        # A snapshot that is taken while waiting does not show what was waited for.
        self.database.execute("SELECT pg_advisory_lock(%s)", [LOCK_NUMBER])
        try:
            yield
        finally:
            # It ends with the connection; that this is lost now undoes nothing that is committed.
            with suppress(OperationalError, InterfaceError):
                self.database.execute("SELECT pg_advisory_unlock(%s)", [LOCK_NUMBER])

    @cached_property
    def _keeps_snapshot(self) -> bool:
        """Whether a transaction sees the database as it was at its first statement."""
        with transaction.atomic(self.database.connection.alias):
            [(level,)] = self.database.execute("SHOW transaction_isolation")
        return level in ("repeatable read", "serializable")

    def transaction(self, model: ModelClass) -> None:
        self.database.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_NUMBER])


class Writer(interface.Writer):
    """PostgreSQL through psycopg 3 or psycopg2."""

    waits = True

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        database = Database(connection)
        catalogue, locks = PostgreSQLCatalogue(database), PostgreSQLLocks(database)
        finder = PostgreSQLFinder(catalogue)
        inserter, changer = PostgreSQLInserter(finder), PostgreSQLChanger(finder)
        super().__init__(database, catalogue, locks, finder, inserter, changer)
