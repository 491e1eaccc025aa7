"""What writers have in common that write SQL of their own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from django.db import IntegrityError, models
from django.db.backends.base.base import BaseDatabaseWrapper

from ...fields import AnyField
from ...values import Filler, from_db, to_db
from ..errors import TableError
from .interface import Found, Row, Writer
from .tables import Column, Table, TableWarning, warnings_of

__all__ = ("SQLWriter",)


class SQLWriter(Writer):
    """Writes by statements whose number does not depend on the rows, as far as tables allow."""

    numberless: str
    """What a primary key has not where nothing gives new rows their keys."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        super().__init__(connection)
        self._tables: dict[str, Any] = {}

    def known(self, model: type[models.Model]) -> Any:
        """Return what the catalogue says of the model's table, which is asked once."""
        name = self.table(model)
        if name not in self._tables:
            self._tables[name] = self._read_table(model)
        return self._tables[name]

    def column(self, field: AnyField) -> Column | None:
        """Return what the catalogue says of a field's column, if there is one."""
        found: Column | None = self.known(field.model).column(field.column or "")
        return found

    def warnings(self, written: Iterable[type[models.Model]]) -> list[TableWarning]:
        found = list(self._server_warnings())
        tables = ([*model._meta.get_parent_list(), model] for model in written)
        for model in dict.fromkeys(chain.from_iterable(tables)):
            with self._about(model, "read"):
                found += self._warnings(model)
        return list(dict.fromkeys(found))

    def _warnings(self, model: type[models.Model]) -> Iterator[TableWarning]:
        table, has_triggers = self.known(model), self._has_triggers(model)
        yield from warnings_of(model, table, has_triggers=has_triggers)
        if table.kind:
            yield from self._table_warnings(model)
            if isinstance(model._meta.pk, models.AutoField) and self._is_keyless(model):
                yield TableWarning(self._keyless(model))

    def filler(
        self, model: type[models.Model], given: Sequence[AnyField], *, adding: bool
    ) -> Filler:
        return Filler(model, given, self.connection, adding=adding)

    def match(
        self,
        columns: Sequence[AnyField],
        keys: Sequence[Row],
        fetch: Sequence[AnyField],
        *,
        lock: bool = False,
    ) -> list[Found]:
        if not keys:
            return []
        prepare = [to_db(column, self.connection) for column in columns]
        if any(prepare):
            keys = [
                tuple(v if p is None else p(v) for p, v in zip(prepare, key, strict=True))
                for key in keys
            ]
        convert = from_db(fetch, self.connection, first=1)
        with self._about(columns[0].model, "read"):
            return convert(self._match(columns, keys, fetch, lock=lock))

    def insert(
        self,
        model: type[models.Model],
        fields: Sequence[AnyField],
        rows: Sequence[Row],
        *,
        keys: bool = True,
    ) -> list[Any]:
        if not rows:
            return []
        pk = model._meta.pk
        with self._about(model, "written"):
            if pk in fields:
                index = list(fields).index(pk)
                given = [pk.to_python(row[index]) for row in rows]
                self._insert_given(model, fields, rows, given)
                return given
            if pk.has_default():
                made = [pk.get_default() for _row in rows]
                prepare = to_db(pk, self.connection) or (lambda key: key)
                with_keys = [(prepare(key), *row) for key, row in zip(made, rows, strict=True)]
                self._insert_given(model, (pk, *fields), with_keys, made)
                return made
            if not keys:
                self._insert(model, fields, rows)
                return []
            if self._is_keyless(model):
                raise TableError(self._keyless(model))
            return self._insert_numbered(model, fields, rows)

    def update(
        self, model: type[models.Model], fields: Sequence[AnyField], rows: Sequence[Row]
    ) -> None:
        if rows:
            prepare = to_db(model._meta.pk, self.connection)
            if prepare is not None:
                rows = [(prepare(row[0]), *row[1:]) for row in rows]
            with self._about(model, "written"):
                taken = self._update(model, fields, rows)
                self._check_taken(model, taken, len(rows), "changed")

    def delete(self, model: type[models.Model], keys: Sequence[Any]) -> None:
        if not keys:
            return
        pk = model._meta.pk
        prepare = to_db(pk, self.connection)
        with self._about(model, "written"):
            gone = self._delete(model, [key if prepare is None else prepare(key) for key in keys])
            if gone is not None and gone < len(keys):
                # Somebody else may have deleted them.
                left = self.match([pk], [(key,) for key in keys], [pk])
                self._check_taken(model, len(keys) - len(left), len(keys), "deleted")

    @abstractmethod
    def _read_table(self, model: type[models.Model]) -> Table: ...

    @abstractmethod
    def _match(
        self, columns: Sequence[AnyField], keys: Sequence[Row], fetch: Any, *, lock: bool
    ) -> list[Found]: ...

    @abstractmethod
    def _insert(self, model: type[models.Model], fields: Any, rows: Sequence[Row]) -> None: ...

    @abstractmethod
    def _insert_numbered(
        self, model: type[models.Model], fields: Any, rows: Sequence[Row]
    ) -> list[Any]: ...

    @abstractmethod
    def _update(self, model: type[models.Model], fields: Any, rows: Sequence[Row]) -> int | None:
        """Return how many rows there were; None where the database does not say it."""

    @abstractmethod
    def _delete(self, model: type[models.Model], keys: Sequence[Any]) -> int | None:
        """Return how many rows there were; None where the database does not say it."""

    def _has_triggers(self, model: type[models.Model]) -> bool:
        """Return whether triggers may change new rows, add others or leave some out."""
        return bool(self.known(model).has_triggers)

    def _changes_keys(self, model: type[models.Model]) -> bool:
        """Return whether the table may change a key that a new row brings."""
        return self._has_triggers(model)

    @abstractmethod
    def _is_keyless(self, model: type[models.Model]) -> bool:
        """Return whether nothing gives new rows their keys."""

    def _keyless(self, model: type[models.Model]) -> str:
        column = f"its column {model._meta.pk.column} {self.numberless}"
        return f"{self.shown(model)} gives new rows no key: {column}."

    def _server_warnings(self) -> Iterable[TableWarning]:
        return ()

    def _table_warnings(self, model: type[models.Model]) -> Iterable[TableWarning]:
        return ()

    def _insert_given(
        self, model: type[models.Model], fields: Any, rows: Sequence[Row], keys: Sequence[Any]
    ) -> None:
        """Insert rows that bring their primary keys."""
        self._insert(model, fields, rows)
        if self._changes_keys(model):
            pk = model._meta.pk
            there = self.match([pk], [(key,) for key in keys], [pk])
            self._check_taken(model, len(there), len(rows), "inserted with the key that they bring")

    def _check_taken(
        self, model: type[models.Model], taken: int | None, asked: int, verb: str
    ) -> None:
        if taken is not None and taken < asked:
            raise IntegrityError(
                f"{taken:,} of {asked:,} rows of {self.shown(model)} were {verb}: the others "
                "are gone, or a trigger, a rule or a policy keeps them"
            )

    def columns(self, fields: Sequence[AnyField]) -> list[str]:
        """Return the names of columns as the catalogue has them."""
        return [field.column or "" for field in fields]

    def names(self, fields: Sequence[AnyField], prefix: str = "") -> str:
        """Return the quoted columns, separated by commas."""
        return ", ".join(prefix + self.q(field.column) for field in fields)

    def execute(self, sql: str, params: Sequence[Any] = ()) -> list[Found]:
        """Run one statement and return its rows, if it has any."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall() if cursor.description else []

    def insert_sql(self, model: type[models.Model], fields: Sequence[AnyField]) -> str:
        """Return ``INSERT INTO table (columns)``."""
        return f"INSERT INTO {self.table(model)} ({self.names(fields)})"
