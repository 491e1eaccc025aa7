"""Which records an import may mean: those of a queryset."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import islice
from typing import Any

from django.db import connections, models

from ..fields import AnyField

__all__ = ("Scope", "is_restricted", "within")

Scope = models.QuerySet[Any] | Callable[[], models.QuerySet[Any] | None]
"""The records that may be meant, or a function that says them when an import asks; None: all."""

MOST_VALUES = 10_000
"""In one statement."""
OWN_VALUES = 200
"""Room for those of the queryset."""


def is_restricted(queryset: models.QuerySet[Any]) -> bool:
    """Return whether a queryset may lack records of its model's table."""
    query: Any = queryset.query
    return bool(
        query.where or query.is_sliced or query.combinator or query.extra_tables or query.distinct
    )


def within(
    queryset: models.QuerySet[Any], field: AnyField, values: Collection[Any], using: str
) -> set[Any]:
    """
    Return those of the values that records of a queryset have in a field.

    Queries: one for so many values as the database takes in a statement.
    """
    rows, query = queryset.using(using).order_by(), queryset.query
    if query.is_sliced or query.combinator:
        return {*queryset.using(using).values_list(field.attname, flat=True)} & {*values}
    most = connections[using].features.max_query_params or MOST_VALUES
    size = max(1, min(most, MOST_VALUES) - OWN_VALUES)
    left, found = iter(values), set[Any]()
    while some := list(islice(left, size)):
        asked = rows.filter(**{f"{field.attname}__in": some})
        found.update(asked.values_list(field.attname, flat=True))
    return found
