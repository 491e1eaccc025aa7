"""Records of a source -> rows of the engine; what is wrong in any cell is a refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models

from ..bulk import UNSET, Children, Column, Layout, Reference, Refusal, Row, cleaner
from ..sources import Record

if TYPE_CHECKING:
    from .relational import RelationalResource

__all__ = ("RowCleaner",)

Refuse = Callable[[int, str, Any, str], None]


@dataclass
class RowCleaner:
    """Cleans chunks of records column by column."""

    resource: RelationalResource
    layout: Layout
    clears: bool
    """Whether an empty cell empties its field; otherwise it says nothing."""
    identifying: frozenset[str] = field(init=False)
    """Columns that an empty cell never clears."""

    def __post_init__(self) -> None:
        declared = self.resource.columns()
        relation = self.resource.relation_field
        self.keys = [
            (key.name, relation(key.name, declared[key.name]), _NameCheck(key.reference))
            for key in self.layout.foreign_keys
        ]
        self.children = [
            (child.name, relation(child.name, declared[child.name]), _EntryCheck(child))
            for child in self.layout.children
        ]
        identities = [i for i in self.layout.identities if i.parent is None and len(i.columns) == 1]
        columns = {column for identity in identities for column in identity.columns}
        self.identifying = frozenset(c.name for c in self.layout.columns if c.field in columns)

    def clean(self, records: list[Record]) -> tuple[list[Row], list[Refusal]]:
        """Return the rows of the records that are in order, and what is wrong with the others."""
        refusals = [
            Refusal(record.line, issue.column, issue.value, issue.message, record)
            for record in records
            for issue in record.errors
        ]
        good = [record for record in records if not record.errors]
        refused: set[int] = set()

        def refuse(index: int, column: str, value: Any, reason: str) -> None:
            refused.add(index)
            record = good[index]
            refusals.append(Refusal(record.line, column, str(value), reason, record))

        values = [self._column(column, good, refuse) for column in self.layout.columns]
        values += [self._key(key, good, refuse) for key in self.keys]
        entries = [self._entries(child, good, refuse) for child in self.children]
        rows = [
            Row(record.line, list(own), list(related), [], record)
            for record, own, related in zip(
                good,
                zip(*values, strict=True) if values else [()] * len(good),
                zip(*entries, strict=True) if entries else [()] * len(good),
                strict=True,
            )
        ]
        kept = [row for index, row in enumerate(rows) if index not in refused]
        for row in kept:
            row.candidates = self.resource.candidates(self.layout, row)
        return kept, refusals

    def identify(self, records: list[Record]) -> list[list[Any]]:
        """Return the candidates of each record; none for one that is refused."""
        rows, _refusals = self.clean(records)
        candidates = {row.line: row.candidates for row in rows}
        return [candidates.get(record.line, []) for record in records]

    def count_repairs(self, records: list[Record], counts: dict[str, int]) -> None:
        """Add the mended cells of the records to ``counts``, by kind."""
        for record in records:
            for issue in record.repairs:
                counts[issue.kind] = counts.get(issue.kind, 0) + 1

    def _column(self, column: Column, records: list[Record], refuse: Refuse) -> list[Any]:
        cells = [record.values.get(column.name, UNSET) for record in records]
        says_all = self.clears and column.name not in self.identifying
        if says_all and UNSET not in cells:
            said = range(len(cells))
        else:
            said = [i for i, c in enumerate(cells) if c is not UNSET and (c != "" or says_all)]
        cleaned, reasons = column.clean([cells[index] for index in said])
        for index, reason in reasons.items():
            refuse(said[index], column.name, cells[said[index]], reason)
        if len(said) == len(cells):
            return cleaned
        values = [UNSET] * len(cells)
        for index, value in zip(said, cleaned, strict=True):
            values[index] = value
        return values

    def _key(self, key: tuple[str, Any, _NameCheck], records: list[Record], refuse: Refuse) -> list:
        name, declared, check = key
        empty = None if self.clears else UNSET
        values = []
        for index, record in enumerate(records):
            cell = record.values.get(name, UNSET)
            value = empty if cell == "" else cell
            if value is not UNSET and value is not None:
                try:
                    value = check(declared.names(cell))
                except (ValueError, TypeError, ValidationError) as error:
                    refuse(index, name, cell, _said(error))
            values.append(value)
        return values

    def _entries(
        self, child: tuple[str, Any, _EntryCheck], records: list[Record], refuse: Refuse
    ) -> list[Any]:
        name, declared, check = child
        empty: Any = [] if self.clears else UNSET
        found = []
        for index, record in enumerate(records):
            cell = record.values.get(name, UNSET)
            if cell is not UNSET:
                if not cell:
                    cell = empty
                else:
                    try:
                        cell = check(declared.entries(cell))
                    except (ValueError, TypeError, ValidationError) as error:
                        refuse(index, name, cell, _said(error))
            found.append(cell)
        return found


class _NameCheck:
    """Checks the names by which a record is found, as the columns that would hold them do."""

    def __init__(self, reference: Reference) -> None:
        opts = reference.model._meta
        self.cleaners = [cleaner(opts.get_field(name)) for name in reference.by]
        self.known: dict[Any, Any] = {}

    def __call__(self, names: tuple[Any, ...]) -> tuple[Any, ...]:
        found = self.known.get(names)
        if found is None:
            found = tuple(
                _one(clean, name) for clean, name in zip(self.cleaners, names, strict=True)
            )
            if len(self.known) > 10_000:
                self.known.clear()
            self.known[names] = found
        return found


class _EntryCheck:
    """Checks the values of a child row, and the names in it."""

    def __init__(self, child: Children) -> None:
        self.checks: list[Callable[[Any], Any]] = []
        for index, column in enumerate(child.columns):
            if index == child.target and child.reference is not None:
                self.checks.append(_NameCheck(child.reference))
            else:
                self.checks.append(_ValueCheck(column))

    def __call__(self, entries: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return [
            tuple([check(value) for check, value in zip(self.checks, entry, strict=True)])
            for entry in entries
        ]


class _ValueCheck:
    def __init__(self, column: models.Field) -> None:
        self.clean = cleaner(column)

    def __call__(self, value: Any) -> Any:
        return _one(self.clean, value) if isinstance(value, str) else value


def _one(clean: Any, value: Any) -> Any:
    values, reasons = clean([value])
    if reasons:
        raise ValueError(f"“{value}” {reasons[0]}")
    return values[0]


def _said(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
