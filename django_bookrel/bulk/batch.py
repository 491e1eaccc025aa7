"""A batch of cleaned rows, column by column, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

__all__ = ("UNSET", "Batch", "Candidate", "Outcome", "Policy", "Rejection")


class _Unset:
    def __repr__(self) -> str:
        return "UNSET"


UNSET: Any = _Unset()
"""A cell that says nothing: the row keeps what it has, a new row gets the default."""

Candidate = tuple[int, tuple[Any, ...]]
"""(index of the identity in the layout, values of its columns)."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a row was not imported; ``line`` counts from 1, ``column`` is empty for the whole row."""

    line: int
    column: str
    value: str
    reason: str
    record: Any = None

    def __str__(self) -> str:
        if not self.column:
            return f"line {self.line}: {self.reason}"
        return f"line {self.line}, {self.column} {self.value!r}: {self.reason}"


@dataclass(slots=True)
class Batch:
    """Cleaned rows; row ``i`` is what stands at index ``i`` of every list."""

    lines: list[int]
    records: list[Any]
    columns: list[list[Any]]
    """A list of values for each of the layout's fields; names in the place of foreign keys."""
    children: list[list[Any]]
    """For each of the layout's children a list that has a list of entries, or UNSET, for a row."""
    candidates: list[list[Candidate]] = field(default_factory=list)
    """What may identify the record of a row, the surest first."""
    for_new: dict[int, dict[int, list[tuple[Any, ...]]]] = field(default_factory=dict)
    """Index of the children -> row -> entries that only a new record gets."""

    def __len__(self) -> int:
        return len(self.lines)

    def only(self, rows: Iterable[int]) -> Batch:
        """Return a batch of some of the rows."""
        rows = list(rows)
        if len(rows) == len(self):
            return self
        new_places = {row: place for place, row in enumerate(rows)}

        def pick(values: list[Any]) -> list[Any]:
            return [values[row] for row in rows]

        return Batch(
            pick(self.lines),
            pick(self.records),
            [pick(column) for column in self.columns],
            [pick(column) for column in self.children],
            pick(self.candidates),
            {
                child: {new_places[row]: e for row, e in entries.items() if row in new_places}
                for child, entries in self.for_new.items()
            },
        )

    def says(self, column: int, row: int) -> bool:
        """Return whether a row has a value, maybe an empty one, in a column."""
        return self.columns[column][row] is not UNSET


@dataclass(frozen=True)
class Policy:
    """How rows that exist are treated."""

    existing: str = "update"
    """ "update", "fill" (write empty fields, add links) or "skip"."""
    keep: frozenset[str] = frozenset()
    """Names of columns, foreign keys and children that are never changed."""


@dataclass(slots=True)
class Outcome:
    """What became of a batch."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    duplicates: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    new_keys: list[Any] = field(default_factory=list)
    updated_keys: list[Any] = field(default_factory=list)
    known_keys: list[Any] = field(default_factory=list)
    """Primary keys of the rows that were there before, updated or not."""
    again: set[int] = field(default_factory=set)
    """Lines of rows that refer to rows which come after them."""

    def add(self, other: Outcome) -> None:
        """Add what became of another part of the batch."""
        self.new += other.new
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.deleted += other.deleted
        self.duplicates += other.duplicates
        self.rejected += other.rejected
        self.new_keys += other.new_keys
        self.updated_keys += other.updated_keys
        self.known_keys += other.known_keys
        self.again |= other.again
