"""
References whose names say more than a name: which namesake is meant, and what is unknown of them.

A name means the record of that name whose details agree or are unknown (unknown ones are filled
in); where they differ it means another record, which has the details as qualifier.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..fields import field_of
from .relations import Reference
from .resolve import Completion, Held, Names, Pending, Resolver

__all__ = ("DetailsResolver", "make_resolver")


def make_resolver(reference: Reference, *args: Any) -> Resolver:
    """Return the resolver of a reference; the other arguments are those of ``Resolver``."""
    kind = Resolver if reference.details is None else DetailsResolver
    return kind(reference, *args)


class DetailsResolver(Resolver):
    """The records of a reference with details, for one batch after the other."""

    def __init__(self, reference: Reference, *args: Any) -> None:
        super().__init__(reference, *args)
        assert reference.details is not None  # noqa: S101
        self.details = reference.details
        self.fields = [field_of(self.model, name) for name in self.details.fields]
        self.holders: dict[Names, tuple[Any, Names]] = {}
        """Key -> what refers to the record that has it, or Pending; its details."""
        self.pks: dict[Names, Any] = {}
        """Key -> primary key."""
        self.additions: dict[Names, tuple[Names, Names]] = {}
        """Identity -> key and details of records of which some were unknown."""
        self.doubtful = False
        """Whether several names may mean one record that is not there, or not as they say."""

    def find(self, wanted: Iterable[Names]) -> None:
        if self.additions:
            # Maybe nobody has written what these names say; they are to be looked up again.
            identity, known = self.reference.identity, self.keys.items()
            self.keys = {n: value for n, value in known if identity(n) not in self.additions}
        self.holders, self.pks, self.additions, self.doubtful = {}, {}, {}, False
        super().find(wanted)

    def decide(self, names: Iterable[Names]) -> None:
        for some in names if self.doubtful else ():
            identity = self.reference.identity(some)
            key, _details = self.additions.get(identity, (identity[:1], None))
            if key in self.holders and not self._agree(key, identity):
                key = self._qualified(some)[1]
            if identity in self.additions or type(self.keys.get(some)) is Pending:
                self._bind(some, identity, key)

    def completions(self, names: Iterable[Names]) -> list[Completion]:
        if not self.additions:
            return []
        identities = dict.fromkeys(map(self.reference.identity, names))
        found = [self.additions[i] for i in identities if i in self.additions]
        return [(self.pks[key], details) for key, details in found]

    def create(self, pending: Sequence[Pending]) -> None:
        held = {one: (key, details) for key, (one, details) in self.holders.items()}
        rows: list[Names] = []
        for one in pending:
            bare = one.identity[:1]
            key, details = held.get(one, (bare, one.identity[1:]))
            is_bare = key == bare
            name = self.details.parse(one.names[0])[0] if is_bare else self._qualified(one.names)[0]
            rows.append((name, *key, *details))
        name_field = field_of(self.model, self.reference.by[0])
        self._insert([name_field, *self.reference.columns, *self.fields], rows, pending)

    def _find(self, wanted: dict[Names, Names]) -> dict[Names, list[Held]]:
        qualified = {i: self._qualified(n)[1] for i, n in wanted.items() if any(i[1:])}
        keys = sorted({identity[:1] for identity in wanted} | set(qualified.values()))
        fetch = [self.model._meta.pk, self.reference.value, *self.fields]
        held: dict[Names, list[Held]] = {}
        hits = self.writer.finder.match(self.reference.columns, keys, fetch)
        for index, pk, value, *found in hits:
            self.holders[keys[index]] = (value, tuple(found))
            self.pks[keys[index]] = pk
            held.setdefault(keys[index], []).append((pk, value))
        several: dict[Names, list[Held]] = {}
        for identity in wanted:
            key = qualified.get(identity)
            if key not in self.holders:
                key = identity[:1]
            if len(held.get(key, ())) > 1:
                several[identity] = sorted(held[key])
            elif key in self.holders and self._agree(key, identity):
                value, details = self.holders[key]
                self.found[identity] = value
                together = _together(details, identity[1:])
                if together != details:
                    self.additions[identity] = (key, together)
        new = [i[:1] for i in wanted if i not in self.found and i not in several]
        meant = new + [key for key, _details in self.additions.values()]
        is_shared = len(set(meant)) < len(meant) or not self.holders.keys().isdisjoint(new)
        self.doubtful = bool(qualified) and is_shared
        return several

    def _bind(self, names: Names, identity: Names, key: Names) -> None:
        """Let a name mean the record that has a key; if there is none yet, a new one."""
        one = self.keys[names]
        if key not in self.holders:
            one = one if type(one) is Pending else Pending(names, identity)
            self.holders[key] = one, identity[1:]
        held, known = self.holders[key]
        details = _together(known, identity[1:]) if self._agree(key, identity) else known
        self.holders[key] = held, details
        if type(held) is Pending:
            self.additions.pop(identity, None)
        elif identity in self.additions or details != known:
            self.additions[identity] = key, details
        self.keys[names] = held

    def _qualified(self, names: Names) -> tuple[str, Names]:
        """Return a name with its details as qualifier, and the key of that."""
        name = self.details.qualified(*self.details.parse(names[0]))
        return name, self.reference.lookup((name,))

    def _agree(self, key: Names, identity: Names) -> bool:
        return self.details.agree(self.holders[key][1], identity[1:])


def _together(known: Names, said: Names) -> Names:
    return tuple(new if old is None else old for old, new in zip(known, said, strict=True))
