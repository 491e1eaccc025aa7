"""What writers have in common whose statements' number does not depend on the rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from django.db import models

from ...fields import AnyField
from ...values import Filler, from_db, to_db
from ..errors import TableError
from .database import Columns, Database, Found, ModelClass, Rows
from .interface import Catalogue, Changer, Finder, Inserter
from .tables import Column, Table, TableWarning, warnings_of

__all__ = ("SQLCatalogue", "SQLChanger", "SQLFinder", "SQLInserter")


class SQLCatalogue(Catalogue, ABC):
    """Asks once what a table is."""

    numberless: str
    """What a primary key has not where nothing gives new rows their keys."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._tables: dict[str, Any] = {}

    def known(self, model: ModelClass) -> Any:
        """Return what the catalogue says of the model's table."""
        name = self.database.table(model)
        if name not in self._tables:
            self._tables[name] = self._read(model)
        return self._tables[name]

    def column(self, field: AnyField) -> Column | None:
        """Return what the catalogue says of a field's column, if there is one."""
        found: Column | None = self.known(field.model).column(field.column or "")
        return found

    def has_triggers(self, model: ModelClass) -> bool:
        """Return whether triggers may change new rows, add others or leave some out."""
        return bool(self.known(model).has_triggers)

    @abstractmethod
    def is_keyless(self, model: ModelClass) -> bool:
        """Return whether nothing gives new rows their keys."""

    def keyless(self, model: ModelClass) -> str:
        """Return a sentence on a table that :meth:`is_keyless`."""
        column = f"its column {model._meta.pk.column} {self.numberless}"
        return f"{self.database.shown(model)} gives new rows no key: {column}."

    def warnings(self, written: Iterable[ModelClass]) -> list[TableWarning]:
        found = list(self._server_warnings())
        tables = ([*model._meta.get_parent_list(), model] for model in written)
        for model in dict.fromkeys(chain.from_iterable(tables)):
            with self.database.about(model, "read"):
                table, has_triggers = self.known(model), self.has_triggers(model)
                found += warnings_of(model, table, has_triggers=has_triggers)
                if table.kind:
                    found += self._table_warnings(model)
                    if isinstance(model._meta.pk, models.AutoField) and self.is_keyless(model):
                        found.append(TableWarning(self.keyless(model)))
        return list(dict.fromkeys(found))

    @abstractmethod
    def _read(self, model: ModelClass) -> Table: ...

    def _server_warnings(self) -> Iterable[TableWarning]:
        return ()

    def _table_warnings(self, model: ModelClass) -> Iterable[TableWarning]:
        return ()


class SQLFinder(Finder):
    """Finds rows by a join with their keys."""

    def __init__(self, catalogue: SQLCatalogue) -> None:
        self.database, self.catalogue = catalogue.database, catalogue

    def match(
        self, columns: Columns, keys: Rows, fetch: Columns, *, lock: bool = False
    ) -> list[Found]:
        if not keys:
            return []
        connection = self.database.connection
        prepare = [to_db(column, connection) for column in columns]
        if any(prepare):
            keys = [
                tuple(v if p is None else p(v) for p, v in zip(prepare, key, strict=True))
                for key in keys
            ]
        convert = from_db(fetch, connection, first=1)
        with self.database.about(columns[0].model, "read"):
            return convert(self.find(columns, keys, fetch, lock=lock))

    @abstractmethod
    def find(self, columns: Columns, keys: Rows, fetch: Any, *, lock: bool) -> list[Found]:
        """Match values as the driver takes them and gives them."""


class SQLInserter(Inserter):
    """Inserts many rows at once, where the database can tell their keys."""

    def __init__(self, finder: SQLFinder) -> None:
        self.database, self.catalogue, self.finder = finder.database, finder.catalogue, finder

    def filler(self, model: ModelClass, given: Columns) -> Filler:
        return Filler(model, given, self.database.connection, adding=True)

    def insert(
        self, model: ModelClass, fields: Columns, rows: Rows, *, keys: bool = True
    ) -> list[Any]:
        if not rows:
            return []
        pk = model._meta.pk
        with self.database.about(model, "written"):
            if pk in fields:
                index = list(fields).index(pk)
                given = [pk.to_python(row[index]) for row in rows]
                self._insert_given(model, fields, rows, given)
                return given
            if pk.has_default():
                made = [pk.get_default() for _row in rows]
                prepare = to_db(pk, self.database.connection) or (lambda key: key)
                with_keys = [(prepare(key), *row) for key, row in zip(made, rows, strict=True)]
                self._insert_given(model, (pk, *fields), with_keys, made)
                return made
            if not keys:
                self._insert(model, fields, rows)
                return []
            if self.catalogue.is_keyless(model):
                raise TableError(self.catalogue.keyless(model))
            return self._insert_numbered(model, fields, rows)

    @abstractmethod
    def _insert(self, model: ModelClass, fields: Any, rows: Rows) -> None: ...

    @abstractmethod
    def _insert_numbered(self, model: ModelClass, fields: Any, rows: Rows) -> list[Any]: ...

    def _insert_given(
        self, model: ModelClass, fields: Any, rows: Rows, keys: Sequence[Any]
    ) -> None:
        """Insert rows that bring their primary keys."""
        self._insert(model, fields, rows)
        if self._changes_keys(model):
            pk = model._meta.pk
            there = self.finder.match([pk], [(key,) for key in keys], [pk])
            verb = "inserted with the key that they bring"
            self.database.check_taken(model, len(there), len(rows), verb)

    def _changes_keys(self, model: ModelClass) -> bool:
        """Return whether the table may change a key that a new row brings."""
        return bool(self.catalogue.has_triggers(model))

    def _unsaid_keys(self, model: ModelClass, why: str = "") -> TableError:
        return TableError(f"{self.database.shown(model)} does not say the keys of new rows{why}.")

    def _into(self, model: ModelClass, fields: Columns) -> str:
        return f"INSERT INTO {self.database.table(model)} ({self.database.names(fields)})"


class SQLChanger(Changer):
    """Updates and deletes many rows at once."""

    def __init__(self, finder: SQLFinder) -> None:
        self.database, self.catalogue, self.finder = finder.database, finder.catalogue, finder

    def filler(self, model: ModelClass, given: Columns) -> Filler:
        return Filler(model, given, self.database.connection, adding=False)

    def update(self, model: ModelClass, fields: Columns, rows: Rows) -> None:
        if rows:
            prepare = to_db(model._meta.pk, self.database.connection)
            if prepare is not None:
                rows = [(prepare(row[0]), *row[1:]) for row in rows]
            with self.database.about(model, "written"):
                taken = self._update(model, fields, rows)
                self.database.check_taken(model, taken, len(rows), "changed")

    def delete(self, model: ModelClass, keys: Sequence[Any]) -> None:
        if not keys:
            return
        pk = model._meta.pk
        prepare = to_db(pk, self.database.connection)
        with self.database.about(model, "written"):
            gone = self._delete(model, [key if prepare is None else prepare(key) for key in keys])
            if gone is not None and gone < len(keys):
                # Somebody else may have deleted them.
                left = self.finder.match([pk], [(key,) for key in keys], [pk])
                self.database.check_taken(model, len(keys) - len(left), len(keys), "deleted")

    @abstractmethod
    def _update(self, model: ModelClass, fields: Any, rows: Rows) -> int | None:
        """Return how many rows there were; None where the database does not say it."""

    @abstractmethod
    def _delete(self, model: ModelClass, keys: Sequence[Any]) -> int | None:
        """Return how many rows there were; None where the database does not say it."""
