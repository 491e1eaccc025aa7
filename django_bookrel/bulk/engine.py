"""
The import loop: chunks in transactions of their own, retried, and halved to find a guilty row.

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
from .chunk import Chunk, Outcome, Refusal
from .collecting import rare_collections
from .lookahead import FileIdentities, History, LookAhead
from .querylog import unlogged
from .references import Parted
from .retrying import import_lock, tried_again
from .writers import Writer
from .writing import ChunkWriter

__all__ = ("Engine", "RejectLimit", "RowMaker", "Totals")

HEAD_ROWS = 2_000
"""A file of whose first rows more than half are refused is taken for a wrong file."""


class RejectLimit(BookrelError):
    """Raised when more rows were refused than the import allows."""


class RowMaker(Protocol):
    """Makes rows of records; always asked in the order of the file."""

    is_pure: bool
    """Whether cleaning asks no database, and may be done in another thread."""

    def clean(self, records: list[Any]) -> tuple[Chunk, list[Refusal]]:
        """Return the rows that are in order, and what is wrong with the other records."""

    def identify(self, records: list[Any]) -> Chunk:
        """Return rows with their candidates only; without records that have none."""

    def count_repairs(self, records: list[Any], counts: dict[str, int]) -> None:
        """Add the mended cells of the records to ``counts``, by kind."""


@dataclass
class Totals:
    """Counts of rows; ``repairs`` counts mended cells by kind."""

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
        self.rejected += len({refusal.line for refusal in outcome.refused})


@dataclass
class Engine:
    """One import of one file into one database."""

    chunks: ChunkWriter
    writer: Writer
    maker: RowMaker
    batch_size: int = 5_000
    max_rejects: Callable[[Totals], bool] | None = None
    """Whether so many refusals stop the import; None: half of the first 2,000 rows do."""
    on_refused: Callable[[list[Refusal]], None] = lambda refusals: None
    on_records: Callable[[list[Any]], None] = lambda records: None
    """Called with the records of each chunk when what became of them is known."""
    on_chunk: Callable[[int, int | None, Totals], None] = lambda done, total, totals: None
    """Called after each chunk with the rows done and, if it is known, their number."""
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
        :raises RejectLimit: too many rows were refused.
        :raises DatabaseError: a fault that is not one row's; what was committed stays.
        """
        self.records, self.total = records, None
        self.identities = self.chunks.identities = None
        self.chunks.history = self.history
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
        if self._must_look_ahead() and (len(head) > self.batch_size or self.chunks.own):
            self._look_ahead()
        elif len(head) > self.batch_size:
            self.chunks.history = self.history or History()
        self._check_head(head)
        again: set[int] = set()
        for batch, rows, refused in self._cleaned(chain(head, stream)):
            again |= self._import(batch, rows, refused, totals)
            totals.rows += len(batch)
            self.maker.count_repairs(batch, totals.repairs)
            self.on_records(batch)
            self.on_chunk(totals.rows, self.total, totals)
            if self.max_rejects is not None and self.max_rejects(totals):
                raise RejectLimit(
                    f"{totals.rejected:,} of {totals.rows:,} rows were refused, too many."
                )
        if again and self.chunks.dry_run:
            self._assume(again)
        again = self._import_again(again, totals)
        if self.identities is not None and self.identities.spoiled:
            self._import_spoiled(totals)
            again = self._import_again(again, totals)
        if again:
            # What the rest waits for will not come.
            self.chunks.own.identities.clear()
            self._import_again(again, totals)

    def _check_head(self, head: list[Any]) -> None:
        if self.max_rejects is not None or len(head) < HEAD_ROWS:
            return
        rows, refusals = self.maker.clean(head[:HEAD_ROWS])
        creates = all(reference.create for reference in self.chunks.resolvers)
        if not creates or self.chunks.layout.unsaid:
            refusals += self.chunks.preview(rows).refused
        refused = len({refusal.line for refusal in refusals})
        if refused * 2 > HEAD_ROWS:
            refusals.sort(key=lambda refusal: refusal.line)
            self.on_refused(refusals)
            raise RejectLimit(
                f"{refused:,} of the first {HEAD_ROWS:,} rows were refused: is this the right "
                f"file? Nothing was written. The first: {refusals[0]}."
            )

    def _must_look_ahead(self) -> bool:
        """Return whether a repeated row cannot be noticed by the record that it means."""
        pk = self.chunks.model._meta.pk
        return self.chunks.dry_run or bool(self.chunks.own) or not isinstance(pk, IntegerField)

    def _look_ahead(self) -> FileIdentities:
        """Note the identities of the whole file."""
        self.identities = FileIdentities(keep_all=bool(self.chunks.own))
        self.total = 0
        for batch in _batches(self.records(), self.batch_size):
            rows = self.maker.identify(batch)
            self.identities.note(rows.lines, rows.candidates)
            if len(self.chunks.layout.identities) > 1:
                self.identities.note_records(rows.lines, self.chunks.known_records(rows))
            self.total += len(batch)
        self.identities.complete()
        self.chunks.identities = self.identities
        return self.identities

    def _cleaned(self, records: Iterable[Any]) -> Iterator[tuple[list[Any], Chunk, list[Refusal]]]:
        """Yield batches of records, their rows and what is wrong with the others."""
        batches = _batches(records, self.batch_size)
        made = ((batch, *self.maker.clean(batch)) for batch in batches)
        # The next batch is read while the server writes the last; SQLite has no server.
        waits = self.writer.waits and self.maker.is_pure and self.total is None
        return ahead(made) if waits else made

    def _import(
        self, batch: list[Any], rows: Chunk, refused: list[Refusal], totals: Totals
    ) -> set[int]:
        """Import a batch; return the lines of rows that wait for rows of another batch."""
        outcome = Outcome(refused=refused)
        if self.identities is not None:
            every = len(rows)
            rows = self.identities.last_ones(rows)
            outcome.duplicates += every - len(rows)
        totals.add(outcome)
        for part in self._written(rows):
            # Each is committed by now, whatever becomes of the next.
            totals.add(part)
            outcome.add(part)
        if outcome.refused:
            outcome.refused.sort(key=lambda refusal: refusal.line)
            self.on_refused(outcome.refused)
            if self.identities is not None:
                lines = {refusal.line for refusal in outcome.refused}
                same = self.maker.identify([record for record in batch if record.line in lines])
                self.identities.note_refused(same.lines, same.candidates)
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
        """Take the rows for which others wait to be in, as a dry run must; but not refused ones."""
        self.chunks.own.assumes = True
        identities, more = self.identities, True
        assert identities is not None  # noqa: S101
        while more:
            more = False
            for batch in self._large_batches(waiting):
                rows = identities.last_ones(self.maker.clean(batch)[0])
                again = self.chunks.preview(rows).again
                lost = rows.only(row for row, line in enumerate(rows.lines) if line in again)
                more |= identities.note_lost(lost.candidates)

    def _large_batches(self, lines: set[int]) -> Iterator[list[Any]]:
        # Rows may refer to one another in a circle.
        size = max(self.batch_size, HEAD_ROWS)
        return _batches((record for record in self.records() if record.line in lines), size)

    def _import_spoiled(self, totals: Totals) -> None:
        """Import the rows that were passed over for the sake of a later row that was refused."""
        identities = self.identities
        assert identities is not None  # noqa: S101

        def passed_over() -> Iterator[Any]:
            for batch in _batches(self.records(), self.batch_size):
                rows, _refused = self.maker.clean(
                    [r for r in batch if self._was_passed_over(r.line, identities)]
                )
                pairs = zip(rows.records, rows.candidates, strict=True)
                yield from (record for record, some in pairs if identities.is_spoiled(some))

        again = Totals()
        history, own = self.chunks.history, dict(self.chunks.own.identities)
        inner = replace(
            self,
            max_rejects=lambda totals: False,
            # They were told of already.
            on_records=lambda records: None,
            history=history,
        )
        inner.run(passed_over, again)
        self.chunks.identities, self.chunks.history = identities, history
        self.chunks.own.identities |= own
        for name in ("new", "updated", "unchanged", "deleted", "rejected"):
            setattr(totals, name, getattr(totals, name) + getattr(again, name))
        totals.duplicates -= again.rows - again.duplicates

    def _was_passed_over(self, line: int, identities: FileIdentities) -> bool:
        return line >= self.ahead_from and line not in identities.refused

    def _written(self, rows: Chunk) -> Iterator[Outcome]:
        """Write a chunk, or its halves where that is not possible."""
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
                reason = f"The database refused the row: {' '.join(str(error).split())}"
                yield Outcome(refused=[Refusal(rows.lines[0], "", "", reason, rows.records[0])])
                return
            yield from self._halves(rows)
        except Parted:
            yield from self._halves(rows)
        else:
            if self.chunks.history is not None and self.identities is None:
                self.chunks.history.note(outcome)
            yield outcome

    def _written_ahead(self, rows: Chunk) -> Iterator[Outcome]:
        """Write a chunk, and whatever follows, knowing the whole file."""
        identities = self._look_ahead()
        self.ahead_from = rows.lines[0]
        last = identities.last_ones(rows)
        yield Outcome(duplicates=len(rows) - len(last))
        yield from self._written(last)

    def _halves(self, rows: Chunk) -> Iterator[Outcome]:
        # A row may repeat one of the other half, as it may one of another chunk.
        if self.identities is None and self.chunks.history is None:
            if self._must_look_ahead():
                yield from self._written_ahead(rows)
                return
            self.chunks.history = self.history or History()
        middle = len(rows) // 2
        for half in (rows.only(range(middle)), rows.only(range(middle, len(rows)))):
            # By now the whole file may be known.
            last = self.identities.last_ones(half) if self.identities is not None else half
            yield Outcome(duplicates=len(half) - len(last))
            yield from self._written(last)

    def _transaction(self, rows: Chunk) -> Outcome:
        """Write rows in a transaction, again where it failed for a reason that goes away."""
        if self.chunks.dry_run:
            return self.chunks.write(rows)
        with import_lock(self.writer):
            return tried_again(self.writer, lambda: self._attempt(rows))

    def _announce(self, new: list[Any], updated: list[Any]) -> None:
        written = self.on_written
        if written is not None and (new or updated):
            # The keys alone: the rest would be kept until an import that is one transaction ends.
            transaction.on_commit(lambda: written(new, updated), self.writer.connection.alias)

    def _attempt(self, rows: Chunk) -> Outcome:
        using = self.writer.connection.alias
        try:
            with transaction.atomic(using):
                self.writer.lock(self.chunks.model)
                outcome = self.chunks.write(rows)
                if self.chunks.pk_column is not None:
                    self.writer.pass_keys(self.chunks.model, outcome.new_keys)
                self._announce(outcome.new_keys, outcome.updated_keys)
        except BaseException:
            self.chunks.forget()
            raise
        return outcome


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
