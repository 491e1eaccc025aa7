"""A batch of cleaned rows, column by column, and why rows are rejected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any

from ..showing import short, shown

__all__ = (
    "RECORD",
    "UNSET",
    "Bare",
    "Batch",
    "Candidate",
    "ForNew",
    "Need",
    "Policy",
    "Rejection",
    "Row",
)


class _Unset:
    def __repr__(self) -> str:
        return "UNSET"

    # There is but one, also behind pickle.
    __reduce__ = __repr__


UNSET: Any = _Unset()
"""A cell that says nothing: the record keeps what it has, a new one gets the default."""


class ForNew(list[tuple[Any, ...]]):
    """A cell of entries that only a new record gets."""


class Bare(tuple[Any, ...]):
    """Names of a record of which the row does not say what it is to its own: a person's role."""

    __slots__ = ()


Candidate = tuple[int, tuple[Any, ...]]
"""What may identify a record: index of the identity in the layout, values of its columns."""

RECORD = -1
"""In the place of an identity: the value is the primary key of the record."""

Need = tuple[Candidate, bool]
"""What a row refers to and is not there, and whether the row cannot do without it."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a row was not imported; ``line`` counts from 1, ``column`` is empty for the whole row."""

    line: int
    column: str
    value: str
    reason: str
    cells: Sequence[str] = ()
    """The row's cells as they came."""
    error: Exception | None = field(default=None, compare=False, repr=False)
    """What was raised, or would be by django-import-export; None: a cell is invalid."""

    def __str__(self) -> str:
        if not self.column:
            return shown(f"line {self.line}: {self.reason}")
        return shown(f"line {self.line}, {self.column} {short(self.value)!r}: {self.reason}")


Row = tuple[Any, ...]
"""Line, cells, columns, children and candidates of one row."""


@dataclass(slots=True)
class Batch:
    """Cleaned rows; row ``i`` is what stands at index ``i`` of every list."""

    lines: list[int]
    cells: list[Sequence[str]]
    """The cells of each row as they came, for whoever has to correct them."""
    columns: list[list[Any]]
    """A list of values for each of the layout's fields; names in the place of foreign keys."""
    children: list[list[Any]]
    """For each of the layout's children a list that has a list of entries, or UNSET, for a row."""
    candidates: list[list[Candidate]] = field(default_factory=list)
    """What may identify the record of a row, the surest first."""

    def __len__(self) -> int:
        return len(self.lines)

    def only(self, rows: Iterable[int]) -> Batch:
        """Return a batch of some of the rows, in the order given."""
        rows = list(rows)
        if rows == list(range(len(self))):
            return self

        def pick(values: list[Any]) -> list[Any]:
            return [values[row] for row in rows]

        columns, children = list(map(pick, self.columns)), list(map(pick, self.children))
        lines, cells = pick(self.lines), pick(self.cells)
        return Batch(lines, cells, columns, children, pick(self.candidates))

    def rejection(
        self,
        row: int,
        reason: str,
        column: str = "",
        said: str = "",
        error: Exception | None = None,
    ) -> Rejection:
        """
        Return why a row is rejected.

        :param error: what django-import-export would raise, if no cell is invalid.
        """
        return Rejection(self.lines[row], column, said, reason, self.cells[row], error)

    def copy(self) -> Batch:
        """Return a batch whose lists are its own; what stands in them is shared."""
        return Batch.joined([self])

    @classmethod
    def joined(cls, batches: Sequence[Batch]) -> Batch:
        """Return one batch of the rows of several, of which there is at least one."""

        def join(lists: Iterable[list[Any]]) -> list[Any]:
            return list(chain.from_iterable(lists))

        return cls(
            join(batch.lines for batch in batches),
            join(batch.cells for batch in batches),
            [join(columns) for columns in zip(*[b.columns for b in batches], strict=True)],
            [join(columns) for columns in zip(*[b.children for b in batches], strict=True)],
            join(batch.candidates for batch in batches),
        )

    def rows(self) -> Iterator[Row]:
        """Yield the rows one by one."""
        columns = zip(*self.columns, strict=True) if self.columns else repeat(())
        children = zip(*self.children, strict=True) if self.children else repeat(())
        lists = self.lines, self.cells, columns, children, self.candidates
        return zip(*lists, strict=False)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Batch:
        """Return a batch of rows, of which there is at least one."""
        lines, cells, columns, children, candidates = map(list, zip(*rows, strict=True))
        turned = [list(map(list, zip(*some, strict=True))) for some in (columns, children)]
        return cls(lines, cells, turned[0], turned[1], candidates)


@dataclass(frozen=True)
class Policy:
    """How records that exist are treated."""

    existing: str = "update"
    """ "update", "fill" (write empty fields, add links) or "skip"."""
    keep: frozenset[str] = frozenset()
    """Names of columns, foreign keys and children that are never changed."""
    clears: bool = True
    """Whether rows say all of a record's children; otherwise what they leave open stays."""
