"""What the rows of a dry run would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..showing import short, shown
from ..values import differ
from .batch import UNSET, ForNew
from .layout import Layout
from .plan import Plan
from .reading import names_of
from .relations import Reference
from .resolve import Pending
from .writers import Writer

__all__ = ("Change", "Changes")

EMPTY: tuple[Any, ...] = (None, UNSET, "", [])


Cell = tuple[Any, Any]
"""What a column holds, and what it would hold."""

Known = dict[Any, Any]
"""What refers to a record -> its names."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a row would change; ``line`` counts from 1, ``record`` is empty for a new one."""

    line: int
    record: str
    cells: dict[str, Cell] = field(default_factory=dict)
    """Column -> what it holds, and what it would hold."""

    def __str__(self) -> str:
        what = f"changes “{short(self.record)}”" if self.record else "is new"
        lines = [f"line {self.line} {what}", *map(self._said, self.cells)]
        return "\n".join(map(shown, lines))

    def _said(self, name: str) -> str:
        was, comes = (short(str(cell)) or "(empty)" for cell in self.cells[name])
        return f"  {name}: {was} -> {comes}" if self.record else f"  {name}: {comes}"


class Changes:
    """
    The first changes of an import.

    :param limit: how many are noted.

    Queries: for a batch of which rows are noted one, and one for each reference.
    """

    def __init__(self, layout: Layout, writer: Writer, limit: int) -> None:
        self.layout, self.writer, self.limit = layout, writer, limit
        self.found: list[Change] = []
        self.references: dict[str, tuple[Reference, int | None]] = {
            key.name: (key.reference, None) for key in layout.foreign_keys
        }
        for child in layout.children:
            if child.reference is not None:
                self.references[child.name] = child.reference, child.target

    def note(self, plan: Plan) -> None:
        """Take note of what becomes of a batch."""
        rows = sorted({*plan.new, *plan.touched})[: self.limit - len(self.found)]
        if not rows:
            return
        keys = [plan.known[row] for row in rows if row in plan.known]
        rows_of_keys = self.layout.model._base_manager.using(self.writer.connection.alias)
        records = {record.pk: str(record) for record in rows_of_keys.filter(pk__in=keys)}
        cells = [self._cells(plan, row) for row in rows]
        known = self._known_names(cells)
        for row, pairs in zip(rows, cells, strict=True):
            record = self._said(plan.known[row], records) if row in plan.known else ""
            said = {
                name: (self._named(name, was, known), self._named(name, comes, known))
                for name, (was, comes) in pairs.items()
            }
            self.found.append(Change(plan.batch.lines[row], record, said))

    def _said(self, key: Any, records: Mapping[Any, str]) -> str:
        # A manager may hide the record.
        return records.get(key) or f"{self.layout.model._meta.verbose_name} {key}"

    def _cells(self, plan: Plan, row: int) -> dict[str, Cell]:
        pk = plan.known.get(row)
        if row in plan.changed:
            _pk, was, comes = plan.changed[row]
        else:
            comes = tuple(column[row] for column in plan.columns)
            was = comes if row in plan.known else (None,) * len(comes)
        pairs = dict(zip(self.layout.names, zip(was, comes, strict=True), strict=True))
        for child, cells in zip(plan.children, plan.batch.children, strict=True):
            if type(cells[row]) is not ForNew:
                pairs[child.child.name] = child.before_and_after(row, pk)
        return {
            name: (before, after)
            for name, (before, after) in pairs.items()
            if differ(before, after) and not (before in EMPTY and after in EMPTY)
        }

    def _known_names(self, cells: Sequence[Mapping[str, Cell]]) -> dict[Reference, Known]:
        """Look up the names of all records that the cells refer to."""
        wanted: dict[Reference, set[Any]] = {ref: set() for ref, _place in self.references.values()}
        for pairs in cells:
            for name in pairs.keys() & self.references.keys():
                reference, place = self.references[name]
                for held in pairs[name]:
                    wanted[reference].update(_refers_to(held, place))
        return {ref: names_of(ref, self.writer, some) for ref, some in wanted.items()}

    def _named(self, name: str, held: Any, known: Mapping[Reference, Known]) -> Any:
        """Return what a column holds with names in the place of what refers to records."""
        if held in EMPTY:
            return None
        if name not in self.references:
            return held
        reference, place = self.references[name]

        def names(value: Any) -> Any:
            return value.names if type(value) is Pending else known[reference].get(value)

        if place is None:
            return names(held)
        return [(*entry[:place], names(entry[place]), *entry[place + 1 :]) for entry in held]


def _refers_to(held: Any, place: int | None) -> Iterator[Any]:
    found = [held] if place is None else [entry[place] for entry in held]
    return (value for value in found if value not in EMPTY and type(value) is not Pending)
