"""Matching on MariaDB and MySQL, where keys travel as a table of values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from ....fields import AnyField
from ..database import Columns, Found, Row, Rows, columns_of
from ..sql import SQLFinder
from ..tables import best_indexes
from .catalogue import MySQLCatalogue
from .server import MySQLDatabase

__all__ = ("MySQLFinder",)


class MySQLFinder(SQLFinder):
    """Finds rows by a join with ``VALUES``, as the changer does."""

    database: MySQLDatabase
    catalogue: MySQLCatalogue

    def find(self, columns: Columns, keys: Rows, fetch: Any, *, lock: bool) -> list[Found]:
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

    def join(self, columns: Columns, first: int) -> str:
        """Return the join with ``t``; its columns have the values of ``k`` from ``first`` on."""
        terms = [self._equals(column, f"k.c{n}") for n, column in enumerate(columns, first)]
        name, hint = self.database.table(columns[0].model), self._hint(columns)
        return f"STRAIGHT_JOIN {name} AS t {hint}ON {' AND '.join(terms)}"

    def values(self, rows: Rows) -> str:
        """Return the definition of ``k``, a table of the rows with columns c0, c1, ..."""
        row = "" if self.database.connection.mysql_is_mariadb else "ROW"
        names = ", ".join(f"c{index}" for index in range(len(rows[0])))
        usual = f"{row}({', '.join(['%s'] * len(rows[0]))})"
        places = [usual] * len(rows)
        if any(bytes in set(map(type, column)) for column in zip(*rows, strict=True)):
            # The columns of ``k`` have no character set that would say it.
            marked = (["_binary %s" if type(v) is bytes else "%s" for v in r] for r in rows)
            places = [f"{row}({', '.join(one)})" for one in marked]
        return f"k({names}) AS (VALUES {', '.join(places)})"

    def _joined(
        self, columns: Columns, keys: Sequence[tuple[int, Row]], fetch: Any, lock: str = ""
    ) -> list[Found]:
        """Return what is found by numbered keys, which are looked up in their order."""
        # Without an index MariaDB compares each key with each row if it is not told to hash them.
        is_slow = not self._hint(columns) and self.database.connection.mysql_is_mariadb
        hashed = "SET STATEMENT join_cache_level = 4 FOR " if is_slow else ""
        names, join = self.database.names(fetch, "t."), self.join(columns, 1)
        found: list[Found] = []
        for part in self.database.parts([(number, *key) for number, key in keys]):
            found += self.database.execute(
                f"{hashed}WITH {self.values(part)} SELECT k.c0, {names} FROM k {join}{lock}",
                list(chain.from_iterable(part)),
            )
        return found

    def _hint(self, columns: Columns) -> str:
        # Else any index is good enough to the planner, also one of a column with one value.
        indexes = self.catalogue.known(columns[0].model).indexes
        best = best_indexes(indexes, [name.lower() for name in columns_of(columns)])
        return f"FORCE INDEX ({self.database.q(best[0].name)}) " if best else ""

    def _equals(self, column: AnyField, value: str) -> str:
        """Return the condition that a column of ``t`` has a value, by the column's collation."""
        known, charset = self.catalogue.column(column), self.database.server.charset
        name = f"t.{self.database.q(column.column)}"
        if known is None or not known.collation:
            return f"{name} = {value}"
        if known.charset == charset:
            return f"{name} = {value} COLLATE {known.collation}"
        ours = f"CONVERT({value} USING {known.charset})"
        # A character that the column cannot have becomes a question mark, which others may have.
        back = f"CONVERT({ours} USING {charset}) COLLATE {charset}_bin"
        return f"{name} = {ours} COLLATE {known.collation} AND {back} = {value}"
