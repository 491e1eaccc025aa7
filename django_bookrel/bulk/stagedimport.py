"""The import of rows that were all read before: each group's last row, in an order that works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, Error

from .batch import Batch
from .filenames import FileNames
from .report import Report
from .saving import Outcome, is_of_the_row, rejections_of
from .staged import Part, StagedRows
from .transactions import Runner
from .waiting import Waiting

__all__ = ("StagedImport",)


class StagedImport:
    """Writes the rows that count; those that refer to others after them."""

    def __init__(self, transactions: Runner, report: Report, batch_size: int) -> None:
        self.transactions, self.report, self.batch_size = transactions, report, batch_size
        selection, own = transactions.planner.selection, transactions.planner.own
        self.rows, self.history = StagedRows(selection), selection.history
        self.file = FileNames(own, selection.references)
        self.waiting = Waiting(self.file.made_by)

    def run(self, parts: Iterable[Part]) -> None:
        """
        Import the parts.

        :raises DatabaseError: a fault that is not one row's; what was committed stays.
        """
        try:
            for part in parts:
                self.rows.add(part)
                self.file.note(part.batch.candidates)
                self.report.progress()
            self.rows.group()
            self.report.total = self.report.totals.rows + self.rows.count
            for counting in self.rows:
                done = Outcome(Counter(duplicates=counting.duplicates))
                done.rejections, done.joined = list(counting.rejections), list(counting.joined)
                with self._noting(done, counting.records):
                    self._import(counting.batch, done, counting.out)
            self._import_waiting()
        finally:
            self.rows.close()
            self.waiting.close()

    def _import_waiting(self) -> None:
        """Import rows that wait, until no more of them can be."""
        while len(self.waiting):
            waiting, self.waiting = self.waiting, Waiting(self.file.made_by)
            is_progress = False
            for batch in waiting.batches(self.batch_size, self.file.census):
                done = Outcome()
                with self._noting(done):
                    self._import(batch, done)
                is_progress |= bool(done.counts.total() or done.rejections)
            waiting.close()
            if not is_progress:
                # What the rest waits for will not come.
                self.file.is_over, self.file.is_final = True, self.file.is_over

    def _import(self, batch: Batch, done: Outcome, out: Collection[int] = ()) -> None:
        """
        Import rows, or their halves where the transaction as a whole fails for one of them.

        :param out: rows that do not count.
        """
        if len(out) == len(batch):
            return
        try:
            plan, outcome = self.transactions.run(batch, self.file, out)
        except DatabaseError as error:
            writer = self.transactions.writer
            if not is_of_the_row(error, writer):
                raise
            if len(batch) == 1:
                done.rejections += rejections_of(error, writer, batch.lines[0], batch.cells[0])
                self._reopen(batch, batch.lines, done)
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
        done.joined += plan.joined
        self._reopen(batch, [one.line for one in plan.rejections + outcome.rejections], done)
        if self.history is not None:
            done.counts.update(self.history.counted_again(plan))
        if self.transactions.is_dry:
            self.file.promise(plan)

    def _reopen(self, batch: Batch, lines: Collection[int], done: Outcome) -> None:
        """Let rows count in the place of those that are rejected."""
        candidates = dict(zip(batch.lines, batch.candidates, strict=True)) if lines else {}
        for line in dict.fromkeys(lines):
            self.file.lose(line, candidates[line])
            if (found := self.rows.reopen(line)) is not None:
                done.counts["duplicates"] -= len(found.batch)
                done.rejections += found.rejections
                rows = found.counting()
                self.waiting.add(rows, ([] for _line in rows.lines))

    @contextmanager
    def _noting(self, done: Outcome, rows: int = 0) -> Iterator[None]:
        """Take note of what was done, also where the second half of a batch fails."""
        try:
            yield
        except BaseException:
            rows = done.counts.total() + len({one.line for one in done.rejections})
            self.report.totals.rows += rows
            with suppress(Error):
                # The database that failed may not take an account of rejections either.
                self.report.note(done.counts, done.rejections, done.joined)
            raise
        self.report.note(done.counts, done.rejections, done.joined)
        self.report.progress(rows)
