"""What the rows of a layout refer to: found, created and completed, batch by batch."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from .batch import Batch
from .children import ChildSync
from .layout import UNSET, Layout, Reference
from .persons import PersonReference, PersonResolver
from .resolve import Names, Pending, Resolver
from .writers import Writer

__all__ = ("Parted", "References", "Said")


class Parted(Exception):
    """Raised when a batch has rows that must be written before others are looked at."""


class Said(NamedTuple):
    """What a row names in a column."""

    row: int
    column: str
    reference: Reference
    names: Names


class References:
    """
    The resolvers of a layout's references, for the foreign keys and children of its rows.

    :param keep: names of columns and children that are never changed on rows that exist.
    """

    def __init__(self, layout: Layout, writer: Writer, keep: Collection[str]) -> None:
        self.layout, self.keep = layout, keep
        self.resolvers: dict[Reference, Resolver] = {}
        for reference in layout.references:
            if reference not in self.resolvers:
                kind = PersonResolver if isinstance(reference, PersonReference) else Resolver
                self.resolvers[reference] = kind(reference, writer, layout.aliases)
        creating = [reference.model for reference in self.resolvers if reference.create]
        self.shared = {model for model in creating if creating.count(model) > 1}
        """Models of which several references create records."""
        self.makers: dict[Reference, list[Reference]] = {}
        """References that create nothing -> those that create records which they may name."""
        for reference in self.resolvers:
            makers = [r for r in self.resolvers if r.create and _are_alike(r, reference)]
            if makers and not reference.create:
                self.makers[reference] = makers
        self.promised: set[tuple[Any, ...]] = set()
        """Identities of what a dry run would have created, as far as ``makers`` need them."""

    def find(self, batch: Batch) -> None:
        """Look up what the rows of a batch name, in the order of the rows."""
        for reference, resolver in self.resolvers.items():
            names = self.names(batch, reference, range(len(batch)))
            resolver.find(sorted(names, key=names.__getitem__))
        if self.promised:
            for _row, _column, reference, some in self.unknown(batch):
                identity = reference.lookup(some)
                if (reference.model, *identity) in self.promised:
                    self.resolvers[reference].keys[some] = Pending(some, identity)

    def check_order(self, batch: Batch) -> None:
        """
        See to it that rows which create a record come in before rows which only name it.

        :raises Parted: there are such rows in the batch.
        """
        if not self.makers or not (unknown := list(self.unknown(batch))):
            return
        every = range(len(batch))
        makers = {maker for makers in self.makers.values() for maker in makers}
        made: dict[tuple[Any, ...], int] = {}
        for maker in makers:
            for names, row in self._pending(maker, self.names(batch, maker, every)).items():
                made[names] = min(made.get(names, row), row)
        for row, _column, reference, names in unknown:
            if made.get((reference.model, *reference.lookup(names)), row) < row:
                raise Parted

    @contextmanager
    def taken_together(self, batch: Batch) -> Iterator[None]:
        """Take what any row of the batch may create for created."""
        before = set(self.promised)
        if self.makers:
            self.find(batch)
            self.promise(batch, range(len(batch)), ())
        try:
            yield
        finally:
            self.promised = before

    def promise(self, batch: Batch, new: Sequence[int], known: Sequence[int]) -> None:
        """Take note of what a dry run would create, for what only names it."""
        for maker in {maker for makers in self.makers.values() for maker in makers}:
            meant = dict.fromkeys(self._meant(batch, maker, new, known), 0)
            self.promised |= self._pending(maker, meant).keys()

    def create(
        self,
        columns: list[list[Any]],
        new: Sequence[int],
        changed: dict[Any, Sequence[Any]],
        children: Sequence[ChildSync],
    ) -> None:
        """Create the records that what is about to be written refers to, and no others."""
        pending: dict[Reference, list[Any]] = {reference: [] for reference in self.resolvers}
        for index, key in enumerate(self.layout.foreign_keys, len(self.layout.columns)):
            values = [columns[index][row] for row in new]
            values += [values[index] for values in changed.values()]
            pending[key.reference] += [v for v in values if type(v) is Pending]
        for sync in children:
            found = sync.plan(new)
            if sync.child.reference is not None:
                pending[sync.child.reference] += found
        for reference, resolver in self.resolvers.items():
            if reference.create:
                wanted = [one for one in dict.fromkeys(pending[reference]) if not one.by_row]
                if reference.model in self.shared:
                    wanted = resolver.adopt(wanted)
                resolver.create(wanted)

    def unite(self, batch: Batch, new: Sequence[int], known: Sequence[int]) -> None:
        """Take names for one record that turn out to mean one."""
        for reference, resolver in self.resolvers.items():
            if resolver.doubtful:
                resolver.unite(self._meant(batch, reference, new, known))

    def complete(self, batch: Batch, new: Sequence[int], known: Sequence[int]) -> None:
        """Write what names say of records that are there already."""
        for reference, resolver in self.resolvers.items():
            if resolver.incomplete:
                resolver.complete(self._meant(batch, reference, new, known))

    def columns(self, batch: Batch) -> list[list[Any]]:
        """Return the columns with what refers to records in the place of names."""
        columns = list(batch.columns)
        for index, key in enumerate(self.layout.foreign_keys, len(self.layout.columns)):
            said = {None: None, UNSET: UNSET} | self.resolvers[key.reference].keys
            columns[index] = [said[names] for names in columns[index]]
        return columns

    def keys_of(self, field: Any) -> dict[Any, Any]:
        """Return identity -> what refers to the record, of those that a foreign key names."""
        key = next(key for key in self.layout.foreign_keys if key.field == field)
        return self.resolvers[key.reference].by_identity()

    def unknown(self, batch: Batch, made: Collection[Reference] = ()) -> Iterator[Said]:
        """
        Yield what rows name that is neither there nor to be created.

        :param made: references that create records, of which rows of the file may make some: what
            is to be created is unknown by these.
        """
        known = {r: self._known(r) for r in self.resolvers if not r.create or r in made}
        for said in self._said(batch, known):
            if said.names not in known[said.reference]:
                yield said

    def _said(self, batch: Batch, references: Collection[Reference]) -> Iterator[Said]:
        """Yield what rows name by some of the references."""
        for index, key in enumerate(self.layout.foreign_keys, len(self.layout.columns)):
            if key.reference in references:
                for row, names in enumerate(batch.columns[index]):
                    if names is not None and names is not UNSET:
                        yield Said(row, key.name, key.reference, names)
        for child, cells in zip(self.layout.children, batch.children, strict=True):
            if child.reference is not None and child.reference in references:
                for row, entries in enumerate(cells):
                    for entry in entries if entries is not UNSET else ():
                        yield Said(row, child.name, child.reference, entry[child.target])

    def names(
        self, batch: Batch, reference: Reference, rows: Sequence[int], *, kept: bool = True
    ) -> dict[Any, int]:
        """
        Return every name by which rows refer to records, with the first row that has it.

        :param kept: in columns too that are never changed on rows that exist.
        """
        found: dict[Any, int] = {None: -1, UNSET: -1}
        for index, key in enumerate(self.layout.foreign_keys, len(self.layout.columns)):
            if key.reference == reference and (kept or key.name not in self.keep):
                column = batch.columns[index]
                for row in rows:
                    found.setdefault(column[row], row)
        for child, cells in zip(self.layout.children, batch.children, strict=True):
            if child.reference == reference and (kept or child.name not in self.keep):
                place = child.target
                for row in rows:
                    for entry in cells[row] if cells[row] is not UNSET else ():
                        if found.setdefault(entry[place], row) > row:
                            del found[entry[place]]
                            found[entry[place]] = row
        del found[None], found[UNSET]
        return found

    def _meant(
        self, batch: Batch, reference: Reference, new: Sequence[int], known: Sequence[int]
    ) -> list[Any]:
        """Return the names in what may be written of new and known rows, the first row's first."""
        found = self.names(batch, reference, new)
        for names, row in self.names(batch, reference, known, kept=False).items():
            if found.get(names, row) >= row:
                # Behind the names that come before it in its row.
                found.pop(names, None)
                found[names] = row
        return sorted(found, key=found.__getitem__)

    def _known(self, reference: Reference) -> Collection[Names]:
        keys = self.resolvers[reference].keys
        if not reference.create:
            return keys.keys()
        return {names for names, value in keys.items() if type(value) is not Pending}

    def _pending(self, maker: Reference, names: dict[Names, int]) -> dict[tuple[Any, ...], int]:
        """Return identities of the names whose record is to be created, with their rows."""
        keys, length = self.resolvers[maker].keys, len(maker.columns)
        return {
            (maker.model, *maker.identity(some)[:length]): row
            for some, row in names.items()
            if type(keys.get(some)) is Pending
        }


def _are_alike(one: Reference, other: Reference) -> bool:
    """Return whether two references may name the same records by the same columns."""
    return one.model is other.model and one.columns == other.columns
