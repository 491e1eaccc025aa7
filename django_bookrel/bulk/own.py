"""Rows that refer to records which other rows of the same file make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from .batch import Batch, Candidate, Need
from .layout import Layout
from .references import Named, References, named_rows
from .relations import Reference
from .resolve import Names, Pending
from .writers import Writer

__all__ = ("FileView", "OwnReferences", "Unmet")


class FileView(Protocol):
    """What is known of the other rows of the file."""

    is_over: bool
    """Whether all rows were looked at that create records by being named."""

    def will_make(self, candidate: Candidate) -> bool:
        """Return whether a row that was not rejected so far makes or is this record."""

    def has_made(self, candidate: Candidate) -> bool:
        """Return whether a dry run has come by a row that makes this record."""

    def has_promised(self, reference: Reference, names: Names) -> bool:
        """Return whether a dry run has come by a row that creates this record by naming it."""


Made = dict[int, list[tuple[Reference, Pending]]]
"""Line of a row -> what stands for its record in other rows."""


class _Missing(NamedTuple):
    """A record of the layout's own model that a row refers to and that is not there."""

    named: Named
    candidate: Candidate


class Unmet(NamedTuple):
    """A row that cannot be written yet."""

    waits: list[Need]
    """What it refers to and is not there, and whether the row cannot do without it."""
    hopeless: Named | None
    """What it names that no row of the file makes."""


class OwnReferences:
    """
    References of a model to itself, of which a record may be made by another row.

    A reference that creates records creates those that no row makes. What a row of the same batch
    makes is ``Pending`` until the batch is inserted.
    """

    def __init__(self, layout: Layout, references: References) -> None:
        self.layout, self.resolvers = layout, references.resolvers
        columns = [identity.columns for identity in layout.identities]
        self.identities = {
            reference: columns.index(reference.columns)
            for reference in layout.own_references()
            if reference.columns in columns
        }
        """Reference -> the identity of the layout by which its records are found."""

    def __bool__(self) -> bool:
        return bool(self.identities)

    def candidate(self, named: Named) -> Candidate:
        """Return the candidate of the row that makes what is named."""
        return self.identities[named.reference], named.reference.lookup(named.names)

    def unmet(
        self, batch: Batch, makers: Sequence[int], unknown: Sequence[Named], file: FileView
    ) -> dict[int, Unmet]:
        """
        Let names mean the new rows of the batch; return the rows that name what is not there.

        :param makers: rows that are in order and make records.
        :param unknown: what rows name by these references and is not there.
        """
        # Of several that are called the same the first is meant, as of records.
        maker_of = {c: row for row in reversed(makers) for c in batch.candidates[row]}
        needs: dict[int, list[_Missing]] = {}
        dependents: dict[int, list[int]] = {}
        for named in unknown:
            candidate = self.candidate(named)
            needs.setdefault(named.row, []).append(_Missing(named, candidate))
            if candidate in maker_of:
                dependents.setdefault(maker_of[candidate], []).append(named.row)

        def is_missing(need: _Missing) -> bool:
            if maker_of.get(need.candidate, -1) not in out:
                return False
            creates = need.named.reference.create and not file.will_make(need.candidate)
            return not creates and not file.has_made(need.candidate)

        out = {-1}
        worklist = list(needs)
        while worklist:
            row = worklist.pop()
            if row not in out and any(map(is_missing, needs[row])):
                out.add(row)
                worklist += dependents.get(row, ())
        for row in needs.keys() - out:
            self._bind(batch, needs[row], maker_of, out)
        return {row: self._unmet(needs[row], file, is_missing) for row in out - {-1}}

    @staticmethod
    def _unmet(needs: list[_Missing], file: FileView, is_missing: Any) -> Unmet:
        missing = list(filter(is_missing, needs))
        hopeless = [n.named for n in missing if not file.will_make(n.candidate)]
        waits = [(n.candidate, not n.named.reference.create) for n in missing]
        return Unmet(waits, hopeless[0] if hopeless else None)

    def _bind(
        self, batch: Batch, needs: list[_Missing], maker_of: Mapping[Candidate, int], out: set[int]
    ) -> None:
        for named, candidate in needs:
            keys, row = self.resolvers[named.reference].keys, maker_of.get(candidate)
            if row is not None and row not in out:
                one = keys.get(named.names)
                if type(one) is not Pending or not one.line:
                    keys[named.names] = Pending(named.names, candidate[1], line=batch.lines[row])
            elif not named.reference.create:
                # In a dry run: a row that was planned before.
                keys.setdefault(named.names, Pending(named.names, candidate[1], line=-1))

    def makes(self) -> Made:
        """Return what stands for the records of rows of the batch."""
        made: Made = {}
        for reference in self.identities:
            keys = self.resolvers[reference].keys.values()
            for one in {id(v): v for v in keys if type(v) is Pending}.values():
                if one.line > 0:
                    made.setdefault(one.line, []).append((reference, one))
        return made

    def needs(
        self, batch: Batch, references: References
    ) -> tuple[dict[int, set[int]], dict[int, list[Need]]]:
        """Return row -> other rows of the batch to whose records it refers, and these records."""
        rows = {line: row for row, line in enumerate(batch.lines)}
        makers: dict[int, set[int]] = {}
        needed: dict[int, list[Need]] = {}
        for named in named_rows(self.layout, batch, self.identities):
            one = self.resolvers[named.reference].keys.get(named.names)
            if type(one) is Pending and one.line > 0 and rows[one.line] != named.row:
                makers.setdefault(named.row, set()).add(rows[one.line])
                need = (self.candidate(named), not named.reference.create)
                needed.setdefault(named.row, []).append(need)
        return makers, needed


def settle_own(
    made: Iterable[tuple[Reference, Pending]], pks: Sequence[Any], layout: Layout, writer: Writer
) -> None:
    """Say what refers to the records that rows have made; a query for each ``to_field``."""
    found: dict[Reference, list[Pending]] = {}
    for (reference, one), pk in zip(made, pks, strict=True):
        one.value = pk
        if reference.to_field:
            found.setdefault(reference, []).append(one)
    for reference, some in found.items():
        pk_field = layout.model._meta.pk
        keys = list({one.value: None for one in some})
        hits = writer.finder.match([pk_field], [(key,) for key in keys], [reference.value])
        values = {keys[index]: value for index, value in hits}
        for one in some:
            one.value = values[one.value]
