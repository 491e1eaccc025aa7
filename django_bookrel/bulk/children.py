"""The rows of a child table: compared with what the file says, then written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import models

from ..fields import AnyField, PositionField
from .batch import Batch, Policy
from .layout import UNSET, Children
from .resolve import Pending, settled
from .writers import Writer

__all__ = ("ChildSync",)

Entry = tuple[Any, ...]
Current = dict[Any, dict[Entry, tuple[Any, Entry]]]
"""Parent -> key of the entry -> primary key, entry."""


class ChildSync:
    """
    One batch's rows of one child table.

    :param keys: names -> what refers to the record, maybe ``Pending``.
    """

    def __init__(
        self, child: Children, index: int, batch: Batch, keys: Mapping[Entry, Any], writer: Writer
    ) -> None:
        self.child, self.writer, self.keys = child, writer, keys
        self.cells = batch.children[index]
        self.for_new = batch.for_new.get(index, {})
        self.current: Current = {}
        """What records that exist have, once it was compared."""
        columns = enumerate(child.columns)
        self.position = next((i for i, c in columns if isinstance(c, PositionField)), None)
        self.gone: list[Any] = []
        """Primary keys of rows to be deleted."""
        self.altered: list[Entry] = []
        """Primary key and new entry of rows to be changed."""
        self.added: list[Entry] = []
        """Parent's primary key and entry of rows to be inserted."""
        self.rows: list[int] = []
        self.of_new: list[Entry] = []
        """Entries of which the parent is to be inserted, and for each the parent's row."""

    def compare(self, rows: Sequence[int], pks: Sequence[Any], policy: Policy) -> set[Any]:
        """
        Work out what changes for rows that exist.

        :param pks: the primary key of each of ``rows``.
        :returns: the primary keys of those of which a child changes.
        """
        pairs = zip(rows, pks, strict=True)
        asked = [(row, pk) for row, pk in pairs if self.cells[row] is not UNSET]
        if self.child.name in policy.keep or not asked:
            return set()
        add_only = self.child.add_only or policy.existing == "fill"
        found = self._found([pk for _row, pk in asked])
        suspects = self._suspects(asked, found, add_only=add_only)
        current = self._current(found, suspects)
        self.current |= current
        return {
            pk
            for row, pk in asked
            if pk in suspects
            and self._differs(
                pk, self._by_key(self._resolved(self.cells[row])), current.get(pk, {}), add_only
            )
        }

    def before_and_after(self, row: int, pk: Any) -> tuple[list[Entry], list[Entry]]:
        """Return the entries that a record has, and that it would have; ``pk`` is None if new."""
        if pk is None:
            entries = self.cells[row]
            if entries is UNSET or not entries:
                return [], []
            return [], list(self._by_key(self._resolved(entries)).values())
        gone, altered = set(self.gone), {entry[0]: entry[1:] for entry in self.altered}
        was = self.current.get(pk, {}).values()
        after = [altered.get(child, entry) for child, entry in was if child not in gone]
        after += [entry[1:] for entry in self.added if entry[0] == pk]
        return [entry for _child, entry in was], after

    def plan(self, new: Sequence[int]) -> list[Pending]:
        """Note the entries of new rows; return the records that all this needs created."""
        for row in new:
            entries = self.cells[row]
            if entries is not UNSET and entries:
                entries = self._resolved(entries)
                if len(entries) > 1:
                    entries = self._by_key(entries).values()
                self.rows += [row] * len(entries)
                self.of_new += entries
        for row in self.for_new.keys() & set(new) if self.for_new else ():
            self.rows += [row] * len(self.for_new[row])
            self.of_new += self.for_new[row]
        place = self.child.target
        if place is None:
            return []
        named = [entry[place] for entry in self.of_new]
        named += [entry[place + 1] for entry in (*self.added, *self.altered)]
        return [value for value in named if type(value) is Pending]

    def write(self, pk_of: Mapping[int, Any]) -> None:
        """Delete, change and insert; ``pk_of`` has the primary keys of new rows."""
        child, writer = self.child, self.writer
        writer.delete(child.model, self.gone)
        if self.altered:
            keys, *columns = zip(*self.altered, strict=True)
            for place in self._contended():
                # Out of the way first: rows are updated one by one.
                free = 1 + max(value for value in self._values(place) if value is not None)
                self._update([child.columns[place]], keys, [list(range(free, free + len(keys)))])
            self._update(child.columns, keys, list(map(settled, columns)))
        parents = [entry[0] for entry in self.added] + [pk_of[row] for row in self.rows]
        if parents:
            entries = [entry[1:] for entry in self.added] + self.of_new
            values = [parents, *map(settled, zip(*entries, strict=True))]
            fill = writer.filler(child.model, (child.parent, *child.columns), adding=True)
            rows = fill.rows(values, len(parents))
            writer.insert(child.model, fill.fields, rows, keys=False)

    def _update(
        self, fields: Sequence[AnyField], keys: Sequence[Any], columns: list[list[Any]]
    ) -> None:
        change = self.writer.filler(self.child.model, fields, adding=False)
        rows = change.rows(columns, len(keys))
        pairs = [(key, *row) for key, row in zip(keys, rows, strict=True)]
        self.writer.update(self.child.model, change.fields, pairs)

    def _contended(self) -> Iterator[int]:
        """Yield the places of numbers that rows take from each other, and no two may have."""
        unique = unique_names(self.child.model)
        held = {pk: entry for rows in self.current.values() for pk, entry in rows.values()}
        for place, column in enumerate(self.child.columns):
            if column.name in unique and isinstance(column, models.IntegerField):
                pairs = [(held[pk][place], entry[place]) for pk, *entry in self.altered]
                came = {comes for was, comes in pairs if comes not in (was, None)}
                if not came.isdisjoint(was for was, _comes in pairs):
                    yield place

    def _values(self, place: int) -> Iterator[Any]:
        yield from (entry[place + 1] for entry in (*self.altered, *self.added))
        for rows in self.current.values():
            yield from (entry[place] for _pk, entry in rows.values())

    def _differs(
        self,
        pk: Any,
        wanted: dict[Entry, Entry],
        was: dict[Entry, Any],
        add_only: bool,  # noqa: FBT001
    ) -> bool:
        if not wanted and (add_only or not was):
            return False
        before = len(self.added) + len(self.altered) + len(self.gone)
        self.added += [(pk, *entry) for key, entry in wanted.items() if key not in was]
        if not add_only:
            self.gone += [child_pk for key, (child_pk, _entry) in was.items() if key not in wanted]
            altered = [
                (child_pk, *wanted[key])
                for key, (child_pk, entry) in was.items()
                if key in wanted and entry != wanted[key]
            ]
            if altered and not self._says_the_same(wanted, was):
                self.altered += altered
        return len(self.added) + len(self.altered) + len(self.gone) > before

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

    def _found(self, parents: list[Any]) -> list[tuple[Any, ...]]:
        """Return what the table has: parent, values of the columns, primary key."""
        child = self.child
        fetch = [child.parent, *child.columns, child.model._meta.pk]
        found = self.writer.match([child.parent], [(parent,) for parent in parents], fetch)
        place = child.target
        if place is not None and child.columns[place].null:
            # No cell can say a row that names no record, so none can mean to delete it.
            found = [row for row in found if row[2 + place] is not None]
        return [row[1:] for row in found]

    def _suspects(
        self, asked: list[tuple[int, Any]], found: list[tuple[Any, ...]], *, add_only: bool
    ) -> set[Any]:
        """Return the parents whose entries may differ, of a file that comes again next to none."""
        parents = [pk for row, pk in asked for _entry in self.cells[row]]
        entries = self._resolved([entry for row, _pk in asked for entry in self.cells[row]])
        try:
            said = set(zip(parents, entries, strict=True))
            there = {(row[0], row[1:-1]) for row in found}
        except TypeError:
            # A list or a dictionary of a JSON column.
            return {pk for _row, pk in asked}
        return {parent for parent, _entry in (said - there if add_only else said ^ there)}

    def _current(self, found: list[tuple[Any, ...]], parents: set[Any]) -> Current:
        current: Current = {}
        for parent, *entry, pk in found if parents else ():
            if parent in parents:
                key = tuple([entry[place] for place in self.child.key])
                current.setdefault(parent, {})[key] = (pk, tuple(entry))
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


def unique_names(model: type[models.Model]) -> set[str]:
    """Return the names of fields of which no two rows may have the same, alone or together."""
    opts = model._meta
    sets = [*opts.unique_together, *(c.fields for c in opts.total_unique_constraints)]
    return {name for names in sets for name in names} | {f.name for f in opts.fields if f.unique}
