"""Which rows of a whole file are about one record; what is known of them is on disk."""

from __future__ import annotations

import pickle
import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from .grouping import Group, Grouping, Member, Unfit
from .numbers import Repeats, code_of

__all__ = ("FileGroups", "Verdict")

Verdict = Group | Unfit | None
"""The group of which a row is the last; what speaks against it; None: another row counts."""


class FileGroups:
    """
    The groups of a file's rows, and which row of each counts.

    :meth:`note` every row and :meth:`find`; if any rows share something, :meth:`join` every row,
    :meth:`add` those that share something, and :meth:`judge`. Memory grows by 20 bytes for each
    identity that several rows share, and by the rows of the largest group.
    """

    def __init__(self, grouping: Grouping) -> None:
        self.grouping = grouping
        self._repeats = Repeats()
        self._parent = array("l")
        self._database = sqlite3.connect("", isolation_level=None)
        for pragma in ("cache_size=-8000", "synchronous=off", "journal_mode=off"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("CREATE TABLE member (line INTEGER PRIMARY KEY, place, data)")
        self._database.execute("CREATE TABLE verdict (line INTEGER PRIMARY KEY, data)")

    def close(self) -> None:
        """Forget everything."""
        self._repeats.close()
        self._database.close()

    def note(self, keys: Iterable[Any]) -> None:
        """Take note of what rows may share: candidates and records."""
        self._repeats.add(map(code_of, keys))

    def find(self) -> bool:
        """Return whether any rows share anything, once all of them are noted."""
        self._repeats.find()
        self._parent = array("l", range(len(self._repeats.codes)))
        return bool(self._repeats.codes)

    def join(self, keys: Iterable[Any]) -> bool:
        """Take what a row has for one with what it shares; return whether it shares anything."""
        places = [place for key in keys if (place := self._repeats.place(code_of(key))) is not None]
        for place in places[1:]:
            one, other = self._root(places[0]), self._root(place)
            self._parent[max(one, other)] = min(one, other)
        return bool(places)

    def add(self, members: Iterable[tuple[Member, Iterable[Any]]]) -> None:
        """Keep rows that share something, with what they may share; all of them are joined."""
        rows = []
        for member, keys in members:
            places = (self._repeats.place(code_of(key)) for key in keys)
            place = next(place for place in places if place is not None)
            rows.append((member.line, self._root(place), pickle.dumps(member)))
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO member VALUES (?, ?, ?)", rows)
        self._database.execute("COMMIT")

    def judge(self) -> None:
        """Apply the rule to every group."""
        self._database.execute("CREATE INDEX places ON member (place, line)")
        rows = self._database.execute("SELECT place, data FROM member ORDER BY place, line")
        self._database.execute("BEGIN")
        some: list[Member] = []
        before = None
        for place, data in rows:
            if place != before:
                self._judge(some)
                some, before = [], place
            some.append(pickle.loads(data))  # noqa: S301 (we have written it)
        self._judge(some)
        self._database.execute("COMMIT")

    def verdicts(self, lines: Sequence[int]) -> dict[int, Verdict]:
        """Return line -> verdict on the rows from the first to the last of the lines."""
        rows = self._database.execute(
            "SELECT line, data FROM verdict WHERE line BETWEEN ? AND ?", (lines[0], lines[-1])
        )
        return {line: pickle.loads(data) for line, data in rows}  # noqa: S301

    def reopen(self, line: int) -> list[int]:
        """Return the lines that count now, for the row that did was rejected."""
        found = self.verdicts([line]).get(line)
        if not isinstance(found, Group):
            return []
        return sorted(self._judge(list(found.others)))

    def _judge(self, some: list[Member]) -> list[int]:
        groups, unfit = self.grouping.groups(some)
        verdicts: dict[int, Verdict] = {member.line: None for member in some}
        verdicts |= {one.member.line: one for one in unfit}
        verdicts |= {group.last.line: group for group in groups}
        self._database.executemany(
            "INSERT OR REPLACE INTO verdict VALUES (?, ?)",
            ((line, pickle.dumps(verdict)) for line, verdict in verdicts.items()),
        )
        return [line for line, verdict in verdicts.items() if verdict is not None]

    def _root(self, place: int) -> int:
        parent = self._parent
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place
