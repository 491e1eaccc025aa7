"""Rows that refer to other rows of the same file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .batch import Batch, Candidate
from .layout import Layout, Reference
from .lookahead import FileIdentities
from .references import Said
from .resolve import Pending, Resolver
from .writers import Writer

__all__ = ("OwnRows",)


class OwnRows:
    """
    References of a model to itself, of which a record may be made by another row.

    A reference that creates records creates those that no row makes.
    What a row of the same batch makes is ``Pending`` until the batch is inserted; a row that refers
    to one of another batch waits until that is in.
    """

    def __init__(self, layout: Layout, resolvers: Mapping[Reference, Resolver]) -> None:
        self.layout, self.resolvers = layout, resolvers
        columns = [identity.columns for identity in layout.identities]
        self.identities = {
            reference: columns.index(reference.columns)
            for reference in resolvers
            if reference.model is layout.model and reference.columns in columns
        }
        """Reference -> the identity of the layout by which its records are found."""
        self.made: dict[int, list[tuple[Reference, Pending]]] = {}
        """Line of a row -> what stands for its record."""
        self.assumes = False
        """Whether rows of other batches are taken to be in: a dry run writes none of them."""

    def __bool__(self) -> bool:
        return bool(self.identities)

    def waiting(
        self,
        batch: Batch,
        pks: Sequence[Any],
        rejected: set[int],
        unknown: Sequence[Said],
        file: FileIdentities,
    ) -> set[int]:
        """
        Let names mean new rows of the batch; return the rows that wait for another batch.

        :param pks: the primary keys of the rows' records, None for new ones.
        :param rejected: the lines of rows that make no record.
        :param unknown: what rows name by these references and is not there.
        """
        self.made = {}
        makers = {
            candidate: row
            for row, (pk, some) in enumerate(zip(pks, batch.candidates, strict=True))
            if pk is None and batch.lines[row] not in rejected
            for candidate in some
        }
        needs: dict[int, list[tuple[Reference, Any, Any]]] = {}
        for row, _column, reference, names in unknown:
            candidate = (self.identities[reference], reference.lookup(names))
            needs.setdefault(row, []).append((reference, names, candidate))
        out: set[int] = set()

        def is_missing(reference: Reference, candidate: Candidate) -> bool:
            if makers.get(candidate, -1) not in {-1, *out}:
                return False
            if reference.create and not file.has(candidate):
                return False
            return not (self.assumes and file.will_have(candidate))

        while more := {
            row
            for row, some in needs.items()
            if row not in out and any(is_missing(r, candidate) for r, _n, candidate in some)
        }:
            out |= more
        for row in needs.keys() - out:
            for reference, names, candidate in needs[row]:
                if candidate not in makers and reference.create:
                    continue
                one = Pending(names, candidate[1], by_row=True)
                self.resolvers[reference].keys[names] = one
                if candidate in makers:
                    line = batch.lines[makers[candidate]]
                    self.made.setdefault(line, []).append((reference, one))
        # What no row of the file makes is unknown for good.
        return {
            row
            for row in out
            if all(r.create or file.has(candidate) for r, _n, candidate in needs[row])
        }

    def settle(self, batch: Batch, rows: Sequence[int], pks: Sequence[Any], writer: Writer) -> None:
        """Say what refers to the records that rows made; a query for each ``to_field``."""
        found: dict[Reference, list[Pending]] = {}
        for row, pk in zip(rows, pks, strict=True):
            for reference, one in self.made.get(batch.lines[row], ()):
                one.value = pk
                found.setdefault(reference, []).append(one)
        for reference, some in found.items():
            if reference.to_field:
                keys = list({one.value: None for one in some})
                pk = self.layout.model._meta.pk
                hits = writer.match([pk], [(key,) for key in keys], [reference.value])
                values = {keys[index]: value for index, value in hits}
                for one in some:
                    one.value = values[one.value]
