"""Values of a model's columns: checked as they come in, and as the database takes and gives them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from ..fields import CodePointField, DerivedField, ISBNField, KeyField, NameField, SortField
from ..isbn import clean_isbn

__all__ = ("Cleaner", "Filler", "cleaner", "from_db", "needs_value", "to_db")

Cleaner = Callable[[list[str]], tuple[list[Any], dict[int, str]]]
"""Cells of a chunk -> values, and by index the reason for each cell that is refused."""

UNWRITABLE = re.compile("[\0\ud800-\udfff]")
"""Characters that no database takes in a text."""

EMPTY = "is empty"


def cleaner(field: models.Field, convert: Callable[[str], Any] | None = None) -> Cleaner:
    """
    Return a function that turns cells (texts, maybe empty) into values of ``field``.

    :param convert: turns a cell that is not empty into a value; what it raises as ValueError,
        ArithmeticError, TypeError or ValidationError is the reason of a refusal.
    """
    if convert is None:
        convert = _converter(field)
    checks = _validators(field)
    empty = _empty_value(field)
    limit = field.max_length if _is_text(field) else None

    def clean(cells: list[str]) -> tuple[list[Any], dict[int, str]]:
        # The whole column at once, and cell by cell only where something is wrong.
        try:
            if convert is None:
                if empty is _MISSING and "" in cells:
                    raise ValueError(EMPTY)
                values = [cell or empty for cell in cells]
                if (limit is None or max(map(len, cells), default=0) <= limit) and not (
                    checks or UNWRITABLE.search("".join(cells))
                ):
                    return values, {}
            else:
                values = [convert(cell) if cell else _not_empty(empty) for cell in cells]
                for check in checks:
                    for value in values:
                        if value is not None:
                            check(value)
                return values, {}
        except (ValueError, ArithmeticError, TypeError, ValidationError):
            pass
        return _one_by_one(cells)

    def one(cell: str) -> Any:
        if not cell:
            return _not_empty(empty)
        if found := UNWRITABLE.search(cell):
            raise ValueError(f"holds the character U+{ord(found[0]):04X}, which no database takes")
        if limit is not None and convert is None and len(cell) > limit:
            raise ValueError(f"has {len(cell)} characters; at most {limit} fit")
        value = cell if convert is None else convert(cell)
        for check in checks:
            if value is not None:
                check(value)
        return value

    def _one_by_one(cells: list[str]) -> tuple[list[Any], dict[int, str]]:
        values: list[Any] = [None] * len(cells)
        reasons = {}
        for index, cell in enumerate(cells):
            try:
                values[index] = one(cell)
            except ValidationError as error:
                reasons[index] = " ".join(error.messages)
            except (ValueError, ArithmeticError, TypeError) as error:
                reasons[index] = str(error) or "cannot be read"
        return values, reasons

    return clean


def needs_value(field: models.Field) -> bool:
    """Return whether a new row cannot do without a value for the field."""
    made = field.primary_key or field.generated or getattr(field, "auto_now", False)
    made = made or getattr(field, "auto_now_add", False) or isinstance(field, DerivedField)
    return not made and not field.has_db_default() and _empty_value(field) is _MISSING


_MISSING = object()


def _not_empty(value: Any) -> Any:
    if value is _MISSING:
        raise ValueError(EMPTY)
    return value


def _empty_value(field: models.Field) -> Any:
    if field.null:
        return None
    if field.has_default():
        return field.get_default()
    return "" if _is_text(field) and field.blank else _MISSING


def _is_text(field: models.Field) -> bool:
    return isinstance(field, models.CharField | models.TextField)


def _converter(field: models.Field) -> Callable[[str], Any] | None:
    if isinstance(field, ISBNField):
        return clean_isbn
    if _is_text(field):
        return None
    if isinstance(field, models.IntegerField):
        return _integer
    return field.to_python


def _integer(cell: str) -> int:
    try:
        return int(cell)
    except ValueError:
        raise ValueError("is not a whole number") from None


def _validators(field: models.Field) -> list[Callable[[Any], None]]:
    """Return the checks beyond those that reading the cell makes anyway."""
    made = MaxLengthValidator | ProhibitNullCharactersValidator
    checks = [v for v in field.validators if not isinstance(v, made)]
    if isinstance(field, ISBNField):
        checks = []
    if field.choices:
        checks.append(_choice_check(field))
    return checks


def _choice_check(field: models.Field) -> Callable[[Any], None]:
    allowed = {value for value, _label in field.flatchoices}
    listed = ", ".join(sorted(map(str, allowed)))

    def check(value: Any) -> None:
        if value not in allowed:
            raise ValueError(f"is not one of: {listed}")

    return check


def to_db(fields: Sequence[models.Field], connection: BaseDatabaseWrapper) -> Callable:
    """Return a function that makes rows of values what the database driver takes."""
    prepare = [None if _passes(f) else f.get_db_prep_save for f in fields]
    if not any(prepare):
        return lambda rows: rows

    def prepared(rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
        return [
            tuple(
                value if prep is None or value is None else prep(value, connection)
                for prep, value in zip(prepare, row, strict=True)
            )
            for row in rows
        ]

    return prepared


PLAIN = {
    models.AutoField,
    models.BigAutoField,
    models.BigIntegerField,
    models.CharField,
    models.IntegerField,
    models.PositiveBigIntegerField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.SmallAutoField,
    models.SmallIntegerField,
    models.TextField,
    CodePointField,
    ISBNField,
    KeyField,
    NameField,
    SortField,
}


def _passes(field: models.Field) -> bool:
    # A cleaned text or whole number is what every driver takes.
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return type(field) in PLAIN


def from_db(fields: Sequence[models.Field], connection: BaseDatabaseWrapper) -> Callable:
    """Return a function that makes rows as the driver gives them rows of Python values."""
    converters = []
    for index, field in enumerate(fields):
        column = field.get_col(field.model._meta.db_table)
        found = connection.ops.get_db_converters(column) + column.get_db_converters(connection)
        converters += [(index, convert, column) for convert in found]
    if not converters:
        return lambda rows: rows

    def converted(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
        result = [list(row) for row in rows]
        for row in result:
            for index, convert, column in converters:
                row[index] = convert(row[index], column, connection)
        return result

    return converted


class Filler:
    """
    Completes rows of some columns to what an INSERT or UPDATE writes.

    Defaults, ``auto_now``, derived columns and any other ``pre_save()`` apply as in ``save()``.

    :param given: the columns that the rows bring, in their order.
    :param adding: for new rows (all other columns), else for existing ones (only what ``pre_save()``
        changes on every save).
    """

    def __init__(
        self, model: type[models.Model], given: Sequence[models.Field], *, adding: bool
    ) -> None:
        self.model, self.given, self.adding = model, tuple(given), adding
        brought = {f.attname: i for i, f in enumerate(self.given)}
        self.steps: list[tuple[models.Field, Callable[[tuple[Any, ...]], Any]]] = []
        for field in model._meta.local_concrete_fields:
            if field.attname in brought or field.generated or field.primary_key:
                continue
            if step := self._step(field, brought):
                self.steps.append((field, step))
        self.fields = (*self.given, *(field for field, _step in self.steps))

    def __call__(self, rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Return the rows with the values of ``self.fields``."""
        steps = [step for _field, step in self.steps]
        return [(*row, *[step(row) for step in steps]) for row in rows]

    def _step(
        self, field: models.Field, brought: dict[str, int]
    ) -> Callable[[tuple[Any, ...]], Any] | None:
        if isinstance(field, DerivedField):
            index = brought.get(self.model._meta.get_field(field.source).attname)
            if index is None:
                return None if not self.adding else lambda row: field.derive("")
            return lambda row: field.derive(row[index])
        if getattr(field, "auto_now", False) or (
            self.adding and getattr(field, "auto_now_add", False)
        ):
            now = field.to_python(_now(field))
            return lambda row: now
        if not self._saves_as_is(field):
            return lambda row: field.pre_save(self._instance(row), self.adding)
        if not self.adding or (field.has_db_default() and not field.has_default()):
            return None
        if callable(field.default):
            return lambda row: field.get_default()
        value = field.get_default()
        return lambda row: value

    @staticmethod
    def _saves_as_is(field: models.Field) -> bool:
        """Return whether ``pre_save()`` leaves a value that nobody gave as it is."""
        plain = (models.Field, models.DateField, models.DateTimeField, models.TimeField)
        known = isinstance(field, ISBNField | models.FileField)
        return known or any(type(field).pre_save is kind.pre_save for kind in plain)

    def _instance(self, row: tuple[Any, ...]) -> models.Model:
        return self.model(**{f.attname: v for f, v in zip(self.given, row, strict=True)})


def _now(field: models.Field) -> Any:
    now = timezone.now()
    if isinstance(field, models.DateTimeField):
        return now
    local = timezone.localtime(now) if timezone.is_aware(now) else now
    return local.date() if isinstance(field, models.DateField) else local.time()
