"""Names of other records -> their primary keys: found by key or alias, created when asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from ..abstract import AbstractAuthor
from ..fields import KeyField
from ..names import parse_person
from .layout import Reference
from .values import Filler
from .writers import Writer

__all__ = ("Pending", "Resolver", "get_resolver")

Names = tuple[Any, ...]


class Pending:
    """Stands for the primary key of a record that a dry run would create."""


class _Place(int):
    """Stands for the primary key of a record that is about to be created: its index."""


class Resolver:
    """
    The records of one reference, for one chunk after the other.

    :meth:`find` and :meth:`create` cost a constant number of statements.
    """

    def __init__(
        self, reference: Reference, writer: Writer, aliases: type[models.Model] | None
    ) -> None:
        self.reference, self.writer = reference, writer
        self.model = reference.model
        by_key = len(reference.columns) == 1 and isinstance(reference.columns[0], KeyField)
        self.aliases = aliases if by_key else None
        self.identities: dict[Names, Names] = {}
        """Names of the chunk -> what they have in common with other spellings."""
        self.found: dict[Names, Any] = {}
        """Identity -> primary key."""

    def identity(self, names: Names) -> Names:
        """Return what ``names`` have in common with every other spelling of the same record."""
        return self.reference.lookup(names)

    def find(self, wanted: Iterable[Names]) -> None:
        """Look up the records of a chunk's names, in their order; forget those of the last."""
        identity = self.identity
        self.identities = {names: identity(names) for names in dict.fromkeys(wanted)}
        self.found = {}
        if self.identities:
            self._alias(list(dict.fromkeys(self.identities.values())))
            self._find()

    def keys(self) -> dict[Names, Any]:
        """Return names -> primary key for the chunk's names, as far as there is a record."""
        found = self.found
        return {n: found[i] for n, i in self.identities.items() if i in found}

    def create(self, wanted: Iterable[Names], *, dry_run: bool = False) -> None:
        """Create the records that were not found, in the order of ``wanted``."""
        missing: dict[Names, Names] = {}
        for names in dict.fromkeys(wanted):
            if (identity := self.identities[names]) not in self.found:
                missing.setdefault(identity, names)
        if not missing:
            self._create({}, dry_run=dry_run)
        elif not dry_run:
            self._create(missing, dry_run=False)
        else:
            self.found |= {identity: Pending() for identity in missing}

    def _find(self) -> None:
        wanted = [i for i in dict.fromkeys(self.identities.values()) if i not in self.found]
        pk = self.model._meta.pk
        for index, key in sorted(self.writer.match(self.reference.columns, wanted, [pk])):
            self.found.setdefault(wanted[index], key)

    def _create(self, missing: Mapping[Names, Names], *, dry_run: bool) -> None:
        if missing:
            fields = [self.model._meta.get_field(name) for name in self.reference.by]
            keys = self._insert(fields, list(missing.values()))
            self.found |= zip(missing, keys, strict=True)

    def _insert(self, fields: list[models.Field], rows: list[Names]) -> list[Any]:
        fill = Filler(self.model, fields, self.writer.connection, adding=True)
        columns = [list(column) for column in zip(*rows, strict=True)]
        return self.writer.insert(self.model, fill.fields, fill.rows(columns, len(rows)))

    def _alias(self, identities: list[Names]) -> None:
        if self.aliases is None:
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
        """Key -> the record that has it, or its place among those to be made, and its years."""
        self.filled: dict[Any, Years] = {}
        """Years that came for records that had none."""

    def identity(self, names: Names) -> Names:
        person = parse_person(names[0])
        return (*self.reference.lookup((person.name,)), person.born, person.died)

    def _find(self) -> None:
        self.holders, self.filled = {}, {}
        people = {i: names[0] for names, i in self.identities.items() if i not in self.found}
        self._hold({identity[:1] for identity in people})
        others = {}
        for identity, name in people.items():
            if not self._claim(identity[:1], identity):
                others[identity] = self.reference.lookup((_qualified(name),))
        self._hold({key for key in others.values() if key not in self.holders})
        for identity, key in others.items():
            self._claim(key, identity)

    def _create(self, missing: Mapping[Names, Names], *, dry_run: bool) -> None:
        made: list[Names] = []
        places: dict[Names, int] = {}
        existing: dict[Names, Any] = {}
        for identity, names in missing.items():
            person = parse_person(names[0])
            name, key = person.name, identity[:1]
            if key in self.holders and not self._agrees(key, identity):
                name = _qualified(names[0])
                key = self.reference.lookup((name,))
            if key not in self.holders:
                self.holders[key] = (_Place(len(made)), identity[1:])
                made.append((name, person.born, person.died))
            holder = self.holders[key][0]
            (places if isinstance(holder, _Place) else existing)[identity] = holder
        if made:
            keys = self._insert(self.fields, made)
            existing |= {identity: keys[place] for identity, place in places.items()}
        self.found |= existing
        if self.filled and not dry_run:
            fields = self.fields[1:]
            self.writer.update(
                self.model, fields, [(key, *years) for key, years in self.filled.items()]
            )

    def _hold(self, keys: set[Names]) -> None:
        asked = sorted(keys)
        fetch = [self.model._meta.pk, *self.fields[1:]]
        for index, pk, born, died in self.writer.match(self.reference.columns, asked, fetch):
            self.holders[asked[index]] = (pk, (born, died))

    def _claim(self, key: Names, identity: Names) -> bool:
        """Take the holder of ``key`` for ``identity``, unless it is another person."""
        if key not in self.holders:
            return key == identity[:1]
        if not self._agrees(key, identity):
            return False
        pk, years = self.holders[key]
        merged = tuple(
            came if had is None else had for had, came in zip(years, identity[1:], strict=True)
        )
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
