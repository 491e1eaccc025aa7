"""Names of other records -> what refers to them: found by key or alias, created when asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from ..fields import KeyField
from .layout import Reference
from .values import Filler
from .writers import Writer

__all__ = ("Pending", "Resolver", "settled")

Names = tuple[Any, ...]


@dataclass(eq=False, slots=True)
class Pending:
    """Stands for a record that is to be created, until ``value`` refers to it."""

    names: Names
    identity: Names
    value: Any = None


def settled(values: Iterable[Any]) -> list[Any]:
    """Return the values with created records in the place of pending ones."""
    return [v.value if type(v) is Pending else v for v in values]


class Resolver:
    """
    The records of one reference, for one chunk after the other.

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
        """Names of the chunk -> what refers to the record, or Pending; absent if there is none."""
        self.found: dict[Names, Any] = {}
        """Identity -> what refers to the record."""

    def find(self, wanted: Iterable[Names]) -> None:
        """Look up the records of a chunk's names, in their order; forget those of the last."""
        identity = self.reference.identity
        identities = {names: identity(names) for names in dict.fromkeys(wanted)}
        self.keys, self.found = {}, {}
        if not identities:
            return
        spelling: dict[Names, Names] = {}
        for names, same in identities.items():
            spelling.setdefault(same, names)
        self._find_aliases(list(spelling))
        self._find({same: n for same, n in spelling.items() if same not in self.found})
        known = dict(self.found)
        if self.reference.create:
            known |= {i: Pending(n, i) for i, n in spelling.items() if i not in known}
        self.keys = {names: known[i] for names, i in identities.items() if i in known}

    def create(self, pending: Sequence[Pending]) -> None:
        """Create records, in their order, and settle what stands for them."""
        if not pending:
            return
        fields = [self.model._meta.get_field(name) for name in self.reference.by]
        values = self._insert(fields, [one.names for one in pending])
        for one, value in zip(pending, values, strict=True):
            one.value = value

    def complete(self, names: Iterable[Names]) -> None:
        """Write what names say of records that are there already."""

    def _find(self, wanted: dict[Names, Names]) -> None:
        identities = list(wanted)
        fetch = [self.model._meta.pk, self.reference.value]
        hits = self.writer.match(self.reference.columns, identities, fetch)
        # Of several records with these names the first is meant.
        for index, _pk, value in sorted(hits, key=lambda hit: hit[:2]):
            self.found.setdefault(identities[index], value)

    def _insert(self, fields: list[models.Field], rows: list[Names]) -> list[Any]:
        """Insert records and return what refers to them."""
        fill = Filler(self.model, fields, self.writer.connection, adding=True)
        columns = [list(column) for column in zip(*rows, strict=True)]
        keys = self.writer.insert(self.model, fill.fields, fill.rows(columns, len(rows)))
        if not self.reference.to_field:
            return keys
        pk = self.model._meta.pk
        hits = self.writer.match([pk], [(key,) for key in keys], [self.reference.value])
        values = dict(hits)
        return [values[index] for index in range(len(keys))]

    def _find_aliases(self, identities: list[Names]) -> None:
        if self.aliases is None:
            return
        opts = self.aliases._meta
        columns = [opts.get_field("kind"), opts.get_field("key")]
        keys = [(self.model._meta.label_lower, identity[0]) for identity in identities]
        rows = self.writer.match(columns, keys, [opts.get_field("target")])
        pk = self.model._meta.pk
        targets = [(pk.to_python(target),) for _index, target in rows]
        for index, value in self.writer.match([pk], targets, [self.reference.value]):
            self.found[identities[rows[index][0]]] = value
