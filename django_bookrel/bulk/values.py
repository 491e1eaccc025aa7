"""Values of columns as the database driver takes and gives them, and the columns nobody gave."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from ..fields import AnyField, DerivedField, ISBNField, field_of
from .meaning import has_own_meaning, is_plain, value_field

__all__ = ("Filler", "default_of", "from_db", "saves_as_is", "to_db")


def to_db(field: AnyField, connection: BaseDatabaseWrapper) -> Callable[[Any], Any] | None:
    """Return what makes a value of ``field`` one for the driver; None if it may stay as it is."""
    meant = value_field(field)
    if is_plain(meant) and not has_own_meaning(field):
        return None
    prepare = (meant if field.generated else field).get_db_prep_save
    return lambda value: None if value is None else prepare(value, connection)


def default_of(field: AnyField) -> Any:
    """Return a new row's value; a host may write a default in any form that the field reads."""
    return field.to_python(field.get_default())


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


class Filler:
    """
    Completes columns of values to the rows that an INSERT or UPDATE writes.

    Defaults, ``auto_now`` and derived columns apply as in ``save()``; any other ``pre_save()`` on
    new rows only.

    :param given: the fields whose columns are brought, in their order.
    :param adding: for new rows (all other columns), else for existing ones (only what each save
        sets anew: ``auto_now`` and columns that are derived).
    """

    def __init__(
        self,
        model: type[models.Model],
        given: Sequence[AnyField],
        connection: BaseDatabaseWrapper,
        *,
        adding: bool,
    ) -> None:
        self.model, self.given, self.adding = model, tuple(given), adding
        self.prepare = [to_db(field, connection) for field in self.given]
        self.fields = self.given
        self.made: list[Callable[[Sequence[list[Any]], int], Iterable[Any]]] = []
        places = {field.attname: place for place, field in enumerate(self.given)}
        # A proxy has no fields of its own.
        table: Any = model._meta.concrete_model
        for field in table._meta.local_concrete_fields:
            if field.attname in places or field.generated or field.primary_key:
                continue
            if make := self._maker(field, places, to_db(field, connection)):
                self.fields = (*self.fields, field)
                self.made.append(make)

    def rows(self, columns: Sequence[list[Any]], count: int) -> list[tuple[Any, ...]]:
        """
        Return rows of the driver's values of ``self.fields``.

        :param columns: a list of ``count`` values for each of ``given``.
        """
        full: list[Iterable[Any]] = [
            column if prepare is None else map(prepare, column)
            for column, prepare in zip(columns, self.prepare, strict=True)
        ]
        full += [make(columns, count) for make in self.made]
        return list(zip(*full, strict=False)) if full else [()] * count

    def _maker(
        self, field: AnyField, places: dict[str, int], prepare: Callable[[Any], Any] | None
    ) -> Callable[[Sequence[list[Any]], int], Iterable[Any]] | None:
        if isinstance(field, DerivedField):
            return self._derived(field, places)
        added = self.adding and getattr(field, "auto_now_add", False)
        if added or getattr(field, "auto_now", False):
            return lambda columns, count: repeat(_said(prepare, _now(field)), count)
        if not saves_as_is(field):
            if not self.adding:
                # It may look at columns that the file does not have.
                return None
            return lambda columns, count: [
                _said(prepare, field.pre_save(instance, add=True))
                for instance in self._instances(columns)
            ]
        if not self.adding or (field.has_db_default() and not field.has_default()):
            return None
        if callable(field.default):
            return lambda columns, count: [
                _said(prepare, default_of(field)) for _row in range(count)
            ]
        value = _said(prepare, default_of(field))
        return lambda columns, count: repeat(value, count)

    def _derived(
        self, field: DerivedField, places: dict[str, int]
    ) -> Callable[[Sequence[list[Any]], int], Iterable[Any]] | None:
        place = places.get(field_of(self.model, field.source).attname)
        if place is not None:
            return lambda columns, count: field.derive_all(columns[place])
        empty = field.derive("")
        return (lambda columns, count: repeat(empty, count)) if self.adding else None

    def _instances(self, columns: Sequence[list[Any]]) -> Iterable[models.Model]:
        names = [field.attname for field in self.given]
        for row in zip(*columns, strict=True):
            yield self.model(**dict(zip(names, row, strict=True)))


def _said(prepare: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if prepare is None else prepare(value)


def saves_as_is(field: AnyField) -> bool:
    """Return whether ``pre_save()`` leaves a value that nobody gave as it is."""
    plain = (models.Field, models.DateField, models.DateTimeField, models.TimeField)
    known = isinstance(field, ISBNField | models.FileField)
    return known or any(type(field).pre_save is kind.pre_save for kind in plain)


def _now(field: AnyField) -> Any:
    now = timezone.now()
    if isinstance(field, models.DateTimeField):
        return now
    local = timezone.localtime(now) if timezone.is_aware(now) else now
    return local.date() if isinstance(field, models.DateField) else local.time()
