"""Inserting, updating and deleting on MariaDB and MySQL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from typing import Any

from django.db import DataError, IntegrityError

from ...errors import TableError
from ..database import Found, ModelClass, Rows
from ..sql import SQLChanger, SQLInserter
from .finding import MySQLFinder
from .server import MySQLDatabase

__all__ = ("MySQLChanger", "MySQLInserter")

DOUBLED_KEY = re.compile(r"for key '(?:.*\.)?PRIMARY'$")


class MySQLInserter(SQLInserter):
    """Lets AUTO_INCREMENT number new rows, and learns the numbers as each server tells them."""

    database: MySQLDatabase

    def _insert(self, model: ModelClass, fields: Any, rows: Rows) -> None:
        for part in self.database.parts(rows):
            self._run(model, fields, part)

    def _insert_given(
        self, model: ModelClass, fields: Any, rows: Rows, keys: Sequence[Any]
    ) -> None:
        column = self.catalogue.column(model._meta.pk)
        is_numbered = column is not None and column.is_numbered
        sql_mode = self.database.server.sql_mode
        if is_numbered and 0 in keys and "NO_AUTO_VALUE_ON_ZERO" not in sql_mode:
            shown = self.database.shown(model)
            raise DataError(f"0 is no key of {shown}: AUTO_INCREMENT gives another one")
        super()._insert_given(model, fields, rows, keys)

    def _insert_numbered(self, model: ModelClass, fields: Any, rows: Rows) -> list[Any]:
        try:
            return self._insert_for_keys(model, fields, rows)
        except IntegrityError as error:
            if not DOUBLED_KEY.search(str(error.args[-1])):
                raise
            # No row brings a key, so it is the table's doing.
            shown = self.database.shown(model)
            raise TableError(f"{shown} gives new rows keys that it has.") from error

    def _insert_for_keys(self, model: ModelClass, fields: Any, rows: Rows) -> list[Any]:
        column, has_triggers = self.catalogue.column(model._meta.pk), self.catalogue.has_triggers
        if self.database.connection.mysql_is_mariadb:
            keys = self._insert_returning(model, fields, rows)
        elif column and column.is_numbered and not has_triggers(model):
            keys = self._insert_consecutive(model, fields, rows)
        else:
            why = "a trigger runs before INSERT" if has_triggers(model) else "it is a view"
            shown = self.database.shown(model)
            self.database.note(f"Rows go into {shown} one by one, to learn their keys: {why}.")
            keys = [self._run(model, fields, [row])[0] for row in rows]
        if not all(keys):
            raise self._unsaid_keys(model)
        return keys

    def _insert_returning(self, model: ModelClass, fields: Any, rows: Rows) -> list[Any]:
        # They are returned as they are inserted, and that is in the order of VALUES.
        end = f" RETURNING {self.database.q(model._meta.pk.column)}"
        parts = [self._run(model, fields, part, end)[1] for part in self.database.parts(rows)]
        return [key for part in parts for (key,) in part]

    def _insert_consecutive(self, model: ModelClass, fields: Any, rows: Rows) -> list[Any]:
        # One INSERT of a known number of rows takes consecutive numbers, in every lock mode.
        keys: list[Any] = []
        for part in self.database.parts(rows):
            first, _none = self._run(model, fields, part)
            [(numbered,)] = self.database.execute("SELECT LAST_INSERT_ID()")
            if first != numbered:
                why = "a trigger, which this user needs the privilege TRIGGER to see, gives others"
                raise self._unsaid_keys(model, f": {why} than AUTO_INCREMENT")
            keys += [first + index * self.database.server.step for index in range(len(part))]
        return keys

    def _run(
        self, model: ModelClass, fields: Any, rows: Rows, end: str = ""
    ) -> tuple[int, list[Found]]:
        """Run one INSERT; return the first key that it made, and what it returns."""
        places = f"({', '.join(['%s'] * len(fields))})"
        with self.database.connection.cursor() as cursor:
            cursor.execute(
                f"{self._into(model, fields)} VALUES {', '.join([places] * len(rows))}{end}",
                list(chain.from_iterable(rows)),
            )
            return cursor.lastrowid, cursor.fetchall() if end else []


class MySQLChanger(SQLChanger):
    """Updates rows by a join with their new values, and deletes those of a list of keys."""

    database: MySQLDatabase
    finder: MySQLFinder

    def _update(self, model: ModelClass, fields: Any, rows: Rows) -> int:
        names = [self.database.q(field.column) for field in fields]
        terms = ", ".join(f"t.{name} = k.c{index}" for index, name in enumerate(names, 1))
        join = self.finder.join([model._meta.pk], 0)
        taken = 0
        with self.database.connection.cursor() as cursor:
            for part in self.database.parts(rows):
                cursor.execute(
                    f"UPDATE (WITH {self.finder.values(part)} SELECT * FROM k) AS k "
                    f"{join} SET {terms}",
                    list(chain.from_iterable(part)),
                )
                taken += cursor.rowcount
        return taken

    def _delete(self, model: ModelClass, keys: Sequence[Any]) -> int:
        name, pk = self.database.table(model), self.database.q(model._meta.pk.column)
        gone = 0
        with self.database.connection.cursor() as cursor:
            for part in self.database.parts([(key,) for key in keys]):
                places = ", ".join(["%s"] * len(part))
                values = list(chain.from_iterable(part))
                cursor.execute(f"DELETE FROM {name} WHERE {pk} IN ({places})", values)
                gone += cursor.rowcount
        return gone
