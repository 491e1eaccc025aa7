"""
The import loop: batches in transactions of their own, retried, and halved to find a guilty row.

The engine knows records only as things of which ``Cleaner`` makes rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any, Protocol

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import IntegerField

from ..exceptions import BookrelError
from .ahead import ahead
from .batch import Batch, Outcome, Rejection
from .collecting import rare_collections
from .lookahead import FileIdentities, History, LookAhead
from .querylog import unlogged
from .references import Parted
from .retrying import import_lock, tried_again
from .writers import Writer
from .writing import BatchWriter

__all__ = ("Engine", "RejectLimit", "RowMaker", "Totals")

HEAD_ROWS = 2_000
"""A file of whose first rows more than half are rejected is taken for a wrong file."""


class RejectLimit(BookrelError):
    """Raised when more rows were rejected than the import allows."""


class RowMaker(Protocol):
    """Makes rows of records; always asked in the order of the file."""

    is_pure: bool
    """Whether cleaning asks no database, and may be done in another thread."""

    def clean(self, records: list[Any]) -> tuple[Batch, list[Rejection]]:
        """Return the rows that are in order, and what is wrong with the other records."""

    def identify(self, records: list[Any]) -> Batch:
        """Return rows with their candidates only; without records that have none."""

    def count_repairs(self, records: list[Any], counts: dict[str, int]) -> None:
        """Add the repaired cells of the records to ``counts``, by kind."""


@dataclass
class Totals:
    """Counts of rows; ``repairs`` counts repaired cells by kind."""

    rows: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    """Only hooks of a host delete."""
    duplicates: int = 0
    rejected: int = 0
    repairs: dict[str, int] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """Count what became of rows."""
        self.new += outcome.new
        self.updated += outcome.updated
        self.unchanged += outcome.unchanged
        self.deleted += outcome.deleted
        self.duplicates += outcome.duplicates
        self.rejected += len({rejection.line for rejection in outcome.rejected})


@dataclass
class Engine:
    """One import of one file into one database."""

    batches: BatchWriter
    writer: Writer
    maker: RowMaker
    batch_size: int = 5_000
    max_rejects: Callable[[Totals], bool] | None = None
    """Whether so many rejections stop the import; None: half of the first 2,000 rows do."""
    on_rejected: Callable[[list[Rejection]], None] = lambda rejections: None
    on_records: Callable[[list[Any]], None] = lambda records: None
    """Called with the records of each batch when what became of them is known."""
    on_batch: Callable[[int, int | None, Totals], None] = lambda done, total, totals: None
    """Called after each batch with the rows done and, if it is known, their number."""
    on_written: Callable[[list[Any], list[Any]], None] | None = None
    """Called when a transaction is committed, with the keys of the new and the updated rows."""

    identities: FileIdentities | None = None
    """What is known of the whole file, once it was looked at."""
    history: History | None = None
    """What an import of which this is a part has met and made."""
    ahead_from: int = 0
    """The first line that was written with this knowledge."""
    total: int | None = None
    """How many records there are, if it is known."""
    records: Callable[[], Iterable[Any]] = tuple
    """Opens the file anew."""

    def run(self, records: Callable[[], Iterable[Any]], totals: Totals) -> None:
        """
        Import the records; ``totals`` is true at any moment, also when an exception ends the run.

        :param records: opens the file anew, each time it is called.
        :raises RejectLimit: too many rows were rejected.
        :raises DatabaseError: a fault that is not one row's; what was committed stays.
        """
        self.records, self.total = records, None
        self.identities = self.batches.identities = None
        self.batches.history = self.history
        try:
            with rare_collections(), unlogged(self.writer.connection):
                self._run(totals)
        finally:
            if self.identities is not None:
                self.identities.close()

    def _run(self, totals: Totals) -> None:
        stream = iter(self.records())
        head = list(islice(stream, max(self.batch_size, HEAD_ROWS) + 1))
        if len(head) <= max(self.batch_size, HEAD_ROWS):
            self.total = len(head)
        if self._must_look_ahead() and (len(head) > self.batch_size or self.batches.own):
            self._look_ahead()
        elif len(head) > self.batch_size:
            self.batches.history = self.history or History()
        self._check_head(head)
        again: set[int] = set()
        for batch, rows, rejected in self._cleaned(chain(head, stream)):
            again |= self._import(batch, rows, rejected, totals)
            totals.rows += len(batch)
            self.maker.count_repairs(batch, totals.repairs)
            self.on_records(batch)
            self.on_batch(totals.rows, self.total, totals)
            if self.max_rejects is not None and self.max_rejects(totals):
                raise RejectLimit(
                    f"{totals.rejected:,} of {totals.rows:,} rows were rejected, too many."
                )
        if again and self.batches.dry_run:
            self._assume(again)
        again = self._import_again(again, totals)
        if self.identities is not None and self.identities.spoiled:
            self._import_spoiled(totals)
            again = self._import_again(again, totals)
        if again:
            # What the rest waits for will not come.
            self.batches.own.identities.clear()
            self._import_again(again, totals)

    def _check_head(self, head: list[Any]) -> None:
        if self.max_rejects is not None or len(head) < HEAD_ROWS:
            return
        rows, rejections = self.maker.clean(head[:HEAD_ROWS])
        creates = all(reference.create for reference in self.batches.resolvers)
        if not creates or self.batches.layout.unsaid:
            rejections += self.batches.preview(rows).rejected
        rejected = len({rejection.line for rejection in rejections})
        if rejected * 2 > HEAD_ROWS:
            rejections.sort(key=lambda rejection: rejection.line)
            self.on_rejected(rejections)
            raise RejectLimit(
                f"{rejected:,} of the first {HEAD_ROWS:,} rows were rejected: is this the right "
                f"file? Nothing was written. The first: {rejections[0]}."
            )

    def _must_look_ahead(self) -> bool:
        """Return whether a repeated row cannot be noticed by the record that it means."""
        pk = self.batches.model._meta.pk
        return self.batches.dry_run or bool(self.batches.own) or not isinstance(pk, IntegerField)

    def _look_ahead(self) -> FileIdentities:
        """Note the identities of the whole file."""
        self.identities = FileIdentities(keep_all=bool(self.batches.own))
        self.total = 0
        for batch in _batches(self.records(), self.batch_size):
            rows = self.maker.identify(batch)
            self.identities.note(rows.lines, rows.candidates)
            if len(self.batches.layout.identities) > 1:
                self.identities.note_records(rows.lines, self.batches.known_records(rows))
            self.total += len(batch)
        self.identities.complete()
        self.batches.identities = self.identities
        return self.identities

    def _cleaned(
        self, records: Iterable[Any]
    ) -> Iterator[tuple[list[Any], Batch, list[Rejection]]]:
        """Yield batches of records, their rows and what is wrong with the others."""
        batches = _batches(records, self.batch_size)
        made = ((batch, *self.maker.clean(batch)) for batch in batches)
        # The next batch is read while the server writes the last; SQLite has no server.
        waits = self.writer.waits and self.maker.is_pure and self.total is None
        return ahead(made) if waits else made

    def _import(
        self, batch: list[Any], rows: Batch, rejected: list[Rejection], totals: Totals
    ) -> set[int]:
        """Import a batch; return the lines of rows that wait for rows of another batch."""
        outcome = Outcome(rejected=rejected)
        if self.identities is not None:
            every = len(rows)
            rows = self.identities.last_ones(rows)
            outcome.duplicates += every - len(rows)
        totals.add(outcome)
        for part in self._written(rows):
            # Each is committed by now, whatever becomes of the next.
            totals.add(part)
            outcome.add(part)
        if outcome.rejected:
            outcome.rejected.sort(key=lambda rejection: rejection.line)
            self.on_rejected(outcome.rejected)
            if self.identities is not None:
                lines = {rejection.line for rejection in outcome.rejected}
                same = self.maker.identify([record for record in batch if record.line in lines])
                self.identities.note_rejected(same.lines, same.candidates)
        return outcome.again

    def _import_again(self, waiting: set[int], totals: Totals) -> set[int]:
        """
        Import rows that refer to rows of other batches, as far as those are in by now.

        :returns: the lines of the rest.
        """
        is_progress = True
        while waiting and is_progress:
            still: set[int] = set()
            for batch in self._large_batches(waiting):
                still |= self._import(batch, *self.maker.clean(batch), totals)
            is_progress = len(still) < len(waiting)
            waiting = still
        return waiting

    def _assume(self, waiting: set[int]) -> None:
        """Take the rows for which others wait to be in, as a dry run must; not rejected ones."""
        self.batches.own.assumes = True
        identities, more = self.identities, True
        assert identities is not None  # noqa: S101
        while more:
            more = False
            for batch in self._large_batches(waiting):
                rows = identities.last_ones(self.maker.clean(batch)[0])
                again = self.batches.preview(rows).again
                lost = rows.only(row for row, line in enumerate(rows.lines) if line in again)
                more |= identities.note_lost(lost.candidates)

    def _large_batches(self, lines: set[int]) -> Iterator[list[Any]]:
        # Rows may refer to one another in a circle.
        size = max(self.batch_size, HEAD_ROWS)
        return _batches((record for record in self.records() if record.line in lines), size)

    def _import_spoiled(self, totals: Totals) -> None:
        """Import the rows that were passed over for the sake of a later row that was rejected."""
        identities = self.identities
        assert identities is not None  # noqa: S101

        def passed_over() -> Iterator[Any]:
            for batch in _batches(self.records(), self.batch_size):
                rows, _rejected = self.maker.clean(
                    [r for r in batch if self._was_passed_over(r.line, identities)]
                )
                pairs = zip(rows.records, rows.candidates, strict=True)
                yield from (record for record, some in pairs if identities.is_spoiled(some))

        again = Totals()
        history, own = self.batches.history, dict(self.batches.own.identities)
        inner = replace(
            self,
            max_rejects=lambda totals: False,
            # They were told of already.
            on_records=lambda records: None,
            history=history,
        )
        inner.run(passed_over, again)
        self.batches.identities, self.batches.history = identities, history
        self.batches.own.identities |= own
        for name in ("new", "updated", "unchanged", "deleted", "rejected"):
            setattr(totals, name, getattr(totals, name) + getattr(again, name))
        totals.duplicates -= again.rows - again.duplicates

    def _was_passed_over(self, line: int, identities: FileIdentities) -> bool:
        return line >= self.ahead_from and line not in identities.rejected

    def _written(self, rows: Batch) -> Iterator[Outcome]:
        """Write a batch, or its halves where that is not possible."""
        if not len(rows):
            return
        try:
            outcome = self._transaction(rows)
        except LookAhead:
            yield from self._written_ahead(rows)
        except DatabaseError as error:
            if isinstance(error, OperationalError | InterfaceError):
                raise
            if len(rows) == 1:
                reason = f"The database rejected the row: {' '.join(str(error).split())}"
                yield Outcome(rejected=[Rejection(rows.lines[0], "", "", reason, rows.records[0])])
                return
            yield from self._halves(rows)
        except Parted:
            yield from self._halves(rows)
        else:
            if self.batches.history is not None and self.identities is None:
                self.batches.history.note(outcome)
            yield outcome

    def _written_ahead(self, rows: Batch) -> Iterator[Outcome]:
        """Write a batch, and whatever follows, knowing the whole file."""
        identities = self._look_ahead()
        self.ahead_from = rows.lines[0]
        last = identities.last_ones(rows)
        yield Outcome(duplicates=len(rows) - len(last))
        yield from self._written(last)

    def _halves(self, rows: Batch) -> Iterator[Outcome]:
        # A row may repeat one of the other half, as it may one of another batch.
        if self.identities is None and self.batches.history is None:
            if self._must_look_ahead():
                yield from self._written_ahead(rows)
                return
            self.batches.history = self.history or History()
        middle = len(rows) // 2
        for half in (rows.only(range(middle)), rows.only(range(middle, len(rows)))):
            # By now the whole file may be known.
            last = self.identities.last_ones(half) if self.identities is not None else half
            yield Outcome(duplicates=len(half) - len(last))
            yield from self._written(last)

    def _transaction(self, rows: Batch) -> Outcome:
        """Write rows in a transaction, again where it failed for a reason that goes away."""
        if self.batches.dry_run:
            return self.batches.write(rows)
        with import_lock(self.writer):
            return tried_again(self.writer, lambda: self._attempt(rows))

    def _announce(self, new: list[Any], updated: list[Any]) -> None:
        written = self.on_written
        if written is not None and (new or updated):
            # The keys alone: the rest would be kept until an import that is one transaction ends.
            transaction.on_commit(lambda: written(new, updated), self.writer.connection.alias)

    def _attempt(self, rows: Batch) -> Outcome:
        using = self.writer.connection.alias
        try:
            with transaction.atomic(using):
                self.writer.lock(self.batches.model)
                outcome = self.batches.write(rows)
                if self.batches.pk_column is not None:
                    self.writer.pass_keys(self.batches.model, outcome.new_keys)
                self._announce(outcome.new_keys, outcome.updated_keys)
        except BaseException:
            self.batches.forget()
            raise
        return outcome


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
