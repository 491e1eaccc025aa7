"""A database as writers see it: names, statements and errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import Error, IntegrityError, InternalError, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.functional import cached_property

from ...fields import AnyField
from ..errors import About, Blame, blame_for
from ..sentences import said_of
from .tables import shown_name

__all__ = ("Columns", "Database", "Found", "ModelClass", "Row", "Rows", "columns_of")

ModelClass = type[models.Model]
Columns = Sequence[AnyField]

Row = Sequence[Any]
"""Values to write or to look for."""
Rows = Sequence[Row]

Found = tuple[Any, ...]
"""Values that were read."""


class Database:
    """A connection, on which all parts of a writer stand."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self.notes: list[str] = []
        """Sentences on what was written in a plainer way than the rest, or without its code."""

    def note(self, sentence: str) -> None:
        """Add a sentence to :attr:`notes`, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def blame(self, error: BaseException) -> Blame:
        """Return whose an error of the database is, so what is to be done about it."""
        return blame_for(error, self.connection.vendor)

    def said(self, error: BaseException) -> str:
        """Return a sentence on an error of the database, in one line."""
        return said_of(error, self.connection.vendor)

    @contextmanager
    def about(self, model: ModelClass, verb: str) -> Iterator[None]:
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

    def table(self, model: ModelClass) -> str:
        """Return the model's quoted table."""
        return self.q(model._meta.db_table)

    def shown(self, model: ModelClass) -> str:
        """Return the name of the model's table as people read it."""
        return shown_name(self.table(model))

    def names(self, fields: Columns, prefix: str = "") -> str:
        """Return the quoted columns, separated by commas."""
        return ", ".join(prefix + self.q(field.column) for field in fields)

    def execute(self, sql: str, params: Sequence[Any] = ()) -> list[Found]:
        """Run one statement and return its rows, if it has any."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall() if cursor.description else []

    def check_taken(self, model: ModelClass, taken: int | None, asked: int, verb: str) -> None:
        """
        Check that a statement took all rows; None: the database does not say it.

        :raises IntegrityError: it took fewer.
        """
        if taken is not None and taken < asked:
            raise IntegrityError(
                f"{taken:,} of {asked:,} rows of {self.shown(model)} were {verb}: the others "
                "are gone, or a trigger, a rule or a policy keeps them"
            )


def columns_of(fields: Columns) -> list[str]:
    """Return the names of columns as the catalogue has them."""
    return [field.column or "" for field in fields]
