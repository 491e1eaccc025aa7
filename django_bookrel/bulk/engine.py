"""
The import loop: batches in transactions of their own.

Rows are written as they come, as long as nothing in the rest of the file can matter to them; from
the first batch of which that is not certain the rest is read and kept on disk before it is written.

The engine knows records only as things of which ``RowMaker`` makes rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from itertools import chain, islice
from typing import Any, Protocol

from django.db import DatabaseError
from django.db.models import IntegerField

from .ahead import ahead
from .batch import Batch, Rejection
from .collecting import rare_collections
from .history import History
from .querylog import unlogged
from .report import RejectLimit, Report, Totals, stopping
from .saving import is_of_the_row
from .staged import Part
from .stagedimport import StagedImport
from .transactions import Runner

__all__ = ("Engine", "RowMaker")

HEAD_ROWS = 2_000
"""A file of whose first rows more than half are rejected is taken for a wrong file."""


class RowMaker(Protocol):
    """Makes rows of records; always asked in the order of the file."""

    is_pure: bool
    """Whether cleaning asks no database, and may be done in another thread."""

    def clean(self, records: list[Any]) -> tuple[Batch, list[Rejection]]:
        """Return the rows that are in order, and what is wrong with the other records."""

    def count(self, records: list[Any], totals: Totals) -> None:
        """Count what is known of the records that were cleaned last: cells repaired, for one."""


class Engine:
    """One import of one file into one database."""

    def __init__(
        self,
        transactions: Runner,
        maker: RowMaker,
        report: Report,
        *,
        batch_size: int,
    ) -> None:
        self.transactions, self.maker, self.report = transactions, maker, report
        self.batch_size = batch_size

    def run(self, records: Iterable[Any]) -> None:
        """
        Import the records; the report is true at any moment, also when an exception ends the run.

        :raises RejectLimit: too many rows were rejected.
        :raises ImportStopped: a fault that is not one row's; what was committed stays.
        """
        writer = self.transactions.writer
        with (
            rare_collections(),
            unlogged(writer.connection),
            stopping(writer, self.report.totals),
        ):
            written = self.transactions.planner.layout.written
            self.report.on_warnings(writer.catalogue.warnings(written))
            stream = iter(records)
            most = max(self.batch_size, HEAD_ROWS)
            head = list(islice(stream, most + 1))
            self.report.total = len(head) if len(head) <= most else None
            with closing(self._parts(chain(head, stream), len(head))) as cleaned:
                self._import(cleaned, len(head))

    def _import(self, cleaned: Iterator[Part], known: int) -> None:
        """
        Import the parts of a file.

        :param known: how many records it has, if they are few.
        """
        first = list(islice(cleaned, -(-min(known, HEAD_ROWS) // self.batch_size)))
        self._check_head(first, known)
        parts: Iterator[Part] = chain(first, cleaned)
        if known > self.batch_size and self._may_be_certain():
            parts = self._while_certain(parts)
        self._stage(parts)

    def _parts(self, records: Iterable[Any], known: int) -> Generator[Part]:
        """Yield the records as cleaned batches."""
        batches = _batches(records, self.batch_size)
        cleaned = ((some, *self.maker.clean(some)) for some in batches)
        # The next batch is read while the server writes the last; SQLite has no server.
        waits = self.transactions.writer.waits and self.maker.is_pure
        for some, batch, rejections in ahead(cleaned) if waits and known > HEAD_ROWS else cleaned:
            self.report.on_records(some)
            self.maker.count(some, self.report.totals)
            yield Part(len(some), batch, rejections)

    def _check_head(self, parts: list[Part], known: int) -> None:
        if self.report.max_rejects is not None or known < HEAD_ROWS:
            return
        planner = self.transactions.planner
        rejections = [one for part in parts for one in part.rejections]
        if planner.references.rejects or planner.layout.unsaid:
            for part in parts:
                rejections += planner.preview(part.batch).rejections
        first = sorted(rejections, key=lambda rejection: rejection.line)
        rejected = len({rejection.line for rejection in first})
        rows = sum(part.records for part in parts)
        if rejected * 2 > rows:
            self.report.on_rejected(first)
            raise RejectLimit(
                f"{rejected:,} of the first {rows:,} rows were rejected: is this the right file? "
                f"Nothing was written. The first: {first[0]}."
            )

    def _may_be_certain(self) -> bool:
        """Return whether it is noticed by its record that a row is about one of an earlier row."""
        transactions = self.transactions
        is_number = isinstance(transactions.planner.layout.model._meta.pk, IntegerField)
        return is_number and transactions.is_bulk and not transactions.planner.own

    def _while_certain(self, parts: Iterator[Part]) -> Iterator[Part]:
        """Write parts as they come; return the first that depends on the rest, and the rest."""
        selection = self.transactions.planner.selection
        selection.history = history = History(selection.overwritten)
        for part in parts:
            if not self._is_written(part, history):
                return chain([part], parts)
        return parts

    def _is_written(self, part: Part, history: History) -> bool:
        """Write a part, unless that depends on the rest of the file."""
        try:
            plan, outcome = self.transactions.run(part.batch, None)
        except DatabaseError as error:
            if not is_of_the_row(error, self.transactions.writer):
                raise
            return False
        if plan.doubt:
            return False
        history.note(plan, outcome.new.values())
        counts = outcome.counts + Counter(duplicates=plan.duplicates)
        self.report.note(counts, part.rejections + plan.rejections, plan.joined)
        self.report.progress(part.records)
        return True

    def _stage(self, parts: Iterator[Part]) -> None:
        first = next(parts, None)
        if first is not None:
            StagedImport(self.transactions, self.report, self.batch_size).run(chain([first], parts))


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
