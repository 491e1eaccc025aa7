"""
Several rows of one identity in a file: the last one counts.

Rows are written as they come. Only where a row would change a record, or means one that an earlier
row of the file meant, the rest of the file is looked at first: ``History`` notices that, and
``FileIdentities`` knows which row is the last one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from .batch import Batch, Candidate, Outcome

__all__ = ("FileIdentities", "History", "LookAhead", "Numbers")

T = TypeVar("T")


class LookAhead(Exception):
    """Raised when rows cannot be written before the rest of the file is known."""


class History:
    """The records that an import has met and made so far, by whole-number primary key."""

    def __init__(self) -> None:
        self.met = Numbers()
        self.made = Numbers()

    def note(self, outcome: Outcome) -> None:
        """Take note of a batch that was written."""
        self.made.update(outcome.new_keys)
        self.met.update(outcome.known_keys)

    def __contains__(self, key: int) -> bool:
        return key in self.made or key in self.met


class Numbers:
    """A set of whole numbers that takes a bit for each where they lie close together."""

    def __init__(self) -> None:
        self._blocks: dict[int, bytearray] = {}

    def update(self, numbers: Iterable[int]) -> None:
        blocks = self._blocks
        for number in numbers:
            block = blocks.get(number >> 15)
            if block is None:
                block = blocks[number >> 15] = bytearray(1 << 12)
            block[number >> 3 & 0xFFF] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        block = self._blocks.get(number >> 15)
        return block is not None and bool(block[number >> 3 & 0xFFF] >> (number & 7) & 1)


class FileIdentities:
    """
    The first and last line of each identity in a file, on disk: memory does not grow with the file.

    A row that shares any identity with a later row is superseded by it. Where the later row is
    rejected, :attr:`spoiled` has the identity, for the rows before it have to be looked at again.

    :param keep_all: keep the identities that occur once, for rows refer to one another.
    """

    def __init__(self, *, keep_all: bool = False) -> None:
        self._keep_all = keep_all
        self._database = sqlite3.connect("", isolation_level=None)
        for pragma in ("cache_size=-8000", "synchronous=off", "journal_mode=off"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute(
            "CREATE TABLE identity (hash INTEGER PRIMARY KEY, first INTEGER, last INTEGER)"
        )
        self._repeated = 0
        self.spoiled: set[int] = set()
        """Identities whose last row was rejected after an earlier one was passed over."""
        self.rejected: set[int] = set()
        """The lines of those last rows."""
        self._lost: set[int] = set()
        """Identities whose last row makes no record; needs ``keep_all``."""

    def close(self) -> None:
        """Forget everything."""
        self._database.close()

    def note(self, lines: Iterable[int], candidates: Iterable[Iterable[Candidate]]) -> None:
        """Take note of the identities of the next rows of the file."""
        pairs = zip(lines, candidates, strict=True)
        found = sorted((_code(c), line, line) for line, some in pairs for c in some)
        self._database.execute("BEGIN")
        self._database.executemany(
            "INSERT INTO identity VALUES (?, ?, ?) "
            "ON CONFLICT (hash) DO UPDATE SET last = max(last, excluded.last)",
            found,
        )
        self._database.execute("COMMIT")

    def note_records(self, lines: Iterable[int], keys: Iterable[Any]) -> None:
        """Take note of the records, by primary key, that the next rows mean."""
        self.note(lines, [[] if key is None else [_record(key)] for key in keys])

    def complete(self) -> None:
        """Say that the whole file was noted."""
        if not self._keep_all:
            self._database.execute("DELETE FROM identity WHERE first = last")
        counted = self._database.execute("SELECT count(*) FROM identity WHERE first < last")
        [(self._repeated,)] = counted

    def has(self, candidate: Candidate) -> bool:
        """Return whether a row of the file has this identity; needs ``keep_all``."""
        return bool(self._lookup([_code(candidate)]))

    def will_have(self, candidate: Candidate) -> bool:
        """Return whether a row of the file makes a record of this identity; needs ``keep_all``."""
        return self.has(candidate) and _code(candidate) not in self._lost

    def note_lost(self, candidates: Iterable[Iterable[Candidate]]) -> bool:
        """Take note of rows that make no record; return whether that was not known."""
        before = len(self._lost)
        self._lost.update(map(_code, _flat(candidates)))
        return len(self._lost) > before

    def last_ones(self, batch: Batch) -> Batch:
        """Return the rows that no later row of the file supersedes."""
        return batch.only(self._last(batch.lines, batch.candidates))

    def last_of_records(self, lines: Sequence[int], keys: Sequence[Any]) -> list[int]:
        """Return the indexes of the rows whose record no later row of the file means."""
        return self._last(lines, [[] if key is None else [_record(key)] for key in keys])

    def note_rejected(
        self, lines: Sequence[int], candidates: Sequence[Sequence[Candidate]]
    ) -> None:
        """Take note of rows that were rejected and may have superseded others."""
        if not self._repeated and not self._keep_all:
            return
        line_of = {
            _code(c): line for line, some in zip(lines, candidates, strict=True) for c in some
        }
        for code, first, last in self._lookup(line_of):
            if last == line_of[code]:
                if self._keep_all:
                    self._lost.add(code)
                if first < last:
                    self.spoiled.add(code)
                    self.rejected.add(last)

    def is_spoiled(self, candidates: Iterable[Candidate]) -> bool:
        """Return whether a row has an identity whose last row was rejected."""
        return not self.spoiled.isdisjoint(map(_code, candidates))

    def _last(self, lines: Sequence[int], candidates: Sequence[Sequence[Candidate]]) -> list[int]:
        if not self._repeated:
            return list(range(len(lines)))
        codes = [[_code(candidate) for candidate in some] for some in candidates]
        last = {code: line for code, _first, line in self._lookup(_flat(codes))}
        return [
            row
            for row, (line, some) in enumerate(zip(lines, codes, strict=True))
            if all(last.get(code, 0) <= line for code in some)
        ]

    def _lookup(self, codes: Iterable[int]) -> list[tuple[int, int, int]]:
        return self._database.execute(
            "SELECT hash, first, last FROM json_each(?) JOIN identity ON hash = value",
            (json.dumps(list(codes)),),
        ).fetchall()


def _code(candidate: Candidate) -> int:
    # Of the text, for hash(-1) == hash(-2).
    return hash(repr(candidate))


def _record(key: Any) -> Candidate:
    return -1, (str(key),)


def _flat(lists: Iterable[Iterable[T]]) -> Iterator[T]:
    for items in lists:
        yield from items
