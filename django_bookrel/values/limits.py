"""What a field lets through: its range, length, validators and choices, and of its parts."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
)
from django.db import DatabaseError
from django.db.backends.base.operations import BaseDatabaseOperations

from ..fields import AnyField, ISBNField
from ..validators import FreeNameValidator
from .jsons import check_writable
from .meaning import has_own_meaning, is_postgres

__all__ = ("NOT_OF_A_CELL", "TOO_LONG", "Checks", "check_range", "number_range", "reason_of")

TOO_LONG = "has {} characters; the maximum is {}"

Check = Callable[[Any], None]

NOT_OF_A_CELL = (DatabaseError, MemoryError)
"""What may be raised while a cell is read, and is no fault of the cell."""


def reason_of(error: Exception) -> str:
    """Return why a cell is rejected at which code of ours, of Django's or of a host's failed."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, decimal.DecimalException):
        # They name themselves by a class.
        return "is not a number"
    if isinstance(error, ValueError | ArithmeticError | TypeError):
        return str(error) or "cannot be read"
    return f"{type(error).__name__}: {error}"


def number_range(field: AnyField) -> tuple[int | None, int | None]:
    """Return the least and the greatest whole number of a column; None if it has none of them."""
    ranges = BaseDatabaseOperations.integer_field_ranges
    return ranges.get(field.get_internal_type(), (None, None))


def check_range(least: Any, most: Any, values: Collection[Any]) -> None:
    """Raise ValueError if one of the values is out of a range, whose ends may be None."""
    if least is not None and min(values) < least:
        raise ValueError(f"must be at least {least}")
    if most is not None and max(values) > most:
        raise ValueError(f"must be at most {most}")


class Checks:
    """What checks the values of a field, none of them None; it raises at the first bad one."""

    def __init__(self, field: AnyField) -> None:
        self.least, self.most, self.validators = _limits(field)
        self.checks = [*self.validators, *_text_checks(field), *_part_checks(field)]

    def __call__(self, values: Collection[Any]) -> None:
        check_range(self.least, self.most, values)
        for check in self.checks:
            for value in values:
                check(value)


def _limits(field: AnyField) -> tuple[Any, Any, list[Check]]:
    """Return the field's least and greatest value, and its other validators."""
    if isinstance(field, ISBNField):
        return None, None, []
    # The field's own validators know the default database, and SQLite has no bounds. What code of
    # the host's makes of a number is checked when it is one again.
    low, high = (None, None) if has_own_meaning(field) else number_range(field)
    bounds: dict[type, list[Any]] = {
        MinValueValidator: [] if low is None else [low],
        MaxValueValidator: [] if high is None else [high],
    }
    limit = field.max_length
    checks: list[Check] = []
    validator: Any
    for validator in field.validators:
        if type(validator) in bounds and not callable(validator.limit_value):
            bounds[type(validator)].append(validator.limit_value)
        elif not (
            isinstance(validator, ProhibitNullCharactersValidator | FreeNameValidator)
            or (isinstance(validator, MaxLengthValidator) and validator.limit_value == limit)
        ):
            checks.append(validator)
    if field.choices:
        checks.append(_choice_check(field))
    least, most = bounds[MinValueValidator], bounds[MaxValueValidator]
    return max(least, default=None), min(most, default=None), checks


def _text_checks(field: AnyField) -> list[Check]:
    """Return what checks values that are or may be texts or bytes."""
    checks: list[Check] = []
    if field.max_length is not None:
        checks.append(_length_check(field.max_length))
    if field.empty_strings_allowed:
        checks.append(_check_text)
    return checks


def _length_check(limit: int) -> Check:
    def check(value: Any) -> None:
        if isinstance(value, str | bytes) and len(value) > limit:
            raise ValueError(TOO_LONG.format(len(value), limit))

    return check


def _check_text(value: Any) -> None:
    if isinstance(value, str):
        check_writable([value])


def _choice_check(field: AnyField) -> Check:
    allowed: Collection[Any] = [value for value, _label in field.flatchoices]
    listed = ", ".join(sorted(map(str, allowed)))
    with suppress(TypeError):
        allowed = frozenset(allowed)

    def check(value: Any) -> None:
        if value not in allowed:
            raise ValueError(f"must be one of: {listed}")

    return check


def _part_checks(field: Any) -> list[Check]:
    """Return what checks the values of which a value is made, as a column of theirs would."""
    parts: Callable[[Any], Iterable[Any]]
    if is_postgres(field, "ArrayField"):
        parts = iter
    elif is_postgres(field, "RangeField"):
        parts = lambda value: (value.lower, value.upper)  # noqa: E731
    else:
        return []
    checks = Checks(field.base_field)

    def check(value: Any) -> None:
        for part in parts(value):
            if part is not None and part != "":
                checks([part])

    return [check]
