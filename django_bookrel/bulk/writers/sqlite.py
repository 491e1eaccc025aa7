"""SQLite 3.31 and newer: keys travel as one JSON parameter, so no variable limit is near."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import OperationalError, models

from ...fields import AnyField
from . import base
from .base import Found, Row
from .folds import Fold, caseless_ascii

__all__ = ("Writer",)


class Writer(base.SQLWriter):
    """SQLite through the standard library's driver."""

    locks_rows = False

    def lock(self, model: type[models.Model]) -> None:
        # A transaction that reads first cannot wait for another writer; so this one writes first.
        self.execute(f"DELETE FROM {self.table(model)} WHERE 0")

    def is_transient(self, error: BaseException) -> bool:
        return isinstance(error, OperationalError) and "locked" in str(error)

    def fold(self, field: AnyField) -> Fold | None:
        collation = (getattr(field, "db_collation", None) or "").upper()
        return caseless_ascii if collation == "NOCASE" else super().fold(field)

    def _match(
        self, columns: Sequence[AnyField], keys: Sequence[Row], fetch: Any, end: str
    ) -> list[Found]:
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
        return self.execute(
            f"SELECT k.key, {self.names(fetch, 't.')} FROM json_each(%s) AS k "
            f"CROSS JOIN {self.table(columns[0].model)} AS t ON {' AND '.join(terms)}{end}",
            [json.dumps(values, default=str)],
        )

    def _insert(self, model: type[models.Model], fields: Any, rows: Sequence[Row]) -> None:
        places = ", ".join(["%s"] * len(fields))
        with self.connection.cursor() as cursor:
            cursor.executemany(f"{self.insert_sql(model, fields)}({places})", rows)

    def _insert_numbered(
        self, model: type[models.Model], fields: Any, rows: Sequence[Row]
    ) -> list[Any]:
        # Inside a writing transaction nobody else can take a number, and each row takes the next.
        pk = self.q(model._meta.pk.column)
        [(last, used)] = self.execute(
            f"SELECT max({pk}), (SELECT seq FROM sqlite_sequence WHERE name = %s) "
            f"FROM {self.table(model)}",
            [model._meta.db_table],
        )
        first = max(last or 0, used or 0) + 1
        self._insert(model, fields, rows)
        return list(range(first, first + len(rows)))

    def _update(self, model: type[models.Model], fields: Any, rows: Sequence[Row]) -> None:
        # UPDATE ... FROM is newer than SQLite 3.31.
        terms = ", ".join(f"{self.q(field.column)} = %s" for field in fields)
        with self.connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {self.table(model)} SET {terms} "
                f"WHERE {self.q(model._meta.pk.column)} = %s",
                [(*row[1:], row[0]) for row in rows],
            )

    def _delete(self, model: type[models.Model], keys: Sequence[Any]) -> None:
        pk = self.q(model._meta.pk.column)
        self.execute(
            f"DELETE FROM {self.table(model)} WHERE {pk} IN (SELECT value FROM json_each(%s))",
            [json.dumps(list(keys), default=str)],
        )
