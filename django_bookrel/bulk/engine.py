"""
The import loop: chunks in transactions of their own, retried, and halved to find a guilty row.

The engine knows records only as things that ``clean()`` makes rows of.
"""

from __future__ import annotations

import logging
import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, Protocol

from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, transaction

from .chunk import Candidate, Chunk, ChunkWriter, Outcome, Refusal
from .writers import Writer

__all__ = ("Engine", "RejectLimit", "Totals")

logger = logging.getLogger("django_bookrel.import")

TRIES = 8
HEAD_ROWS = 2_000
"""A file of whose first rows more than half are refused is taken for a wrong file."""


class RejectLimit(Exception):
    """Raised when more rows were refused than the import allows."""


class Cleaner(Protocol):
    """Makes rows of records; both are asked in the order of the file."""

    def clean(self, records: list[Any]) -> tuple[Chunk, list[Refusal]]: ...

    def identify(self, records: list[Any]) -> list[list[Candidate]]: ...

    def count_repairs(self, records: list[Any], counts: dict[str, int]) -> None: ...


@dataclass
class Totals:
    """Counts of rows; ``repairs`` counts mended cells by kind."""

    rows: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    rejected: int = 0
    repairs: dict[str, int] = field(default_factory=dict)

    def add(self, rows: int, outcome: Outcome) -> None:
        """Count a chunk that was written."""
        self.rows += rows
        self.new += outcome.new
        self.updated += outcome.updated
        self.unchanged += outcome.unchanged
        self.duplicates += outcome.duplicates
        self.rejected += len({refusal.line for refusal in outcome.refused})


@dataclass
class Engine:
    """One import of one file into one database."""

    chunks: ChunkWriter
    writer: Writer
    cleaner: Cleaner
    batch_size: int = 2_000
    max_rejects: Callable[[Totals], bool] | None = None
    """Whether so many refusals stop the import; None: half of the first 2,000 rows do."""
    on_refused: Callable[[list[Refusal]], None] = lambda refusals: None
    on_chunk: Callable[[int, int | None, Totals], None] = lambda done, total, totals: None
    """Called after each chunk with the rows done and, if it is known, their number."""
    on_written: Callable[[Outcome], None] = lambda outcome: None
    """Called after each chunk that was committed."""

    def run(self, records: Callable[[], Iterable[Any]], totals: Totals) -> None:
        """
        Import the records; ``totals`` is true at any moment, also when an exception ends the run.

        :param records: opens the file anew: it is read twice when it is longer than a chunk, for the
            last of several rows of one identity is the one that counts.
        :raises RejectLimit: too many rows were refused.
        :raises DatabaseError: a fault that is not one row's; what was committed stays.
        """
        stream = iter(records())
        head = list(islice(stream, max(self.batch_size, HEAD_ROWS) + 1))
        self._check_head(head)
        last: _LastLines | None = None
        self.total = len(head)
        if len(head) > self.batch_size:
            last = _LastLines(self.cleaner)
            self.total = 0
            for batch in _batches(records(), self.batch_size):
                last.note(batch)
                self.total += len(batch)
        for batch in _batches(chain(head, stream), self.batch_size):
            self._import(batch, last, totals)

    def _check_head(self, head: list[Any]) -> None:
        if self.max_rejects is not None or len(head) < HEAD_ROWS:
            return
        _rows, refusals = self.cleaner.clean(head[:HEAD_ROWS])
        refused = len({refusal.line for refusal in refusals})
        if refused * 2 > HEAD_ROWS:
            self.on_refused(refusals)
            raise RejectLimit(
                f"{refused:,} of the first {HEAD_ROWS:,} rows were refused: is this the right file? "
                f"Nothing was written. First: {refusals[0]}."
            )

    def _import(self, batch: list[Any], last: _LastLines | None, totals: Totals) -> None:
        rows, refusals = self.cleaner.clean(batch)
        outcome = Outcome(refused=refusals)
        if last is not None:
            kept = last.keep(rows)
            outcome.duplicates += len(rows) - len(kept)
            rows = kept
        for done in self._written(rows):
            outcome.new += done.new
            outcome.updated += done.updated
            outcome.unchanged += done.unchanged
            outcome.duplicates += done.duplicates
            outcome.refused += done.refused
        totals.add(len(batch), outcome)
        self.cleaner.count_repairs(batch, totals.repairs)
        if outcome.refused:
            self.on_refused(sorted(outcome.refused, key=lambda refusal: refusal.line))
        self.on_chunk(totals.rows, self.total, totals)
        if self.max_rejects is not None and self.max_rejects(totals):
            raise RejectLimit(f"{totals.rejected:,} rows were refused, more than the limit allows.")

    def _written(self, rows: Chunk) -> Iterator[Outcome]:
        """Write a chunk, or its halves where the database refuses something in it."""
        if not rows:
            return
        try:
            outcome = self._transaction(rows)
        except DatabaseError as error:
            if isinstance(error, OperationalError | InterfaceError):
                raise
            if len(rows) == 1:
                reason = f"The database refused the row: {' '.join(str(error).split())}"
                row = rows[0]
                yield Outcome(refused=[Refusal(row.line, "", "", reason, row.record)])
                return
            middle = len(rows) // 2
            yield from self._written(rows[:middle])
            yield from self._written(rows[middle:])
        else:
            yield outcome

    def _transaction(self, rows: Chunk) -> Outcome:
        writer, using = self.writer, self.writer.connection.alias
        if self.chunks.dry_run:
            return self.chunks.write(rows)
        outer = writer.connection.in_atomic_block
        for attempt in range(TRIES):
            try:
                with nullcontext() if outer else writer.session_lock(), transaction.atomic(using):
                    writer.lock(self.chunks.model)
                    outcome = self.chunks.write(rows)
                    transaction.on_commit(lambda: self.on_written(outcome), using)
                return outcome
            except DatabaseError as error:
                # A transaction that somebody else opened is theirs to try again; a broken unique
                # constraint may be a row that another program wrote since it was looked for.
                twin = isinstance(error, IntegrityError) and attempt == 0
                if outer or attempt == TRIES - 1 or not (writer.is_transient(error) or twin):
                    raise
                logger.info("Trying a chunk again after: %s", error)
                if not twin:
                    time.sleep(random.random() * 0.05 * 2**attempt)  # noqa: S311
        raise AssertionError  # pragma: no cover


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


class _LastLines:
    """
    The last line of each identity in the file, on disk: memory does not grow with the file.

    A row that shares any identity with a later row is a duplicate.
    """

    def __init__(self, cleaner: Cleaner) -> None:
        self.cleaner = cleaner
        self.database = sqlite3.connect("", isolation_level=None)
        for pragma in ("cache_size=-8000", "synchronous=off", "journal_mode=off"):
            self.database.execute(f"PRAGMA {pragma}")
        self.database.execute("CREATE TABLE last (hash INTEGER PRIMARY KEY, line INTEGER)")

    def note(self, records: list[Any]) -> None:
        """Take note of the identities of the next records."""
        lines: dict[int, int] = {}
        for record, candidates in zip(records, self.cleaner.identify(records), strict=True):
            for candidate in candidates:
                lines[hash(candidate)] = record.line
        self.database.execute("BEGIN")
        self.database.executemany(
            "INSERT INTO last VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET line = excluded.line",
            sorted(lines.items()),
        )
        self.database.execute("COMMIT")

    def keep(self, rows: Chunk) -> Chunk:
        """Return the rows of whose identities none occurs on a later line."""
        hashes = [(hash(c), row.line) for row in rows for c in row.candidates]
        later = {
            line
            for (code, line) in hashes
            if (found := self._last(code)) is not None and found > line
        }
        return [row for row in rows if row.line not in later]

    def _last(self, code: int) -> int | None:
        row = self.database.execute("SELECT line FROM last WHERE hash = ?", (code,)).fetchone()
        return row[0] if row else None
