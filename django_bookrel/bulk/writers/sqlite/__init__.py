"""SQLite 3.31 and newer: keys travel as one JSON parameter, so no variable limit is near."""

from __future__ import annotations

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from ...errors import Blame
from .. import interface
from ..database import Database, ModelClass
from ..interface import Locks
from .catalogue import SQLiteCatalogue
from .finding import SQLiteFinder
from .writing import SQLiteChanger, SQLiteInserter

__all__ = ("Writer",)


class SQLiteLocks(Locks):
    """Writes nothing into a table, for which SQLite takes the lock."""

    of_rows = False

    def __init__(self, catalogue: SQLiteCatalogue) -> None:
        self.database, self.catalogue = catalogue.database, catalogue
        self._locked: dict[str, str] = {}
        """View -> the table that is locked in its place."""

    def transaction(self, model: ModelClass) -> None:
        # A transaction that reads first cannot wait for another writer; so this one writes first.
        name = self.database.table(model)
        try:
            self._lock(self._locked.get(name, name))
        except OperationalError as error:
            blame = self.database.blame(error)
            if blame is not Blame.TABLE or self.catalogue.known(model).kind != "view":
                raise
            self._locked[name] = self._any_table(model)
            self._lock(self._locked[name])

    def _lock(self, name: str) -> None:
        self.database.execute(f"DELETE FROM {name} WHERE 0")

    def _any_table(self, model: ModelClass) -> str:
        # The lock is the file's, whichever of its tables it is taken for.
        schema = self.catalogue.known(model).schema
        [(name,)] = self.database.execute(
            f"SELECT name FROM {schema}.sqlite_master WHERE type = 'table' AND rootpage > 0 "
            "AND name NOT LIKE 'sqlite~_%%' ESCAPE '~' LIMIT 1"
        )
        return f"{schema}.{self.database.q(name)}"


class Writer(interface.Writer):
    """SQLite through the standard library's driver."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        database = Database(connection)
        catalogue = SQLiteCatalogue(database)
        finder = SQLiteFinder(catalogue)
        inserter, changer = SQLiteInserter(finder), SQLiteChanger(finder)
        super().__init__(database, catalogue, SQLiteLocks(catalogue), finder, inserter, changer)
