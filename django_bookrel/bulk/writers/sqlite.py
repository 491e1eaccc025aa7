"""SQLite 3.31 and newer: keys travel as one JSON parameter, so no variable limit is near."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import OperationalError, models

from ...fields import AnyField
from ..errors import Blame, TableError
from .base import SQLWriter
from .folds import Fold, as_it_is, caseless_ascii
from .interface import Found, Row
from .tables import best_indexes, names_in
from .tables.sqlite import SQLiteTable, read_table

__all__ = ("Writer",)

LARGEST_KEY = 2**63 - 1
FOLDS: dict[str, Fold | None] = {"": None, "BINARY": None, "NOCASE": caseless_ascii}


class Writer(SQLWriter):
    """SQLite through the standard library's driver."""

    locks_rows = False
    numberless = "is no INTEGER PRIMARY KEY"

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._locked: dict[str, str] = {}
        """View -> the table that is locked in its place."""
        self._hints: dict[tuple[str, ...], str] = {}

    def lock(self, model: type[models.Model]) -> None:
        # A transaction that reads first cannot wait for another writer; so this one writes first.
        name = self.table(model)
        try:
            self._lock_table(self._locked.get(name, name))
        except OperationalError as error:
            if self.blame(error) is not Blame.TABLE or self.known(model).kind != "view":
                raise
            self._locked[name] = self._any_table(model)
            self._lock_table(self._locked[name])

    def _lock_table(self, name: str) -> None:
        self.execute(f"DELETE FROM {name} WHERE 0")

    def _any_table(self, model: type[models.Model]) -> str:
        # The lock is the file's, whichever of its tables it is taken for.
        schema = self.known(model).schema
        [(name,)] = self.execute(
            f"SELECT name FROM {schema}.sqlite_master WHERE type = 'table' AND rootpage > 0 "
            "AND name NOT LIKE 'sqlite~_%%' ESCAPE '~' LIMIT 1"
        )
        return f"{schema}.{self.q(name)}"

    def _read_table(self, model: type[models.Model]) -> SQLiteTable:
        return read_table(self.connection, self.table(model))

    def fold(self, field: AnyField) -> Fold | None:
        column = self.column(field)
        collation = getattr(field, "db_collation", None) or (column.collation if column else "")
        return FOLDS.get(collation.upper(), as_it_is)

    def _match(
        self, columns: Sequence[AnyField], keys: Sequence[Row], fetch: Any, *, lock: bool
    ) -> list[Found]:
        # Rows need no lock: the whole file has one.
        values: list[Any]
        if len(columns) == 1:
            values = [value for (value,) in keys]
            terms = [f"t.{self.q(columns[0].column)} = k.value"]
        else:
            values = [list(key) for key in keys]
            terms = [
                f"t.{self.q(column.column)} = json_extract(k.value, '$[{index}]')"
                for index, column in enumerate(columns)
            ]
        # CROSS JOIN keeps SQLite from scanning the table in place of the keys.
        hint = self._hint(columns, terms) if len(columns) > 1 else ""
        return self.execute(
            f"SELECT k.key, {self.names(fetch, 't.')} {self._joined(columns, hint, terms)}",
            [json.dumps(values, default=str)],
        )

    def _joined(self, columns: Sequence[AnyField], hint: str, terms: Sequence[str]) -> str:
        return (
            f"FROM json_each(%s) AS k CROSS JOIN {self.table(columns[0].model)} AS t {hint}"
            f"ON {' AND '.join(terms)}"
        )

    def _hint(self, columns: Sequence[AnyField], terms: Sequence[str]) -> str:
        """
        Return ``INDEXED BY`` the best index for a match.

        Without the figures of ANALYZE one index is as good to SQLite as another. SQLite is asked,
        for one of another collation than the column's would be read from end to end.
        """
        table: SQLiteTable = self.known(columns[0].model)
        names = [name.lower() for name in self.columns(columns)]
        key = (self.table(columns[0].model), *names)
        if key not in self._hints:
            self._hints[key] = ""
            hints = [f"INDEXED BY {self.q(i.name)} " for i in best_indexes(table.indexes, names)]
            for hint in hints:
                joined = self._joined(columns, hint, terms)
                plan = self.execute(f"EXPLAIN QUERY PLAN SELECT 1 {joined}", ["[]"])
                if any(row[-1].startswith("SEARCH ") for row in plan):
                    self._hints[key] = hint
                    break
        return self._hints[key]

    def _insert(self, model: type[models.Model], fields: Any, rows: Sequence[Row]) -> None:
        taken = self._run_for_each(model, self._insert_one(model, fields), rows)
        self._check_taken(model, taken, len(rows), "inserted")

    def _insert_numbered(
        self, model: type[models.Model], fields: Any, rows: Sequence[Row]
    ) -> list[Any]:
        table: SQLiteTable = self.known(model)
        pk = model._meta.pk
        if table.kind == "table" and not table.has_triggers:
            first = self._next_number(model)
            if first + len(rows) <= LARGEST_KEY:
                # Inside a writing transaction nobody else can take a number.
                keys = list(range(first, first + len(rows)))
                numbered = [(key, *row) for key, row in zip(keys, rows, strict=True)]
                self._insert(model, (pk, *fields), numbered)
                return keys
        why = "it has triggers" if table.kind == "table" else f"it is a {table.kind}"
        self.note(f"Rows go into {table.name} one by one, to learn their keys: {why}.")
        return self._insert_one_by_one(model, fields, rows)

    def _next_number(self, model: type[models.Model]) -> int:
        table: SQLiteTable = self.known(model)
        used, params = "NULL", []
        if table.has_sequences:
            used = (
                f"(SELECT seq FROM {table.schema}.sqlite_sequence WHERE name = %s COLLATE NOCASE)"
            )
            params = [names_in(self.table(model))[1]]
        [(last, count)] = self.execute(
            f"SELECT max({self.q(model._meta.pk.column)}), {used} FROM {self.table(model)}", params
        )
        # Of a table that was empty or has negative keys alone it is 1.
        return max(last or 0, count or 0, 0) + 1

    def _insert_one_by_one(
        self, model: type[models.Model], fields: Any, rows: Sequence[Row]
    ) -> list[Any]:
        sql = self._insert_one(model, fields)
        keys: list[Any] = []
        is_view = self.known(model).kind == "view"
        top = f"SELECT max({self.q(model._meta.pk.column)}) FROM {self.table(model)}"
        [(before,)] = self.execute(top) if is_view else [(None,)]
        with self.connection.cursor() as cursor:
            for row in rows:
                cursor.execute(sql, row)
                key = cursor.lastrowid
                if not is_view:
                    self._check_taken(model, cursor.rowcount, 1, "inserted")
                else:
                    # What the trigger of a view inserts leaves no trace in lastrowid.
                    [(key,)] = self.execute(top)
                    if key is None or (before is not None and key <= before):
                        raise TableError(f"{self.shown(model)} does not say the keys of new rows.")
                    before = key
                keys.append(key)
        return keys

    def _insert_one(self, model: type[models.Model], fields: Sequence[AnyField]) -> str:
        places = ", ".join(["%s"] * len(fields))
        return f"{self.insert_sql(model, fields)} VALUES ({places})"

    def _update(self, model: type[models.Model], fields: Any, rows: Sequence[Row]) -> int | None:
        # UPDATE ... FROM is newer than SQLite 3.31.
        terms = ", ".join(f"{self.q(field.column)} = %s" for field in fields)
        pk = self.q(model._meta.pk.column)
        sql = f"UPDATE {self.table(model)} SET {terms} WHERE {pk} = %s"
        return self._run_for_each(model, sql, [(*row[1:], row[0]) for row in rows])

    def _delete(self, model: type[models.Model], keys: Sequence[Any]) -> int | None:
        pk = self.q(model._meta.pk.column)
        sql = f"DELETE FROM {self.table(model)} WHERE {pk} IN (SELECT value FROM json_each(%s))"
        return self._run_for_each(model, sql, [[json.dumps(list(keys), default=str)]])

    def _run_for_each(self, model: type[models.Model], sql: str, rows: Sequence[Row]) -> int | None:
        """Run a statement for each row; return how many rows it wrote, of a view None."""
        with self.connection.cursor() as cursor:
            cursor.executemany(sql, rows)
            return None if self.known(model).kind == "view" else cursor.rowcount

    def _changes_keys(self, model: type[models.Model]) -> bool:
        # No trigger of SQLite's can.
        return False

    def _is_keyless(self, model: type[models.Model]) -> bool:
        column = self.column(model._meta.pk)
        return self.known(model).kind == "table" and not (column and column.is_numbered)
