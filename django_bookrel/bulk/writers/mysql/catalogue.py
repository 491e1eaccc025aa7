"""The catalogues of MariaDB and MySQL, by SHOW, which takes names as statements do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import ProgrammingError

from ....fields import AnyField
from ..database import ModelClass
from ..folds import Fold, as_it_is, caseless
from ..sql import SQLCatalogue
from ..tables import CaselessTable, Column, Index, TableWarning, names_in
from .server import MySQLDatabase

__all__ = ("MySQLCatalogue",)

NO_SUCH_TABLE = 1146


@dataclass(frozen=True)
class MySQLTable(CaselessTable):
    """A table or view of MariaDB's or MySQL's."""

    indexes: tuple[Index, ...] = ()


class MySQLCatalogue(SQLCatalogue):
    """MariaDB's or MySQL's own."""

    database: MySQLDatabase
    numberless = "has no AUTO_INCREMENT"

    def __init__(self, database: MySQLDatabase) -> None:
        super().__init__(database)
        self._triggers: dict[str, bool] = {}

    def fold(self, field: AnyField) -> Fold | None:
        column = self.column(field)
        collation = column.collation if column is not None else ""
        if not collation or collation.endswith(("_bin", "_cs", "binary")):
            return None
        return as_it_is if "turkish" in collation else caseless

    def has_triggers(self, model: ModelClass) -> bool:
        """Return whether there are triggers before INSERT, as far as this user may see them."""
        quoted = self.database.table(model)
        if quoted not in self._triggers:
            schema, name = names_in(quoted)
            place = f" FROM {self.database.q(schema)}" if schema else ""
            # It shows also those of a table of which the name differs in case.
            rows = self._shown(f"SHOW TRIGGERS{place} WHERE `Table` = %s", name)
            self._triggers[quoted] = any(
                row["Event"] == "INSERT" and row["Timing"] == "BEFORE" for row in rows
            )
        return self._triggers[quoted]

    def is_keyless(self, model: ModelClass) -> bool:
        column = self.column(model._meta.pk)
        return bool(column and column.is_needed) and not self.has_triggers(model)

    def _read(self, model: ModelClass) -> MySQLTable:
        # Its triggers and its engine few ask for.
        quoted, name = self.database.table(model), self.database.shown(model)
        try:
            columns = self._shown(f"SHOW FULL COLUMNS FROM {quoted}")
        except ProgrammingError as error:
            if error.args[0] != NO_SUCH_TABLE:
                raise
            return MySQLTable(name)
        indexes = _indexes(self._shown(f"SHOW INDEX FROM {quoted}"))
        found = {row["Field"].lower(): _column(row) for row in columns}
        return MySQLTable(name, "table", found, indexes=indexes)

    def _server_warnings(self) -> Iterable[TableWarning]:
        if "STRICT_" not in self.database.server.sql_mode:
            reason = "The sql_mode is not strict: the database cuts values that do not fit."
            yield TableWarning(
                reason, "SET GLOBAL sql_mode = concat(@@sql_mode, ',STRICT_ALL_TABLES');"
            )

    def _table_warnings(self, model: ModelClass) -> Iterable[TableWarning]:
        # A view has no engine, and can roll back.
        schema, name = names_in(self.database.table(model))
        engines = self._shown(
            "SELECT t.engine AS engine, e.transactions AS transactions "
            "FROM information_schema.tables AS t "
            "JOIN information_schema.engines AS e ON e.engine = t.engine "
            "WHERE t.table_schema = coalesce(%s, DATABASE()) AND t.table_name = %s",
            schema or None,
            name,
        )
        if engines and engines[0]["transactions"] != "YES":
            yield TableWarning(
                f"The engine {engines[0]['engine']} of the table {self.database.shown(model)} "
                "cannot roll back: what a rejected row or a failed import has written would stay.",
                f"ALTER TABLE {self.database.table(model)} ENGINE = InnoDB;",
            )

    def _shown(self, sql: str, *params: Any) -> list[dict[str, Any]]:
        # Versions differ in the number of columns.
        with self.database.connection.cursor() as cursor:
            cursor.execute(sql, params or None)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _column(row: dict[str, Any]) -> Column:
    extra = row["Extra"].upper().split()
    is_generated, is_numbered = "GENERATED" in extra, "AUTO_INCREMENT" in extra
    # An ENUM has a default: its first value.
    given = is_generated or is_numbered or row["Type"].startswith("enum")
    return Column(
        row["Type"],
        row["Collation"] or "",
        is_generated,
        is_needed=row["Null"] == "NO" and row["Default"] is None and not given,
        is_numbered=is_numbered,
    )


def _indexes(rows: list[dict[str, Any]]) -> tuple[Index, ...]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        # MySQL says whether it is visible, MariaDB whether it is ignored.
        is_used = row.get("Visible", "YES") == "YES" and row.get("Ignored", "NO") == "NO"
        if row["Index_type"] in ("BTREE", "HASH") and is_used:
            found.setdefault(row["Key_name"], []).append(row)
    return tuple(
        Index(
            name,
            tuple((row["Column_name"] or "").lower() for row in rows),
            # One of beginnings (Sub_part) says nothing of whole values.
            all(not row["Non_unique"] and row["Sub_part"] is None for row in rows),
        )
        for name, rows in found.items()
    )
