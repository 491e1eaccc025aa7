"""MariaDB 10.5 and newer, MySQL 8.0.19 and newer: keys travel as a table of values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from django.db import InterfaceError, OperationalError, models

from ...fields import AnyField
from . import base
from .base import LOCK, Found, Row
from .folds import Fold, as_it_is, caseless

__all__ = ("Writer",)

LOCK_TIMEOUT_S = 600


class Writer(base.SQLWriter):
    """MariaDB and MySQL through mysqlclient."""

    connection: Any
    """MySQL's own: the general one knows nothing of MariaDB."""
    waits = True
    for_update = " FOR UPDATE"
    # lock wait timeout, deadlock, record has changed since last read
    transient_codes = frozenset({1205, 1213, 1020})

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._collations: dict[str, dict[str | None, str | None]] = {}

    @staticmethod
    def _code(error: BaseException | None) -> Any:
        return error.args[0] if error is not None and error.args else None

    @contextmanager
    def session_lock(self) -> Iterator[None]:
        name = f"{LOCK}.{self.connection.settings_dict['NAME']}"[:64]
        [(got,)] = self.execute("SELECT GET_LOCK(%s, %s)", [name, LOCK_TIMEOUT_S])
        if got != 1:
            raise OperationalError(
                f"Another import has held the lock for {LOCK_TIMEOUT_S} seconds."
            )
        try:
            yield
        finally:
            # It ends with the connection; that this is lost now undoes nothing that is committed.
            with suppress(OperationalError, InterfaceError):
                self.execute("SELECT RELEASE_LOCK(%s)", [name])

    def lock(self, model: type[models.Model]) -> None:
        # Held by session_lock(): MariaDB has no lock that ends with the transaction.
        pass

    def _match(
        self, columns: Sequence[AnyField], keys: Sequence[Row], fetch: Any, end: str
    ) -> list[Found]:
        model = columns[0].model
        # A derived table compares by the connection's collation; the column's own shall decide.
        terms = []
        for index, column in enumerate(columns):
            collation = self._collation(model, column)
            collate = f" COLLATE {collation}" if collation else ""
            terms.append(f"t.{self.q(column.column)} = k.c{index}{collate}")
        row = "ROW" if not self.connection.mysql_is_mariadb else ""
        places = f"{row}({', '.join(['%s'] * (len(columns) + 1))})"
        names = ", ".join(f"c{index}" for index in range(len(columns)))
        return self.execute(
            f"WITH k(n, {names}) AS (VALUES {', '.join([places] * len(keys))}) "
            f"SELECT k.n, {self.names(fetch, 't.')} "
            f"FROM k STRAIGHT_JOIN {self.table(model)} AS t ON {' AND '.join(terms)}{end}",
            [value for index, key in enumerate(keys) for value in (index, *key)],
        )

    def _insert(self, model: type[models.Model], fields: Any, rows: Sequence[Row]) -> None:
        self._insert_rows(model, fields, rows)

    def _insert_numbered(
        self, model: type[models.Model], fields: Any, rows: Sequence[Row]
    ) -> list[Any]:
        # One INSERT of a known number of rows takes consecutive numbers, in every lock mode.
        first = self._insert_rows(model, fields, rows)
        [(step,)] = self.execute("SELECT @@auto_increment_increment")
        return [first + index * step for index in range(len(rows))]

    def _insert_rows(self, model: type[models.Model], fields: Any, rows: Sequence[Row]) -> int:
        places = f"({', '.join(['%s'] * len(fields))})"
        with self.connection.cursor() as cursor:
            cursor.execute(
                self.insert_sql(model, fields) + ", ".join([places] * len(rows)),
                [value for row in rows for value in row],
            )
            first: int = cursor.lastrowid
            return first

    def _update(self, model: type[models.Model], fields: Any, rows: Sequence[Row]) -> None:
        names = ", ".join(f"%s AS c{index}" for index in range(len(fields) + 1))
        places = ", ".join(["%s"] * (len(fields) + 1))
        values = f"SELECT {names}" + f" UNION ALL SELECT {places}" * (len(rows) - 1)
        terms = ", ".join(
            f"t.{self.q(field.column)} = v.c{index}" for index, field in enumerate(fields, 1)
        )
        self.execute(
            f"UPDATE {self.table(model)} AS t JOIN ({values}) AS v "
            f"ON t.{self.q(model._meta.pk.column)} = v.c0 SET {terms}",
            [value for row in rows for value in row],
        )

    def _delete(self, model: type[models.Model], keys: Sequence[Any]) -> None:
        places = ", ".join(["%s"] * len(keys))
        self.execute(
            f"DELETE FROM {self.table(model)} WHERE {self.q(model._meta.pk.column)} IN ({places})",
            keys,
        )

    def fold(self, field: AnyField) -> Fold | None:
        collation = self._collation(field.model, field) or "_bin"
        if collation.endswith(("_bin", "_cs", "binary")):
            return None
        return as_it_is if "turkish" in collation else caseless

    def _collation(self, model: type[models.Model], column: AnyField) -> str | None:
        table = model._meta.db_table
        if table not in self._collations:
            self._collations[table] = dict(
                self.execute(
                    "SELECT column_name, collation_name FROM information_schema.columns "
                    "WHERE table_schema = DATABASE() AND table_name = %s",
                    [table],
                )
            )
        return self._collations[table].get(column.column)
