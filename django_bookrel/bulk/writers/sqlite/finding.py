"""Matching on SQLite, which reads keys out of JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..database import Columns, Found, Rows, columns_of
from ..sql import SQLFinder
from ..tables import best_indexes
from .catalogue import SQLiteCatalogue, SQLiteTable

__all__ = ("SQLiteFinder",)


class SQLiteFinder(SQLFinder):
    """Finds rows by a join with ``json_each()``."""

    def __init__(self, catalogue: SQLiteCatalogue) -> None:
        super().__init__(catalogue)
        self._hints: dict[tuple[str, ...], str] = {}

    def find(self, columns: Columns, keys: Rows, fetch: Any, *, lock: bool) -> list[Found]:
        # Rows need no lock: the whole file has one.
        values: list[Any]
        if len(columns) == 1:
            values = [value for (value,) in keys]
            terms = [f"t.{self.database.q(columns[0].column)} = k.value"]
        else:
            values = [list(key) for key in keys]
            terms = [
                f"t.{self.database.q(column.column)} = json_extract(k.value, '$[{index}]')"
                for index, column in enumerate(columns)
            ]
        # CROSS JOIN keeps SQLite from scanning the table in place of the keys.
        hint = self._hint(columns, terms) if len(columns) > 1 else ""
        names = self.database.names(fetch, "t.")
        return self.database.execute(
            f"SELECT k.key, {names} {self._joined(columns, hint, terms)}",
            [json.dumps(values, default=str)],
        )

    def _joined(self, columns: Columns, hint: str, terms: Sequence[str]) -> str:
        name = self.database.table(columns[0].model)
        return f"FROM json_each(%s) AS k CROSS JOIN {name} AS t {hint}ON {' AND '.join(terms)}"

    def _hint(self, columns: Columns, terms: Sequence[str]) -> str:
        """
        Return ``INDEXED BY`` the best index for a match.

        Without the figures of ANALYZE one index is as good to SQLite as another. SQLite is asked,
        for one of another collation than the column's would be read from end to end.
        """
        table: SQLiteTable = self.catalogue.known(columns[0].model)
        names = [name.lower() for name in columns_of(columns)]
        key = (self.database.table(columns[0].model), *names)
        if key not in self._hints:
            self._hints[key] = ""
            best = best_indexes(table.indexes, names)
            for hint in [f"INDEXED BY {self.database.q(index.name)} " for index in best]:
                joined = self._joined(columns, hint, terms)
                plan = self.database.execute(f"EXPLAIN QUERY PLAN SELECT 1 {joined}", ["[]"])
                if any(row[-1].startswith("SEARCH ") for row in plan):
                    self._hints[key] = hint
                    break
        return self._hints[key]
