"""What a batch of rows will do, as a value: all of a dry run, and what is written otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ..showing import short, shown
from .batch import Batch, Candidate, Need, Rejection
from .childplan import ChildPlan
from .columns import ColumnChange
from .relations import Reference
from .resolve import Completion, Pending

__all__ = ("Joined", "Plan", "Records")


class Joined(NamedTuple):
    """Two rows that were joined although their labels are hardly alike."""

    line: int
    """Line of the row that does not count; 0 if an earlier batch has written it."""
    label: str
    last_line: int
    """Line of the row that counts."""
    last_label: str

    def __str__(self) -> str:
        first = f"line {self.line}" if self.line else "an earlier row"
        last = f"line {self.last_line} “{short(self.last_label)}”"
        return shown(f"{first} “{short(self.label)}” and {last} are one record")


@dataclass(slots=True)
class Records:
    """The records that the rows of a batch are about."""

    pks: list[Any] = field(default_factory=list)
    """For each row the primary key of its record, or None for a new one."""
    found: dict[Candidate, Any] = field(default_factory=dict)
    """Candidate -> primary key; those that mean no record are absent."""
    merged: dict[int, list[Any]] = field(default_factory=dict)
    """Row -> primary keys of other records that it means, and that this import has made."""
    errors: dict[int, Exception] = field(default_factory=dict)
    """Row -> why it is rejected: it means several records, or one that is out of reach."""
    is_certain: bool = True
    """Whether no row has an identity that its record does not have."""


@dataclass(slots=True)
class Plan:
    """What becomes of the rows of a batch; rows are indexes of it."""

    batch: Batch
    records: Records = field(default_factory=Records)
    """What rows were about before those were left out that do not count."""
    columns: list[list[Any]] = field(default_factory=list)
    """The batch's, with what refers to records in the place of names."""
    new: list[int] = field(default_factory=list)
    """Rows that make a record."""
    known: dict[int, Any] = field(default_factory=dict)
    """Row -> primary key, of those about a record that is there."""
    changed: dict[int, ColumnChange] = field(default_factory=dict)
    """Row -> what changes in the record's own columns."""
    touched: set[int] = field(default_factory=set)
    """Rows whose record, or whose children, change."""
    children: Sequence[ChildPlan] = ()
    completions: list[tuple[int, Reference, Completion]] = field(default_factory=list)
    """What rows say of other records that are there and do not have it yet."""
    repeats: set[int] = field(default_factory=set)
    """Rows about a record that an earlier batch has made or met."""
    merged: dict[int, list[Any]] = field(default_factory=dict)
    """Row -> primary keys of records of this import that turn out to be the row's."""
    makes: Mapping[int, list[tuple[Reference, Pending]]] = field(default_factory=dict)
    """Line of a new row -> what stands for its record in other rows."""
    needs: Mapping[int, set[int]] = field(default_factory=dict)
    """Row -> other new rows whose records it refers to."""
    needed: Mapping[int, list[Need]] = field(default_factory=dict)
    """Row -> these records."""
    waiting: list[tuple[Batch, list[list[Need]]]] = field(default_factory=list)
    """Rows that refer to what other rows may make, and what that is."""
    rejections: list[Rejection] = field(default_factory=list)
    duplicates: int = 0
    joined: list[Joined] = field(default_factory=list)
    doubt: str = ""
    """What has to be known of the rest of the file before anything of this is written."""

    def rows(self) -> list[int]:
        """Return the rows that are neither rejected nor put off."""
        return sorted([*self.new, *self.known])

    def to_save(self) -> list[int]:
        """Return the rows for which something is written."""
        more = {row for row, _reference, _completion in self.completions}
        return sorted({*self.new, *self.touched, *self.merged, *more})

    def made_by(self, row: int) -> list[tuple[Reference, Pending]]:
        """Return what stands for a new row's record in other rows."""
        return self.makes.get(self.batch.lines[row], [])

    def counts(self) -> Counter[str]:
        """Return what becomes of how many rows, by the names that ``Totals`` has for it."""
        updated = len(self.touched - self.repeats)
        repeats = len(self.repeats)
        return Counter(
            new=len(self.new),
            updated=updated,
            unchanged=len(self.known) - updated - repeats,
            duplicates=repeats,
        )

    def only(self, rows: set[int]) -> Plan:
        """Return the part of some rows."""
        if rows.issuperset(self.to_save()):
            return replace(self, known={r: pk for r, pk in self.known.items() if r in rows})
        return replace(
            self,
            new=[row for row in self.new if row in rows],
            known={row: pk for row, pk in self.known.items() if row in rows},
            changed={row: change for row, change in self.changed.items() if row in rows},
            touched={row for row in self.touched if row in rows},
            repeats={row for row in self.repeats if row in rows},
            children=[child.only(rows) for child in self.children],
            completions=[one for one in self.completions if one[0] in rows],
            merged={row: pks for row, pks in self.merged.items() if row in rows},
        )

    def alone(self, row: int) -> Plan:
        """Return the part of a row, without links to records that other rows make."""
        line = self.batch.lines[row]
        part = self.only({row})
        return replace(part, children=[child.alone(line) for child in part.children])

    def pending(self, reference: Reference, places: Sequence[int]) -> Iterator[Pending]:
        """
        Yield what is to be created for a reference, once for each place that names it.

        :param places: the columns that hold the reference.
        """
        for place in places:
            column = self.columns[place]
            values = [column[row] for row in self.new]
            values += [change.after[place] for change in self.changed.values()]
            yield from (value for value in values if type(value) is Pending)
        for child in self.children:
            if child.child.reference == reference:
                yield from child.pending()
