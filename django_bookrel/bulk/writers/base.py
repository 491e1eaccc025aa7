"""What every writer can do, and what those have in common that write SQL of their own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.functional import cached_property

from ...fields import AnyField
from ...values import Filler, from_db, to_db
from .folds import Fold, as_it_is

__all__ = ("Found", "Row", "SQLWriter", "Writer")

Row = Sequence[Any]
"""Values to write or to look for."""

Found = tuple[Any, ...]
"""Values that were read."""

LOCK = "django_bookrel.import"


class Writer(ABC):
    """Reads and writes rows as tuples."""

    waits = False
    """Whether Python is idle while the database is at work, as beside a server."""
    locks_rows = True
    """Whether others may write while this transaction does, but for what it has locked."""
    runs_code = False
    """Whether code of the host runs when a record is saved, also where no column changes."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection

    @contextmanager
    def session_lock(self) -> Iterator[None]:
        """Hold a lock around a transaction, where the database cannot hold one inside it."""
        yield

    @abstractmethod
    def lock(self, model: type[models.Model]) -> None:
        """
        Let one import at a time write, until the transaction ends.

        Called as the first statement of a transaction.
        """

    @abstractmethod
    def is_transient(self, error: BaseException) -> bool:
        """Return whether the transaction that failed so may succeed when it is tried again."""

    def fold(self, field: AnyField) -> Fold | None:
        """
        Return what makes alike some of the texts that a column takes for equal.

        :returns: None where it takes none for equal but those that are the same.
        """
        return as_it_is if getattr(field, "db_collation", None) else None

    @abstractmethod
    def filler(self, model: type[models.Model], given: Sequence[AnyField], *, adding: bool) -> Any:
        """Return what makes rows for :meth:`insert` (``adding``) or :meth:`update`."""

    @abstractmethod
    def match(
        self,
        columns: Sequence[AnyField],
        keys: Sequence[Row],
        fetch: Sequence[AnyField],
        *,
        lock: bool = False,
    ) -> list[Found]:
        """
        Find rows of the columns' table that have one of ``keys``; the database decides equality.

        :param columns: of one model.
        :param keys: rows of values of ``columns``, none of them None.
        :param fetch: columns of the same model whose values are returned.
        :param lock: keep others from changing these rows until the transaction ends; the values
            are those that it keeps.
        :returns: (index of the key, values of ``fetch``), in no order; a key may have many rows.
        """

    @abstractmethod
    def insert(
        self,
        model: type[models.Model],
        fields: Sequence[AnyField],
        rows: Sequence[Row],
        *,
        keys: bool = True,
    ) -> list[Any]:
        """
        Insert rows and return their primary keys in order.

        The key is the database's own where ``fields`` do not have it and it has no Python default.

        :param rows: as the filler's ``rows()`` makes them.
        :param keys: False: nobody asks for the keys, and an empty list may be returned.
        """

    @abstractmethod
    def update(
        self, model: type[models.Model], fields: Sequence[AnyField], rows: Sequence[Row]
    ) -> None:
        """Set ``fields`` of existing rows; each is (primary key, values as the filler's)."""

    def pass_keys(  # noqa: B027 (most databases see to it themselves)
        self, model: type[models.Model], keys: Sequence[Any]
    ) -> None:
        """See to it that the database gives no row a key that a file has given."""

    @abstractmethod
    def delete(self, model: type[models.Model], keys: Sequence[Any]) -> None:
        """Delete the rows with these primary keys."""


class SQLWriter(Writer):
    """Writes by statements whose number does not depend on the rows."""

    transient_codes: frozenset[Any] = frozenset()
    """The driver's codes of faults that go away when the transaction is tried again."""
    for_update = ""
    """What locks the rows of table ``t`` at the end of a SELECT."""

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
        return convert(self._match(columns, keys, fetch, self.for_update if lock else ""))

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
        if pk in fields:
            self._insert(model, fields, rows)
            index = list(fields).index(pk)
            return [pk.to_python(row[index]) for row in rows]
        if pk.has_default():
            made = [pk.get_default() for _row in rows]
            prepare = to_db(pk, self.connection) or (lambda key: key)
            with_keys = [(prepare(key), *row) for key, row in zip(made, rows, strict=True)]
            self._insert(model, (pk, *fields), with_keys)
            return made
        if not keys:
            self._insert(model, fields, rows)
            return []
        return self._insert_numbered(model, fields, rows)

    def update(
        self, model: type[models.Model], fields: Sequence[AnyField], rows: Sequence[Row]
    ) -> None:
        if rows:
            prepare = to_db(model._meta.pk, self.connection)
            if prepare is not None:
                rows = [(prepare(row[0]), *row[1:]) for row in rows]
            self._update(model, fields, rows)

    def delete(self, model: type[models.Model], keys: Sequence[Any]) -> None:
        if keys:
            prepare = to_db(model._meta.pk, self.connection)
            self._delete(model, [key if prepare is None else prepare(key) for key in keys])

    def is_transient(self, error: BaseException) -> bool:
        return bool({self._code(error.__cause__), self._code(error)} & self.transient_codes)

    @abstractmethod
    def _match(
        self, columns: Sequence[AnyField], keys: Sequence[Row], fetch: Any, end: str
    ) -> list[Found]: ...

    @abstractmethod
    def _insert(self, model: type[models.Model], fields: Any, rows: Sequence[Row]) -> None: ...

    @abstractmethod
    def _insert_numbered(
        self, model: type[models.Model], fields: Any, rows: Sequence[Row]
    ) -> list[Any]: ...

    @abstractmethod
    def _update(self, model: type[models.Model], fields: Any, rows: Sequence[Row]) -> None: ...

    @abstractmethod
    def _delete(self, model: type[models.Model], keys: Sequence[Any]) -> None: ...

    @staticmethod
    def _code(error: BaseException | None) -> Any:
        return None

    @cached_property
    def q(self) -> Callable[[Any], str]:
        """Quote a name."""
        return self.connection.ops.quote_name

    def names(self, fields: Sequence[AnyField], prefix: str = "") -> str:
        """Return the quoted columns, separated by commas."""
        return ", ".join(prefix + self.q(field.column) for field in fields)

    def table(self, model: type[models.Model]) -> str:
        """Return the model's quoted table."""
        return self.q(model._meta.db_table)

    def execute(self, sql: str, params: Sequence[Any] = ()) -> list[Found]:
        """Run one statement and return its rows, if it has any."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall() if cursor.description else []

    def insert_sql(self, model: type[models.Model], fields: Sequence[AnyField]) -> str:
        """Return ``INSERT INTO table (columns) VALUES`` without the values."""
        return f"INSERT INTO {self.table(model)} ({self.names(fields)}) VALUES "
