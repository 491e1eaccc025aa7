"""Records of a source -> rows of the engine; what is wrong in any cell is a rejection."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import connections
from import_export.fields import Field

from ..bulk import UNSET, Batch, Column, ForeignKey, Layout, Rejection, Totals, said_column
from ..fields import ISBNField, field_of
from ..sources import Record
from ..values import (
    MISSING,
    NOT_OF_A_CELL,
    cell_text,
    defined_in,
    has_own_meaning,
    reason_of,
    says_nothing_when_empty,
)
from .fields import NaturalKeyField
from .relationcells import EntryCells, NameCells, RelationCells
from .rowpath.detection import has_own_default
from .widgets import is_read_by_host, reads_plainly

if TYPE_CHECKING:
    from .relational import RelationalResource

__all__ = ("RowCleaner",)

DECLARED = f"{__package__}.declared"
"""Where ``identify()`` is that finds rows by the columns of a key."""

READ_AS_THEY_ARE = (str, list, type(UNSET))
"""Types of the cells that a source gives for a relation."""

Reject = Callable[[int, str, Any, str], None]


class RowCleaner:
    """
    Cleans batches of records column by column.

    :param clears: whether an empty cell empties its field; otherwise it says nothing.
    :param checked: whether a source has read the records: as texts, and valid ISBNs only.
    :param header: the names of the records' raw cells, which code of the host may read.
    :param options: what such code gets beside the row.
    """

    def __init__(
        self,
        resource: RelationalResource,
        layout: Layout,
        *,
        clears: bool,
        checked: bool = False,
        header: Sequence[str] = (),
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.resource, self.layout = resource, layout
        self.clears, self.is_text = clears, checked
        self.header, self.options = header, options or {}
        self.has_good_isbns = checked and "isbn" not in resource.plain_columns()
        columns = resource.columns()
        connection = connections[resource.get_db_connection_name()]
        names = [key.name for key in layout.foreign_keys] + [c.name for c in layout.children]
        relations = {name: resource.relation_field(name, columns[name]) for name in names}
        self.keys = [
            (key.name, NameCells(relations[key.name], key, connection))
            for key in layout.foreign_keys
        ]
        self.children = [
            (child.name, EntryCells(relations[child.name], child, connection))
            for child in layout.children
        ]
        own = {c.name for c in layout.columns if not reads_plainly(columns[c.name], c.field)}
        self.own = {c.name for c in layout.columns if is_read_by_host(columns[c.name], c.field)}
        self.has_good_isbns = self.has_good_isbns and "isbn" not in own
        asks = any(isinstance(relation, NaturalKeyField) for relation in relations.values())
        named = [field_of(ref.model, name) for ref in layout.references for name in ref.by]
        self.is_pure = not own and not asks and not any(map(has_own_meaning, named))
        single = [
            i for i in layout.identities if i.finds and i.parent is None and len(i.columns) == 1
        ]
        fields = {said_column(identity.columns[0]) for identity in single}
        self.identifiers = self._identifiers()
        self.identifying = {name for key in resource.candidate_keys() for name in key}
        """Columns without which it is not known what a row is about, as to django-import-export."""
        self.never_cleared = {
            column.name
            for column in layout.columns
            if column.field in fields or self._keeps(column, columns[column.name])
        }

    def _identifiers(self) -> list[str]:
        """Return the columns of which a row must say one, where nothing else sees to it."""
        layout = self.layout
        identities = [identity.columns for identity in layout.identities if identity.finds]
        finds_itself = defined_in(type(self.resource), "identify") != DECLARED
        if finds_itself or (layout.model._meta.pk,) in identities:
            # Its own code knows what a row means; a new record gets a number.
            return []
        said = {said_column(column) for columns in identities for column in columns}
        every: list[Column | ForeignKey] = [*layout.columns, *layout.foreign_keys]
        found = [column for column in every if column.field in said]
        # Without one that is required a row is rejected if it is new.
        return [] if any(column.required for column in found) else [c.name for c in found]

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
            error = ValueError(f"{column}: {reason}") if column in self.identifying else None
            said = Rejection(record.line, column, cell_text(value), reason, record.raw, error)
            rejections.append(said)

        batch = self.read(good, reject)
        if rejected:
            batch = batch.only(index for index in range(len(good)) if index not in rejected)
        self.resource.add_candidates(self.layout, batch)
        if self.identifiers and (unknown := self._unidentified(batch)):
            rejections += [self._rejection(batch, row) for row in unknown]
            batch = batch.only(row for row in range(len(batch)) if row not in unknown)
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

    def _unidentified(self, batch: Batch) -> dict[int, None]:
        """Return the rows that say nothing by which they are found."""
        finds = [identity.finds for identity in self.layout.identities]
        # What finds comes before what a row is only called by.
        rows = enumerate(batch.candidates)
        return dict.fromkeys(row for row, found in rows if not found or not finds[found[0][0]])

    def _rejection(self, batch: Batch, row: int) -> Rejection:
        names = self.identifiers
        column = names[0] if len(names) == 1 else ""
        said = "is empty" if column else f"{' and '.join(names)} are empty"
        reason = f"{said}, so every import would add the row again"
        return Rejection(batch.lines[row], column, "", reason, batch.cells[row])

    def count(self, records: list[Record], totals: Totals) -> None:
        """Count the repaired cells of the records by kind."""
        counts = totals.repairs
        for record in records:
            for issue in record.repairs:
                counts[issue.kind] = counts.get(issue.kind, 0) + 1

    def _column(self, column: Column, records: list[Record], reject: Reject) -> list[Any]:
        name = column.name
        if name in self.own:
            return self._own_column(column, records, reject)
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
        if not self.is_text:
            cells = [cell if type(cell) is str else _text(cell) for cell in cells]
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

    def _own_column(self, column: Column, records: list[Record], reject: Reject) -> list[Any]:
        """Return what the host's code reads of cells that are not texts, and in their rows."""
        name = column.name
        keeps = name in self.never_cleared
        values: list[Any] = [record.values.get(name, UNSET) for record in records]
        blank = {index for index, cell in enumerate(values) if cell is None or cell == ""}
        said = [
            i for i, c in enumerate(values) if c is not UNSET and (self.clears or i not in blank)
        ]
        found, reasons = column.clean([(self._row(records[index]), self.options) for index in said])
        for place, (index, value) in enumerate(zip(said, found, strict=True)):
            if place in reasons and not (keeps and index in blank):
                reject(index, name, values[index], reasons[place])
            values[index] = UNSET if keeps and value is None else value
        return values

    def _row(self, record: Record) -> dict[str, Any]:
        return {**dict(zip(self.header, record.raw, strict=False)), **record.values}

    def _cells(
        self, name: str, read: RelationCells, records: list[Record], reject: Reject
    ) -> list[Any]:
        empty = read.empty if self.clears else UNSET
        found: list[Any] = []
        said: list[int] = []
        for index, record in enumerate(records):
            cell = record.values.get(name, UNSET)
            if type(cell) not in READ_AS_THEY_ARE:
                cell = _text(cell)
            if cell is not UNSET:
                is_blank = not cell or (type(cell) is str and cell.isspace())
                if is_blank and empty is not MISSING:
                    cell = empty
                else:
                    said.append(index)
            found.append(cell)

        def reject_cell(place: int, error: Exception) -> None:
            reject(said[place], name, read.said(found[said[place]]), reason_of(error))

        values = _whole_or_singly(read, [found[index] for index in said], reject_cell)
        for index, value in zip(said, values, strict=True):
            found[index] = value
        return found


def _whole_or_singly(
    read: RelationCells, cells: list[Any], reject: Callable[[int, Exception], None]
) -> list[Any]:
    """Read the whole column at once, and cell by cell only where something is wrong."""
    try:
        return read(cells)
    except NOT_OF_A_CELL:
        raise
    except Exception:  # noqa: BLE001 (code of a host's may raise anything)
        return [_read_one(read, cell, partial(reject, place)) for place, cell in enumerate(cells)]


def _read_one(read: RelationCells, cell: Any, reject: Callable[[Exception], None]) -> Any:
    try:
        return read([cell])[0]
    except NOT_OF_A_CELL:
        raise
    except Exception as error:  # noqa: BLE001 (as above)
        reject(error)
        return None


def _text(cell: Any) -> Any:
    """Return a cell that says one thing as a text."""
    return cell if cell is UNSET or isinstance(cell, str | list | tuple) else cell_text(cell)


def _as_it_is(cells: list[Any]) -> tuple[list[Any], dict[int, str]]:
    return [cell or None for cell in cells], {}
