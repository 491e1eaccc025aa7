"""Inserting, updating and deleting on SQLite, row by row in one call of the driver."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..database import Columns, ModelClass, Rows
from ..sql import SQLCatalogue, SQLChanger, SQLInserter
from ..tables import names_in
from .catalogue import SQLiteTable

__all__ = ("SQLiteChanger", "SQLiteInserter")

LARGEST_KEY = 2**63 - 1


class SQLiteInserter(SQLInserter):
    """Numbers new rows itself: inside a writing transaction nobody else can take a number."""

    def _insert(self, model: ModelClass, fields: Any, rows: Rows) -> None:
        taken = _run_for_each(self.catalogue, model, self._insert_one(model, fields), rows)
        self.database.check_taken(model, taken, len(rows), "inserted")

    def _insert_numbered(self, model: ModelClass, fields: Any, rows: Rows) -> list[Any]:
        table: SQLiteTable = self.catalogue.known(model)
        pk = model._meta.pk
        if table.kind == "table" and not table.has_triggers:
            first = self._next_number(model)
            if first + len(rows) <= LARGEST_KEY:
                keys = list(range(first, first + len(rows)))
                numbered = [(key, *row) for key, row in zip(keys, rows, strict=True)]
                self._insert(model, (pk, *fields), numbered)
                return keys
        why = "it has triggers" if table.kind == "table" else f"it is a {table.kind}"
        self.database.note(f"Rows go into {table.name} one by one, to learn their keys: {why}.")
        return self._insert_one_by_one(model, fields, rows)

    def _next_number(self, model: ModelClass) -> int:
        table: SQLiteTable = self.catalogue.known(model)
        name, pk = self.database.table(model), self.database.q(model._meta.pk.column)
        used, params = "NULL", []
        if table.has_sequences:
            used = (
                f"(SELECT seq FROM {table.schema}.sqlite_sequence WHERE name = %s COLLATE NOCASE)"
            )
            params = [names_in(name)[1]]
        [(last, count)] = self.database.execute(f"SELECT max({pk}), {used} FROM {name}", params)
        # Of a table that was empty or has negative keys alone it is 1.
        return max(last or 0, count or 0, 0) + 1

    def _insert_one_by_one(self, model: ModelClass, fields: Any, rows: Rows) -> list[Any]:
        sql, name = self._insert_one(model, fields), self.database.table(model)
        keys: list[Any] = []
        is_view = self.catalogue.known(model).kind == "view"
        top = f"SELECT max({self.database.q(model._meta.pk.column)}) FROM {name}"
        [(before,)] = self.database.execute(top) if is_view else [(None,)]
        with self.database.connection.cursor() as cursor:
            for row in rows:
                cursor.execute(sql, row)
                key = cursor.lastrowid
                if not is_view:
                    self.database.check_taken(model, cursor.rowcount, 1, "inserted")
                else:
                    # What the trigger of a view inserts leaves no trace in lastrowid.
                    [(key,)] = self.database.execute(top)
                    if key is None or (before is not None and key <= before):
                        raise self._unsaid_keys(model)
                    before = key
                keys.append(key)
        return keys

    def _insert_one(self, model: ModelClass, fields: Columns) -> str:
        return f"{self._into(model, fields)} VALUES ({', '.join(['%s'] * len(fields))})"

    def _changes_keys(self, model: ModelClass) -> bool:
        # No trigger of SQLite's can.
        return False


class SQLiteChanger(SQLChanger):
    """Updates rows by their keys; UPDATE ... FROM is newer than SQLite 3.31."""

    def _update(self, model: ModelClass, fields: Any, rows: Rows) -> int | None:
        terms = ", ".join(f"{self.database.q(field.column)} = %s" for field in fields)
        name, pk = self.database.table(model), self.database.q(model._meta.pk.column)
        sql = f"UPDATE {name} SET {terms} WHERE {pk} = %s"
        return _run_for_each(self.catalogue, model, sql, [(*row[1:], row[0]) for row in rows])

    def _delete(self, model: ModelClass, keys: Sequence[Any]) -> int | None:
        name, pk = self.database.table(model), self.database.q(model._meta.pk.column)
        sql = f"DELETE FROM {name} WHERE {pk} IN (SELECT value FROM json_each(%s))"
        return _run_for_each(self.catalogue, model, sql, [[json.dumps(list(keys), default=str)]])


def _run_for_each(catalogue: SQLCatalogue, model: ModelClass, sql: str, rows: Rows) -> int | None:
    """Run a statement for each row; return how many rows it wrote, of a view None."""
    with catalogue.database.connection.cursor() as cursor:
        cursor.executemany(sql, rows)
        return None if catalogue.known(model).kind == "view" else cursor.rowcount
