"""Names of other records -> what refers to them: found by key or alias, created when asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from ..fields import AnyField, KeyField, field_of
from .relations import Reference
from .scope import within
from .writers import Writer

__all__ = ("Completion", "Names", "Pending", "Resolver", "settled")

Names = tuple[Any, ...]

KNOWN_NAMES = 2**13
"""Names that are remembered from batch to batch."""
SPELLINGS = 2**17
"""Names that were not needed yet and are remembered as they were written first."""

Held = tuple[Any, Any]
"""Primary key of a record, and what refers to it."""

Completion = tuple[Any, tuple[Any, ...]]
"""Primary key of a record that is there, and values of the reference's details."""


@dataclass(eq=False, slots=True)
class Pending:
    """Stands for a record that is to be created, until ``value`` refers to it."""

    names: Names
    identity: Names
    value: Any = None
    line: int = 0
    """The line of the row of the file that makes the record; 0: it is made for being named."""


def settled(values: Iterable[Any]) -> list[Any]:
    """Return the values with created records in the place of pending ones."""
    return [v.value if type(v) is Pending else v for v in values]


class Resolver:
    """
    The records of one reference, for one batch after the other.

    Statements: :meth:`find` one or two, with aliases four at most; :meth:`create` one or two.
    """

    def __init__(
        self, reference: Reference, writer: Writer, aliases: type[models.Model] | None
    ) -> None:
        self.reference, self.writer = reference, writer
        self.model = reference.model
        by_key = len(reference.columns) == 1 and isinstance(reference.columns[0], KeyField)
        self.aliases = aliases if by_key else None
        self.keys: dict[Names, Any] = {}
        """Names of the batch -> what refers to the record, or Pending; absent if there is none."""
        self.several: dict[Names, list[Held]] = {}
        """Names of the batch -> the records that have them, where that is not one."""
        self.found: dict[Names, Any] = {}
        """Identity -> what refers to the record, for names that were looked up."""
        self.known: dict[Names, Any] = {}
        """Names of earlier batches -> what refers to the record."""
        self.spellings: dict[Names, Names] = {}
        """Identity -> names as they were written first, of records that no row has needed yet."""

    def find(self, wanted: Iterable[Names]) -> None:
        """
        Look up the records of a batch's names, each once, in their order.

        What earlier batches found is taken for granted; :meth:`forget` must be called when one of
        them was rolled back.
        """
        self._remember()
        identity, known = self.reference.identity, self.known
        self.keys, self.found, self.several, identities = {}, {}, {}, {}
        for names in wanted:
            if names in known:
                self.keys[names] = known[names]
            else:
                identities[names] = identity(names)
        if not identities:
            return
        spelling: dict[Names, Names] = {}
        for names, same in identities.items():
            spelling.setdefault(same, self.spellings.get(same, names))
        self._find_aliases(list(spelling))
        several = self._find({same: n for same, n in spelling.items() if same not in self.found})
        hidden = _hide(self.reference, self.found, several, self.writer.connection.alias)
        self.several = {n: several[i] for n, i in identities.items() if i in several}
        found = dict(self.found)
        if self.reference.create:
            unknown = {*spelling} - found.keys() - several.keys() - hidden
            new = {i: n for i, n in spelling.items() if i in unknown}
            found |= {i: Pending(n, i) for i, n in new.items()}
        self.keys |= {names: found[i] for names, i in identities.items() if i in found}

    def by_identity(self) -> dict[Names, Any]:
        """Return identity -> what refers to the record, of the batch's names that have one."""
        identity = self.reference.identity
        return {identity(n): v for n, v in self.keys.items() if type(v) is not Pending}

    def forget(self) -> None:
        """Forget what earlier batches found: it may have been undone, or deleted by others."""
        self.keys, self.found, self.known = {}, {}, {}

    def decide(self, names: Iterable[Names]) -> None:
        """
        Decide which names mean one record that is not there yet.

        :param names: those that rows to be written have, in the order of the rows.
        """

    def completions(self, names: Iterable[Names]) -> list[Completion]:
        """Return what names say of records that are there and do not have it yet."""
        return []

    def create(self, pending: Sequence[Pending]) -> None:
        """Create records, in their order, and settle what stands for them."""
        fields = [field_of(self.model, name) for name in self.reference.by]
        rows = [one.names for one in pending]
        # The identity has the keys of the names, which need not be worked out again.
        keys = [c for c in self.reference.columns if c not in fields]
        if len(keys) == len(fields):
            fields = [*fields, *keys]
            rows = [(*one.names, *one.identity) for one in pending]
        self._insert(fields, rows, pending)

    def adopt(self, pending: Sequence[Pending]) -> list[Pending]:
        """Settle what stands for records that another reference has created; return the others."""
        columns = self.reference.columns
        identities = [one.identity[: len(columns)] for one in pending]
        fetch = [self.model._meta.pk, self.reference.value]
        hits = self.writer.finder.match(columns, identities, fetch)
        for index, _pk, value in sorted(hits, key=lambda hit: hit[:2], reverse=True):
            pending[index].value = value
        return [one for one in pending if one.value is None]

    def _remember(self) -> None:
        if len(self.known) > KNOWN_NAMES:
            self.known.clear()
        for names, value in self.keys.items():
            if type(value) is not Pending:
                self.known[names] = value
            elif value.value is not None:
                self.known[names] = value.value
            elif not value.line and len(self.spellings) < SPELLINGS:
                self.spellings.setdefault(value.identity, value.names)

    def _find(self, wanted: dict[Names, Names]) -> dict[Names, list[Held]]:
        """Find records; return identity -> records, where several have it."""
        identities = list(wanted)
        fetch = [self.model._meta.pk, self.reference.value]
        hits = self.writer.finder.match(self.reference.columns, identities, fetch)
        several: dict[Names, list[Held]] = {}
        if len({hit[0] for hit in hits}) < len(hits):
            for index, pk, value in sorted(hits, key=lambda hit: hit[:2]):
                several.setdefault(identities[index], []).append((pk, value))
            several = {same: records for same, records in several.items() if len(records) > 1}
        found = ((identities[index], value) for index, _pk, value in hits)
        self.found |= {same: value for same, value in found if same not in several}
        return several

    def _insert(
        self, fields: list[AnyField], rows: list[Names], pending: Sequence[Pending]
    ) -> None:
        fill = self.writer.inserter.filler(self.model, fields)
        columns = [list(column) for column in zip(*rows, strict=True)]
        keys = self.writer.inserter.insert(self.model, fill.fields, fill.rows(columns, len(rows)))
        if self.reference.to_field:
            pk = self.model._meta.pk
            hits = self.writer.finder.match([pk], [(key,) for key in keys], [self.reference.value])
            values: dict[int, Any] = dict(hits)
            keys = [values[index] for index in range(len(keys))]
        for one, value in zip(pending, keys, strict=True):
            one.value = value

    def _find_aliases(self, identities: list[Names]) -> None:
        if self.aliases is None:
            return
        columns = [field_of(self.aliases, "kind"), field_of(self.aliases, "key")]
        keys = [(self.model._meta.label_lower, identity[0]) for identity in identities]
        rows = self.writer.finder.match(columns, keys, [field_of(self.aliases, "target")])
        pk = self.model._meta.pk
        targets = [(pk.to_python(target),) for _index, target in rows]
        for index, value in self.writer.finder.match([pk], targets, [self.reference.value]):
            self.found[identities[rows[index][0]]] = value


def _hide(
    reference: Reference, found: dict[Names, Any], several: dict[Names, list[Held]], using: str
) -> set[Names]:
    """
    Take records for not found that no row may refer to; return their identities.

    :param several: what several records have; what only one has of those that rows may refer to is
        found.
    """
    values = {*found.values(), *(value for some in several.values() for _pk, value in some)}
    scope = reference.scope() if callable(reference.scope) else reference.scope
    if scope is None or not values:
        return set()
    visible = within(scope, reference.value, values, using)
    hidden = {identity for identity, value in found.items() if value not in visible}
    for identity in hidden:
        del found[identity]
    for identity, records in list(several.items()):
        several[identity] = seen = [one for one in records if one[1] in visible]
        if not seen:
            hidden.add(identity)
        elif len(seen) == 1:
            found[identity] = seen[0][1]
        if len(seen) < 2:
            del several[identity]
    return hidden
