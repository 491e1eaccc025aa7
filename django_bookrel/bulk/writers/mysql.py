"""MariaDB 10.5 and newer, MySQL 8.0.19 and newer: keys travel as a table of values."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from typing import Any, NamedTuple

from django.db import DataError, IntegrityError, InterfaceError, OperationalError, models
from django.utils.functional import cached_property

from ...fields import AnyField
from ..errors import TableError
from .base import SQLWriter
from .folds import Fold, as_it_is, caseless
from .interface import LOCK, Found, Row
from .packets import packets
from .tables import TableWarning, best_indexes
from .tables.mysql import MySQLTable, has_insert_triggers, read_engine, read_table

__all__ = ("Writer",)

LOCK_TIMEOUT_S = 600
USUAL_STATEMENT = 2**24
"""Bytes; a larger one is no faster."""
ROOM = 2**12
"""Bytes for what a statement has beside its values."""

DOUBLED_KEY = re.compile(r"for key '(?:.*\.)?PRIMARY'$")


class Server(NamedTuple):
    """What a session has for settings."""

    max_allowed_packet: int
    charset: str
    step: int
    sql_mode: str


class Writer(SQLWriter):
    """MariaDB and MySQL through mysqlclient."""

    connection: Any
    """MySQL's own: the general one knows nothing of MariaDB."""
    waits = True
    numberless = "has no AUTO_INCREMENT"

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._triggers: dict[str, bool] = {}

    @contextmanager
    def session_lock(self) -> Iterator[None]:
        name = f"{LOCK}.{self.connection.settings_dict['NAME']}"[:64]
        begun = time.monotonic()
        [(got,)] = self.execute("SELECT GET_LOCK(%s, %s)", [name, LOCK_TIMEOUT_S])
        if got != 1:
            waited = time.monotonic() - begun
            raise OperationalError(f"Another import held the lock for all of {waited:.0f} seconds.")
        try:
            yield
        finally:
            # It ends with the connection; that this is lost now undoes nothing that is committed.
            with suppress(OperationalError, InterfaceError):
                self.execute("SELECT RELEASE_LOCK(%s)", [name])

    def lock(self, model: type[models.Model]) -> None:
        # Held by session_lock(): MariaDB has no lock that ends with the transaction.
        pass

    @cached_property
    def server(self) -> Server:
        """What the session has for settings; asked once."""
        names = "@@max_allowed_packet, @@character_set_connection, @@auto_increment_increment"
        return Server(*self.execute(f"SELECT {names}, @@sql_mode")[0])

    def _read_table(self, model: type[models.Model]) -> MySQLTable:
        return read_table(self.connection, self.table(model))

    # Finding

    def fold(self, field: AnyField) -> Fold | None:
        column = self.column(field)
        collation = column.collation if column is not None else ""
        if not collation or collation.endswith(("_bin", "_cs", "binary")):
            return None
        return as_it_is if "turkish" in collation else caseless

    def _match(
        self, columns: Sequence[AnyField], keys: Sequence[Row], fetch: Any, *, lock: bool
    ) -> list[Found]:
        numbered = list(enumerate(keys))
        if not lock:
            return self._joined(columns, numbered, fetch)
        pk = columns[0].model._meta.pk
        if list(columns) != [pk]:
            # Rows are locked as they are read.
            found = self._joined(columns, numbered, [pk])
            columns, numbered = [pk, *columns], [(n, (key, *keys[n])) for n, key in found]
        numbered.sort(key=lambda pair: pair[1][0])
        return self._joined(columns, numbered, fetch, " FOR UPDATE")

    def _joined(
        self,
        columns: Sequence[AnyField],
        keys: Sequence[tuple[int, Row]],
        fetch: Any,
        lock: str = "",
    ) -> list[Found]:
        """Return what is found by numbered keys, which are looked up in their order."""
        hint = self._hint(columns)
        # Without an index MariaDB compares each key with each row if it is not told to hash them.
        is_slow = not hint and self.connection.mysql_is_mariadb
        hashed = "SET STATEMENT join_cache_level = 4 FOR " if is_slow else ""
        terms = [self._equals(column, f"k.c{index}") for index, column in enumerate(columns, 1)]
        found: list[Found] = []
        for part in self._parts([(number, *key) for number, key in keys]):
            found += self.execute(
                f"{hashed}WITH {self._values(part)} SELECT k.c0, {self.names(fetch, 't.')} FROM k "
                f"STRAIGHT_JOIN {self.table(columns[0].model)} AS t {hint}"
                f"ON {' AND '.join(terms)}{lock}",
                list(chain.from_iterable(part)),
            )
        return found

    def _hint(self, columns: Sequence[AnyField]) -> str:
        # Else any index is good enough to the planner, also one of a column with one value.
        indexes = self.known(columns[0].model).indexes
        best = best_indexes(indexes, [name.lower() for name in self.columns(columns)])
        return f"FORCE INDEX ({self.q(best[0].name)}) " if best else ""

    def _equals(self, column: AnyField, value: str) -> str:
        """Return the condition that a column of ``t`` has a value, by the column's collation."""
        known = self.column(column)
        name = f"t.{self.q(column.column)}"
        if known is None or not known.collation:
            return f"{name} = {value}"
        if known.charset == self.server.charset:
            return f"{name} = {value} COLLATE {known.collation}"
        ours = f"CONVERT({value} USING {known.charset})"
        # A character that the column cannot have becomes a question mark, which others may have.
        back = f"CONVERT({ours} USING {self.server.charset}) COLLATE {self.server.charset}_bin"
        return f"{name} = {ours} COLLATE {known.collation} AND {back} = {value}"

    def _values(self, rows: Sequence[Row]) -> str:
        """Return the definition of ``k``, a table of the rows with columns c0, c1, ..."""
        row = "" if self.connection.mysql_is_mariadb else "ROW"
        names = ", ".join(f"c{index}" for index in range(len(rows[0])))
        usual = f"{row}({', '.join(['%s'] * len(rows[0]))})"
        places = [usual] * len(rows)
        if any(bytes in set(map(type, column)) for column in zip(*rows, strict=True)):
            # The columns of ``k`` have no character set that would say it.
            marked = (["_binary %s" if type(v) is bytes else "%s" for v in r] for r in rows)
            places = [f"{row}({', '.join(one)})" for one in marked]
        return f"k({names}) AS (VALUES {', '.join(places)})"

    # Writing

    def _insert(self, model: type[models.Model], fields: Any, rows: Sequence[Row]) -> None:
        for part in self._parts(rows):
            self._run(model, fields, part)

    def _insert_given(
        self, model: type[models.Model], fields: Any, rows: Sequence[Row], keys: Sequence[Any]
    ) -> None:
        column = self.column(model._meta.pk)
        is_numbered = column is not None and column.is_numbered
        if is_numbered and 0 in keys and "NO_AUTO_VALUE_ON_ZERO" not in self.server.sql_mode:
            raise DataError(f"0 is no key of {self.shown(model)}: AUTO_INCREMENT gives another one")
        super()._insert_given(model, fields, rows, keys)

    def _insert_numbered(
        self, model: type[models.Model], fields: Any, rows: Sequence[Row]
    ) -> list[Any]:
        try:
            return self._insert_for_keys(model, fields, rows)
        except IntegrityError as error:
            if not DOUBLED_KEY.search(str(error.args[-1])):
                raise
            # No row brings a key, so it is the table's doing.
            raise TableError(f"{self.shown(model)} gives new rows keys that it has.") from error

    def _insert_for_keys(
        self, model: type[models.Model], fields: Any, rows: Sequence[Row]
    ) -> list[Any]:
        column = self.column(model._meta.pk)
        if self.connection.mysql_is_mariadb:
            keys = self._insert_returning(model, fields, rows)
        elif column and column.is_numbered and not self._has_triggers(model):
            keys = self._insert_consecutive(model, fields, rows)
        else:
            why = "a trigger runs before INSERT" if self._has_triggers(model) else "it is a view"
            self.note(f"Rows go into {self.shown(model)} one by one, to learn their keys: {why}.")
            keys = [self._run(model, fields, [row])[0] for row in rows]
        if not all(keys):
            raise TableError(f"{self.shown(model)} does not say the keys of new rows.")
        return keys

    def _insert_returning(
        self, model: type[models.Model], fields: Any, rows: Sequence[Row]
    ) -> list[Any]:
        # They are returned as they are inserted, and that is in the order of VALUES.
        end = f" RETURNING {self.q(model._meta.pk.column)}"
        parts = [self._run(model, fields, part, end)[1] for part in self._parts(rows)]
        return [key for part in parts for (key,) in part]

    def _insert_consecutive(
        self, model: type[models.Model], fields: Any, rows: Sequence[Row]
    ) -> list[Any]:
        # One INSERT of a known number of rows takes consecutive numbers, in every lock mode.
        keys: list[Any] = []
        for part in self._parts(rows):
            first, _none = self._run(model, fields, part)
            [(numbered,)] = self.execute("SELECT LAST_INSERT_ID()")
            if first != numbered:
                raise TableError(
                    f"{self.shown(model)} does not say the keys of new rows: a trigger, which this "
                    "user needs the privilege TRIGGER to see, gives others than AUTO_INCREMENT."
                )
            keys += [first + index * self.server.step for index in range(len(part))]
        return keys

    def _run(
        self, model: type[models.Model], fields: Any, rows: Sequence[Row], end: str = ""
    ) -> tuple[int, list[Found]]:
        """Run one INSERT; return the first key that it made, and what it returns."""
        places = f"({', '.join(['%s'] * len(fields))})"
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"{self.insert_sql(model, fields)} VALUES {', '.join([places] * len(rows))}{end}",
                list(chain.from_iterable(rows)),
            )
            return cursor.lastrowid, cursor.fetchall() if end else []

    def _update(self, model: type[models.Model], fields: Any, rows: Sequence[Row]) -> int:
        pk = model._meta.pk
        terms = ", ".join(
            f"t.{self.q(field.column)} = k.c{index}" for index, field in enumerate(fields, 1)
        )
        taken = 0
        with self.connection.cursor() as cursor:
            for part in self._parts(rows):
                cursor.execute(
                    f"UPDATE (WITH {self._values(part)} SELECT * FROM k) AS k "
                    f"STRAIGHT_JOIN {self.table(model)} AS t {self._hint([pk])}"
                    f"ON {self._equals(pk, 'k.c0')} SET {terms}",
                    list(chain.from_iterable(part)),
                )
                taken += cursor.rowcount
        return taken

    def _delete(self, model: type[models.Model], keys: Sequence[Any]) -> int:
        name, pk = self.table(model), self.q(model._meta.pk.column)
        gone = 0
        with self.connection.cursor() as cursor:
            for part in self._parts([(key,) for key in keys]):
                places = ", ".join(["%s"] * len(part))
                values = list(chain.from_iterable(part))
                cursor.execute(f"DELETE FROM {name} WHERE {pk} IN ({places})", values)
                gone += cursor.rowcount
        return gone

    def _parts(self, rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
        most = self.server.max_allowed_packet - ROOM
        return packets(rows, min(most, USUAL_STATEMENT), most, self._bytes)

    def _bytes(self, row: Row) -> int:
        with self.connection.cursor() as cursor:
            return len(cursor.mogrify(", ".join(["%s"] * len(row)), row).encode())

    # Triggers and engines

    def _has_triggers(self, model: type[models.Model]) -> bool:
        name = self.table(model)
        if name not in self._triggers:
            self._triggers[name] = has_insert_triggers(self.connection, name)
        return self._triggers[name]

    def _is_keyless(self, model: type[models.Model]) -> bool:
        column = self.column(model._meta.pk)
        return bool(column and column.is_needed) and not self._has_triggers(model)

    def _server_warnings(self) -> Iterable[TableWarning]:
        if "STRICT_" not in self.server.sql_mode:
            reason = "The sql_mode is not strict: the database cuts values that do not fit."
            yield TableWarning(
                reason, "SET GLOBAL sql_mode = concat(@@sql_mode, ',STRICT_ALL_TABLES');"
            )

    def _table_warnings(self, model: type[models.Model]) -> Iterable[TableWarning]:
        name = self.table(model)
        engine, rolls_back = read_engine(self.connection, name)
        if not rolls_back:
            yield TableWarning(
                f"The engine {engine} of the table {self.shown(model)} cannot roll back: what a "
                "rejected row or a failed import has written would stay.",
                f"ALTER TABLE {name} ENGINE = InnoDB;",
            )
