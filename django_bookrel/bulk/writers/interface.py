"""What every writer can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import Error, InternalError, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.functional import cached_property

from ...fields import AnyField
from ..errors import About, Blame, blame_for
from ..sentences import said_of
from .folds import Fold, as_it_is
from .tables import TableWarning, shown_name

__all__ = ("LOCK", "Found", "Row", "Writer")

Row = Sequence[Any]
"""Values to write or to look for."""

Found = tuple[Any, ...]
"""Values that were read."""

LOCK = "django_bookrel.import"
"""The name of the lock for which imports wait."""


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
        self.notes: list[str] = []
        """Sentences on what was written in a plainer way than the rest, or without its code."""

    def note(self, sentence: str) -> None:
        """Add a sentence to :attr:`notes`, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def warnings(self, written: Iterable[type[models.Model]]) -> list[TableWarning]:
        """Return what an import that writes these models would stumble over; it only reads."""
        return []

    def blame(self, error: BaseException) -> Blame:
        """Return whose an error of the database is, so what is to be done about it."""
        return blame_for(error, self.connection.vendor)

    def said(self, error: BaseException) -> str:
        """Return a sentence on an error of the database, in one line."""
        return said_of(error, self.connection.vendor)

    @contextmanager
    def _about(self, model: type[models.Model], verb: str) -> Iterator[None]:
        """Let errors say what they are about."""
        try:
            yield
        except Error as error:
            columns = {
                field.column.lower() for field in model._meta.concrete_fields if field.column
            }
            # For a code that somebody has made up psycopg has no class.
            said = InternalError(*error.args) if type(error) is Error else error
            vars(said)["about"] = About(self.shown(model), columns, verb)
            raise said from error.__cause__

    @cached_property
    def q(self) -> Callable[[Any], str]:
        """Quote a name."""
        return self.connection.ops.quote_name

    def table(self, model: type[models.Model]) -> str:
        """Return the model's quoted table."""
        return self.q(model._meta.db_table)

    def shown(self, model: type[models.Model]) -> str:
        """Return the name of the model's table as people read it."""
        return shown_name(self.table(model))

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

        :param columns: of one model; the first is the most selective, of which an index is used.
        :param keys: rows of values of ``columns``, none of them None.
        :param fetch: columns of the same model whose values are returned.
        :param lock: nobody else changes the rows found until the transaction ends, and the values
            are the latest that were committed; rows are locked in the order of their primary keys.
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
        :raises IntegrityError: the table did not take all the rows, or not with their keys.
        :raises TableError: the table does not say the keys of new rows.
        """

    @abstractmethod
    def update(
        self, model: type[models.Model], fields: Sequence[AnyField], rows: Sequence[Row]
    ) -> None:
        """
        Set ``fields`` of existing rows; each is (primary key, values as the filler's).

        :raises IntegrityError: a row is gone, or is kept from being changed.
        """

    def pass_keys(  # noqa: B027 (most databases see to it themselves)
        self, model: type[models.Model], keys: Sequence[Any]
    ) -> None:
        """See to it that the database gives no row a key that a file has given."""

    @abstractmethod
    def delete(self, model: type[models.Model], keys: Sequence[Any]) -> None:
        """
        Delete the rows with these primary keys, as far as they are there.

        :raises IntegrityError: a row is kept from being deleted.
        """
