"""The rows of a child table: compared with what the file says, then written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .chunk import Chunk, Policy
from .layout import UNSET, Children
from .values import Filler
from .writers import Writer

__all__ = ("ChildSync",)

Entry = tuple[Any, ...]
Current = dict[Any, dict[Entry, tuple[Any, Entry]]]
"""Parent -> key of the entry -> primary key, entry."""


class ChildSync:
    """One chunk's rows of one child table."""

    def __init__(
        self, child: Children, index: int, chunk: Chunk, keys: Mapping[Entry, Any], writer: Writer
    ) -> None:
        self.child, self.chunk, self.writer = child, chunk, writer
        self.cells = chunk.children[index]
        self.for_new = chunk.for_new.get(index, {})
        self.keys = keys
        """Names -> primary key of the records that entries refer to."""
        self.gone: list[Any] = []
        self.altered: list[Entry] = []
        self.added: list[Entry] = []

    def compare(self, rows: Sequence[int], pks: Sequence[Any], policy: Policy) -> set[Any]:
        """
        Work out what changes for rows that exist.

        :param pks: the primary key of each of ``rows``.
        :returns: the primary keys of those of which a child changes.
        """
        asked = [
            (row, pk) for row, pk in zip(rows, pks, strict=True) if self.cells[row] is not UNSET
        ]
        if self.child.name in policy.keep or not asked:
            return set()
        current = self._current([pk for _row, pk in asked])
        replace = not (self.child.add_only or policy.existing == "fill")
        return {pk for row, pk in asked if self._differs(row, pk, current.get(pk, {}), replace)}

    def _differs(
        self, row: int, pk: Any, was: dict[Entry, tuple[Any, Entry]], replace: bool
    ) -> bool:  # noqa: FBT001
        wanted = self._wanted(self.cells[row])
        added = [(pk, *entry) for key, entry in wanted.items() if key not in was]
        altered: list[Entry] = []
        gone: list[Any] = []
        if replace:
            for key, (child_pk, entry) in was.items():
                if key not in wanted:
                    gone.append(child_pk)
                elif entry != wanted[key]:
                    altered.append((child_pk, *wanted[key]))
        self.added += added
        self.altered += altered
        self.gone += gone
        return bool(added or altered or gone)

    def write(self, rows: Sequence[int], pks: Sequence[Any]) -> None:
        """Delete, change and insert; also the entries of new ``rows``, whose keys are ``pks``."""
        child, writer = self.child, self.writer
        writer.delete(child.model, self.gone)
        if self.altered:
            change = Filler(child.model, child.columns, writer.connection, adding=False)
            keys, *columns = map(list, zip(*self.altered, strict=True))
            changed = change.rows(columns, len(keys))
            pairs = [(key, *row) for key, row in zip(keys, changed, strict=True)]
            writer.update(child.model, change.fields, pairs)
        for row, pk in zip(rows, pks, strict=True):
            if self.cells[row] is not UNSET:
                self.added += [(pk, *entry) for entry in self._wanted(self.cells[row]).values()]
        if self.for_new:
            of_row = dict(zip(rows, pks, strict=True))
            for row, entries in self.for_new.items():
                if row in of_row:
                    self.added += [(of_row[row], *entry) for entry in entries]
        if self.added:
            fields = (child.parent, *child.columns)
            fill = Filler(child.model, fields, writer.connection, adding=True)
            columns = list(map(list, zip(*self.added, strict=True)))
            writer.insert(child.model, fill.fields, fill.rows(columns, len(self.added)))

    def _current(self, parents: list[Any]) -> Current:
        child = self.child
        fetch = [child.parent, child.model._meta.pk, *child.columns]
        found = self.writer.match([child.parent], [(parent,) for parent in parents], fetch)
        current: Current = {}
        for _index, parent, pk, *entry in found:
            key = tuple([entry[place] for place in child.key])
            current.setdefault(parent, {})[key] = (pk, tuple(entry))
        return current

    def _wanted(self, entries: Sequence[Entry]) -> dict[Entry, Entry]:
        """Return key -> entry with primary keys; of several entries of one key the first."""
        child, keys, place = self.child, self.keys, self.child.target
        if place is None:
            resolved = entries
        elif len(child.columns) == 1:
            resolved = [(keys[names],) for (names,) in entries]
        else:
            resolved = [(*e[:place], keys[e[place]], *e[place + 1 :]) for e in entries]
        if len(child.key) == len(child.columns):
            return {entry: entry for entry in resolved}
        wanted: dict[Entry, Entry] = {}
        for entry in resolved:
            wanted.setdefault(tuple([entry[i] for i in child.key]), entry)
        return wanted
