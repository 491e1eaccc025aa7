"""
The record that stands beside the children of a row: the first author beside the contributors.

A row may name it without its kind (``Bare``): then it only says that the two belong together. So
who has a part in the record already keeps it, and does not take the place of another one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .batch import UNSET, Bare
from .children import ChildComparison, Treatment
from .columns import EMPTY
from .entries import Entry, with_what_is_open
from .layout import Layout
from .plan import Plan

__all__ = ("Beside",)


class Beside:
    """The foreign key that stands beside the children of a comparison; the layout has it."""

    def __init__(self, layout: Layout, plan: Plan, comparison: ChildComparison) -> None:
        self.plan, self.comparison, self.child = plan, comparison, comparison.child
        [place] = [i for i, k in enumerate(layout.foreign_keys) if k.name == self.child.beside]
        # Else a key here and one there do not mean the same record.
        self.is_alike = layout.foreign_keys[place].reference == self.child.reference
        self.place = len(layout.columns) + place
        said = plan.columns[self.place]
        comparison.beside = [None if value is UNSET else value for value in said]

    def bare(self, how: Treatment) -> list[int]:
        """Return the rows that name the record without its kind."""
        if how.whole or not self.is_alike or self.child.beside in how.keep:
            return []
        names = self.plan.batch.columns[self.place]
        return [row for row in how.rows if type(names[row]) is Bare]

    def settle(self, how: Treatment, held: Mapping[Any, Sequence[Any]]) -> None:
        """
        Decide what stands beside the children of known records; the children have been read.

        :param held: primary key -> values of the layout's fields.
        """
        bare, column = set(self.bare(how)), self.plan.columns[self.place]
        was = self._entries() if bare else {}
        for row, pk in zip(how.rows, how.pks, strict=True):
            has, said = held[pk][self.place], column[row]
            if row in bare and said != has and self._stays(row, has, was.get(pk, ())):
                column[row] = said = UNSET
            is_kept = self.child.beside in how.keep or (how.fill and has not in EMPTY)
            self.comparison.beside[row] = has if is_kept or said is UNSET else said

    def _entries(self) -> dict[Any, list[Entry]]:
        was: dict[Any, list[Entry]] = {}
        for _number, pk, *entry, _child in self.comparison.found:
            was.setdefault(pk, []).append(tuple(entry))
        return was

    def _stays(self, row: int, has: Any, was: Sequence[Entry]) -> bool:
        """Return whether a row leaves what stands beside the children as it is."""
        target: Any = self.child.target
        said, first = self.comparison.said(row), self.plan.columns[self.place][row]
        known = with_what_is_open(self.child, said.with_kinds(), was)
        if first in {entry[target] for entry in known}:
            return True
        for index, entry in enumerate(said.entries):
            if index in said.bare and has not in EMPTY and entry[target] == has:
                # Both have a part, and nobody says that they have changed places.
                names = self.plan.batch.columns[self.place][row]
                self.comparison.put_first(row, (*entry[:target], names, *entry[target + 1 :]))
                return True
        return False
