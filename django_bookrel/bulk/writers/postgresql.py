"""PostgreSQL 14 and newer: keys travel as arrays; with psycopg 3 new rows by COPY."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from zlib import crc32

from django.db import InterfaceError, OperationalError, models, transaction
from django.utils.functional import cached_property

from ...fields import AnyField
from ..errors import TableError
from .base import SQLWriter
from .folds import Fold
from .interface import LOCK, Found, Row
from .packets import portions
from .tables import Index, TableWarning, best_indexes
from .tables import postgresql as catalogue
from .tables.postgresql import PostgreSQLTable

__all__ = ("Writer",)

LOCK_NUMBER = crc32(LOCK.encode())
BOUND_VALUES = 60_000
"""Values in one statement; the protocol counts them in 16 bits."""


class Writer(SQLWriter):
    """PostgreSQL through psycopg 3 or psycopg2."""

    waits = True
    numberless = "has no default"

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._indexes: dict[str, list[Index]] = {}
        self._is_ahead: dict[str, bool] = {}
        """Whether the numbers of a table's sequence are above all keys of the table."""

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

    def _read_table(self, model: type[models.Model]) -> PostgreSQLTable:
        return catalogue.read_table(self.connection, self.table(model), model._meta.pk.column or "")

    # Finding

    def fold(self, field: AnyField) -> Fold | None:
        column = self.column(field)
        return None if column is None else catalogue.read_fold(self.connection, column)

    def _match(
        self, columns: Sequence[AnyField], keys: Sequence[Row], fetch: Any, *, lock: bool
    ) -> list[Found]:
        model = columns[0].model
        table: PostgreSQLTable = self.known(model)
        joined = f"JOIN {self.table(model)} AS t ON {self._terms(columns)}"
        locks = f" ORDER BY t.{self.q(model._meta.pk.column)} FOR UPDATE OF t" if lock else ""
        found: list[Found] = []
        for source, params in self._sources(columns, keys):
            selected = f"SELECT k.n - 1, {', '.join(map(self._read, fetch))} FROM {source} {joined}"
            rows = self.execute(selected + locks, params)
            if lock and table.is_secured:
                # Where a policy lets nobody change a row, FOR UPDATE does not show it.
                seen = self.execute(f"SELECT count(*) FROM {source} {joined}", params)[0][0]
                self._check_taken(model, len(rows), seen, "locked")
            found += rows
        return found

    def _sources(
        self, columns: Sequence[AnyField], keys: Sequence[Row]
    ) -> Iterator[tuple[str, list[Any]]]:
        """Yield tables ``k`` of keys, which ``n`` counts from 1, and their parameters."""
        types = [self._type(column) for column in columns]
        names = ", ".join([*(f"k{index}" for index in range(len(columns))), "n"])
        arrays = self.known(columns[0].model).arrays
        if arrays.isdisjoint(self.columns(columns)):
            values = ", ".join(f"%s::{type_}[]" for type_ in types)
            params = [_array(values) for values in zip(*keys, strict=True)]
            yield f"unnest({values}) WITH ORDINALITY AS k({names})", params
            return
        # unnest() would take an array of arrays apart to its last elements.
        for part in portions([(*key, n) for n, key in enumerate(keys, 1)], BOUND_VALUES):
            values = _values([*types, "integer"], len(part))
            yield f"{values} AS k({names})", [value for row in part for value in row]

    def _terms(self, columns: Sequence[AnyField]) -> str:
        """
        Return the conditions of a match, of which an index serves only those that it is to serve.

        Before ANALYZE, and where all rows have one value in a column, the planner takes an index
        of that column for as good as any; it takes none for IS NOT DISTINCT FROM.
        """
        names = self.columns(columns)
        best = self._best_indexes(columns)[:1] if len(columns) > 1 else []
        served = best[0].prefix(names) if best else names
        return " AND ".join(
            f"t.{self.q(name)} {'=' if name in served else 'IS NOT DISTINCT FROM'} k.k{index}"
            for index, name in enumerate(names)
        )

    def _best_indexes(self, columns: Sequence[AnyField]) -> list[Index]:
        name = self.table(columns[0].model)
        if name not in self._indexes:
            self._indexes[name] = catalogue.read_indexes(self.connection, name)
        return best_indexes(self._indexes[name], self.columns(columns))

    def _read(self, column: AnyField) -> str:
        # As text char(9) has no spaces that fill it up.
        kind = "::text" if self._type(column) == "bpchar" else ""
        return f"t.{self.q(column.column)}{kind}"

    def _type(self, column: AnyField) -> str:
        known = self.column(column)
        # Where there is no such column the statement says so.
        return known.type if known else "text"

    # Writing

    def _insert(self, model: type[models.Model], fields: Any, rows: Sequence[Row]) -> None:
        with self.connection.cursor() as cursor:
            against = self.known(model).against_copy
            if not against and self.connection.execute_wrappers:
                against = "execute wrappers do not see COPY"
            if hasattr(cursor.cursor, "copy") and not against:
                self._copy(cursor, model, fields, rows)
                return
            if against:
                self.note(f"Rows go into {self.shown(model)} by INSERT, not COPY: {against}.")
            for part in portions(rows, BOUND_VALUES):
                self._run(cursor, model, fields, part)
                self._check_taken(model, cursor.rowcount, len(part), "inserted")

    def _copy(
        self, cursor: Any, model: type[models.Model], fields: Any, rows: Sequence[Row]
    ) -> None:
        statement = f"COPY {self.table(model)} ({self.names(fields)}) FROM STDIN"
        with self.connection.wrap_database_errors, cursor.cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
        self._check_taken(model, cursor.rowcount, len(rows), "inserted")

    def _insert_numbered(
        self, model: type[models.Model], fields: Any, rows: Sequence[Row]
    ) -> list[Any]:
        table: PostgreSQLTable = self.known(model)
        if against := table.against_numbers:
            self.note(f"Keys of new rows of {table.name} are those that INSERT returns: {against}.")
            return self._insert_returning(model, fields, rows)
        keys = self._draw(model, len(rows))
        numbered = [(key, *row) for key, row in zip(keys, rows, strict=True)]
        self._insert(model, (model._meta.pk, *fields), numbered)
        return keys

    def _insert_returning(
        self, model: type[models.Model], fields: Any, rows: Sequence[Row]
    ) -> list[Any]:
        pk = model._meta.pk
        keys: list[Any] = []
        with self.connection.cursor() as cursor:
            for part in portions(rows, BOUND_VALUES):
                # They are returned as they are inserted, and that is in the order of VALUES.
                self._run(cursor, model, fields, part, f" RETURNING {self.q(pk.column)}")
                keys += [key for (key,) in cursor.fetchall()]
        self._check_taken(model, len(keys), len(rows), "inserted")
        if None in keys or len(keys) > len(rows):
            raise TableError(f"{self.shown(model)} does not say the keys of new rows.")
        return keys

    def _draw(self, model: type[models.Model], count: int) -> list[int]:
        """
        Take the next numbers of a table's sequence.

        :raises TableError: some of them are keys of the table.
        """
        name, pk = self.table(model), self.q(model._meta.pk.column)
        top = "NULL::bigint" if name in self._is_ahead else f"(SELECT max({pk}) FROM {name})"
        drawn = self.execute(
            f"SELECT nextval(%s::regclass), {top} FROM generate_series(1, %s)",
            [self.known(model).key.sequence, count],
        )
        keys, highest = [number for number, _top in drawn], drawn[0][1]
        is_ahead = self._is_ahead.setdefault(name, highest is None or min(keys) > highest)
        found = [model._meta.pk]
        if is_ahead or not self._match(found, [(key,) for key in keys], found, lock=False):
            return keys
        sequence = self.known(model).key.sequence
        gives = f"The sequence {sequence} gives keys that {self.shown(model)} has."
        # It is not behind any more where the numbers that were drawn have passed all keys.
        raise TableError(str(catalogue.read_behind(self.connection, name, pk, sequence) or gives))

    def pass_keys(self, model: type[models.Model], keys: Sequence[Any]) -> None:
        key = self.known(model).key
        if not keys or not key.sequence:
            return
        if not (key.may_draw and key.may_set):
            self.note(
                f"Keys of {self.shown(model)} are the file's, and this user may not set "
                f"{key.sequence}: it may give other rows the same."
            )
            return
        # Never back: others take numbers at the same time.
        self.execute(
            "SELECT CASE WHEN nextval(name) < top THEN setval(name, top) END "
            "FROM (SELECT %s::regclass AS name, %s AS top) AS sequence",
            [key.sequence, max(keys)],
        )

    def _update(self, model: type[models.Model], fields: Any, rows: Sequence[Row]) -> int:
        columns = (model._meta.pk, *fields)
        types = [self._type(column) for column in columns]
        names = ", ".join(f"c{index}" for index in range(len(columns)))
        terms = ", ".join(
            f"{self.q(field.column)} = v.c{index}" for index, field in enumerate(fields, 1)
        )
        taken = 0
        with self.connection.cursor() as cursor:
            for part in portions(rows, BOUND_VALUES):
                cursor.execute(
                    f"UPDATE {self.table(model)} AS t SET {terms} "
                    f"FROM {_values(types, len(part))} AS v({names}) "
                    f"WHERE t.{self.q(model._meta.pk.column)} = v.c0",
                    [value for row in part for value in row],
                )
                taken += cursor.rowcount
        return taken

    def _delete(self, model: type[models.Model], keys: Sequence[Any]) -> int:
        pk = model._meta.pk
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {self.table(model)} "
                f"WHERE {self.q(pk.column)} = ANY(%s::{self._type(pk)}[])",
                [list(keys)],
            )
            return int(cursor.rowcount)

    def _changes_keys(self, model: type[models.Model]) -> bool:
        return self._has_triggers(model) or bool(self.known(model).has_rules)

    def _is_keyless(self, model: type[models.Model]) -> bool:
        return bool(self.known(model).is_keyless)

    def _run(
        self,
        cursor: Any,
        model: type[models.Model],
        fields: Any,
        rows: Sequence[Row],
        end: str = "",
    ) -> None:
        brings = self.known(model).key.is_identity and model._meta.pk in fields
        # COPY takes a key GENERATED ALWAYS AS IDENTITY as it is.
        overriding = " OVERRIDING SYSTEM VALUE" if brings else ""
        places = f"({', '.join(['%s'] * len(fields))})"
        values = f"VALUES {', '.join([places] * len(rows))}"
        params = [value for row in rows for value in row]
        cursor.execute(f"{self.insert_sql(model, fields)}{overriding} {values}{end}", params)

    def _table_warnings(self, model: type[models.Model]) -> Iterable[TableWarning]:
        table, pk, is_link = self.known(model), model._meta.pk, bool(model._meta.auto_created)
        name, column = self.table(model), self.q(pk.column or "")
        return catalogue.read_warnings(self.connection, table, name, column, is_link=is_link)


def _array(values: Sequence[Any]) -> Any:
    # The driver looks at every value; that numbers need no more than commas it does not know.
    if all(type(value) is int for value in values):
        return f"{{{','.join(map(str, values))}}}"
    return list(values)


def _values(types: Sequence[str], count: int) -> str:
    """Return a table of as many rows, of which the first gives the columns their types."""
    # Of -32768::smallint the sign comes last, and 32768 is none.
    casts = ", ".join(f"(%s)::{type_}" for type_ in types)
    places = ", ".join(["%s"] * len(types))
    return f"(VALUES ({casts}){f', ({places})' * (count - 1)})"
