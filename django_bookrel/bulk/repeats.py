"""Rows of one identity in a file: the last one counts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from .chunk import Candidate, Chunk

__all__ = ("Repeats",)


class Repeats:
    """
    The last line of each identity in a file, on disk: memory does not grow with the file.

    A row that shares any identity with a later row is superseded by it. Where the later row is
    refused, :attr:`spoiled` has the identity, for the rows before it have to be looked at again.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        for pragma in ("cache_size=-8000", "synchronous=off", "journal_mode=off"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute(
            "CREATE TABLE identity (hash INTEGER PRIMARY KEY, first INTEGER, last INTEGER)"
        )
        self.spoiled: set[int] = set()
        """Hashes of identities whose last row was refused after an earlier one was passed over."""

    def note(self, lines: Iterable[int], candidates: Iterable[Sequence[Candidate]]) -> None:
        """Take note of the identities of the next rows of the file."""
        found = sorted(
            (_code(candidate), line, line)
            for line, some in zip(lines, candidates, strict=True)
            for candidate in some
        )
        self._database.execute("BEGIN")
        self._database.executemany(
            "INSERT INTO identity VALUES (?, ?, ?) "
            "ON CONFLICT (hash) DO UPDATE SET last = max(last, excluded.last)",
            found,
        )
        self._database.execute("COMMIT")

    def freeze(self) -> None:
        """Forget the identities that occur once: nothing more has to be looked up for them."""
        self._database.execute("DELETE FROM identity WHERE first = last")
        [(self._repeated,)] = self._database.execute("SELECT count(*) FROM identity")

    def last_ones(self, chunk: Chunk) -> Chunk:
        """Return the rows that no later row of the file supersedes."""
        if not self._repeated:
            return chunk
        hashes = [[_code(candidate) for candidate in some] for some in chunk.candidates]
        last = {code: last for code, _first, last in self._lookup(hashes)}
        return chunk.only(
            row
            for row, (line, codes) in enumerate(zip(chunk.lines, hashes, strict=True))
            if all(last.get(code, 0) <= line for code in codes)
        )

    def note_refused(self, lines: Sequence[int], candidates: Sequence[Sequence[Candidate]]) -> None:
        """Take note of rows that were refused and superseded others."""
        if self._repeated:
            hashes = [[_code(candidate) for candidate in some] for some in candidates]
            line_of = {
                code: line for line, codes in zip(lines, hashes, strict=True) for code in codes
            }
            for code, first, last in self._lookup(hashes):
                if last == line_of[code] and first < last:
                    self.spoiled.add(code)

    def is_spoiled(self, candidates: Sequence[Candidate]) -> bool:
        """Return whether a row has an identity whose last row was refused."""
        return not self.spoiled.isdisjoint(map(_code, candidates))

    def _lookup(self, hashes: Iterable[Iterable[int]]) -> list[tuple[int, int, int]]:
        wanted = json.dumps([code for codes in hashes for code in codes])
        return self._database.execute(
            "SELECT hash, first, last FROM json_each(?) JOIN identity ON hash = value", (wanted,)
        ).fetchall()


def _code(candidate: Candidate) -> int:
    # Of the text, for hash(-1) == hash(-2).
    return hash(repr(candidate))
