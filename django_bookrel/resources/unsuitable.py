"""Which fields can be no column of a file, or cannot identify a record, and why."""

from __future__ import annotations

from django.db import models

from ..fields import AnyField
from ..values import is_postgres, value_field

__all__ = ("no_column", "no_identity")

GEOMETRY = "django.contrib.gis."


def no_column(field: AnyField) -> str:
    """Return why no file can have the column; empty if one can."""
    if any(is_postgres(field, name) for name in ("SearchVectorField", "SearchQueryField")):
        return "PostgreSQL computes its values and does not return them as they were written."
    if any(base.__module__.startswith(GEOMETRY) for base in type(field).__mro__):
        return "its values cannot be read from text."
    return ""


def no_identity(field: AnyField) -> str:
    """Return why records cannot be found by the column, as a relative clause; empty if they can."""
    if isinstance(field, models.CompositePrimaryKey):
        return "that consists of several columns"
    found = value_field(field)
    kinds = {
        "JSON": isinstance(found, models.JSONField),
        "bytes": isinstance(found, models.BinaryField),
        "lists": is_postgres(found, "ArrayField"),
        "maps": is_postgres(found, "HStoreField"),
    }
    return next((f"whose values are {what}" for what, is_so in kinds.items() if is_so), "")
