"""
Persons, whose names may come with life dates.

A name means the person of that name whose years agree or are unknown (unknown ones are filled in);
where they differ it means another person, who has the dates as qualifier.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..fields import field_of
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
    """The authors of one batch after the other."""

    reference: PersonReference

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.years = [field_of(self.model, "born"), field_of(self.model, "died")]
        self.fields = [field_of(self.model, "name"), *self.reference.columns, *self.years]
        self.holders: dict[Names, tuple[Any, Years]] = {}
        """Key -> what refers to the author who has it, or Pending; years."""
        self.pks: dict[Names, Any] = {}
        """Key -> primary key."""
        self.dated: dict[Names, tuple[Names, Years]] = {}
        """Identity -> key and years of authors whose years were unknown."""
        self.completed: dict[Names, tuple[Names, Years]] = {}
        """Those of ``dated`` that were written."""

    def find(self, wanted: Iterable[Names]) -> None:
        if self.dated:
            # Nobody has written what these names say; they are to be looked up again.
            known = self.keys.items()
            identity = self.reference.identity
            self.keys = {n: value for n, value in known if identity(n) not in self.dated}
        self.holders, self.pks, self.dated, self.doubtful = {}, {}, {}, False
        super().find(wanted)

    def unite(self, names: Iterable[Names]) -> None:
        for some in names:
            identity = self.reference.identity(some)
            key, _years = self.dated.get(identity, (identity[:1], None))
            if key in self.holders and not self._agrees(key, identity):
                key = self.reference.qualified(some)[1]
            if identity in self.dated or type(self.keys.get(some)) is Pending:
                self._bind(some, identity, key)

    def _bind(self, names: Names, identity: Names, key: Names) -> None:
        """Let a name mean the author who has a key; if there is none yet, a new one."""
        one = self.keys[names]
        if key not in self.holders:
            one = one if type(one) is Pending else Pending(names, identity)
            self.holders[key] = one, identity[1:]
        held, known = self.holders[key]
        years = _merged(known, identity[1:]) if self._agrees(key, identity) else known
        self.holders[key] = held, years
        if type(held) is Pending:
            self.dated.pop(identity, None)
            held = held if held.value is None else held.value
        elif identity in self.dated or years != known:
            self.dated[identity] = key, years
        self.keys[names] = held

    def create(self, pending: Sequence[Pending]) -> None:
        if not pending:
            return
        held = {one: (key, years) for key, (one, years) in self.holders.items()}
        rows: list[Names] = []
        for one in pending:
            own = one.identity[:1]
            key, years = held.get(one, (own, one.identity[1:]))
            qualified = key != own
            name = self.reference.qualified(one.names)[0] if qualified else _name(one.names)
            rows.append((name, *key, *years))
        for one, value in zip(pending, self._insert(self.fields, rows), strict=True):
            one.value = value
        self.made += pending

    def begin(self) -> None:
        super().begin()
        self.completed = {}

    def undo(self) -> None:
        super().undo()
        self.dated |= self.completed

    @property
    def incomplete(self) -> bool:
        return bool(self.dated)

    def complete(self, names: Iterable[Names]) -> None:
        wanted = {self.reference.identity(n) for n in names} if self.dated else set()
        self.completed = {i: self.dated.pop(i) for i in [*self.dated] if i in wanted}
        years: dict[Any, Years] = {}
        for key, said in self.completed.values():
            pk = self.pks[key]
            years[pk] = _merged(years.get(pk, said), said)
        if not years:
            return
        fill = self.writer.filler(self.model, self.years, adding=False)
        rows = fill.rows([list(column) for column in zip(*years.values(), strict=True)], len(years))
        pairs = [(pk, *row) for pk, row in zip(years, rows, strict=True)]
        self.writer.update(self.model, fill.fields, pairs)

    def _find(self, wanted: dict[Names, Names]) -> None:
        qualified = {i: self.reference.qualified(n)[1] for i, n in wanted.items() if any(i[1:])}
        keys = sorted({identity[:1] for identity in wanted} | set(qualified.values()))
        fetch = [self.model._meta.pk, self.reference.value, *self.years]
        for index, pk, value, born, died in self.writer.match(self.reference.columns, keys, fetch):
            self.holders[keys[index]] = (value, (born, died))
            self.pks[keys[index]] = pk
        for identity in wanted:
            key = qualified.get(identity)
            if key not in self.holders:
                key = identity[:1]
            if key in self.holders and self._agrees(key, identity):
                value, years = self.holders[key]
                self.found[identity] = value
                merged = _merged(years, identity[1:])
                if merged != years:
                    self.dated[identity] = (key, merged)
        new = [identity[:1] for identity in wanted if identity not in self.found]
        keys = new + [key for key, _years in self.dated.values()]
        several = len(set(keys)) < len(keys) or not self.holders.keys().isdisjoint(new)
        self.doubtful = bool(qualified) and several

    def _agrees(self, key: Names, identity: Names) -> bool:
        _value, years = self.holders[key]
        born, died = _merged(years, identity[1:])
        in_order = born is None or died is None or born <= died
        return in_order and all(
            had is None or came is None or had == came
            for had, came in zip(years, identity[1:], strict=True)
        )


def _name(names: Names) -> str:
    return parse_person(names[0]).name


def _merged(known: Years, came: Sequence[int | None]) -> Years:
    born, died = (b if a is None else a for a, b in zip(known, came, strict=True))
    return born, died


def _said(year: int | None) -> str:
    if year is None:
        return ""
    return str(year) if year > 0 else f"{-year} BCE"
