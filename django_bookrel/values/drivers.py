"""Values of columns as the driver of the database takes and gives them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from ..fields import AnyField
from .meaning import has_own_meaning, is_plain, value_field

__all__ = ("from_db", "to_db")


def to_db(field: AnyField, connection: BaseDatabaseWrapper) -> Callable[[Any], Any] | None:
    """Return what makes a value of ``field`` one for the driver; None if it may stay as it is."""
    meant = value_field(field)
    if is_plain(meant) and not has_own_meaning(field):
        return None
    prepare = (meant if field.generated else field).get_db_prep_save
    return lambda value: None if value is None else prepare(value, connection)


def from_db(
    fields: Sequence[AnyField], connection: BaseDatabaseWrapper, *, first: int = 0
) -> Callable[[list[Any]], list[Any]]:
    """
    Return a function that makes rows of the driver rows of Python values.

    :param first: where in a row the values of ``fields`` begin.
    """
    converters = []
    for index, field in enumerate(fields, first):
        column = field.get_col(field.model._meta.db_table)
        found = connection.ops.get_db_converters(column) + column.get_db_converters(connection)
        if isinstance(field, models.DateTimeField) and _has_other_zone(connection):
            found.append(_in_utc)
        converters += [(index, convert, column) for convert in found]
    if not converters:
        return lambda rows: rows

    def converted(rows: list[Any]) -> list[Any]:
        result = [list(row) for row in rows]
        for row in result:
            for index, convert, column in converters:
                row[index] = convert(row[index], column, connection)
        return [tuple(row) for row in result]

    return converted


def _has_other_zone(connection: BaseDatabaseWrapper) -> bool:
    return settings.USE_TZ and connection.timezone is not datetime.UTC


def _in_utc(value: Any, *args: Any) -> Any:
    # What a change of the clock repeats is, in such a zone, equal to no time of another.
    return value.astimezone(datetime.UTC) if isinstance(value, datetime.datetime) else value
