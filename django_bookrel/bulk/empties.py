"""What an empty cell means, and whether a row can do without a value."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from ..fields import AnyField
from .values import default_of, saves_as_is

__all__ = ("MISSING", "empty_value", "needs_value", "says_nothing_when_empty")

MISSING: Any = object()
"""In the place of a value that a cell must have."""

CONSTANT = {bool, bytes, dict, float, int, list, str, tuple}
"""What makes the same default today and tomorrow."""


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
