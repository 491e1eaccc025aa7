"""Matching on PostgreSQL, where keys travel as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ....fields import AnyField
from ..database import Columns, Found, Rows, columns_of
from ..packets import portions
from ..sql import SQLFinder
from .catalogue import PostgreSQLCatalogue, PostgreSQLTable

__all__ = ("BOUND_VALUES", "PostgreSQLFinder", "values_of")

BOUND_VALUES = 60_000
"""Values in one statement; the protocol counts them in 16 bits."""


class PostgreSQLFinder(SQLFinder):
    """Finds rows by a join with ``unnest()``."""

    catalogue: PostgreSQLCatalogue

    def find(self, columns: Columns, keys: Rows, fetch: Any, *, lock: bool) -> list[Found]:
        model, database = columns[0].model, self.database
        table: PostgreSQLTable = self.catalogue.known(model)
        joined = f"JOIN {database.table(model)} AS t ON {self._terms(columns)}"
        locks = f" ORDER BY t.{database.q(model._meta.pk.column)} FOR UPDATE OF t" if lock else ""
        found: list[Found] = []
        for source, params in self._sources(columns, keys):
            selected = f"SELECT k.n - 1, {', '.join(map(self._read, fetch))} FROM {source} {joined}"
            rows = database.execute(selected + locks, params)
            if lock and table.is_secured:
                # Where a policy lets nobody change a row, FOR UPDATE does not show it.
                seen = database.execute(f"SELECT count(*) FROM {source} {joined}", params)[0][0]
                database.check_taken(model, len(rows), seen, "locked")
            found += rows
        return found

    def _sources(self, columns: Columns, keys: Rows) -> Iterator[tuple[str, list[Any]]]:
        """Yield tables ``k`` of keys, which ``n`` counts from 1, and their parameters."""
        types = [self.catalogue.type_of(column) for column in columns]
        names = ", ".join([*(f"k{index}" for index in range(len(columns))), "n"])
        arrays = self.catalogue.known(columns[0].model).arrays
        if arrays.isdisjoint(columns_of(columns)):
            values = ", ".join(f"%s::{type_}[]" for type_ in types)
            params = [_array(values) for values in zip(*keys, strict=True)]
            yield f"unnest({values}) WITH ORDINALITY AS k({names})", params
            return
        # unnest() would take an array of arrays apart to its last elements.
        for part in portions([(*key, n) for n, key in enumerate(keys, 1)], BOUND_VALUES):
            values = values_of([*types, "integer"], len(part))
            yield f"{values} AS k({names})", [value for row in part for value in row]

    def _terms(self, columns: Columns) -> str:
        """
        Return the conditions of a match, of which an index serves only those that it is to serve.

        Before ANALYZE, and where all rows have one value in a column, the planner takes an index
        of that column for as good as any; it takes none for IS NOT DISTINCT FROM.
        """
        names = columns_of(columns)
        best = self.catalogue.best_indexes(columns)[:1] if len(columns) > 1 else []
        served = best[0].prefix(names) if best else names
        return " AND ".join(
            f"t.{self.database.q(name)} {'=' if name in served else 'IS NOT DISTINCT FROM'} "
            f"k.k{index}"
            for index, name in enumerate(names)
        )

    def _read(self, column: AnyField) -> str:
        # As text char(9) has no spaces that fill it up.
        kind = "::text" if self.catalogue.type_of(column) == "bpchar" else ""
        return f"t.{self.database.q(column.column)}{kind}"


def _array(values: Sequence[Any]) -> Any:
    # The driver looks at every value; that numbers need no more than commas it does not know.
    if all(type(value) is int for value in values):
        return f"{{{','.join(map(str, values))}}}"
    return list(values)


def values_of(types: Sequence[str], count: int) -> str:
    """Return a table of as many rows, of which the first gives the columns their types."""
    # Of -32768::smallint the sign comes last, and 32768 is none.
    casts = ", ".join(f"(%s)::{type_}" for type_ in types)
    places = ", ".join(["%s"] * len(types))
    return f"(VALUES ({casts}){f', ({places})' * (count - 1)})"
