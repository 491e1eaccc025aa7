"""What an import into a resource would refuse, as far as it is known without the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..bulk import UNSET
from ..sources import Issue, Reading, Record
from .cleaning import RowCleaner

__all__ = ("refusals",)


def refusals(
    resource: Any, reading: Reading
) -> Callable[[list[Record]], Iterator[tuple[int, Issue]]]:
    """
    Return what finds the refusals among records besides those of their source.

    A row counts as one that is new: without what a new record needs it is refused. The kind of a
    refusal is its column. What only the database or code of the host refuses is not found.

    :returns: a function from records to lines and issues.
    """
    layout = resource.layout(reading.fields)
    cleaner = RowCleaner(resource, layout, clears=reading.source.clears, checked=True)
    needed = resource.required_columns()
    places = [(place, c.name) for place, c in enumerate(layout.columns) if c.name in needed]

    def found(records: list[Record]) -> Iterator[tuple[int, Issue]]:
        chunk, refused = cleaner.clean([record for record in records if not record.errors])
        for refusal in refused:
            yield refusal.line, Issue(refusal.column, refusal.column, refusal.value, refusal.reason)
        for place, name in places:
            for line, value in zip(chunk.lines, chunk.columns[place], strict=True):
                if value is UNSET:
                    yield line, Issue(name, name, "", "is empty")

    return found
