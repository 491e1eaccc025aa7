"""Who says what the values of a field mean: Django and this package, or code of the host's."""

from __future__ import annotations

from types import FunctionType

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from ..fields import AnyField

__all__ = ("defined_in", "has_own_meaning", "is_plain", "is_postgres", "own_type", "value_field")

MEANINGS = (
    "to_python",
    "get_prep_value",
    "get_db_prep_value",
    "get_db_prep_save",
    "from_db_value",
    "clean",
    "validate",
    "value_to_string",
    "pre_save",
)
"""Methods of a field in which a value gets its meaning."""

NOT_HOSTS = ("django.", "django_bookrel.")


def defined_in(kind: type, name: str) -> str:
    """Return the module that defines what ``kind`` has as ``name``; empty if it has none."""
    base = next((base for base in kind.__mro__ if name in vars(base)), None)
    if base is None:
        return ""
    found = vars(base)[name]
    # A class that a function makes is of that function's module; its methods are of their own.
    method = getattr(found, "__func__", found)
    if isinstance(method, FunctionType):
        return method.__module__
    # What stands in for a method, as a test's mock does, need not be of the class's module.
    return str((type(method) if callable(method) else base).__module__)


def has_own_meaning(field: AnyField, *names: str) -> bool:
    """
    Return whether code of the host's says what values of ``field`` mean.

    :param names: the methods that count; by default all of ``MEANINGS``.
    """
    found = [defined_in(type(field), name) for name in names or MEANINGS]
    if not all(module.startswith(NOT_HOSTS) for module in found if module):
        return True
    parts = [getattr(field, name, None) for name in ("base_field", "output_field")]
    return any(has_own_meaning(part, *names) for part in parts if isinstance(part, models.Field))


def is_plain(field: AnyField) -> bool:
    """Return whether values are texts or whole numbers, which every driver takes as they are."""
    plain = isinstance(field, models.CharField | models.TextField | models.IntegerField)
    return plain and not has_own_meaning(field)


def is_postgres(field: AnyField, name: str) -> bool:
    """Return whether a field is of a class of django.contrib.postgres, which need not be there."""
    return any(
        base.__name__ == name and base.__module__.startswith("django.contrib.postgres.")
        for base in type(field).__mro__
    )


def own_type(field: AnyField, connection: BaseDatabaseWrapper) -> str:
    """Return the type of a column if code of the host's says it; else an empty text."""
    if defined_in(type(field), "db_type").startswith(NOT_HOSTS):
        return ""
    return field.db_type(connection) or ""


def value_field(field: AnyField) -> AnyField:
    """Return the field that says what the values are: a key's target, what a column generates."""
    while True:
        if isinstance(field, models.ForeignKey):
            field = field.target_field
        elif field.generated:
            field = field.output_field  # type: ignore[attr-defined]
        else:
            return field
