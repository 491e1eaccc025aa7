"""What the rows of a layout refer to: found, created and completed, chunk by chunk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from .children import ChildSync
from .chunk import Chunk, Refusal
from .layout import UNSET, Layout, Reference
from .persons import PersonReference, PersonResolver
from .resolve import Pending, Resolver
from .writers import Writer

__all__ = ("References",)


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

    def find(self, chunk: Chunk) -> None:
        """Look up what the rows of a chunk name, in the order of the rows."""
        for reference, resolver in self.resolvers.items():
            names = self.names(chunk, reference, range(len(chunk)))
            resolver.find(sorted(names, key=names.__getitem__))

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
                wanted = list(dict.fromkeys(pending[reference]))
                if reference.model in self.shared:
                    wanted = resolver.adopt(wanted)
                resolver.create(wanted)

    def unite(self, chunk: Chunk, new: Sequence[int], known: Sequence[int]) -> None:
        """Take names for one record that turn out to mean one."""
        for reference, resolver in self.resolvers.items():
            if resolver.doubtful:
                resolver.unite(self._meant(chunk, reference, new, known))

    def complete(self, chunk: Chunk, new: Sequence[int], known: Sequence[int]) -> None:
        """Write what names say of records that are there already."""
        for reference, resolver in self.resolvers.items():
            if resolver.incomplete:
                resolver.complete(self._meant(chunk, reference, new, known))

    def columns(self, chunk: Chunk) -> list[list[Any]]:
        """Return the columns with what refers to records in the place of names."""
        columns = list(chunk.columns)
        for index, key in enumerate(self.layout.foreign_keys, len(self.layout.columns)):
            said = {None: None, UNSET: UNSET} | self.resolvers[key.reference].keys
            columns[index] = [said[names] for names in columns[index]]
        return columns

    def keys_of(self, field: Any) -> dict[Any, Any]:
        """Return identity -> what refers to the record, of those that a foreign key names."""
        key = next(key for key in self.layout.foreign_keys if key.field == field)
        return self.resolvers[key.reference].by_identity()

    def unknown(self, chunk: Chunk, made: Collection[Reference], *, own: bool) -> list[Refusal]:
        """
        Refuse the rows that name a record which is neither there nor to be created.

        :param made: the references to records that the file itself may make.
        :param own: of these references, or of the others.
        """
        refusals: list[Refusal] = []
        for index, key in enumerate(self.layout.foreign_keys, len(self.layout.columns)):
            if not key.reference.create and (key.reference in made) == own:
                named = [None if c is UNSET or c is None else [c] for c in chunk.columns[index]]
                refusals += self._refusals(chunk, key.name, key.reference, named)
        for child, cells in zip(self.layout.children, chunk.children, strict=True):
            if child.reference is None or child.reference.create:
                continue
            if (child.reference in made) == own:
                named = [None if c is UNSET else [e[child.target] for e in c] for c in cells]
                refusals += self._refusals(chunk, child.name, child.reference, named)
        return refusals

    def names(
        self, chunk: Chunk, reference: Reference, rows: Sequence[int], *, kept: bool = True
    ) -> dict[Any, int]:
        """
        Return every name by which rows refer to records, with the first row that has it.

        :param kept: in columns too that are never changed on rows that exist.
        """
        found: dict[Any, int] = {None: -1, UNSET: -1}
        for index, key in enumerate(self.layout.foreign_keys, len(self.layout.columns)):
            if key.reference == reference and (kept or key.name not in self.keep):
                column = chunk.columns[index]
                for row in rows:
                    found.setdefault(column[row], row)
        for child, cells in zip(self.layout.children, chunk.children, strict=True):
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
        self, chunk: Chunk, reference: Reference, new: Sequence[int], known: Sequence[int]
    ) -> list[Any]:
        """Return the names in what may be written of new and known rows, the first row's first."""
        found = self.names(chunk, reference, new)
        for names, row in self.names(chunk, reference, known, kept=False).items():
            if found.get(names, row) >= row:
                # Behind the names that come before it in its row.
                found.pop(names, None)
                found[names] = row
        return sorted(found, key=found.__getitem__)

    def _refusals(
        self, chunk: Chunk, column: str, reference: Reference, cells: Iterable[Any]
    ) -> list[Refusal]:
        keys = self.resolvers[reference].keys
        return [
            Refusal(
                chunk.lines[row],
                column,
                ", ".join(map(str, names)),
                reference.unknown,
                chunk.records[row],
            )
            for row, cell in enumerate(cells)
            for names in cell or ()
            if names not in keys
        ]
