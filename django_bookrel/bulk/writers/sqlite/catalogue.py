"""SQLite's catalogue, by its pragmas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ....fields import AnyField
from ..database import ModelClass
from ..folds import Fold, as_it_is, caseless_ascii
from ..sql import SQLCatalogue
from ..tables import CaselessTable, Column, Index, names_in

__all__ = ("SQLiteCatalogue", "SQLiteTable")

FOLDS: dict[str, Fold | None] = {"": None, "BINARY": None, "NOCASE": caseless_ascii}
ROWID = ("rowid", "oid", "_rowid_")
GENERATED = (2, 3)
"""What ``table_xinfo`` says in ``hidden``: virtual, stored."""


@dataclass(frozen=True)
class SQLiteTable(CaselessTable):
    """A table or view of SQLite's."""

    indexes: tuple[Index, ...] = ()
    schema: str = ""
    """The quoted name of the file that it is in."""
    has_sequences: bool = False
    """Whether the file keeps the last keys of its AUTOINCREMENT tables."""


class SQLiteCatalogue(SQLCatalogue):
    """SQLite's own."""

    numberless = "is no INTEGER PRIMARY KEY"

    def fold(self, field: AnyField) -> Fold | None:
        column = self.column(field)
        collation = getattr(field, "db_collation", None) or (column.collation if column else "")
        return FOLDS.get(collation.upper(), as_it_is)

    def is_keyless(self, model: ModelClass) -> bool:
        column = self.column(model._meta.pk)
        return self.known(model).kind == "table" and not (column and column.is_numbered)

    def _read(self, model: ModelClass) -> SQLiteTable:
        schema, name = names_in(self.database.table(model))
        file = schema or "main"
        place = self.database.q(file)
        # Where a trigger that is not on INSERT inserts somewhere, it does no harm to be careful.
        kinds = self.database.execute(
            "SELECT type, rootpage, name = 'sqlite_sequence', sql LIKE '%%insert%%' "
            f"FROM {place}.sqlite_master WHERE name = 'sqlite_sequence' "
            "OR (tbl_name = %s COLLATE NOCASE AND type IN ('table', 'view', 'trigger')) "
            "UNION ALL SELECT type, 0, 0, sql LIKE '%%insert%%' "
            "FROM sqlite_temp_master WHERE tbl_name = %s COLLATE NOCASE AND type = 'trigger'",
            [name, name],
        )
        found = [(kind, page) for kind, page, is_sequence, _inserts in kinds if not is_sequence]
        kind = next((kind for kind, _page in found if kind != "trigger"), "")
        if ("table", 0) in found:
            kind = "virtual table"
        indexes = self.database.execute(
            'SELECT i.name, i."unique", i.origin, i.partial, x.name, x.coll '
            "FROM pragma_index_list(%s, %s) AS i, pragma_index_xinfo(i.name, %s) AS x "
            'WHERE x."key" ORDER BY i.seq, x.seqno',
            [name, file, file],
        )
        columns = self.database.execute(
            'SELECT lower(name), type, "notnull", dflt_value, pk, hidden '
            "FROM pragma_table_xinfo(%s, %s)",
            [name, file],
        )
        has_key_index = any(origin == "pk" for _name, _unique, origin, *_rest in indexes)
        return SQLiteTable(
            self.database.shown(model),
            kind,
            _columns(columns, _collations(indexes), is_rowid=kind == "table" and not has_key_index),
            any(kind == "trigger" and inserts for kind, _page, _is_sequence, inserts in kinds),
            _indexes(indexes),
            place,
            any(row[2] for row in kinds),
        )


def _collations(indexes: list[Any]) -> dict[str, str]:
    """Return the collations of columns, as far as indexes of constraints have inherited them."""
    return {
        column.lower(): collation
        for _name, _unique, origin, _partial, column, collation in indexes
        if column and origin != "c"
    }


def _columns(rows: list[Any], collations: dict[str, str], *, is_rowid: bool) -> dict[str, Column]:
    """Return the columns; a primary key without an index of its own is the rowid."""
    columns = {
        name: Column(
            kind,
            collations.get(name, ""),
            is_generated=hidden in GENERATED,
            is_needed=bool(not_null) and default is None and hidden not in GENERATED,
            is_numbered=bool(is_rowid and key),
        )
        for name, kind, not_null, default, key, hidden in rows
    }
    if is_rowid and not any(column.is_numbered for column in columns.values()):
        columns = dict.fromkeys(ROWID, Column("INTEGER", is_numbered=True)) | columns
    return columns


def _indexes(rows: list[Any]) -> tuple[Index, ...]:
    found: dict[str, tuple[bool, list[str]]] = {}
    for name, is_unique, _origin, is_partial, column, _collation in rows:
        if not is_partial:
            found.setdefault(name, (bool(is_unique), []))[1].append((column or "").lower())
    return tuple(Index(name, tuple(names), unique) for name, (unique, names) in found.items())
