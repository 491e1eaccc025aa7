"""Names of other records -> what refers to them: found by key or alias, created when asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from ..fields import AnyField, KeyField, field_of
from .layout import Reference
from .writers import Writer

__all__ = ("Pending", "Resolver", "settled")

Names = tuple[Any, ...]

KNOWN_NAMES = 2**13
"""Names that are remembered from batch to batch."""


@dataclass(eq=False, slots=True)
class Pending:
    """Stands for a record that is to be created, until ``value`` refers to it."""

    names: Names
    identity: Names
    value: Any = None
    by_row: bool = False
    """Whether a row of the file makes the record."""


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
        self.found: dict[Names, Any] = {}
        """Identity -> what refers to the record, for names that were looked up."""
        self.known: dict[Names, Any] = {}
        """Names of earlier batches -> what refers to the record."""
        self.made: list[Pending] = []
        """What was created or adopted since :meth:`begin`."""
        self.doubtful = False
        """Whether several new names may mean one record: see :meth:`unite`."""

    def find(self, wanted: Iterable[Names]) -> None:
        """
        Look up the records of a batch's names, each once, in their order.

        What earlier batches found is taken for granted; :meth:`forget` must be called when one of
        them was rolled back.
        """
        self._remember()
        identity, known = self.reference.identity, self.known
        self.keys, self.found, identities = {}, {}, {}
        self.made = []
        for names in wanted:
            if names in known:
                self.keys[names] = known[names]
            else:
                identities[names] = identity(names)
        if not identities:
            return
        spelling: dict[Names, Names] = {}
        for names, same in identities.items():
            spelling.setdefault(same, names)
        self._find_aliases(list(spelling))
        self._find({same: n for same, n in spelling.items() if same not in self.found})
        found = dict(self.found)
        if self.reference.create:
            found |= {i: Pending(n, i) for i, n in spelling.items() if i not in found}
        self.keys |= {names: found[i] for names, i in identities.items() if i in found}

    def by_identity(self) -> dict[Names, Any]:
        """Return identity -> what refers to the record, of the batch's names that have one."""
        identity = self.reference.identity
        return {identity(n): v for n, v in self.keys.items() if type(v) is not Pending}

    def forget(self) -> None:
        """Forget what earlier batches found: it may have been undone, or deleted by others."""
        self.keys, self.found, self.known = {}, {}, {}

    def _remember(self) -> None:
        if len(self.known) > KNOWN_NAMES:
            self.known.clear()
        for names, value in self.keys.items():
            if type(value) is not Pending:
                self.known[names] = value
            elif value.value is not None:
                self.known[names] = value.value

    def unite(self, names: Iterable[Names]) -> None:
        """
        Let names that mean one record which is not there yet stand for one.

        :param names: those that are about to be written, in the order of their rows.
        """

    def create(self, pending: Sequence[Pending]) -> None:
        """Create records, in their order, and settle what stands for them."""
        if not pending:
            return
        fields = [field_of(self.model, name) for name in self.reference.by]
        rows = [one.names for one in pending]
        # The identity has the keys of the names, which need not be worked out again.
        keys = [c for c in self.reference.columns if c not in fields]
        if len(keys) == len(fields):
            fields = [*fields, *keys]
            rows = [(*one.names, *one.identity) for one in pending]
        values = self._insert(fields, rows)
        for one, value in zip(pending, values, strict=True):
            one.value = value
        self.made += pending

    def adopt(self, pending: Sequence[Pending]) -> list[Pending]:
        """Settle what stands for records that another reference has created; return the others."""
        columns = self.reference.columns
        identities = [one.identity[: len(columns)] for one in pending]
        hits = self.writer.match(columns, identities, [self.model._meta.pk, self.reference.value])
        for index, _pk, value in sorted(hits, key=lambda hit: hit[:2], reverse=True):
            pending[index].value = value
        self.made += [one for one in pending if one.value is not None]
        return [one for one in pending if one.value is None]

    def begin(self) -> None:
        """Begin a savepoint, the end of the one before."""
        self.made = []

    def undo(self) -> None:
        """Say that what was written since :meth:`begin` was rolled back."""
        for one in self.made:
            one.value = None

    @property
    def incomplete(self) -> bool:
        """Whether names say something of records that is not written yet."""
        return False

    def complete(self, names: Iterable[Names]) -> None:
        """Write what names say of records that are there already."""

    def _find(self, wanted: dict[Names, Names]) -> None:
        identities = list(wanted)
        fetch = [self.model._meta.pk, self.reference.value]
        hits = self.writer.match(self.reference.columns, identities, fetch)
        # Of several records with these names the first is meant.
        for index, _pk, value in sorted(hits, key=lambda hit: hit[:2]):
            self.found.setdefault(identities[index], value)

    def _insert(self, fields: list[AnyField], rows: list[Names]) -> list[Any]:
        """Insert records and return what refers to them."""
        fill = self.writer.filler(self.model, fields, adding=True)
        columns = [list(column) for column in zip(*rows, strict=True)]
        keys = self.writer.insert(self.model, fill.fields, fill.rows(columns, len(rows)))
        if not self.reference.to_field:
            return keys
        pk = self.model._meta.pk
        hits = self.writer.match([pk], [(key,) for key in keys], [self.reference.value])
        values: dict[int, Any] = dict(hits)
        return [values[index] for index in range(len(keys))]

    def _find_aliases(self, identities: list[Names]) -> None:
        if self.aliases is None:
            return
        columns = [field_of(self.aliases, "kind"), field_of(self.aliases, "key")]
        keys = [(self.model._meta.label_lower, identity[0]) for identity in identities]
        rows = self.writer.match(columns, keys, [field_of(self.aliases, "target")])
        pk = self.model._meta.pk
        targets = [(pk.to_python(target),) for _index, target in rows]
        for index, value in self.writer.match([pk], targets, [self.reference.value]):
            self.found[identities[rows[index][0]]] = value
