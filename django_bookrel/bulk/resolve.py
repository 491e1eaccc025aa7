"""Names of other records -> their primary keys: found by key or alias, created when asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from ..abstract import AbstractAuthor
from ..fields import KeyField
from ..names import parse_person
from .columns import Filler
from .layout import Reference
from .writers import Writer

__all__ = ("Pending", "Resolver", "get_resolver")

Names = tuple[Any, ...]


class Pending:
    """Stands for the primary key of a record that a dry run would create."""


class Resolver:
    """
    The records of one reference, for one chunk after the other.

    ``find()`` and ``create()`` cost a constant number of statements; ``pk()`` none.
    """

    def __init__(
        self, reference: Reference, writer: Writer, aliases: type[models.Model] | None
    ) -> None:
        self.reference, self.writer = reference, writer
        self.model = reference.model
        by_key = len(reference.columns) == 1 and isinstance(reference.columns[0], KeyField)
        self.aliases = aliases if by_key else None
        self.found: dict[Names, Any] = {}

    def pk(self, names: Names) -> Any:
        """Return the primary key of the record that ``names`` mean; None if there is none."""
        return self.found.get(self.identity(names))

    def identity(self, names: Names) -> Names:
        """Return what ``names`` have in common with every other spelling of the same record."""
        return self.reference.lookup(names)

    def find(self, wanted: Iterable[Names]) -> None:
        """Look up the records, forgetting those of the chunk before."""
        self.found = {}
        identities = list({self.identity(names): None for names in wanted})
        self._alias(identities)
        missing = [i for i in identities if i not in self.found]
        pk = self.model._meta.pk
        for index, key in sorted(self.writer.match(self.reference.columns, missing, [pk])):
            self.found.setdefault(missing[index], key)

    def missing(self, wanted: Iterable[Names]) -> dict[Names, Names]:
        """Return identity -> first spelling of those that were not found, in order."""
        missing: dict[Names, Names] = {}
        for names in wanted:
            identity = self.identity(names)
            if identity not in self.found:
                missing.setdefault(identity, names)
        return missing

    def create(self, wanted: Iterable[Names], *, dry_run: bool = False) -> None:
        """Create the records that were not found, in the order of ``wanted``."""
        missing = self.missing(wanted)
        if not missing:
            return
        if dry_run:
            self.found |= {identity: Pending() for identity in missing}
            return
        fields, rows = self._rows(missing)
        fill = Filler(self.model, fields, adding=True)
        keys = self.writer.insert(self.model, fill.fields, fill(rows))
        self.found |= dict(zip(missing, keys, strict=True))

    def _rows(self, missing: Mapping[Names, Names]) -> tuple[list[models.Field], list[Names]]:
        fields = [self.model._meta.get_field(name) for name in self.reference.by]
        return fields, list(missing.values())

    def _alias(self, identities: list[Names]) -> None:
        if self.aliases is None or not identities:
            return
        opts = self.aliases._meta
        columns = [opts.get_field("kind"), opts.get_field("key")]
        keys = [(self.model._meta.label_lower, identity[0]) for identity in identities]
        rows = self.writer.match(columns, keys, [opts.get_field("target")])
        if not rows:
            return
        pk = self.model._meta.pk
        targets = [(pk.to_python(target),) for _index, target in rows]
        for index, key in self.writer.match([pk], targets, [pk]):
            self.found[identities[rows[index][0]]] = key


Years = tuple[int | None, int | None]


class PersonResolver(Resolver):
    """
    Persons, whose names may come with life dates.

    A name means the person of that name whose years agree or are unknown (unknown ones are filled
    in); where they differ, another person, who has the dates as qualifier.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.fields = [self.model._meta.get_field(name) for name in ("name", "born", "died")]
        self.holders: dict[Names, tuple[Any, Years]] = {}
        """Key -> the record that has it and its years; for one that is to be made, its index."""
        self.filled: dict[Any, Years] = {}
        """Years that came for records that had none."""

    def identity(self, names: Names) -> Names:
        person = parse_person(names[0])
        return (*self.reference.lookup((person.name,)), person.born, person.died)

    def find(self, wanted: Iterable[Names]) -> None:
        self.found, self.holders, self.filled = {}, {}, {}
        people = {self.identity(names): names[0] for names in wanted}
        self._alias(list(people))
        self._hold({identity[:1] for identity in people if identity not in self.found})
        others = {}
        for identity, name in people.items():
            if identity not in self.found and not self._claim(identity[:1], identity):
                others[identity] = self.reference.lookup((_qualified(name),))
        self._hold({key for key in others.values() if key not in self.holders})
        for identity, key in others.items():
            self._claim(key, identity)

    def create(self, wanted: Iterable[Names], *, dry_run: bool = False) -> None:
        made: list[Names] = []
        places: dict[Names, int] = {}
        for identity, names in self.missing(wanted).items():
            person = parse_person(names[0])
            name, key = person.name, identity[:1]
            if key in self.holders and not self._agrees(key, identity):
                name = _qualified(names[0])
                key = self.reference.lookup((name,))
            if key not in self.holders:
                self.holders[key] = (len(made), identity[1:])
                made.append((name, person.born, person.died))
            places[identity] = self.holders[key][0]
        keys: list[Any] = [Pending() for _row in made]
        if not dry_run:
            fill = Filler(self.model, self.fields, adding=True)
            keys = self.writer.insert(self.model, fill.fields, fill(made))
            years = [(key, *filled) for key, filled in self.filled.items()]
            self.writer.update(self.model, self.fields[1:], years)
        self.found |= {identity: keys[place] for identity, place in places.items()}

    def _hold(self, keys: set[Names]) -> None:
        asked = sorted(keys)
        fetch = [self.model._meta.pk, *self.fields[1:]]
        for index, pk, born, died in self.writer.match(self.reference.columns, asked, fetch):
            self.holders[asked[index]] = (pk, (born, died))

    def _claim(self, key: Names, identity: Names) -> bool:
        """Take the holder of ``key`` for ``identity``, unless it is another person."""
        if key not in self.holders:
            return identity[1:] == (None, None) or key == identity[:1]
        if not self._agrees(key, identity):
            return False
        pk, years = self.holders[key]
        merged = tuple(came if had is None else had for had, came in zip(years, identity[1:]))
        if merged != years:
            self.holders[key] = (pk, merged)
            self.filled[pk] = merged
        self.found[identity] = pk
        return True

    def _agrees(self, key: Names, identity: Names) -> bool:
        _pk, years = self.holders[key]
        return all(
            had is None or came is None or had == came
            for had, came in zip(years, identity[1:], strict=True)
        )


def _qualified(name: str) -> str:
    person = parse_person(name)
    return f"{person.name} ({_year(person.born)}-{_year(person.died)})"


def _year(year: int | None) -> str:
    if year is None:
        return ""
    return str(year) if year > 0 else f"{-year} BCE"


def get_resolver(
    reference: Reference, writer: Writer, aliases: type[models.Model] | None
) -> Resolver:
    """Return the resolver that the reference's model needs."""
    kind = PersonResolver if issubclass(reference.model, AbstractAuthor) else Resolver
    return kind(reference, writer, aliases)
