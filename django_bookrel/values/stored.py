"""What a database gives back of a value that is written, and which values it does not take."""

from __future__ import annotations

import datetime
import json
import math
import re
from collections.abc import Callable
from decimal import Context, Decimal
from functools import partial
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from ..fields import AnyField
from .drivers import from_db
from .jsons import check_writable, json_as_stored
from .limits import check_range, number_range
from .meaning import has_own_meaning, is_postgres, own_type, value_field
from .moments import moment_as_stored, time_as_stored

__all__ = ("as_stored",)

Store = Callable[[Any], Any]

FIXED = re.compile(r"(?:char|character|bpchar)\s*\(\d+\)", re.IGNORECASE)

SQLITE_DIGITS = 15
"""Digits of a decimal number that SQLite keeps, and Django reads."""

EXACT = Context(prec=1_000)
BIGGEST = -(2**63), 2**63 - 1
"""The range of whole numbers that every driver takes."""

LONGEST = datetime.timedelta(microseconds=2**63 - 1)
"""The longest duration that is kept as a number of microseconds."""

WRITTEN = (bool, bytes, float, int, str)
"""What a driver gives back as it has got it ..."""

SCALARS = (float, int, object, str)
"""... where the values of Django's kind of field are such, too."""


def as_stored(field: AnyField, connection: BaseDatabaseWrapper) -> Store | None:
    """
    Return a function that makes of a value, not None, the one that comes back from the database.

    Where it raises ValueError, ArithmeticError or TypeError, or whatever code of the host's raises,
    the value cannot be written. None: every value that the field's own checks let through is
    written and comes back as it is.
    """
    field = value_field(field)
    of_kind = _kind(field, connection)
    if has_own_meaning(field):
        return _own(field, connection, *of_kind)
    return of_kind[1]


def _kind(field: AnyField, connection: BaseDatabaseWrapper) -> tuple[type, Store | None]:
    """Return the type of values of Django's kind of field, and how they come back."""
    for name, make in POSTGRES.items():
        if is_postgres(field, name):
            return object, make(field, connection)
    for kind, (type_, make_store) in KINDS.items():
        if isinstance(field, kind):
            return type_, make_store(field, connection) if make_store else None
    return object, partial(_prepared, field, connection)


def _prepared(field: AnyField, connection: BaseDatabaseWrapper, value: Any) -> Any:
    field.get_db_prep_save(value, connection)
    return value


def _own(
    field: AnyField, connection: BaseDatabaseWrapper, kind: type, of_kind: Store | None
) -> Store:
    convert = from_db([field], connection)
    least, most = number_range(field)
    if least is None:
        least, most = BIGGEST

    def stored(value: Any) -> Any:
        if of_kind is not None and kind is not object and isinstance(value, kind):
            value = of_kind(value)
        given = field.get_db_prep_save(value, connection)
        if isinstance(given, int):
            check_range(least, most, [given])
        if isinstance(field, models.JSONField):
            given = json.dumps(field.get_prep_value(value), cls=field.encoder)
        if kind not in SCALARS or not isinstance(given, WRITTEN):
            return value
        try:
            [(back,)] = convert([(given,)])
        except Exception:  # noqa: BLE001 (its from_db_value() is for what the column's type makes)
            return value
        return back

    return stored


def _text(field: AnyField, connection: BaseDatabaseWrapper) -> Store | None:
    """Return what strips texts of a type of fixed width, which only a host has: as writers read."""
    match = FIXED.fullmatch(own_type(field, connection))
    if match is None or connection.vendor not in ("postgresql", "mysql"):
        return None
    return lambda text: text.rstrip(" ")


def _duration(field: AnyField, connection: BaseDatabaseWrapper) -> Store:
    def stored(value: datetime.timedelta) -> datetime.timedelta:
        if not -LONGEST <= value <= LONGEST:
            raise ValueError("must be at most 106,751,991 days")
        return value

    return stored


def _float(field: AnyField, connection: BaseDatabaseWrapper) -> Store:
    def stored(value: float) -> float:
        if not math.isfinite(value):
            raise ValueError("is not a number")
        return value

    return stored


def _decimal(field: Any, connection: BaseDatabaseWrapper) -> Store:
    unit = None if field.decimal_places is None else Decimal(1).scaleb(-field.decimal_places)
    keeps_few = connection.vendor == "sqlite"

    def stored(value: Decimal) -> Decimal:
        if not value.is_finite():
            raise ValueError("is not a number")
        if unit is not None:
            value = value.quantize(unit, context=field.context)
        # Most numbers are too small to have so many.
        if keeps_few and value.adjusted() >= SQLITE_DIGITS - (field.decimal_places or 0):
            digits = len(value.normalize(EXACT).as_tuple().digits)
            if digits > SQLITE_DIGITS:
                raise ValueError(f"has {digits} digits; SQLite can store {SQLITE_DIGITS}")
        return value

    return stored


def _bytes(field: AnyField, connection: BaseDatabaseWrapper) -> Store:
    return bytes


def _hstore(field: AnyField, connection: BaseDatabaseWrapper) -> Store:
    def stored(value: dict[str, Any]) -> dict[str, Any]:
        check_writable(value)
        check_writable(filter(None, value.values()))
        return value

    return stored


def _array(field: Any, connection: BaseDatabaseWrapper) -> Store:
    store = as_stored(field.base_field, connection) or (lambda value: value)
    is_nested = is_postgres(field.base_field, "ArrayField")

    def stored(value: list[Any]) -> list[Any]:
        if is_nested and len({None if one is None else len(one) for one in value}) > 1:
            raise ValueError("has lists of different lengths")
        found = [None if one is None else store(one) for one in value]
        # An array of empty ones is an empty one.
        return [] if is_nested and not any(found) else found

    return stored


def _range(field: Any, connection: BaseDatabaseWrapper) -> Store:
    store = as_stored(field.base_field, connection) or (lambda value: value)
    step = _step(field.base_field)

    def stored(value: Any) -> Any:
        if value.isempty:
            return value
        lower, upper = (None if end is None else store(end) for end in (value.lower, value.upper))
        if lower is not None and upper is not None and lower > upper:
            raise ValueError("ends before it begins")
        starts, ends = value.lower_inc, value.upper_inc
        if step is not None:
            # PostgreSQL gives [1, 4) for (0, 3].
            lower = lower if lower is None or starts else step(lower)
            upper = upper if upper is None or not ends else step(upper)
            starts, ends = lower is not None, False
        if lower is not None and lower == upper and not (starts and ends):
            return field.range_type(empty=True)
        return field.range_type(lower, upper, "(["[starts] + ")]"[ends])

    return stored


def _step(base: AnyField) -> Callable[[Any], Any] | None:
    """Return what gives the value after another one; None if there are more between any two."""
    if isinstance(base, models.IntegerField):
        _least, most = number_range(base)
        return partial(_next_number, most)
    is_day = isinstance(base, models.DateField) and not isinstance(base, models.DateTimeField)
    return (lambda day: day + datetime.timedelta(days=1)) if is_day else None


def _next_number(most: int | None, number: int) -> int:
    if number == most:
        raise ValueError(f"must end below {most}, the largest number in the database")
    return number + 1


POSTGRES: dict[str, Callable[[Any, Any], Store]] = {
    "ArrayField": _array,
    "HStoreField": _hstore,
    "RangeField": _range,
}
KINDS: dict[Any, tuple[Any, Callable[[Any, Any], Store | None] | None]] = {
    models.CharField: (str, _text),
    models.TextField: (str, _text),
    models.IntegerField: (int, None),
    models.DateTimeField: (datetime.datetime, moment_as_stored),
    models.DateField: (datetime.date, None),
    models.TimeField: (datetime.time, time_as_stored),
    models.DurationField: (datetime.timedelta, _duration),
    models.FloatField: (float, _float),
    models.DecimalField: (Decimal, _decimal),
    models.BooleanField: (bool, None),
    models.UUIDField: (object, None),
    models.FileField: (str, None),
    models.FilePathField: (str, None),
    models.BinaryField: (object, _bytes),
    models.JSONField: (object, json_as_stored),
}
