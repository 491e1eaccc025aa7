"""
Persons, whose names may come with life dates.

A name means the person of that name whose years agree or are unknown (unknown ones are filled in);
where they differ it means another person, who has the dates as qualifier.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..names import parse_person
from .layout import Reference
from .resolve import Names, Pending, Resolver

__all__ = ("PersonReference", "PersonResolver")

Years = tuple[int | None, int | None]


@dataclass(frozen=True)
class PersonReference(Reference):
    """A reference to a model of authors, by name."""

    @property
    def writes(self) -> bool:
        # Years that a name brings are filled in.
        return True

    def identity(self, names: Sequence[Any]) -> Names:
        person = parse_person(names[0])
        return (*self.lookup((person.name,)), person.born, person.died)

    def qualified(self, names: Sequence[Any]) -> tuple[str, Names]:
        """Return a dated name with the dates as qualifier, and its key."""
        person = parse_person(names[0])
        name = f"{person.name} ({_said(person.born)}-{_said(person.died)})"
        return name, self.lookup((name,))


class PersonResolver(Resolver):
    """The authors of one chunk after the other."""

    reference: PersonReference

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        get_field = self.model._meta.get_field
        self.years = [get_field("born"), get_field("died")]
        self.fields = [get_field("name"), *self.reference.columns, *self.years]
        self.holders: dict[Names, tuple[Any, Years]] = {}
        """Key -> what refers to the author who has it, or Pending; years."""
        self.dated: dict[Names, tuple[Any, Years]] = {}
        """Identity -> primary key and years of authors whose years were unknown."""
        self.completed: dict[Names, tuple[Any, Years]] = {}
        """Those of ``dated`` that were written."""

    def find(self, wanted: Iterable[Names]) -> None:
        if self.dated:
            # Nobody has written what these names say; they are to be looked up again.
            known = self.keys.items()
            identity = self.reference.identity
            self.keys = {n: value for n, value in known if identity(n) not in self.dated}
        self.holders, self.dated = {}, {}
        super().find(wanted)

    def create(self, pending: Sequence[Pending]) -> None:
        made: list[Pending] = []
        rows: list[Names] = []
        same: list[tuple[Pending, Any]] = []
        for one in pending:
            person = parse_person(one.names[0])
            name, key = person.name, one.identity[:1]
            if key in self.holders and not self._agrees(key, one.identity):
                name, key = self.reference.qualified(one.names)
            if key in self.holders:
                same.append((one, self.holders[key][0]))
                continue
            self.holders[key] = (one, one.identity[1:])
            made.append(one)
            rows.append((name, *key, person.born, person.died))
        if made:
            for one, value in zip(made, self._insert(self.fields, rows), strict=True):
                one.value = value
        for one, holder in same:
            one.value = holder.value if isinstance(holder, Pending) else holder
        self.made += pending

    def begin(self) -> None:
        super().begin()
        self.completed = {}

    def undo(self) -> None:
        super().undo()
        made = set(self.made)
        self.holders = {key: held for key, held in self.holders.items() if held[0] not in made}
        self.dated |= self.completed

    @property
    def incomplete(self) -> bool:
        return bool(self.dated)

    def complete(self, names: Iterable[Names]) -> None:
        wanted = {self.reference.identity(n) for n in names} if self.dated else set()
        self.completed = {i: self.dated.pop(i) for i in [*self.dated] if i in wanted}
        years = dict(self.completed.values())
        if not years:
            return
        fill = self.writer.filler(self.model, self.years, adding=False)
        rows = fill.rows([list(column) for column in zip(*years.values(), strict=True)], len(years))
        pairs = [(pk, *row) for pk, row in zip(years, rows, strict=True)]
        self.writer.update(self.model, fill.fields, pairs)

    def _find(self, wanted: dict[Names, Names]) -> None:
        qualified = {i: self.reference.qualified(n)[1] for i, n in wanted.items() if any(i[1:])}
        keys = sorted({identity[:1] for identity in wanted} | set(qualified.values()))
        pks = {}
        fetch = [self.model._meta.pk, self.reference.value, *self.years]
        for index, pk, value, born, died in self.writer.match(self.reference.columns, keys, fetch):
            self.holders[keys[index]] = (value, (born, died))
            pks[keys[index]] = pk
        for identity in wanted:
            key = qualified.get(identity)
            if key not in self.holders:
                key = identity[:1]
            if key in self.holders and self._agrees(key, identity):
                value, years = self.holders[key]
                self.found[identity] = value
                merged = _merged(years, identity[1:])
                if merged != years:
                    self.holders[key] = (value, merged)
                    self.dated[identity] = (pks[key], merged)

    def _agrees(self, key: Names, identity: Names) -> bool:
        _value, years = self.holders[key]
        return all(
            had is None or came is None or had == came
            for had, came in zip(years, identity[1:], strict=True)
        )


def _merged(known: Years, came: Sequence[int | None]) -> Years:
    born, died = (b if a is None else a for a, b in zip(known, came, strict=True))
    return born, died


def _said(year: int | None) -> str:
    if year is None:
        return ""
    return str(year) if year > 0 else f"{-year} BCE"
