"""Inserting, updating and deleting on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import TableError
from ..database import ModelClass, Rows
from ..packets import portions
from ..sql import SQLChanger, SQLInserter
from .catalogue import PostgreSQLCatalogue, PostgreSQLTable
from .finding import BOUND_VALUES, PostgreSQLFinder, values_of

__all__ = ("PostgreSQLChanger", "PostgreSQLInserter")


class PostgreSQLInserter(SQLInserter):
    """Takes numbers from sequences, and sends rows by COPY or INSERT."""

    finder: PostgreSQLFinder
    catalogue: PostgreSQLCatalogue

    def __init__(self, finder: PostgreSQLFinder) -> None:
        super().__init__(finder)
        self._is_ahead: dict[str, bool] = {}
        """Whether the numbers of a table's sequence are above all keys of the table."""

    def pass_keys(self, model: ModelClass, keys: Sequence[Any]) -> None:
        key = self.catalogue.known(model).key
        if not keys or not key.sequence:
            return
        if not (key.may_draw and key.may_set):
            self.database.note(
                f"Keys of {self.database.shown(model)} are the file's, and this user may not set "
                f"{key.sequence}: it may give other rows the same."
            )
            return
        # Never back: others take numbers at the same time.
        self.database.execute(
            "SELECT CASE WHEN nextval(name) < top THEN setval(name, top) END "
            "FROM (SELECT %s::regclass AS name, %s AS top) AS sequence",
            [key.sequence, max(keys)],
        )

    def _insert(self, model: ModelClass, fields: Any, rows: Rows) -> None:
        database = self.database
        with database.connection.cursor() as cursor:
            against = self.catalogue.known(model).against_copy
            if not against and database.connection.execute_wrappers:
                against = "execute wrappers do not see COPY"
            if hasattr(cursor.cursor, "copy") and not against:
                self._copy(cursor, model, fields, rows)
                return
            if against:
                shown = database.shown(model)
                database.note(f"Rows go into {shown} by INSERT, not COPY: {against}.")
            for part in portions(rows, BOUND_VALUES):
                self._run(cursor, model, fields, part)
                database.check_taken(model, cursor.rowcount, len(part), "inserted")

    def _copy(self, cursor: Any, model: ModelClass, fields: Any, rows: Rows) -> None:
        database = self.database
        statement = f"COPY {database.table(model)} ({database.names(fields)}) FROM STDIN"
        with database.connection.wrap_database_errors, cursor.cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
        database.check_taken(model, cursor.rowcount, len(rows), "inserted")

    def _insert_numbered(self, model: ModelClass, fields: Any, rows: Rows) -> list[Any]:
        table: PostgreSQLTable = self.catalogue.known(model)
        if against := table.against_numbers:
            said = f"Keys of new rows of {table.name} are those that INSERT returns: {against}."
            self.database.note(said)
            return self._insert_returning(model, fields, rows)
        keys = self._draw(model, len(rows))
        numbered = [(key, *row) for key, row in zip(keys, rows, strict=True)]
        self._insert(model, (model._meta.pk, *fields), numbered)
        return keys

    def _insert_returning(self, model: ModelClass, fields: Any, rows: Rows) -> list[Any]:
        pk = self.database.q(model._meta.pk.column)
        keys: list[Any] = []
        with self.database.connection.cursor() as cursor:
            for part in portions(rows, BOUND_VALUES):
                # They are returned as they are inserted, and that is in the order of VALUES.
                self._run(cursor, model, fields, part, f" RETURNING {pk}")
                keys += [key for (key,) in cursor.fetchall()]
        self.database.check_taken(model, len(keys), len(rows), "inserted")
        if None in keys or len(keys) > len(rows):
            raise self._unsaid_keys(model)
        return keys

    def _draw(self, model: ModelClass, count: int) -> list[int]:
        """
        Take the next numbers of a table's sequence.

        :raises TableError: some of them are keys of the table.
        """
        name, pk = self.database.table(model), self.database.q(model._meta.pk.column)
        sequence = self.catalogue.known(model).key.sequence
        top = "NULL::bigint" if name in self._is_ahead else f"(SELECT max({pk}) FROM {name})"
        drawn = self.database.execute(
            f"SELECT nextval(%s::regclass), {top} FROM generate_series(1, %s)", [sequence, count]
        )
        keys, highest = [number for number, _top in drawn], drawn[0][1]
        is_ahead = self._is_ahead.setdefault(name, highest is None or min(keys) > highest)
        found = [model._meta.pk]
        if is_ahead or not self.finder.find(found, [(key,) for key in keys], found, lock=False):
            return keys
        gives = f"The sequence {sequence} gives keys that {self.database.shown(model)} has."
        # It is not behind any more where the numbers that were drawn have passed all keys.
        raise TableError(str(self.catalogue.behind(model) or gives))

    def _changes_keys(self, model: ModelClass) -> bool:
        return super()._changes_keys(model) or bool(self.catalogue.known(model).has_rules)

    def _run(self, cursor: Any, model: ModelClass, fields: Any, rows: Rows, end: str = "") -> None:
        brings = self.catalogue.known(model).key.is_identity and model._meta.pk in fields
        # COPY takes a key GENERATED ALWAYS AS IDENTITY as it is.
        overriding = " OVERRIDING SYSTEM VALUE" if brings else ""
        places = f"({', '.join(['%s'] * len(fields))})"
        values = f"VALUES {', '.join([places] * len(rows))}"
        params = [value for row in rows for value in row]
        cursor.execute(f"{self._into(model, fields)}{overriding} {values}{end}", params)


class PostgreSQLChanger(SQLChanger):
    """Updates rows from a table of values, and deletes those of an array of keys."""

    catalogue: PostgreSQLCatalogue

    def _update(self, model: ModelClass, fields: Any, rows: Rows) -> int:
        columns = (model._meta.pk, *fields)
        types = [self.catalogue.type_of(column) for column in columns]
        names = ", ".join(f"c{index}" for index in range(len(columns)))
        name, (pk, *others) = (
            self.database.table(model),
            [self.database.q(c.column) for c in columns],
        )
        terms = ", ".join(f"{column} = v.c{index}" for index, column in enumerate(others, 1))
        taken = 0
        with self.database.connection.cursor() as cursor:
            for part in portions(rows, BOUND_VALUES):
                cursor.execute(
                    f"UPDATE {name} AS t SET {terms} "
                    f"FROM {values_of(types, len(part))} AS v({names}) WHERE t.{pk} = v.c0",
                    [value for row in part for value in row],
                )
                taken += cursor.rowcount
        return taken

    def _delete(self, model: ModelClass, keys: Sequence[Any]) -> int:
        pk = model._meta.pk
        column, type_ = self.database.q(pk.column), self.catalogue.type_of(pk)
        with self.database.connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {self.database.table(model)} WHERE {column} = ANY(%s::{type_}[])",
                [list(keys)],
            )
            return int(cursor.rowcount)
