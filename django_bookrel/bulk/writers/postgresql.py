"""PostgreSQL 14 and newer: keys travel as arrays; with psycopg 3 new rows by COPY."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from zlib import crc32

from django.db import InterfaceError, OperationalError, models, transaction
from django.utils.functional import cached_property

from ...fields import AnyField
from . import base
from .base import LOCK, Found, Row
from .folds import SAMPLES, Fold, as_it_is

__all__ = ("Writer",)

LOCK_NUMBER = crc32(LOCK.encode())
BOUND_VALUES = 60_000
"""Values in one statement; the protocol counts them in 16 bits."""


class Writer(base.SQLWriter):
    """PostgreSQL through psycopg 3 or psycopg2."""

    waits = True
    for_update = " FOR UPDATE OF t"
    # serialization_failure, deadlock_detected, lock_not_available
    transient_codes = frozenset({"40001", "40P01", "55P03"})

    @staticmethod
    def _code(error: BaseException | None) -> Any:
        return getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)

    def fold(self, field: AnyField) -> Fold | None:
        kind, collation = field.db_type(self.connection), getattr(field, "db_collation", None)
        if collation is None and kind != "citext":
            return None
        side = f"%s::text COLLATE {self.q(collation)}" if collation else "%s::citext"
        for fold, letters in SAMPLES.items():
            [(is_right,)] = self.execute(f"SELECT {side} = {side}", [letters, fold(letters)])
            if is_right:
                return fold
        return as_it_is

    @contextmanager
    def session_lock(self) -> Iterator[None]:
        if not self._keeps_snapshot:
            yield
            return
        # A snapshot that is taken while waiting does not show what was waited for.
        self.execute("SELECT pg_advisory_lock(%s)", [LOCK_NUMBER])
        try:
            yield
        finally:
            # It ends with the connection; that this is lost now undoes nothing that is committed.
            with suppress(OperationalError, InterfaceError):
                self.execute("SELECT pg_advisory_unlock(%s)", [LOCK_NUMBER])

    @cached_property
    def _keeps_snapshot(self) -> bool:
        """Whether a transaction sees the database as it was at its first statement."""
        with transaction.atomic(self.connection.alias):
            [(level,)] = self.execute("SHOW transaction_isolation")
        return level in ("repeatable read", "serializable")

    def lock(self, model: type[models.Model]) -> None:
        self.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_NUMBER])

    def _match(
        self, columns: Sequence[AnyField], keys: Sequence[Row], fetch: Any, end: str
    ) -> list[Found]:
        arrays = ", ".join(f"%s::{self._type(column)}[]" for column in columns)
        names = [f"k{index}" for index in range(len(columns))]
        terms = " AND ".join(
            f"t.{self.q(column.column)} = k.{name}"
            for column, name in zip(columns, names, strict=True)
        )
        return self.execute(
            f"SELECT k.n - 1, {self.names(fetch, 't.')} "
            f"FROM unnest({arrays}) WITH ORDINALITY AS k({', '.join(names)}, n) "
            f"JOIN {self.table(columns[0].model)} AS t ON {terms}{end}",
            [_array(values) for values in zip(*keys, strict=True)],
        )

    def _insert(self, model: type[models.Model], fields: Any, rows: Sequence[Row]) -> None:
        with self.connection.cursor() as cursor:
            if not hasattr(cursor.cursor, "copy"):
                self._insert_values(cursor, model, fields, rows)
                return
            statement = f"COPY {self.table(model)} ({self.names(fields)}) FROM STDIN"
            with self.connection.wrap_database_errors, cursor.cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)

    def _insert_values(self, cursor: Any, model: Any, fields: Any, rows: Sequence[Row]) -> None:
        places = f"({', '.join(['%s'] * len(fields))})"
        size = max(1, BOUND_VALUES // len(fields))
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            cursor.execute(
                self.insert_sql(model, fields) + ", ".join([places] * len(part)),
                [value for row in part for value in row],
            )

    def _insert_numbered(
        self, model: type[models.Model], fields: Any, rows: Sequence[Row]
    ) -> list[Any]:
        pk = model._meta.pk
        numbers = self.execute(
            "SELECT nextval(name::regclass) FROM generate_series(1, %s), "
            "(SELECT pg_get_serial_sequence(%s, %s) AS name OFFSET 0) AS sequence",
            [len(rows), self.table(model), pk.column],
        )
        keys = [number for (number,) in numbers]
        numbered = [(key, *row) for key, row in zip(keys, rows, strict=True)]
        self._insert(model, (pk, *fields), numbered)
        return keys

    def pass_keys(self, model: type[models.Model], keys: Sequence[Any]) -> None:
        pk = model._meta.pk
        if keys and isinstance(pk, models.AutoField):
            # Never back: others take numbers at the same time.
            self.execute(
                "SELECT CASE WHEN nextval(name) < top THEN setval(name, top) END FROM "
                "(SELECT pg_get_serial_sequence(%s, %s)::regclass AS name, %s AS top) AS sequence",
                [self.table(model), pk.column, max(keys)],
            )

    def _update(self, model: type[models.Model], fields: Any, rows: Sequence[Row]) -> None:
        columns = (model._meta.pk, *fields)
        casts = ", ".join(f"%s::{self._type(column)}" for column in columns)
        places = ", ".join(["%s"] * len(columns))
        terms = ", ".join(
            f"{self.q(field.column)} = v.c{index}" for index, field in enumerate(fields, 1)
        )
        names = ", ".join(f"c{index}" for index in range(len(columns)))
        size = BOUND_VALUES // len(columns)
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            values = f"({casts})" + f", ({places})" * (len(part) - 1)
            self.execute(
                f"UPDATE {self.table(model)} AS t SET {terms} "
                f"FROM (VALUES {values}) AS v({names}) "
                f"WHERE t.{self.q(model._meta.pk.column)} = v.c0",
                [value for row in part for value in row],
            )

    def _delete(self, model: type[models.Model], keys: Sequence[Any]) -> None:
        pk = model._meta.pk
        self.execute(
            f"DELETE FROM {self.table(model)} "
            f"WHERE {self.q(pk.column)} = ANY(%s::{self._type(pk)}[])",
            [list(keys)],
        )

    def _type(self, field: AnyField) -> str:
        # Without the length: an explicit cast to varchar(255) would cut the value off.
        kind = (
            field.rel_db_type(self.connection)
            if field.primary_key
            else field.db_type(self.connection)
        )
        return re.sub(r"\(.*?\)", "", kind or "")


def _array(values: Sequence[Any]) -> Any:
    # The driver looks at every value; that numbers need no more than commas it does not know.
    if all(type(value) is int for value in values):
        return f"{{{','.join(map(str, values))}}}"
    return list(values)
