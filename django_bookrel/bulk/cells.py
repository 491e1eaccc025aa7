"""Cells of a file -> values of a model's column, a whole column of a batch at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
)
from django.db import models
from django.db.backends.base.operations import BaseDatabaseOperations

from ..fields import AnyField, ISBNField
from ..isbn import clean_isbn
from .values import default_of, in_time_zone, saves_as_is

__all__ = ("Cleaner", "cleaner", "needs_value", "says_nothing_when_empty")

Cleaner = Callable[[list[str]], tuple[list[Any], dict[int, str]]]
"""Texts, maybe empty -> values, and by index the reason for each cell that is rejected."""

TOO_LONG = "has {} characters; the maximum is {}"

UNWRITABLE = re.compile("[\0\ud800-\udfff]")
"""Characters that no database takes in a text."""

MISSING = object()

CONSTANT = {bool, bytes, dict, float, int, list, str, tuple}
"""What makes the same default today and tomorrow."""


def cleaner(
    field: AnyField, convert: Callable[[str], Any] | None = None, *, empty: Any = MISSING
) -> Cleaner:
    """
    Return a function that turns cells into values of ``field``.

    :param convert: turns a cell that is not empty into a value; what it raises as ValueError,
        ArithmeticError, TypeError or ValidationError is the reason of a rejection. None reads the
        cell as the field itself does.
    :param empty: the value of an empty cell, and of one that is converted to None; by default the
        field's own.
    """
    if empty is MISSING:
        empty = _empty_value(field)
    if convert is None and _is_text(field) and not isinstance(field, ISBNField):
        return _TextCells(field, str, empty)
    return _Cells(field, convert or _converter(field), empty)


def needs_value(field: AnyField) -> bool:
    """Return whether a new row cannot do without a value for the field."""
    made = isinstance(field, models.AutoField | models.CompositePrimaryKey)
    is_link = getattr(field.remote_field, "parent_link", False)
    if made or is_link or field.generated or field.has_db_default():
        return False
    stamped = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    placed = field.name == "_order" and field.model._meta.order_with_respect_to
    fills_itself = stamped or placed or not saves_as_is(field)
    return not fills_itself and _empty_value(field) is MISSING


def says_nothing_when_empty(field: AnyField) -> bool:
    """Return whether an empty cell leaves a value to a default that is no constant."""
    if field.null:
        return False
    if field.has_db_default() and not field.has_default():
        return _empty_value(field) is MISSING
    return field.has_default() and callable(field.default) and field.default not in CONSTANT


class _Cells:
    """Cells that are converted."""

    limits_all = False
    """Whether the longest cell of all is looked for, instead of the length of each."""

    def __init__(self, field: AnyField, convert: Callable[[str], Any], empty: Any) -> None:
        self.empty, self.convert = empty, convert
        self.least, self.most, self.checks = _checks(field)
        self.limit = field.max_length
        if self.limit is not None and not self.limits_all:
            self.checks.append(_length_check(self.limit))

    def __call__(self, cells: list[str]) -> tuple[list[Any], dict[int, str]]:
        # The whole column at once, and cell by cell only where something is wrong.
        try:
            values = self.all_at_once(cells)
        except (ValueError, ArithmeticError, TypeError, ValidationError):
            return self.one_by_one(cells)
        return values, {}

    def all_at_once(self, cells: list[str]) -> list[Any]:
        """Return the values, or raise one of the errors of ``convert``."""
        convert, empty = self.convert, self.empty
        if "" in cells:
            self.check_empty()
            values = [convert(cell) if cell else empty for cell in cells]
        else:
            values = list(map(convert, cells))
        if empty is not None and None in values:
            self.check_empty()
            values = [empty if value is None else value for value in values]
        said = [value for value in values if value is not None] if None in values else values
        if said:
            self.check_range(min(said), max(said)) if self.ranged else None
            for check in self.checks:
                for value in said:
                    check(value)
        return values

    def one_by_one(self, cells: list[str]) -> tuple[list[Any], dict[int, str]]:
        """Return the values, None for those rejected, and the reasons."""
        values: list[Any] = [None] * len(cells)
        reasons = {}
        for index, cell in enumerate(cells):
            try:
                (values[index],) = self.all_at_once([cell])
            except ValidationError as error:
                reasons[index] = " ".join(error.messages)
            except (ValueError, ArithmeticError, TypeError) as error:
                reasons[index] = str(error) or "cannot be read"
        return values, reasons

    @property
    def ranged(self) -> bool:
        """Whether the field has a least or greatest value."""
        return self.least is not None or self.most is not None

    def check_range(self, low: Any, high: Any) -> None:
        """Raise ValueError if one of the values is out of the field's range."""
        if self.least is not None and low < self.least:
            raise ValueError(f"must be at least {self.least}")
        if self.most is not None and high > self.most:
            raise ValueError(f"must be at most {self.most}")

    def check_empty(self) -> None:
        """Raise ValueError if the field must have a value."""
        if self.empty is MISSING:
            raise ValueError("is empty")


class _TextCells(_Cells):
    """Cells that are taken as they are."""

    limits_all = True

    def all_at_once(self, cells: list[str]) -> list[Any]:
        values: list[Any] = cells
        if "" in cells:
            self.check_empty()
            if self.empty != "":
                values = [cell or self.empty for cell in cells]
        if self.limit is not None and cells and (longest := max(map(len, cells))) > self.limit:
            raise ValueError(TOO_LONG.format(longest, self.limit))
        if found := UNWRITABLE.search("".join(cells)):
            raise ValueError(
                f"contains the character U+{ord(found[0]):04X}, which no database can store"
            )
        for check in self.checks:
            for cell in filter(None, cells):
                check(cell)
        return values


def _empty_value(field: AnyField) -> Any:
    if field.null:
        return None
    if field.blank and _is_text(field):
        return ""
    if field.has_default() or (
        field.blank and field.empty_strings_allowed and not field.has_db_default()
    ):
        return default_of(field)
    return MISSING


def _is_text(field: AnyField) -> bool:
    return isinstance(field, models.CharField | models.TextField)


def _converter(field: AnyField) -> Callable[[str], Any]:
    if isinstance(field, ISBNField):
        return clean_isbn
    if isinstance(field, models.DateTimeField):
        return lambda cell: in_time_zone(field.to_python(cell))
    return _integer if isinstance(field, models.IntegerField) else field.to_python


def _integer(cell: str) -> int:
    try:
        return int(cell)
    except ValueError:
        raise ValueError("is not a whole number") from None


def _checks(field: AnyField) -> tuple[Any, Any, list[Callable[[Any], None]]]:
    """Return the field's least and greatest value, and what else it checks."""
    if isinstance(field, ISBNField):
        return None, None, []
    # The field's own validators know the default database, and SQLite has no bounds.
    low, high = BaseDatabaseOperations.integer_field_ranges.get(
        field.get_internal_type(), (None, None)
    )
    bounds: dict[type, list[Any]] = {
        MinValueValidator: [] if low is None else [low],
        MaxValueValidator: [] if high is None else [high],
    }
    limit = field.max_length
    checks: list[Callable[[Any], None]] = []
    validator: Any
    for validator in field.validators:
        if type(validator) in bounds and not callable(validator.limit_value):
            bounds[type(validator)].append(validator.limit_value)
        elif not (
            isinstance(validator, ProhibitNullCharactersValidator)
            or (isinstance(validator, MaxLengthValidator) and validator.limit_value == limit)
        ):
            checks.append(validator)
    if field.choices:
        checks.append(_choice_check(field))
    least, most = bounds[MinValueValidator], bounds[MaxValueValidator]
    return max(least, default=None), min(most, default=None), checks


def _length_check(limit: int) -> Callable[[Any], None]:
    def check(value: Any) -> None:
        if isinstance(value, str | bytes) and len(value) > limit:
            raise ValueError(TOO_LONG.format(len(value), limit))

    return check


def _choice_check(field: AnyField) -> Callable[[Any], None]:
    allowed = {value for value, _label in field.flatchoices}
    listed = ", ".join(sorted(map(str, allowed)))

    def check(value: Any) -> None:
        if value not in allowed:
            raise ValueError(f"must be one of: {listed}")

    return check
