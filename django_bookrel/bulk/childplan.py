"""What becomes of the rows of a child table, as a value that is written later."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from django.db import models

from .entries import Entry
from .relations import Children
from .resolve import Pending

__all__ = ("Alteration", "ChildPlan", "Current")

Current = dict[Any, dict[Entry, tuple[Any, Entry]]]
"""Parent -> key of the entry -> primary key, entry."""


class Alteration(NamedTuple):
    """A row of the child table that changes."""

    row: int
    pk: Any
    before: Entry
    after: Entry


@dataclass(slots=True)
class ChildPlan:
    """What becomes of one child table; rows are those of the batch."""

    child: Children
    added_rows: list[int] = field(default_factory=list)
    """The row of each of ``added``."""
    added: list[Entry] = field(default_factory=list)
    altered: list[Alteration] = field(default_factory=list)
    gone: list[tuple[int, Any]] = field(default_factory=list)
    """Row and primary key of what is deleted."""
    current: Current = field(default_factory=dict)
    """What those records have that differ."""

    def only(self, rows: Collection[int]) -> ChildPlan:
        """Return the part of some rows."""
        pairs = [p for p in zip(self.added_rows, self.added, strict=True) if p[0] in rows]
        return ChildPlan(
            self.child,
            [row for row, _entry in pairs],
            [entry for _row, entry in pairs],
            [one for one in self.altered if one.row in rows],
            [one for one in self.gone if one[0] in rows],
            self.current,
        )

    def alone(self, line: int) -> ChildPlan:
        """Return the part that refers to no record which the row of another line makes."""
        place = self.child.target
        if place is None:
            return self

        def is_there(entry: Entry) -> bool:
            return type(entry[place]) is not Pending or entry[place].line in (0, line)

        pairs = [p for p in zip(self.added_rows, self.added, strict=True) if is_there(p[1])]
        return replace(
            self,
            added_rows=[row for row, _entry in pairs],
            added=[entry for _row, entry in pairs],
            altered=[one for one in self.altered if is_there(one.after)],
        )

    def pending(self) -> Iterator[Pending]:
        """Yield what entries refer to and is not there yet, in their order."""
        place = self.child.target
        if place is not None:
            for entry in self.added:
                if type(entry[place]) is Pending:
                    yield entry[place]
            for one in self.altered:
                if type(one.after[place]) is Pending:
                    yield one.after[place]

    def before_and_after(self, row: int, pk: Any) -> tuple[list[Entry], list[Entry]]:
        """Return the entries that a record has, and those that it will have."""
        gone = {child for at, child in self.gone if at == row}
        altered = {one.pk: one.after for one in self.altered if one.row == row}
        was = self.current.get(pk, {}).values()
        after = [altered.get(child, entry) for child, entry in was if child not in gone]
        pairs = zip(self.added_rows, self.added, strict=True)
        return [entry for _child, entry in was], after + [e for at, e in pairs if at == row]

    def free(self, place: int) -> int:
        """Return a number above all that the records have, or will have, in a column."""
        values = [entry[place] for entry in self.added]
        values += [one.after[place] for one in self.altered]
        values += [entry[place] for rows in self.current.values() for _pk, entry in rows.values()]
        return 1 + max(int(value) for value in values if value is not None)

    def contended(self) -> Iterator[int]:
        """Yield the places of numbers that rows take from each other, and no two may have."""
        unique = _unique_names(self.child.model)
        for place, column in enumerate(self.child.columns):
            if column.name in unique and isinstance(column, models.IntegerField):
                pairs = [(one.before[place], one.after[place]) for one in self.altered]
                came = {comes for was, comes in pairs if comes not in (was, None)}
                if not came.isdisjoint(was for was, _comes in pairs):
                    yield place


def _unique_names(model: type[models.Model]) -> set[str]:
    """Return the names of fields of which no two rows may have the same, alone or together."""
    opts = model._meta
    sets = [*opts.unique_together, *(c.fields for c in opts.total_unique_constraints)]
    return {name for names in sets for name in names} | {f.name for f in opts.fields if f.unique}
