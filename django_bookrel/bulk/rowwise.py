"""One row after the other into the database, for models whose own code must run."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, InterfaceError, OperationalError, transaction

from .batch import Batch, Outcome, Rejection
from .lookahead import LookAhead
from .resolve import Pending
from .writers import Writer
from .writing import BatchWriter

__all__ = ("RowWriter", "is_of_the_row", "rejections_of")

logger = logging.getLogger("django_bookrel.import")


Said = Mapping[str, tuple[str, str]]

REJECTED = -1
"""Stands for a row that is not in the batch any more."""


class RowWriter(BatchWriter):
    """
    Writes each row that is new or changes in a savepoint: its references, itself, its children.

    What goes wrong with a row, whatever it is, rejects that row alone, and no row is written twice.
    Which row is which record and what changes is found out for the whole batch, as ever.
    """

    def write(self, batch: Batch) -> Outcome:
        outcome = super().write(batch)
        if outcome.rejected and self.identities is None and not self.dry_run:
            superseded = self._superseded(outcome)
            if len(superseded):
                outcome.duplicates -= len(superseded)
                outcome.add(self.write(superseded))
        return outcome

    def _last_of_records(self, batch: Batch, rows: list[int], pks: list[Any]) -> list[int]:
        kept = super()._last_of_records(batch, rows, pks)
        self.looked_at = batch, pks, set(kept)
        return kept

    def _superseded(self, outcome: Outcome) -> Batch:
        """Return the rows that were passed over for the sake of later ones that failed."""
        batch, pks, kept = self.looked_at
        rejected = {rejection.line for rejection in outcome.rejected}
        failed = [row for row in kept if batch.lines[row] in rejected]
        candidates = {candidate for row in failed for candidate in batch.candidates[row]}
        records = {pks[row] for row in failed} - {None}
        out = rejected | outcome.again
        return batch.only(
            row
            for row, line in enumerate(batch.lines)
            if row not in kept and line not in out
            if pks[row] in records or not candidates.isdisjoint(batch.candidates[row])
        )

    def _apply(self, batch: Batch, pks: Sequence[Any], outcome: Outcome) -> None:
        if self.dry_run:
            super()._apply(batch, pks, outcome)
            return
        touched = self._touched(batch, pks)
        todo = [row for row, pk in enumerate(pks) if pk is None or pk in touched]
        if any(resolver.incomplete for resolver in self.resolvers.values()):
            todo = list(range(len(batch)))
        self._count_idle([pks[row] for row in set(range(len(batch))) - set(todo)], outcome)
        needs = self._needs(batch)
        written: set[int] = set()
        lost = {REJECTED}
        while todo:
            if cut := [row for row in todo if needs.get(row, set()) & lost]:
                outcome.again |= {batch.lines[row] for row in cut}
                lost |= set(cut)
            ready = [r for r in todo if r not in lost and needs.get(r, set()) <= written]
            rest = [row for row in todo if row not in lost and row not in ready]
            # What is never ready refers to itself in a circle.
            units = [[row] for row in ready] or ([rest] if rest and not cut else [])
            for unit in units:
                done = self._write_unit(batch, unit, pks, outcome)
                (written if done else lost).update(unit)
            todo = [row for row in rest if row not in written and row not in lost]

    def _update_rows(self, fields: Any, keys: list[Any], columns: list[list[Any]]) -> None:
        # Also where no column changes: receivers want to know of changed children too.
        self.writer.update(self.model, fields, list(zip(keys, *columns, strict=True)))

    def _touched(self, batch: Batch, pks: Sequence[Any]) -> set[Any]:
        plan = Outcome()
        self.dry_run = True
        try:
            super()._apply(batch, pks, plan)
        finally:
            self.dry_run = False
        return set(plan.updated_keys)

    def _count_idle(self, pks: list[Any], outcome: Outcome) -> None:
        outcome.known_keys += pks
        outcome.unchanged += len(pks)
        if self.history is not None:
            self._count_again([pk for pk in pks if pk in self.history], set(), outcome)

    def _needs(self, batch: Batch) -> dict[int, set[int]]:
        """Return row -> other rows of the batch that make records to which it refers."""
        makers = {one: line for line, made in self.own.made.items() for _reference, one in made}
        if not makers:
            return {}
        rows = {line: row for row, line in enumerate(batch.lines)}
        needs: dict[int, set[int]] = {}
        for reference in self.own.identities:
            keys = self.resolvers[reference].keys
            for row in range(len(batch)):
                found = [
                    keys.get(names) for names in self.references.names(batch, reference, [row])
                ]
                lines = [makers[one] for one in found if type(one) is Pending]
                needs.setdefault(row, set()).update(
                    {rows.get(li, REJECTED) for li in lines} - {row}
                )
        return needs

    def _write_unit(
        self, batch: Batch, rows: list[int], pks: Sequence[Any], outcome: Outcome
    ) -> bool:
        """Write a row, or rows that refer to one another; return whether they are in."""
        part, unit = Outcome(), batch.only(rows)
        self._settle_names(unit)
        for resolver in self.resolvers.values():
            resolver.begin()
        try:
            with transaction.atomic(self.writer.connection.alias):
                super()._apply(unit, [pks[row] for row in rows], part)
        except Exception as error:
            if not is_of_the_row(error, self.writer):
                raise
            self._undo(unit)
            for line, record in zip(unit.lines, unit.records, strict=True):
                outcome.rejected += rejections_of(error, line, record, self._said(record.values))
            return False
        outcome.add(part)
        return True

    def _settle_names(self, unit: Batch) -> None:
        """Let names mean the records that earlier rows have created."""
        for reference, resolver in self.resolvers.items():
            for names in self.references.names(unit, reference, range(len(unit))):
                one = resolver.keys.get(names)
                if type(one) is Pending and one.value is not None:
                    resolver.keys[names] = one.value

    def _undo(self, unit: Batch) -> None:
        for resolver in self.resolvers.values():
            resolver.undo()
        for line in unit.lines:
            for _reference, one in self.own.made.get(line, ()):
                one.value = None

    def _said(self, cells: Mapping[str, Any]) -> Said:
        """Return name of a field of the model -> column and cell that say it."""
        named = zip(self.layout.fields, self.layout.names, strict=True)
        return {field.name: (name, str(cells.get(name, ""))) for field, name in named}


def is_of_the_row(error: Exception, writer: Writer) -> bool:
    """Return whether a failure is the row's that was written, not the database's at large."""
    at_large = isinstance(error, OperationalError | InterfaceError | LookAhead)
    passes = isinstance(error, DatabaseError) and writer.is_transient(error)
    return not at_large and not passes


def rejections_of(
    error: Exception, line: int, record: Any, said: Said | None = None
) -> list[Rejection]:
    """
    Return why a row is rejected that could not be written.

    :param said: names of the model's fields -> column and cell of the row.
    """
    if isinstance(error, ValidationError):
        if not hasattr(error, "error_dict"):
            return [Rejection(line, "", "", " ".join(error.messages), record)]
        return [
            Rejection(line, *_place(name, " ".join(messages), said or {}), record)
            for name, messages in error.message_dict.items()
        ]
    if isinstance(error, DatabaseError):
        reason = f"The database rejected the row: {' '.join(str(error).split())}"
    else:
        reason = f"{type(error).__name__}: {error}"
        logger.error("Line %s was rejected.", line, exc_info=error)
    return [Rejection(line, "", "", reason, record)]


def _place(name: str, reason: str, said: Said) -> tuple[str, str, str]:
    """Return column, cell and reason of a rejection for a field of the model."""
    if name in said:
        return *said[name], reason
    return "", "", reason if name == NON_FIELD_ERRORS else f"{name}: {reason}"
