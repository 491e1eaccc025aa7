"""What a column gets where nobody says a value, and whether a row can do without one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import repeat
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from ..fields import AnyField, DerivedField, ISBNField, field_of
from .drivers import to_db

__all__ = (
    "MISSING",
    "Filler",
    "default_of",
    "empty_value",
    "needs_value",
    "says_nothing_when_empty",
)

MISSING: Any = object()
"""In the place of a value that a cell must have."""

CONSTANT = {bool, bytes, dict, float, int, list, str, tuple}
"""What makes the same default today and tomorrow."""


def default_of(field: AnyField) -> Any:
    """Return a new row's value; a host may write a default in any form that the field reads."""
    return field.to_python(field.get_default())


def empty_value(field: AnyField) -> Any:
    """
    Return the value of an empty cell, ``MISSING`` if the cell must not be empty.

    A default that the field itself does not read is none.
    """
    if field.null:
        return None
    if field.blank and isinstance(field, models.CharField | models.TextField):
        return ""
    if field.has_default() or (
        field.blank and field.empty_strings_allowed and not field.has_db_default()
    ):
        with suppress(ArithmeticError, TypeError, ValueError, ValidationError):
            return default_of(field)
    return MISSING


def needs_value(field: AnyField) -> bool:
    """Return whether a new row cannot do without a value for the field."""
    made = isinstance(field, models.AutoField | models.CompositePrimaryKey)
    is_link = getattr(field.remote_field, "parent_link", False)
    if made or is_link or field.generated or field.has_db_default():
        return False
    stamped = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    placed = field.name == "_order" and field.model._meta.order_with_respect_to
    fills_itself = stamped or placed or not saves_as_is(field)
    return not fills_itself and empty_value(field) is MISSING


def says_nothing_when_empty(field: AnyField) -> bool:
    """Return whether an empty cell leaves a value to a default that is no constant."""
    if field.null:
        return False
    if field.has_db_default() and not field.has_default():
        return empty_value(field) is MISSING
    return field.has_default() and callable(field.default) and field.default not in CONSTANT


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
