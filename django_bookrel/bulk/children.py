"""The rows of a child table, compared with what a batch says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from ..fields import PositionField
from .batch import UNSET, Bare, Batch, ForNew
from .childplan import Alteration, ChildPlan, Current
from .entries import Entry, Said, whole, with_what_is_open
from .relations import Children
from .writers import Writer

__all__ = ("ChildComparison", "Treatment")


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
    clears: bool = True
    """Whether a row says all of a record's children; otherwise what it leaves open stays."""


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
        self.position = _position(child)
        self.is_bare = _has_bare(child, self.cells)
        """Whether rows leave open in which role they name somebody."""
        self.plan = ChildPlan(child)
        self.further: dict[tuple[Any, Entry], list[Any]] = {}
        """Parent, key -> primary keys of the rows beside the first: two links to one record."""
        self.beside: list[Any] = [None] * len(self.cells)
        """For each row what refers to the target that the record itself has."""
        self.found: list[tuple[Any, ...]] = []
        """What the table has, since :meth:`read`, as ``_found()`` returns it."""

    def add(self, new: Sequence[int]) -> None:
        """Plan the entries of new records."""
        plan = self.plan
        for row in new:
            entries = self.cells[row]
            if entries is not UNSET and entries:
                is_bare = self.is_bare and _has_bare(self.child, [entries])
                entries = whole(self.child, self.said(row)) if is_bare else self._resolved(entries)
                if len(entries) > 1:
                    entries = _by_key(self.child, entries).values()
                plan.added_rows += [row] * len(entries)
                plan.added += entries

    def said(self, row: int, cells: Sequence[Any] = ()) -> Said:
        """Return what a row says; ``cells`` come in the place of those of the batch."""
        cell = (cells or self.cells)[row]
        cell = () if cell is UNSET else cell
        return Said.of(self.child, cell, self._resolved(cell), self.beside[row])

    def put_first(self, row: int, entry: Entry) -> None:
        """Let a row say one entry more."""
        self.cells = list(self.cells)
        self.cells[row] = [entry, *self.cells[row]]

    def read(self, how: Treatment, more: Sequence[int] = ()) -> None:
        """
        Read the rows of records that are there.

        :param more: rows whose record's children are read although they say nothing of them.
        """
        cells, wanted = self._of_known(whole=how.whole), frozenset(more)
        if self.child.name in how.keep:
            cells = [UNSET] * len(cells)
        pairs = zip(how.rows, how.pks, strict=True)
        pks = [pk for row, pk in pairs if cells[row] is not UNSET or row in wanted]
        self.found = _found(self.child, self.writer, pks) if pks else []

    def compare(self, how: Treatment, *, lock: bool) -> set[int]:
        """
        Plan what changes for records that :meth:`read` has read; return their rows.

        :param lock: keep others from changing what is to be changed.
        """
        pairs = zip(how.rows, how.pks, strict=True)
        cells = self._of_known(whole=how.whole)
        asked = {pk: row for row, pk in pairs if cells[row] is not UNSET}
        if self.child.name in how.keep or not asked:
            return set()
        add_only = self.child.add_only or how.fill
        found = [row for row in self.found if row[1] in asked]
        wanted = self._wanted(asked, cells, found, how)
        suspects = _suspects(wanted, found, asked, add_only=add_only)
        if suspects and lock:
            asked = {pk: row for pk, row in asked.items() if pk in suspects}
            found = _found(self.child, self.writer, sorted(suspects), lock=True)
            wanted = self._wanted(asked, cells, found, how)
        said: dict[Any, list[Entry]] = {}
        for pk, *entry in wanted if suspects else ():
            said.setdefault(pk, []).append(tuple(entry))
        current = self._current(found, suspects)
        self.plan.current |= current
        return {
            row
            for pk, row in asked.items()
            if pk in suspects
            and self._differs(row, pk, said.get(pk, ()), current.get(pk, {}), add_only=add_only)
        }

    def _wanted(
        self,
        asked: Mapping[Any, int],
        cells: Sequence[Any],
        found: Sequence[tuple[Any, ...]],
        how: Treatment,
    ) -> list[tuple[Any, ...]]:
        """Return the entries that parents are to have, behind their parent."""
        says_all = how.clears or how.whole
        has_values = len(self.child.columns) > len(self.child.key)
        if not (self.is_bare if says_all else has_values):
            parents = [pk for pk, row in asked.items() for _entry in cells[row]]
            entries = self._resolved([entry for row in asked.values() for entry in cells[row]])
            return [(pk, *entry) for pk, entry in zip(parents, entries, strict=True)]
        was: dict[Any, list[Entry]] = {}
        for _number, pk, *entry, _child in found if not how.whole else ():
            was.setdefault(pk, []).append(tuple(entry))
        complete = whole if says_all else with_what_is_open
        return [
            (pk, *entry)
            for pk, row in asked.items()
            for entry in complete(self.child, self.said(row, cells), was.get(pk, ()))
        ]

    def _of_known(self, *, whole: bool) -> list[Any]:
        """Return the cells as they are for records that are there."""
        cells = self.cells
        if ForNew in set(map(type, cells)):
            cells = [UNSET if type(cell) is ForNew else cell for cell in cells]
        return [() if cell is UNSET else cell for cell in cells] if whole else cells

    def _differs(
        self, row: int, pk: Any, said: Sequence[Entry], was: dict[Entry, Any], *, add_only: bool
    ) -> bool:
        wanted = _by_key(self.child, said)
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
            if altered and not _says_the_same(self.position, wanted, was):
                plan.altered += altered
        return len(plan.added) + len(plan.altered) + len(plan.gone) > before

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


def _suspects(
    wanted: list[tuple[Any, ...]],
    found: list[tuple[Any, ...]],
    asked: Collection[Any],
    *,
    add_only: bool,
) -> set[Any]:
    """Return the parents whose entries may differ, of a file that comes again next to none."""
    try:
        said, there = set(wanted), {row[1:-1] for row in found}
    except TypeError:
        # A list or a dictionary of a JSON column.
        return set(asked)
    return {both[0] for both in (said - there if add_only else said ^ there)}


def _says_the_same(place: int | None, wanted: dict[Entry, Entry], was: dict[Entry, Any]) -> bool:
    """Return whether entries differ in nothing but positions, which give the same order."""
    if place is None:
        return False
    order = sorted(was, key=lambda key: (was[key][1][place], was[key][0]))
    return order == list(wanted) and all(
        old[:place] + old[place + 1 :] == wanted[key][:place] + wanted[key][place + 1 :]
        for key, (_pk, old) in was.items()
    )


def _found(
    child: Children, writer: Writer, parents: list[Any], *, lock: bool = False
) -> list[tuple[Any, ...]]:
    """Return what the table has: a number, parent, values of the columns, primary key."""
    fetch = [child.parent, *child.columns, child.model._meta.pk]
    found = writer.finder.match([child.parent], [(p,) for p in parents], fetch, lock=lock)
    place = child.target
    if place is not None and child.columns[place].null:
        # No cell can say a row that names no record, so none can mean to delete it.
        found = [row for row in found if row[2 + place] is not None]
    return found


def _has_bare(child: Children, cells: Sequence[Any]) -> bool:
    place = child.target
    return child.kind is not None and any(
        type(entry[place]) is Bare for cell in cells if cell is not UNSET for entry in cell
    )


def _by_key(child: Children, entries: Sequence[Entry]) -> dict[Entry, Entry]:
    """Return key -> entry; of several entries of one key the first."""
    if len(child.key) == len(child.columns):
        return {entry: entry for entry in entries}
    wanted: dict[Entry, Entry] = {}
    for entry in entries:
        wanted.setdefault(tuple([entry[i] for i in child.key]), entry)
    return wanted


def _position(child: Children) -> int | None:
    columns = enumerate(child.columns)
    return next((i for i, c in columns if isinstance(c, PositionField)), None)
