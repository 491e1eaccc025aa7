"""What every writer can do, with one class for each job."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.backends.base.base import BaseDatabaseWrapper

from ...fields import AnyField
from .database import Columns, Database, Found, ModelClass, Rows
from .folds import Fold, as_it_is
from .tables import TableWarning

__all__ = ("LOCK", "Catalogue", "Changer", "Finder", "Inserter", "Locks", "Writer")

LOCK = "django_bookrel.import"
"""The name of the lock for which imports wait."""


class Catalogue:
    """Says what tables are, as far as the database tells."""

    def fold(self, field: AnyField) -> Fold | None:
        """
        Return what makes alike some of the texts that a column takes for equal.

        :returns: None where it takes none for equal but those that are the same.
        """
        return as_it_is if getattr(field, "db_collation", None) else None

    def warnings(self, written: Iterable[ModelClass]) -> list[TableWarning]:
        """Return what an import that writes these models would stumble over; it only reads."""
        return []


class Locks:
    """Lets one import at a time write."""

    of_rows = True
    """Whether others may write while a transaction does, but for what it has locked."""

    @contextmanager
    def session(self) -> Iterator[None]:
        """Hold a lock around a transaction, where the database cannot hold one inside it."""
        yield

    def transaction(self, model: ModelClass) -> None:
        """Take a lock until the transaction ends, of which it is the first statement."""


class Finder(ABC):
    """Finds rows by their values."""

    @abstractmethod
    def match(
        self, columns: Columns, keys: Rows, fetch: Columns, *, lock: bool = False
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


class Inserter(ABC):
    """Inserts rows, and sees to their keys."""

    @abstractmethod
    def filler(self, model: ModelClass, given: Columns) -> Any:
        """Return what makes rows for :meth:`insert`."""

    @abstractmethod
    def insert(
        self, model: ModelClass, fields: Columns, rows: Rows, *, keys: bool = True
    ) -> list[Any]:
        """
        Insert rows and return their primary keys in order.

        The key is the database's own where ``fields`` do not have it and it has no Python default.

        :param rows: as the filler's ``rows()`` makes them.
        :param keys: False: nobody asks for the keys, and an empty list may be returned.
        :raises IntegrityError: the table did not take all the rows, or not with their keys.
        :raises TableError: the table does not say the keys of new rows.
        """

    def pass_keys(  # noqa: B027 (most databases see to it themselves)
        self, model: ModelClass, keys: Sequence[Any]
    ) -> None:
        """See to it that the database gives no row a key that a file has given."""


class Changer(ABC):
    """Updates and deletes rows."""

    runs_code = False
    """Whether code of the host runs when a record is saved, also where no column changes."""

    @abstractmethod
    def filler(self, model: ModelClass, given: Columns) -> Any:
        """Return what makes rows for :meth:`update`."""

    @abstractmethod
    def update(self, model: ModelClass, fields: Columns, rows: Rows) -> None:
        """
        Set ``fields`` of existing rows; each is (primary key, values as the filler's).

        :raises IntegrityError: a row is gone, or is kept from being changed.
        """

    @abstractmethod
    def delete(self, model: ModelClass, keys: Sequence[Any]) -> None:
        """
        Delete the rows with these primary keys, as far as they are there.

        :raises IntegrityError: a row is kept from being deleted.
        """


@dataclass(eq=False)
class Writer:
    """Reads and writes rows of a database as tuples."""

    database: Database
    catalogue: Catalogue
    locks: Locks
    finder: Finder
    inserter: Inserter
    changer: Changer

    waits: ClassVar[bool] = False
    """Whether Python is idle while the database is at work, as beside a server."""

    @property
    def connection(self) -> BaseDatabaseWrapper:
        return self.database.connection
