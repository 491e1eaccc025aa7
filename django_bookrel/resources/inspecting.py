"""What an import into a resource would reject, as far as it is known without the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..bulk import UNSET
from ..sources import Issue, Reading, Record
from .cleaning import RowCleaner

__all__ = ("rejections",)


def rejections(
    resource: Any, reading: Reading
) -> Callable[[list[Record]], Iterator[tuple[int, Issue]]]:
    """
    Return what finds the rejections among records besides those of their source.

    A row counts as one that is new: without what a new record needs it is rejected. The kind of a
    rejection is its column. What only the database or code of the host rejects is not found.

    :returns: a function from records to lines and issues.
    """
    layout = resource.layout(reading.fields)
    cleaner = RowCleaner(resource, layout, clears=reading.source.clears, checked=True)
    needed = resource.required_columns()
    places = [(place, c.name) for place, c in enumerate(layout.columns) if c.name in needed]

    def found(records: list[Record]) -> Iterator[tuple[int, Issue]]:
        batch, rejected = cleaner.clean([record for record in records if not record.errors])
        for rejection in rejected:
            yield (
                rejection.line,
                Issue(rejection.column, rejection.column, rejection.value, rejection.reason),
            )
        for place, name in places:
            for line, value in zip(batch.lines, batch.columns[place], strict=True):
                if value is UNSET:
                    yield line, Issue(name, name, "", "is empty")

    return found
