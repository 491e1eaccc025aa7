"""What the rows of a layout refer to: looked up, decided upon and resolved, batch by batch."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from .batch import UNSET, Batch
from .details import make_resolver
from .layout import Layout
from .relations import Reference
from .resolve import Completion, Names, Pending, Resolver
from .writers import Writer

__all__ = ("Named", "References", "named_rows")


class Named(NamedTuple):
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
        self.resolvers: dict[Reference, Resolver] = {
            reference: make_resolver(reference, writer, layout.aliases)
            for reference in dict.fromkeys(layout.references)
        }
        columns = {column for identity in layout.identities for column in identity.columns}
        self.identifying = {k.reference for k in layout.foreign_keys if k.field in columns}
        """References of foreign keys that are part of an identity."""
        creating = [reference for reference in self.resolvers if reference.create]
        self.borrowing = {
            reference
            for reference in self.resolvers
            if not reference.create
            and any((r.model, r.columns) == (reference.model, reference.columns) for r in creating)
        }
        """References that create nothing, of which others may create what they name."""
        self.places: dict[Reference, list[int]] = {}
        """Reference -> the columns that hold it."""
        for place, key in enumerate(layout.foreign_keys, len(layout.columns)):
            self.places.setdefault(key.reference, []).append(place)
        self.rejects = len(creating) < len(self.resolvers)
        """Whether a row may be rejected for what it names."""

    def find(self, batch: Batch, *, identifying: bool = False) -> None:
        """
        Look up what the rows of a batch name, in the order of the rows.

        :param identifying: only what may say which record a row means.
        """
        for reference, resolver in self.resolvers.items():
            if identifying and reference not in self.identifying:
                continue
            names = self.names(batch, reference, range(len(batch)))
            resolver.find(sorted(names, key=names.__getitem__))

    def forget(self) -> None:
        """Forget what was found for a batch that was rolled back."""
        for resolver in self.resolvers.values():
            resolver.forget()

    def decide(self, batch: Batch, new: Sequence[int], known: Sequence[int]) -> None:
        """Take names for one record that mean one, in rows that are new or known."""
        for reference, resolver in self.resolvers.items():
            if reference.details is not None:
                resolver.decide(_meant(self, batch, reference, new, known))

    def completions(
        self, batch: Batch, new: Sequence[int], known: Sequence[int]
    ) -> list[tuple[int, Reference, Completion]]:
        """Return for rows what they say of records that are there and do not have it yet."""
        found = []
        for reference, resolver in self.resolvers.items():
            if reference.details is not None and resolver.completions(resolver.keys):
                for row, kept in [*((r, True) for r in new), *((r, False) for r in known)]:
                    names = self.names(batch, reference, [row], kept=kept)
                    found += [(row, reference, one) for one in resolver.completions(names)]
        return sorted(found, key=lambda item: item[0])

    def promise(self, named: Named) -> None:
        """Take what a row names for a record that is there: a dry run would have created it."""
        identity = named.reference.identity(named.names)
        self.resolvers[named.reference].keys[named.names] = Pending(named.names, identity, line=-1)

    def keys(self, reference: Reference) -> dict[Names, Any]:
        """Return names of the batch -> what refers to the record, maybe ``Pending``."""
        return self.resolvers[reference].keys

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

    def unknown(self, batch: Batch, made: Collection[Reference] = ()) -> Iterator[Named]:
        """
        Yield what rows name that is neither there nor to be created.

        :param made: references that create records, of which rows of the file may make some: what
            is to be created is unknown by these.
        """
        known = {
            reference: _known(one) if reference in made else one.keys.keys()
            for reference, one in self.resolvers.items()
            if not reference.create or reference.scope is not None or reference in made
        }
        for named in named_rows(self.layout, batch, known):
            if named.names not in known[named.reference]:
                yield named

    def several(self, batch: Batch) -> Iterator[tuple[Named, list[Any]]]:
        """Yield what rows name that several records are called, with their primary keys."""
        found = {r: one.several for r, one in self.resolvers.items() if one.several}
        for named in named_rows(self.layout, batch, found) if found else ():
            if named.names in found[named.reference]:
                yield named, [pk for pk, _value in found[named.reference][named.names]]

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
    references: References, batch: Batch, one: Reference, new: Sequence[int], known: Sequence[int]
) -> list[Any]:
    """Return the names in what may be written of new and known rows, the first row's first."""
    found = references.names(batch, one, new)
    for names, row in references.names(batch, one, known, kept=False).items():
        if found.get(names, row) >= row:
            # Behind the names that come before it in its row.
            found.pop(names, None)
            found[names] = row
    return sorted(found, key=found.__getitem__)


def _known(resolver: Resolver) -> Collection[Names]:
    if not resolver.reference.create:
        return resolver.keys.keys()
    return {names for names, value in resolver.keys.items() if type(value) is not Pending}


def named_rows(layout: Layout, batch: Batch, references: Collection[Reference]) -> Iterator[Named]:
    """Yield what rows name by some of the references."""
    for index, key in enumerate(layout.foreign_keys, len(layout.columns)):
        if key.reference in references:
            for row, names in enumerate(batch.columns[index]):
                if names is not None and names is not UNSET:
                    yield Named(row, key.name, key.reference, names)
    for child, cells in zip(layout.children, batch.children, strict=True):
        if child.reference is not None and child.reference in references:
            for row, entries in enumerate(cells):
                for entry in entries if entries is not UNSET else ():
                    yield Named(row, child.name, child.reference, entry[child.target])
