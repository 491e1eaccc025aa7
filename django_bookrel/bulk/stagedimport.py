"""The import of rows that were all read before: each group's last row, in an order that works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from django.db import DatabaseError

from .batch import Batch, Candidate, Rejection
from .layout import Reference
from .plan import Plan
from .report import Report
from .resolve import Names
from .saving import Outcome, is_of_the_row, rejections_of
from .staged import Part, StagedRows
from .transactions import Transactions
from .waiting import Census, Waiting

__all__ = ("StagedImport",)


class StagedImport:
    """
    Writes the rows that count; those that refer to others after them.

    It is what a :class:`~.own.FileView` is for the planner.
    """

    def __init__(self, transactions: Transactions, report: Report, batch_size: int) -> None:
        self.transactions, self.report, self.batch_size = transactions, report, batch_size
        self.planner = transactions.planner
        self.rows = StagedRows(self.planner.selection)
        self.waiting = Waiting(self._made_by)
        self.census = Census()
        self.planned: set[Candidate] = set()
        """What a dry run would have made, as far as other rows may refer to it."""
        self.promised: set[Any] = set()
        """What it would have created, as far as other references may name it."""
        self.is_over = self.is_final = False

    def run(self, parts: Iterable[Part]) -> None:
        """
        Import the parts.

        :raises DatabaseError: a fault that is not one row's; what was committed stays.
        """
        try:
            for part in parts:
                self.rows.add(part)
                for candidates in part.batch.candidates if self.planner.own else ():
                    self.census.add(self._made_by(candidates))
                self.report.progress()
            self.rows.group()
            self.report.total = self.report.totals.rows + self.rows.count
            for counting in self.rows:
                done = Outcome(Counter(duplicates=counting.duplicates))
                done.rejections, done.joined = list(counting.rejections), list(counting.joined)
                self._import(counting.batch, done, counting.out)
                self._note(done, counting.records)
            self._import_waiting()
        finally:
            self.rows.close()
            self.waiting.close()

    # What the planner asks.

    def will_make(self, candidate: Candidate) -> bool:
        """Return whether a row that was not rejected so far makes or is this record."""
        return not self.is_final and self.census.has(candidate)

    def has_made(self, candidate: Candidate) -> bool:
        """Return whether a dry run has come by a row that makes this record."""
        return candidate in self.planned

    def has_promised(self, reference: Reference, names: Names) -> bool:
        """Return whether a dry run has come by a row that creates this record by naming it."""
        return _promised(reference, reference.lookup(names)) in self.promised

    def _made_by(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        named = self.planner.own.identities.values()
        return [candidate for candidate in candidates if candidate[0] in named]

    # What is done with rows.

    def _import_waiting(self) -> None:
        """Import rows that wait, until no more of them can be."""
        while len(self.waiting):
            waiting, self.waiting = self.waiting, Waiting(self._made_by)
            is_progress = False
            for batch in waiting.batches(self.batch_size, self.census):
                done = Outcome()
                self._import(batch, done)
                is_progress |= bool(done.counts.total() or done.rejections)
                self._note(done)
            waiting.close()
            if not is_progress:
                # What the rest waits for will not come.
                self.is_over, self.is_final = True, self.is_over

    def _import(self, batch: Batch, done: Outcome, out: Collection[int] = ()) -> None:
        """
        Import rows, or their halves where the transaction as a whole fails for one of them.

        :param out: rows that do not count.
        """
        if len(out) == len(batch):
            return
        try:
            plan, outcome = self.transactions.run(batch, self, out)
        except DatabaseError as error:
            if not is_of_the_row(error, self.transactions.writer):
                raise
            if len(batch) == 1:
                done.rejections += rejections_of(error, batch.lines[0], batch.cells[0])
                self._reopen(batch, done.rejections[-1:], done)
                return
            batch = batch.only(row for row in range(len(batch)) if row not in out)
            middle = len(batch) // 2
            self._import(batch.only(range(middle)), done)
            self._import(batch.only(range(middle, len(batch))), done)
            return
        done.add(outcome)
        done.counts += Counter(duplicates=plan.duplicates)
        for rows, needs in (*plan.waiting, *outcome.waiting):
            self.waiting.add(rows, needs)
        done.rejections += plan.rejections
        self._reopen(batch, plan.rejections + outcome.rejections, done)
        self._count_again(plan, done)
        if self.transactions.is_dry:
            self._promise(plan)

    def _promise(self, plan: Plan) -> None:
        """Take note of what a dry run would have made, as far as other rows may name it."""
        if self.planner.own:
            made = (plan.batch.candidates[row] for row in plan.rows())
            self.planned.update(candidate for some in made for candidate in self._made_by(some))
        references = self.planner.references
        for reference in references.resolvers:
            if references.borrowing and reference.create:
                pending = plan.pending(reference, references.places.get(reference, ()))
                self.promised.update(_promised(reference, one.identity) for one in pending)

    def _reopen(self, batch: Batch, rejections: list[Rejection], done: Outcome) -> None:
        """Let rows count in the place of those that are rejected."""
        candidates = dict(zip(batch.lines, batch.candidates, strict=True)) if rejections else {}
        for line in dict.fromkeys(rejection.line for rejection in rejections):
            self.census.lose(line, self._made_by(candidates[line]))
            if (found := self.rows.reopen(line)) is not None:
                rows, more = found
                done.counts["duplicates"] -= len(rows) + len(more)
                done.rejections += more
                self.waiting.add(rows, ([] for _line in rows.lines))

    def _count_again(self, plan: Plan, done: Outcome) -> None:
        """Count records once of which a row was written before the rest of the file was known."""
        history = self.planner.selection.history
        if history is not None:
            again = sum(pk in history.met for pk in plan.known.values())
            merged = sum(map(len, plan.merged.values()))
            done.counts["duplicates"] += again + merged
            done.counts["unchanged"] -= again
            done.counts["new"] -= merged

    def _note(self, done: Outcome, rows: int = 0) -> None:
        self.report.note(done.counts, done.rejections, done.joined)
        self.report.progress(rows)


def _promised(reference: Reference, identity: Names) -> tuple[Any, ...]:
    return reference.model, reference.columns, identity[: len(reference.columns)]
