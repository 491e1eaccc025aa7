"""
What the entries of a row make of those that its record has: what a row leaves open, stays.

An entry names a target, says its kind (the role of a person), and has further values (a number, a
position). A *bare* entry names a target without its kind; the kind that stands in it is for a
record that does not have the target yet. Entries are resolved: keys stand in the place of names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..fields import PositionField
from .batch import Bare
from .relations import Children

__all__ = ("Entry", "Said", "whole", "with_what_is_open")

Entry = tuple[Any, ...]


@dataclass(slots=True)
class Said:
    """What a row says of its record's children."""

    entries: Sequence[Entry]
    bare: frozenset[int] = frozenset()
    """Which of the entries do not say their kind."""
    beside: Any = None
    """What refers to the target that the record itself has, such as its first author."""

    @classmethod
    def of(
        cls, child: Children, cell: Sequence[Entry], entries: Sequence[Entry], beside: Any
    ) -> Said:
        """Return what a cell says, of which the entries are resolved."""
        place = child.target
        if child.kind is None or place is None:
            return cls(entries)
        bare = [index for index, entry in enumerate(cell) if type(entry[place]) is Bare]
        return cls(entries, frozenset(bare), beside)

    def with_kinds(self) -> Said:
        """Return the part that says its kinds."""
        return Said([e for i, e in enumerate(self.entries) if i not in self.bare])

    def targets(self, place: int, *, bare: bool) -> set[Any]:
        """Return the targets of the entries that are bare, or that are not."""
        return {e[place] for i, e in enumerate(self.entries) if (i in self.bare) == bare}


def whole(child: Children, said: Said, was: Sequence[Entry] = ()) -> Sequence[Entry]:
    """
    Return the entries of a record of which a row says all.

    A target that is bare keeps the kinds that it has.
    """
    place, kind = child.target, child.kind
    if not said.bare or place is None or kind is None:
        return said.entries
    taken = said.targets(place, bare=False) - {said.beside}
    kinds: defaultdict[Any, list[Any]] = defaultdict(list)
    for old in was:
        kinds[old[place]].append(old[kind])
    found: list[Entry] = []
    for index, entry in enumerate(said.entries):
        target = entry[place]
        if index not in said.bare:
            found.append(entry)
        elif target in kinds:
            if target not in taken:
                found += [(*entry[:kind], one, *entry[kind + 1 :]) for one in kinds[target]]
        elif target not in taken and target != said.beside:
            found.append(entry)
    return found


def with_what_is_open(child: Children, said: Said, was: Sequence[Entry]) -> list[Entry]:
    """
    Return the entries of a record of which a row does not say all.

    - An entry that is there keeps its position, and every value that the row has empty.
    - Without kinds, entries that the row does not have go. With them, only those of the kinds that
      the row says; and a target of which it says the kind loses that of no meaning, the default.
    - A bare target is added if the record does not have it.
    - What is added stands behind what is there.
    """
    key_of, stays = child.key, _stays(child, said)
    wanted: dict[Entry, Entry] = {}
    for index, entry in enumerate(said.entries):
        if index not in said.bare:
            wanted.setdefault(tuple([entry[i] for i in key_of]), entry)
    found = [
        old if (new := wanted.pop(key, None)) is None else _filled(child, old, new)
        for key, old in {tuple([old[i] for i in key_of]): old for old in was}.items()
        if key in wanted or stays(old)
    ]
    added = list(wanted.values())
    if said.bare and child.target is not None:
        place = child.target
        known = {entry[place] for entry in (*found, *added)} | {said.beside}
        bare = {e[place]: e for i, e in reversed([*enumerate(said.entries)]) if i in said.bare}
        added += [entry for target, entry in reversed(bare.items()) if target not in known]
    return found + _behind(child, found, added)


def _stays(child: Children, said: Said) -> Callable[[Entry], bool]:
    """Return a function that tells whether an entry stays that a row does not have."""
    kind, target = child.kind, child.target
    if kind is None or target is None:
        return lambda old: False
    kinds = {e[kind] for e in said.with_kinds().entries}
    targets = said.targets(target, bare=False)
    nothing = child.columns[kind].get_default()
    return lambda old: not (old[kind] in kinds or (old[kind] == nothing and old[target] in targets))


def _filled(child: Children, old: Entry, new: Entry) -> Entry:
    pairs = zip(child.columns, old, new, strict=True)
    return tuple(
        [o if n in (None, "") or isinstance(column, PositionField) else n for column, o, n in pairs]
    )


def _behind(child: Children, found: Sequence[Entry], added: Sequence[Entry]) -> list[Entry]:
    place = next((i for i, c in enumerate(child.columns) if isinstance(c, PositionField)), None)
    if place is None or not found:
        return list(added)
    last = max(entry[place] or 0 for entry in found)
    return [(*e[:place], last + n, *e[place + 1 :]) for n, e in enumerate(added, 1)]
