"""MariaDB 10.5 and newer, MySQL 8.0.19 and newer: keys travel as a table of values."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from .. import interface
from ..database import Database
from ..interface import LOCK, Locks
from .catalogue import MySQLCatalogue
from .finding import MySQLFinder
from .server import MySQLDatabase
from .writing import MySQLChanger, MySQLInserter

__all__ = ("Writer",)

LOCK_TIMEOUT_S = 600


class MySQLLocks(Locks):
    """Holds a lock around transactions: MariaDB has none that ends with one."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @contextmanager
    def session(self) -> Iterator[None]:
        name = f"{LOCK}.{self.database.connection.settings_dict['NAME']}"[:64]
        begun = time.monotonic()
        [(got,)] = self.database.execute("SELECT GET_LOCK(%s, %s)", [name, LOCK_TIMEOUT_S])
        if got != 1:
            waited = time.monotonic() - begun
            raise OperationalError(f"Another import held the lock for all of {waited:.0f} seconds.")
        try:
            yield
        finally:
            # It ends with the connection; that this is lost now undoes nothing that is committed.
            with suppress(OperationalError, InterfaceError):
                self.database.execute("SELECT RELEASE_LOCK(%s)", [name])


class Writer(interface.Writer):
    """MariaDB and MySQL through mysqlclient."""

    waits = True

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        database = MySQLDatabase(connection)
        catalogue, locks = MySQLCatalogue(database), MySQLLocks(database)
        finder = MySQLFinder(catalogue)
        inserter, changer = MySQLInserter(finder), MySQLChanger(finder)
        super().__init__(database, catalogue, locks, finder, inserter, changer)
