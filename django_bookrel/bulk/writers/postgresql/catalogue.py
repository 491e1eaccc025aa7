"""PostgreSQL's catalogue."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ....fields import AnyField
from ..database import Columns, Database, ModelClass, columns_of
from ..folds import SAMPLES, Fold, as_it_is
from ..sql import SQLCatalogue
from ..tables import Column, Index, Table, TableWarning, best_indexes

__all__ = ("PostgreSQLCatalogue", "PostgreSQLTable")

# Types are named without their length, for a cast to varchar(9) cuts values off, and a domain by
# what it is based on, for its checks are asked by writing alone. format_type(..., NULL) would say
# "character", which is character(1), where -1 says bpchar.
TABLE = """
WITH found AS MATERIALIZED (
    SELECT c.oid, c.relkind, row_security_active(c.oid) AS is_secured,
        EXISTS (
            SELECT FROM pg_rewrite
            WHERE ev_class = c.oid AND ev_type = '3' AND rulename <> '_RETURN'
        ) AS has_rules,
        -- 7: for each row, before, INSERT
        EXISTS (
            SELECT FROM pg_trigger
            WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgtype::int & 7 = 7
            AND (tgrelid = c.oid OR c.relkind = 'p'
                AND tgrelid IN (SELECT relid FROM pg_partition_tree(c.oid)))
        ) AS has_triggers
    FROM pg_class AS c WHERE c.oid = to_regclass(%s)
)
SELECT f.relkind::text, f.has_triggers, f.is_secured, f.has_rules,
    a.attname, format_type(t.oid, -1), t.typcategory = 'A', a.attgenerated <> '',
    a.attnotnull AND NOT a.atthasdef AND a.attidentity = '',
    a.attname = %s, a.attidentity <> '', coalesce(pg_get_expr(d.adbin, d.adrelid), ''),
    coalesce(s.oid::regclass::text, ''),
    coalesce(has_sequence_privilege(s.oid, 'USAGE'), FALSE),
    coalesce(has_sequence_privilege(s.oid, 'UPDATE'), FALSE),
    coalesce(o.oid::regcollation::text, '')
FROM found AS f
JOIN pg_attribute AS a ON a.attrelid = f.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type AS y ON y.oid = a.atttypid
JOIN pg_type AS t ON t.oid = CASE y.typtype WHEN 'd' THEN (
    WITH RECURSIVE base(oid) AS (
        SELECT y.typbasetype
        UNION SELECT n.typbasetype FROM base JOIN pg_type AS n USING (oid) WHERE n.typtype = 'd'
    ) SELECT oid FROM base JOIN pg_type AS n USING (oid) WHERE n.typtype <> 'd'
) ELSE y.oid END
LEFT JOIN pg_attrdef AS d ON d.adrelid = f.oid AND d.adnum = a.attnum AND a.attname = %s
LEFT JOIN pg_collation AS o ON o.oid = a.attcollation AND NOT o.collisdeterministic
LEFT JOIN LATERAL (
    SELECT q.oid FROM pg_depend AS p JOIN pg_class AS q ON q.oid = p.refobjid
    WHERE p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
    AND p.refclassid = 'pg_class'::regclass AND q.relkind = 'S'
    UNION ALL
    SELECT p.objid FROM pg_depend AS p
    WHERE a.attidentity <> '' AND p.deptype = 'i' AND p.classid = 'pg_class'::regclass
    AND p.refclassid = 'pg_class'::regclass AND p.refobjid = f.oid AND p.refobjsubid = a.attnum
    LIMIT 1
) AS s ON a.attname = %s
ORDER BY a.attnum
"""
# An expression, and a column in another collation than its own, is no column that finds rows.
INDEXES = """
SELECT c.relname, i.indisunique, (
    SELECT json_agg(CASE a.attcollation WHEN i.indcollation[n] THEN a.attname END ORDER BY n)::text
    FROM generate_series(0, i.indnkeyatts - 1) AS n
    LEFT JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[n]
)
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS m ON m.oid = c.relam
WHERE i.indrelid = to_regclass(%s) AND i.indisvalid AND i.indpred IS NULL
AND m.amname IN ('btree', 'hash')
"""
DENIED = """
SELECT string_agg(p, ', '), quote_ident(current_user) FROM unnest(%s::text[]) AS p
WHERE NOT CASE p
    WHEN 'DELETE' THEN has_table_privilege(%s::regclass, p)
    ELSE has_any_column_privilege(%s::regclass, p)
END
"""
TABLES = {"r": "table", "p": "partitioned table"}
OTHERS = {"v": "view", "m": "materialized view", "f": "foreign table"}
NEXT_NUMBER = re.compile(r"nextval\('(?:[^']|'')*'::regclass\)")


@dataclass(frozen=True)
class Key:
    """Where the primary keys of new rows come from."""

    is_identity: bool = False
    default: str = ""
    sequence: str = ""
    """The sequence whose next number each new row takes; empty where it is not so simple."""
    may_draw: bool = False
    """Whether this user may take numbers from it."""
    may_set: bool = False
    """Whether this user may set it."""


@dataclass(frozen=True)
class PostgreSQLTable(Table):
    """A relation of PostgreSQL's."""

    arrays: frozenset[str] = frozenset()
    """The columns that hold arrays."""
    is_secured: bool = False
    """Whether row-level security applies to this user."""
    has_rules: bool = False
    """Whether rules rewrite INSERT."""
    key: Key = Key()

    @property
    def against_copy(self) -> str:
        """Why rows cannot go in by COPY; empty where they can."""
        if self.kind not in TABLES.values():
            return f"it is a {self.kind}"
        if self.is_secured:
            return "row-level security applies to this user"
        return "rules rewrite INSERT" if self.has_rules else ""

    @property
    def against_numbers(self) -> str:
        """Why keys are not drawn from the sequence beforehand; empty where they can be."""
        if self.has_rules:
            return "rules rewrite INSERT"
        if self.has_triggers:
            return "a trigger runs before INSERT"
        if not self.key.sequence:
            default = self.key.default
            return f"they come from {default}" if default else f"it is a {self.kind}"
        may = f"this user may not draw from the sequence {self.key.sequence}"
        return "" if self.key.may_draw else may

    @property
    def is_keyless(self) -> bool:
        """Whether nothing gives a new row its key."""
        given = self.key.sequence or self.key.default or self.has_triggers or self.has_rules
        return self.kind in TABLES.values() and not given


class PostgreSQLCatalogue(SQLCatalogue):
    """PostgreSQL's own."""

    numberless = "has no default"

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._indexes: dict[str, list[Index]] = {}

    def type_of(self, field: AnyField) -> str:
        """Return the type of a column; where there is none the statement says so."""
        known = self.column(field)
        return known.type if known else "text"

    def best_indexes(self, columns: Columns) -> list[Index]:
        """Return the indexes that find rows by the values of columns, the best first."""
        name = self.database.table(columns[0].model)
        if name not in self._indexes:
            self._indexes[name] = [
                Index(name, tuple(c or "" for c in json.loads(cs)), unique)
                for name, unique, cs in self.database.execute(INDEXES, [name])
            ]
        return best_indexes(self._indexes[name], columns_of(columns))

    def fold(self, field: AnyField) -> Fold | None:
        column = self.column(field)
        if column is None or not (column.type.endswith("citext") or column.collation):
            return None
        side = f"%s::{column.type}" + (f" COLLATE {column.collation}" if column.collation else "")
        for fold, letters in SAMPLES.items():
            [(is_equal,)] = self.database.execute(
                f"SELECT {side} = {side}", [letters, fold(letters)]
            )
            if is_equal:
                return fold
        return as_it_is

    def is_keyless(self, model: ModelClass) -> bool:
        return bool(self.known(model).is_keyless)

    def behind(self, model: ModelClass) -> TableWarning | None:
        """Return what is wrong where a sequence is to give numbers that may be keys already."""
        sequence = self.known(model).key.sequence
        name, pk = self.database.table(model), self.database.q(model._meta.pk.column)
        found = self.database.execute(
            "SELECT coalesce(pg_sequence_last_value(seqrelid) + seqincrement, seqstart), "
            f"(SELECT max({pk}) FROM {name}) "
            "FROM pg_sequence WHERE seqrelid = %s::regclass AND seqincrement > 0",
            [sequence],
        )
        number, top = found[0] if found else (None, None)
        if number is None or top is None or top < number:
            return None
        literal = "'" + sequence.replace("'", "''") + "'"
        shown = self.database.shown(model)
        return TableWarning(
            f"The sequence {sequence} gives {number} next; {shown} has keys up to {top}.",
            f"SELECT setval({literal}, (SELECT max({pk}) FROM {name}));",
        )

    def _read(self, model: ModelClass) -> PostgreSQLTable:
        name, pk = self.database.table(model), model._meta.pk.column or ""
        return _table(self.database.shown(model), self.database.execute(TABLE, [name, pk, pk, pk]))

    def _table_warnings(self, model: ModelClass) -> Iterator[TableWarning]:
        table: PostgreSQLTable = self.known(model)
        name = self.database.table(model)
        # Rows of links are never changed, but deleted.
        wanted = ["SELECT", "INSERT", "DELETE" if model._meta.auto_created else "UPDATE"]
        [(denied, user)] = self.database.execute(DENIED, [wanted, name, name])
        if denied:
            reason = f"This user lacks privileges on the table {table.name}: {denied}."
            yield TableWarning(reason, f"GRANT {denied} ON {name} TO {user};")
        if table.key.sequence and table.key.may_draw and "SELECT" not in (denied or ""):
            behind = self.behind(model)
            yield from [behind] if behind else []


def _table(name: str, rows: Sequence[tuple[Any, ...]]) -> PostgreSQLTable:
    """Return what a table is by the rows of ``TABLE``."""
    if not rows:
        return PostgreSQLTable(name)
    kind, has_triggers, is_secured, has_rules = rows[0][:4]
    columns, arrays, key = {}, set(), Key()
    for column, type_, is_array, is_generated, is_needed, is_key, *of_key, collation in (
        row[4:] for row in rows
    ):
        columns[column] = Column(type_, collation, is_generated, is_needed)
        if is_array:
            arrays.add(column)
        if is_key:
            key = _key(*of_key)
    kind = {**TABLES, **OTHERS}.get(kind, "relation")
    return PostgreSQLTable(
        name, kind, columns, has_triggers, frozenset(arrays), is_secured, has_rules, key
    )


def _key(is_identity: bool, default: str, sequence: str, *may: bool) -> Key:  # noqa: FBT001
    # Of an expression like 2 * nextval(...) the number alone is no key.
    draws = is_identity or NEXT_NUMBER.fullmatch(default)
    return Key(is_identity, default, sequence if draws else "", *may)
