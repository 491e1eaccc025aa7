"""The cleaned rows of a file on disk, and which of them count."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from .batch import Batch, Rejection
from .grouping import Unfit, adopt
from .groups import FileGroups, Verdict
from .identify import unfit_row
from .plan import Joined, Records
from .selecting import Selection, joined_rows, members_of
from .staging import Stage

__all__ = ("Counting", "Part", "StagedRows")


class Part(NamedTuple):
    """A batch of cleaned rows."""

    records: int
    """How many records it was made of."""
    batch: Batch
    rejections: list[Rejection]
    """What is wrong with the records of which there is no row."""


class _Kept(NamedTuple):
    part: Part
    records: Records | None
    """What the rows mean, where that matters to other rows."""


@dataclass(slots=True)
class Counting:
    """A part of which it is known which rows count; each has all identities of its group."""

    records: int
    batch: Batch
    rejections: list[Rejection] = field(default_factory=list)
    out: set[int] = field(default_factory=set)
    """The rows that do not count, or are rejected."""
    duplicates: int = 0
    joined: list[Joined] = field(default_factory=list)

    def counting(self) -> Batch:
        """Return the rows that count."""
        return self.batch.only(row for row in range(len(self.batch)) if row not in self.out)


class StagedRows:
    """
    The rows of a file: :meth:`add` all of them, :meth:`group` them, then go through them.

    :meth:`reopen` gives those that count in the place of a row that was rejected after all.
    """

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.groups = FileGroups(selection.grouping)
        self.parts: Stage[_Kept] = Stage()
        self.count = 0
        """How many records there are."""
        self._lines = array("q")
        """The first line of each part."""
        self._shares = False

    def add(self, part: Part) -> None:
        """Keep a part of the file."""
        batch, rejections, records = part.batch, part.rejections, None
        if self.selection.needs_records and len(batch):
            records = self.selection.look_up(batch)
            for row, error in records.errors.items():
                rejections = [*rejections, batch.rejection(row, str(error), error=error)]
        kept = _Kept(Part(part.records, batch, rejections), records)
        self.groups.note(chain.from_iterable(self._keys(kept)))
        if records is not None and self.selection.history is not None:
            # Rows that were written before share it too.
            past = self.selection.history.among(records.pks)
            self.groups.note(("record", pk) for pk in past)
        self.parts.add(kept)
        self.count += part.records
        self._lines.append(batch.lines[0] if len(batch) else 0)

    def group(self) -> None:
        """Decide which rows count, when there are no more."""
        self._shares = self.groups.find()
        if not self._shares:
            return
        sharing = [
            [row for row, keys in enumerate(self._keys(kept)) if self.groups.join(keys)]
            for kept in self.parts
        ]
        for kept, rows in zip(self.parts, sharing, strict=True):
            if rows:
                members = members_of(self.selection, kept.part.batch, rows, kept.records)
                keys = self._keys(kept)
                self.groups.add([(m, keys[row]) for m, row in zip(members, rows, strict=True)])
        self.groups.judge()

    def close(self) -> None:
        """Forget everything."""
        self.groups.close()
        self.parts.close()

    def __iter__(self) -> Iterator[Counting]:
        for kept in self.parts:
            _records, batch, rejections = kept.part
            found = Counting(kept.part.records, batch, list(rejections))
            if kept.records is not None:
                found.out.update(kept.records.errors)
            if self._shares and len(batch) and (verdicts := self.groups.verdicts(batch.lines)):
                self._apply(found, verdicts)
            yield found

    def reopen(self, line: int) -> Counting | None:
        """Return the rows that count now, or are rejected now, for a row that was rejected."""
        lines = self.groups.reopen(line) if self._shares else []
        found = [self._row(line) for line in lines]
        if not found:
            return None
        part = Counting(0, Batch.of(found))
        self._apply(part, {line: self.groups.verdicts([line])[line] for line in lines})
        return part

    def _apply(self, found: Counting, verdicts: dict[int, Verdict]) -> None:
        found.batch = batch = found.batch.copy()
        for row, line in enumerate(batch.lines):
            if line not in verdicts:
                continue
            verdict = verdicts[line]
            if verdict is None:
                found.out.add(row)
                found.duplicates += 1
            elif isinstance(verdict, Unfit):
                found.out.add(row)
                reason = unfit_row(self.selection.layout, self.selection.writer, verdict)
                found.rejections.append(batch.rejection(row, reason))
            elif verdict.others:
                adopt(self.selection.layout, batch, row, verdict, self.selection.overwritten)
                found.joined += joined_rows(verdict)

    def _keys(self, kept: _Kept) -> list[list[Any]]:
        """Return for each row what it may share with others; nothing if it is rejected."""
        every, joining = kept.part.batch.candidates, self.selection.joining
        if len(joining) < len(self.selection.layout.identities):
            every = [[c for c in some if c[0] in joining] for some in every]
        if kept.records is None or not kept.records.found:
            return every
        found, pks = kept.records.found, kept.records.pks
        # Whoever has an identity of a record means the record.
        keys: list[list[Any]] = [
            some if pk is None else [("record", pk), *(c for c in some if c not in found)]
            for some, pk in zip(every, pks, strict=True)
        ]
        for row, others in kept.records.merged.items():
            keys[row] += [("record", pk) for pk in others]
        for row in kept.records.errors:
            keys[row] = []
        return keys

    def _row(self, line: int) -> Any:
        # Parts without rows have no line.
        index = max(i for i, first in enumerate(self._lines) if 0 < first <= line)
        return next(row for row in self.parts[index].part.batch.rows() if row[0] == line)
