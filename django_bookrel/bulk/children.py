"""The rows of a child table: compared with what a batch says, as a value that is written later."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from django.db import models

from ..fields import PositionField
from .batch import UNSET, Batch, ForNew
from .relations import Children
from .resolve import Pending
from .writers import Writer

__all__ = ("Alteration", "ChildComparison", "ChildPlan", "Treatment")

Entry = tuple[Any, ...]
Current = dict[Any, dict[Entry, tuple[Any, Entry]]]
"""Parent -> key of the entry -> primary key, entry."""


class Treatment(NamedTuple):
    """How some records that are there are treated."""

    rows: Sequence[int]
    pks: Sequence[Any]
    """The primary key of each of the rows."""
    fill: bool = False
    """Write what is empty and add what is not there, and no more."""
    keep: frozenset[str] = frozenset()
    """Names of columns and children that stay as they are."""
    whole: bool = False
    """What a row does not say is as in a new record."""


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


class ChildComparison:
    """
    Compares one batch's entries with the rows of one child table.

    :param keys: names -> what refers to the record, maybe ``Pending``.
    """

    def __init__(
        self, child: Children, index: int, batch: Batch, keys: Mapping[Entry, Any], writer: Writer
    ) -> None:
        self.child, self.writer, self.keys = child, writer, keys
        self.cells = batch.children[index]
        """Entries, or UNSET, for each row."""
        columns = enumerate(child.columns)
        self.position = next((i for i, c in columns if isinstance(c, PositionField)), None)
        self.plan = ChildPlan(child)
        self.further: dict[tuple[Any, Entry], list[Any]] = {}
        """Parent, key -> primary keys of the rows beside the first: two links to one record."""

    def add(self, new: Sequence[int]) -> None:
        """Plan the entries of new records."""
        plan = self.plan
        for row in new:
            entries = self.cells[row]
            if entries is not UNSET and entries:
                entries = self._resolved(entries)
                if len(entries) > 1:
                    entries = self._by_key(entries).values()
                plan.added_rows += [row] * len(entries)
                plan.added += entries

    def compare(self, how: Treatment, *, lock: bool) -> set[int]:
        """
        Plan what changes for records that are there; return their rows.

        :param lock: keep others from changing what is to be changed.
        """
        pairs = zip(how.rows, how.pks, strict=True)
        cells = self._of_known(whole=how.whole)
        asked = [(row, pk) for row, pk in pairs if cells[row] is not UNSET]
        if self.child.name in how.keep or not asked:
            return set()
        add_only = self.child.add_only or how.fill
        found = self._found([pk for _row, pk in asked])
        suspects = self._suspects(asked, cells, found, add_only=add_only)
        if suspects and lock:
            found = self._found(sorted(suspects), lock=True)
        current = self._current(found, suspects)
        self.plan.current |= current
        return {
            row
            for row, pk in asked
            if pk in suspects
            and self._differs(row, pk, cells[row], current.get(pk, {}), add_only=add_only)
        }

    def _of_known(self, *, whole: bool) -> list[Any]:
        """Return the cells as they are for records that are there."""
        cells = self.cells
        if any(type(cell) is ForNew for cell in cells):
            cells = [UNSET if type(cell) is ForNew else cell for cell in cells]
        return [() if cell is UNSET else cell for cell in cells] if whole else cells

    def _differs(
        self, row: int, pk: Any, said: Sequence[Entry], was: dict[Entry, Any], *, add_only: bool
    ) -> bool:
        wanted = self._by_key(self._resolved(said))
        if not wanted and (add_only or not was):
            return False
        plan = self.plan
        before = len(plan.added) + len(plan.altered) + len(plan.gone)
        added = [entry for key, entry in wanted.items() if key not in was]
        plan.added += added
        plan.added_rows += [row] * len(added)
        if not add_only:
            for key, (child, _entry) in was.items():
                if key not in wanted:
                    plan.gone += [(row, pk_) for pk_ in (child, *self.further.get((pk, key), ()))]
            altered = [
                Alteration(row, child, entry, wanted[key])
                for key, (child, entry) in was.items()
                if key in wanted and entry != wanted[key]
            ]
            if altered and not self._says_the_same(wanted, was):
                plan.altered += altered
        return len(plan.added) + len(plan.altered) + len(plan.gone) > before

    def _says_the_same(self, wanted: dict[Entry, Entry], was: dict[Entry, Any]) -> bool:
        """Return whether entries differ in nothing but positions, which give the same order."""
        place = self.position
        if place is None:
            return False
        order = sorted(was, key=lambda key: (was[key][1][place], was[key][0]))
        return order == list(wanted) and all(
            old[:place] + old[place + 1 :] == wanted[key][:place] + wanted[key][place + 1 :]
            for key, (_pk, old) in was.items()
        )

    def _found(self, parents: list[Any], *, lock: bool = False) -> list[tuple[Any, ...]]:
        """Return what the table has: a number, parent, values of the columns, primary key."""
        child = self.child
        fetch = [child.parent, *child.columns, child.model._meta.pk]
        found = self.writer.match([child.parent], [(p,) for p in parents], fetch, lock=lock)
        place = child.target
        if place is not None and child.columns[place].null:
            # No cell can say a row that names no record, so none can mean to delete it.
            found = [row for row in found if row[2 + place] is not None]
        return found

    def _suspects(
        self,
        asked: list[tuple[int, Any]],
        cells: list[Any],
        found: list[tuple[Any, ...]],
        *,
        add_only: bool,
    ) -> set[Any]:
        """Return the parents whose entries may differ, of a file that comes again next to none."""
        parents = [pk for row, pk in asked for _entry in cells[row]]
        entries = self._resolved([entry for row, _pk in asked for entry in cells[row]])
        try:
            said = {(pk, *entry) for pk, entry in zip(parents, entries, strict=True)}
            there = {row[1:-1] for row in found}
        except TypeError:
            # A list or a dictionary of a JSON column.
            return {pk for _row, pk in asked}
        return {both[0] for both in (said - there if add_only else said ^ there)}

    def _current(self, found: list[tuple[Any, ...]], parents: set[Any]) -> Current:
        current: Current = {}
        for _number, parent, *entry, pk in found if parents else ():
            if parent in parents:
                key = tuple([entry[place] for place in self.child.key])
                first, _entry = current.setdefault(parent, {}).setdefault(key, (pk, tuple(entry)))
                if first != pk:
                    self.further.setdefault((parent, key), []).append(pk)
        return current

    def _resolved(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Return the entries with references in the place of names."""
        child, keys, place = self.child, self.keys, self.child.target
        if place is None:
            return entries
        if len(child.columns) == 1:
            return [(keys[names],) for (names,) in entries]
        return [(*e[:place], keys[e[place]], *e[place + 1 :]) for e in entries]

    def _by_key(self, entries: Sequence[Entry]) -> dict[Entry, Entry]:
        """Return key -> entry; of several entries of one key the first."""
        if len(self.child.key) == len(self.child.columns):
            return {entry: entry for entry in entries}
        wanted: dict[Entry, Entry] = {}
        for entry in entries:
            wanted.setdefault(tuple([entry[i] for i in self.child.key]), entry)
        return wanted


def _unique_names(model: type[models.Model]) -> set[str]:
    """Return the names of fields of which no two rows may have the same, alone or together."""
    opts = model._meta
    sets = [*opts.unique_together, *(c.fields for c in opts.total_unique_constraints)]
    return {name for names in sets for name in names} | {f.name for f in opts.fields if f.unique}
