"""Records of a source -> rows of the engine; what is wrong in any cell is a rejection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from import_export.fields import Field

from ..bulk import (
    UNSET,
    Batch,
    Children,
    Cleaner,
    Column,
    ForeignKey,
    Layout,
    Reference,
    Rejection,
    cleaner,
    said_column,
    says_nothing_when_empty,
)
from ..fields import AnyField, ISBNField, field_of
from ..sources import Record
from .rowpath.detection import has_own_default

if TYPE_CHECKING:
    from .relational import RelationalResource

__all__ = ("RowCleaner",)

Reject = Callable[[int, str, Any, str], None]

MISSING = object()

REMEMBERED_TEXTS = 1_000
"""Texts of a column that are remembered as good from one batch to the next."""

CELL_ERRORS = (ValueError, TypeError, ValidationError)


class RowCleaner:
    """
    Cleans batches of records column by column.

    :param clears: whether an empty cell empties its field; otherwise it says nothing.
    :param checked: whether a source has read the records, which then have valid ISBNs only.
    """

    def __init__(
        self, resource: RelationalResource, layout: Layout, *, clears: bool, checked: bool = False
    ) -> None:
        self.resource, self.layout = resource, layout
        self.clears = clears
        self.has_good_isbns = checked and "isbn" not in resource.plain_columns()
        columns = resource.columns()
        self.keys = [
            (
                key.name,
                _NameCells(resource.relation_field(key.name, columns[key.name]), key),
            )
            for key in layout.foreign_keys
        ]
        self.children = [
            (
                child.name,
                _EntryCells(resource.relation_field(child.name, columns[child.name]), child),
            )
            for child in layout.children
        ]
        self.is_pure = all(resource.reads_plainly(columns[c.name], c.field) for c in layout.columns)
        single = [
            i for i in layout.identities if i.finds and i.parent is None and len(i.columns) == 1
        ]
        fields = {said_column(identity.columns[0]) for identity in single}
        self.never_cleared = {
            column.name
            for column in layout.columns
            if column.field in fields or self._keeps(column, columns[column.name])
        }

    @staticmethod
    def _keeps(column: Column, declared: Field) -> bool:
        if has_own_default(declared, column.field):
            return False
        return says_nothing_when_empty(column.field) or not declared.saves_null_values

    def clean(self, records: list[Record]) -> tuple[Batch, list[Rejection]]:
        """
        Return the rows of the records that are in order, and what is wrong with the others.

        What a row was made of is its cells as they came.
        """
        rejections = [
            Rejection(record.line, issue.column, issue.value, issue.message, record.raw)
            for record in records
            for issue in record.errors
        ]
        good = [record for record in records if not record.errors] if rejections else records
        rejected: set[int] = set()

        def reject(index: int, column: str, value: Any, reason: str) -> None:
            rejected.add(index)
            record = good[index]
            rejections.append(Rejection(record.line, column, str(value), reason, record.raw))

        batch = self.read(good, reject)
        if rejected:
            batch = batch.only(index for index in range(len(good)) if index not in rejected)
        self.resource.add_candidates(self.layout, batch)
        return batch, rejections

    def read(self, records: list[Record], reject: Reject) -> Batch:
        """Return a row of each record; ``reject`` is called for each cell that cannot be read."""
        return Batch(
            [record.line for record in records],
            [record.raw for record in records],
            [
                *(self._column(column, records, reject) for column in self.layout.columns),
                *(self._cells(name, cells, records, reject) for name, cells in self.keys),
            ],
            [self._cells(name, cells, records, reject) for name, cells in self.children],
            [[]] * len(records),
        )

    def count_repairs(self, records: list[Record], counts: dict[str, int]) -> None:
        """Add the repaired cells of the records to ``counts``, by kind."""
        for record in records:
            for issue in record.repairs:
                counts[issue.kind] = counts.get(issue.kind, 0) + 1

    def _column(self, column: Column, records: list[Record], reject: Reject) -> list[Any]:
        name = column.name
        clears = self.clears and name not in self.never_cleared
        clean = column.clean
        cells: list[Any]
        said: Sequence[int]
        if self.has_good_isbns and name == "isbn" and isinstance(column.field, ISBNField):
            clean = _as_it_is
        try:
            cells = [record.values[name] for record in records]
        except KeyError:
            cells = [record.values.get(name, UNSET) for record in records]
        if UNSET in cells or (not clears and "" in cells):
            said = [i for i, c in enumerate(cells) if c is not UNSET and (c != "" or clears)]
            values, reasons = clean([cells[index] for index in said])
            full = [UNSET] * len(cells)
            for index, value in zip(said, values, strict=True):
                full[index] = value
        else:
            said = range(len(cells))
            full, reasons = clean(cells)
        for index, reason in reasons.items():
            reject(said[index], name, cells[said[index]], reason)
        return full

    def _cells(self, name: str, read: _Cells, records: list[Record], reject: Reject) -> list[Any]:
        empty = read.empty if self.clears else UNSET
        found: list[Any] = []
        said: list[int] = []
        for index, record in enumerate(records):
            cell = record.values.get(name, UNSET)
            if cell is not UNSET:
                is_blank = not cell or (type(cell) is str and cell.isspace())
                if is_blank and empty is not MISSING:
                    cell = empty
                else:
                    said.append(index)
            found.append(cell)

        def reject_cell(place: int, error: Exception) -> None:
            reject(said[place], name, read.said(found[said[place]]), _said(error))

        values = _whole_or_singly(read, [found[index] for index in said], reject_cell)
        for index, value in zip(said, values, strict=True):
            found[index] = value
        return found


def _whole_or_singly(
    read: _Cells, cells: list[Any], reject: Callable[[int, Exception], None]
) -> list[Any]:
    """Read the whole column at once, and cell by cell only where something is wrong."""
    try:
        return read(cells)
    except CELL_ERRORS:
        values: list[Any] = [None] * len(cells)
        for place, cell in enumerate(cells):
            try:
                (values[place],) = read([cell])
            except CELL_ERRORS as error:
                reject(place, error)
        return values


class _Texts(dict[str, Any]):
    """Texts of a column, each checked once as the column does."""

    def __init__(self, column: AnyField) -> None:
        self.clean = cleaner(column)

    def values_of(self, texts: Sequence[Any]) -> list[Any]:
        """
        Return the column's values; what is no text is returned as it is.

        :raises ValueError: a text is none that the column takes.
        """
        self.learn([text for text in texts if isinstance(text, str)])
        return [self[text] if isinstance(text, str) else text for text in texts]

    def learn(self, texts: Sequence[str]) -> None:
        if len(self) > REMEMBERED_TEXTS:
            self.clear()
        new = [text for text in dict.fromkeys(texts) if text not in self]
        if new:
            self.update(zip(new, self.check(new), strict=True))

    def check(self, texts: list[str]) -> Iterable[Any]:
        return _checked(self.clean, texts)


class _Names(_Texts):
    """Texts that name a record, each checked once as the columns that hold its names do."""

    def __init__(self, relation: Any, reference: Reference) -> None:
        self.names = relation.names
        self.cleaners = [cleaner(field_of(reference.model, name)) for name in reference.by]

    def check(self, texts: list[str]) -> Iterable[Any]:
        columns = zip(*[self.names(text) for text in texts], strict=True)
        pairs = zip(self.cleaners, columns, strict=True)
        return zip(*[_checked(clean, list(map(str, names))) for clean, names in pairs], strict=True)


class _NameCells:
    """Cells that name one record."""

    def __init__(self, relation: Any, key: ForeignKey) -> None:
        self.known = _Names(relation, key.reference)
        # A default is the key of a record, which has no names here.
        self.empty = None if key.field.null else MISSING if key.required else UNSET

    def __call__(self, cells: list[str]) -> list[tuple[Any, ...]]:
        if not all(map(str.strip, cells)):
            raise ValueError("is empty")
        return self.known.values_of(cells)

    said = staticmethod(str)


class _EntryCells:
    """Cells that name several records, or say rows of a child table."""

    empty: Any = ()

    def __init__(self, relation: Any, child: Children) -> None:
        self.entries, self.cell = relation.entries, relation.cell
        self.checks = [_Texts(column) for column in child.columns]
        if child.target is not None and child.reference is not None:
            self.checks[child.target] = _Names(relation, child.reference)

    def __call__(self, cells: list[Any]) -> list[list[tuple[Any, ...]]]:
        read = [self.entries(cell) for cell in cells]
        columns = list(zip(*chain.from_iterable(read), strict=True)) or [()] * len(self.checks)
        pairs = zip(self.checks, columns, strict=True)
        entries = zip(*[known.values_of(texts) for known, texts in pairs], strict=True)
        return [list(islice(entries, len(of_cell))) for of_cell in read]

    def said(self, cell: Any) -> str:
        """Return the cell as the native CSV has it."""
        return cell if isinstance(cell, str) else self.cell(self.entries(cell))


_Cells = _NameCells | _EntryCells


def _as_it_is(cells: list[Any]) -> tuple[list[Any], dict[int, str]]:
    return [cell or None for cell in cells], {}


def _checked(clean: Cleaner, texts: list[str]) -> list[Any]:
    values, reasons = clean(["" if text.isspace() else text for text in texts])
    if reasons:
        index = min(reasons)
        raise ValueError(f"“{texts[index]}” {reasons[index]}")
    return values


def _said(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
