"""The catalogues of MariaDB and MySQL, by SHOW, which takes names as statements do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import ProgrammingError
from django.db.backends.base.base import BaseDatabaseWrapper

from .base import CaselessTable, Column, Index, names_in, shown_name

__all__ = ("MySQLTable", "has_insert_triggers", "read_engine", "read_table")

NO_SUCH_TABLE = 1146


@dataclass(frozen=True)
class MySQLTable(CaselessTable):
    """A table or view of MariaDB's or MySQL's."""

    indexes: tuple[Index, ...] = ()


def read_table(connection: BaseDatabaseWrapper, quoted: str) -> MySQLTable:
    """Read what a table is, but its triggers and its engine, which few ask for."""
    name = shown_name(quoted)
    try:
        columns = _shown(connection, f"SHOW FULL COLUMNS FROM {quoted}")
    except ProgrammingError as error:
        if error.args[0] != NO_SUCH_TABLE:
            raise
        return MySQLTable(name)
    indexes = _indexes(_shown(connection, f"SHOW INDEX FROM {quoted}"))
    found = {row["Field"].lower(): _column(row) for row in columns}
    return MySQLTable(name, "table", found, indexes=indexes)


def has_insert_triggers(connection: BaseDatabaseWrapper, quoted: str) -> bool:
    """Return whether there are triggers before INSERT, as far as this user may see them."""
    schema, name = names_in(quoted)
    place = f" FROM {connection.ops.quote_name(schema)}" if schema else ""
    # It shows also those of a table of which the name differs in case.
    rows = _shown(connection, f"SHOW TRIGGERS{place} WHERE `Table` = %s", name)
    return any(row["Event"] == "INSERT" and row["Timing"] == "BEFORE" for row in rows)


def read_engine(connection: BaseDatabaseWrapper, quoted: str) -> tuple[str, bool]:
    """Return the engine of a table, and whether it can roll back; a view has none, and can."""
    schema, name = names_in(quoted)
    rows = _shown(
        connection,
        "SELECT t.engine AS engine, e.transactions AS transactions "
        "FROM information_schema.tables AS t "
        "JOIN information_schema.engines AS e ON e.engine = t.engine "
        "WHERE t.table_schema = coalesce(%s, DATABASE()) AND t.table_name = %s",
        schema or None,
        name,
    )
    return (rows[0]["engine"], rows[0]["transactions"] == "YES") if rows else ("", True)


def _shown(connection: BaseDatabaseWrapper, sql: str, *params: Any) -> list[dict[str, Any]]:
    # Versions differ in the number of columns.
    with connection.cursor() as cursor:
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
