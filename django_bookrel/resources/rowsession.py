"""What an import row by row knows and does: the engine's parts, applied to one row at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models
from import_export.fields import Field

from ..bulk import UNSET, Batch, BatchWriter, ForeignKey, Policy, Reference
from ..bulk.children import ChildSync
from ..bulk.identify import find_records
from ..bulk.lookahead import Numbers
from ..bulk.resolve import Pending, Resolver
from ..bulk.writers import orm
from ..fields import AnyField
from ..sources import Record
from .cleaning import RowCleaner
from .owncode import has_own_code

__all__ = ("CurrentRow", "RowCells", "RowSession")

EMPTY = (None, "")


@dataclass
class CurrentRow:
    """What is known of the row that is being imported."""

    line: int = 0
    is_new: bool = False
    created: bool = False
    """Whether it has created records that it refers to."""
    waits: bool = False
    """Whether it refers to a record that another row may make."""
    for_new: dict[str, list[Any]] = field(default_factory=dict)
    """Name of the children -> entries that only a new record gets."""
    given: dict[str, tuple[str, Any]] = field(default_factory=dict)
    """Name -> cell that hooks see, value that the source gave."""


class RowSession:
    """An import row by row: the engine's parts, applied to one row at a time."""

    def __init__(self, resource: Any, batches: BatchWriter, cells: RowCells) -> None:
        self.resource, self.batches, self.cells = resource, batches, cells
        self.layout, self.policy = batches.layout, batches.policy
        self.writer = cast("orm.Writer", batches.writer)
        self.columns = {column.name: column for column in self.layout.columns}
        self.keys = {key.name: key for key in self.layout.foreign_keys}
        self.children = {child.name: i for i, child in enumerate(self.layout.children)}
        self.current = CurrentRow()
        is_number = isinstance(self.layout.model._meta.pk, models.IntegerField)
        self.made: set[Any] | Numbers = Numbers() if is_number else set()
        """Primary keys of the records that this import has made."""

    def begin(self, record: Record) -> tuple[CurrentRow, dict[str, Any]]:
        """Forget the row before; return what will be known of this one, and its cells."""
        texts, values = self.cells.texts(record), record.values
        given = {name: (text, values[name]) for name, text in texts.items() if name in values}
        self.current = CurrentRow(record.line, given=given)
        return self.current, texts

    @property
    def leaves_alone(self) -> bool:
        """Whether the current row is one that exists and is not to be changed."""
        return self.policy.existing == "skip" and not self.current.is_new

    def reads(self, field: Field) -> bool:
        """Return whether the engine's parts read and write a field, not import-export's."""
        name = field.column_name
        known = name in self.columns or name in self.keys or name in self.children
        return known and name not in self.cells.own_code

    def find(self, row: dict[str, Any]) -> models.Model | None:
        """
        Return the instance that a row means, None for a new one.

        :raises ValidationError: its identities mean different records.
        """
        record = self._record(row)
        cleaner = self.cells.identity_cleaner
        batch, _rejections = cleaner.clean([record])
        if not len(batch):
            return None
        names = [child.name for child in cleaner.layout.children]
        self.current.for_new = {names[i]: rows[0] for i, rows in batch.for_new.items()}
        self._find_names(cleaner.layout.foreign_keys, record)
        [pk], rejections = find_records(batch, self.layout, self.writer, self._keys_of)
        if rejections:
            raise ValidationError(rejections[0].reason)
        if pk is None:
            return None
        # The last row of an identity counts, also where an earlier one was written already.
        self.policy = Policy() if pk in self.made else self.batches.policy
        return self._stored(pk)

    def _find_names(self, keys: Iterable[ForeignKey], record: Record) -> None:
        named: dict[Reference, list[Any]] = {}
        for key in keys:
            names = self.cells.cell(key.name, record)
            named.setdefault(key.reference, []).extend([] if names in (None, UNSET) else [names])
        for reference, names in named.items():
            self._resolver(reference).find(dict.fromkeys(names))

    def _keys_of(self, field: AnyField) -> dict[Any, Any]:
        reference = next(key.reference for key in self.keys.values() if key.field == field)
        return self.batches.resolvers[reference].by_identity()

    def assign(self, name: str, instance: models.Model, row: dict[str, Any]) -> None:
        """
        Set what a row says in a column or foreign key.

        :raises ValueError: the cell cannot be read, or names a record that is not there.
        """
        place: Any = self.columns.get(name) or self.keys[name]
        attribute = place.field.attname
        said = self.cells.cell(name, self._record(row))
        known = getattr(instance, attribute)
        if said is UNSET:
            if self.current.is_new and place.required and known in EMPTY:
                what = instance._meta.verbose_name
                raise ValueError(f"is empty, and a new {what} needs it")
        elif not self._is_kept(name) and not self._is_filled(known):
            if name in self.keys and said is not None:
                said = self._refer(place.reference, [said])[said]
            setattr(instance, attribute, said)

    def wrong_children(self, row: dict[str, Any]) -> dict[str, ValidationError]:
        """Return why the children that cells say cannot be written, by column."""
        errors = {}
        for name in self._children_of(row):
            reference = self.layout.children[self.children[name]].reference
            try:
                if reference is None or reference.create:
                    self.cells.cell(name, self._record(row))
                else:
                    self._sync(name, row)
            except ValueError as error:
                errors[name] = ValidationError(str(error), code="invalid")
        return errors

    def differs(
        self, instance: models.Model, original: models.Model | None, row: dict[str, Any]
    ) -> bool:
        """Return whether a row changes its record or the children of it."""
        before = original if original is not None else self._stored(instance.pk)
        names = [field.attname for field in instance._meta.concrete_fields]
        if any(getattr(instance, name) != getattr(before, name) for name in names):
            return True
        return any(
            self._sync(name, row).compare([0], [instance.pk], self.policy)
            for name in self._children_of(row)
        )

    def write_children(self, name: str, instance: models.Model, row: dict[str, Any]) -> None:
        """Write the children that a row says, and delete the others."""
        if not self._is_kept(name):
            self._write(self._sync(name, row), instance)

    def write_fingerprint(self, instance: models.Model) -> None:
        """Write what only a new record gets."""
        if self.current.is_new:
            for name, entries in self.current.for_new.items():
                if name in self.children:
                    self._write(self._sync_of(name, entries), instance)

    def _write(self, sync: ChildSync, instance: models.Model) -> None:
        self.writer.latest = instance
        if self.current.is_new:
            sync.plan([0])
        else:
            sync.compare([0], [instance.pk], self.policy)
        sync.write({0: instance.pk})

    def _sync(self, name: str, row: dict[str, Any]) -> ChildSync:
        return self._sync_of(name, self.cells.cell(name, self._record(row)))

    def _sync_of(self, name: str, entries: Any) -> ChildSync:
        index = self.children[name]
        child = self.layout.children[index]
        keys = {}
        if child.reference is not None and entries is not UNSET:
            keys = self._refer(child.reference, [entry[child.target] for entry in entries])
        cells = [[UNSET] for _child in self.layout.children]
        cells[index] = [entries]
        return ChildSync(child, index, Batch([0], [None], [], cells), keys, self.writer)

    def _refer(self, reference: Reference, names: Sequence[Any]) -> dict[Any, Any]:
        """Return names -> what refers to their records, which are created where that is asked."""
        resolver = self._resolver(reference)
        resolver.find(dict.fromkeys(names))
        for some in names:
            if some not in resolver.keys:
                self.current.waits |= reference in self.batches.own.identities
                raise ValueError(reference.unknown)
        resolver.unite(names)
        pending = [one for one in resolver.keys.values() if type(one) is Pending]
        if pending:
            resolver.create(list(dict.fromkeys(pending)))
            self.current.created = True
        resolver.complete(names)
        return {n: v.value if type(v) is Pending else v for n, v in resolver.keys.items()}

    def _resolver(self, reference: Reference) -> Resolver:
        resolver = self.batches.resolvers[reference]
        # What names say of a record, only those tell that were looked up.
        resolver.forget()
        return resolver

    def _is_filled(self, known: Any) -> bool:
        fills = self.policy.existing == "fill" and not self.current.is_new
        return fills and known not in EMPTY

    def _is_kept(self, name: str) -> bool:
        return name in self.policy.keep and not self.current.is_new

    def _children_of(self, row: dict[str, Any]) -> Iterable[str]:
        return [
            name
            for name in self.children
            if name in row and name not in self.cells.own_code and not self._is_kept(name)
        ]

    def _record(self, row: dict[str, Any]) -> Record:
        values: dict[str, Any] = {}
        for name, cell in row.items():
            text, value = self.current.given.get(name, (None, None))
            values[name] = value if text is not None and cell == text else _text(cell)
        return Record(self.current.line, values, [])

    def _stored(self, pk: Any) -> models.Model:
        rows = self.layout.model._base_manager.using(self.writer.connection.alias)
        return rows.get(pk=pk)


class RowCells(RowCleaner):
    """The cells of one row: as texts for hooks, and read one by one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plain = {column.name: column for column in self.layout.columns}
        self.named = dict(self.keys)
        self.listed = dict(self.children)
        declared = self.resource.columns()
        self.own_code = {name for name, field in declared.items() if has_own_code(field)}

    def texts(self, record: Record) -> dict[str, Any]:
        """Return every cell that the file provides as the native CSV would hold it."""
        values = dict.fromkeys((*self.plain, *self.named, *self.listed), "") | record.values
        for name in record.values.keys() & self.listed.keys():
            values[name] = self.listed[name].said(values[name])
        return values

    def cell(self, name: str, record: Record) -> Any:
        """
        Return what a cell says, ``UNSET`` for nothing; names in the place of records.

        :raises ValueError: it cannot be read.
        """
        reasons: list[str] = []

        def reject(index: int, column: str, value: Any, reason: str) -> None:
            reasons.append(reason)

        if name in self.plain:
            [said] = self._column(self.plain[name], [record], reject)
        elif name in self.named:
            [said] = self._cells(name, self.named[name], [record], reject)
        else:
            [said] = self._cells(name, self.listed[name], [record], reject)
        if reasons:
            raise ValueError(reasons[0])
        return said


def _text(cell: Any) -> Any:
    if cell is None:
        return ""
    return cell if isinstance(cell, str | list | tuple | dict) else str(cell)
