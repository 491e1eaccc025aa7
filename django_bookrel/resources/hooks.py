"""Rows through django-import-export's own ``import_row``, for resources whose hooks must run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from django.db import transaction
from import_export.results import RowResult

from ..bulk import UNSET, Batch, BatchWriter, Outcome, Rejection
from ..bulk.rowwise import RowWriter, Said, is_of_the_row, rejections_of
from ..sources import Issue, Record
from .cleaning import RowCleaner
from .rowsession import RowCells, RowSession

__all__ = ("HookWriter", "RawRows")

DELETED = RowResult.IMPORT_TYPE_DELETE
NEW, UPDATED, SKIPPED = (
    RowResult.IMPORT_TYPE_NEW,
    RowResult.IMPORT_TYPE_UPDATE,
    RowResult.IMPORT_TYPE_SKIP,
)


class HookWriter(RowWriter):
    """
    Gives rows to the resource's ``import_row``, each in a savepoint.

    :param raw: rows are imported as they come: only the resource's code can tell what they say.
    :param header: the names of the file's cells, which hooks may read beside the fields.
    """

    def __init__(
        self,
        batches: BatchWriter,
        resource: Any,
        *,
        clears: bool,
        raw: bool = False,
        header: Sequence[str] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(batches.layout, batches.writer, batches.policy, dry_run=batches.dry_run)
        self.resource, self.raw, self.header = resource, raw, header
        self.kwargs = dict(kwargs or {})
        self.cells = RowCells(resource, self.layout, clears=clears)
        # The options are the class's; those of other imports stay as they are.
        resource._meta = copy(resource._meta)
        resource._meta.use_bulk = False
        resource.row_session = RowSession(resource, self, self.cells)
        self.loader = resource._meta.instance_loader_class(resource, None)

    def write(self, batch: Batch) -> Outcome:
        if not self.raw or self.dry_run:
            return super().write(batch)
        outcome = Outcome()
        self._import(batch, outcome)
        return outcome

    def preview(self, batch: Batch) -> Outcome:
        return Outcome() if self.raw else super().preview(batch)

    def raw_row(self, record: Record) -> dict[str, Any]:
        """Return the cells of the file as they came, by the file's own names."""
        return dict(zip(self.header, record.raw, strict=False))

    def _apply(self, batch: Batch, pks: Sequence[Any], outcome: Outcome) -> None:
        if self.dry_run:
            BatchWriter._apply(self, batch, pks, outcome)
            return
        if self.history is not None and self.identities is None:
            # Only to see whether a row changes a record, which a later row may do too.
            self._touched(batch, pks)
        self._import(batch, outcome)

    def _import(self, batch: Batch, outcome: Outcome) -> None:
        for line, record in zip(batch.lines, batch.records, strict=True):
            self._import_row(line, record, outcome)

    def _import_row(self, line: int, record: Record, outcome: Outcome) -> None:
        using = self.writer.connection.alias
        current, texts = self.resource.row_session.begin(record)
        row = {**self.raw_row(record), **texts}
        with transaction.atomic(using):
            options = {"dry_run": False, "using_transactions": True, "row_number": line}
            result = self.resource.import_row(row, self.loader, **{**self.kwargs, **options})
            error = result.errors[0].error if result.errors else result.validation_error
            if error is not None and not is_of_the_row(error, self.writer):
                raise error
            # A row that was passed over shall leave no references behind.
            undone = error is not None or (result.import_type == SKIPPED and current.created)
            if undone:
                transaction.set_rollback(True, using)  # noqa: FBT003 (Django's)
        if undone:
            self.forget()
        if error is None:
            self._count(result, outcome)
        elif current.waits:
            outcome.again.add(line)
        else:
            outcome.rejected += rejections_of(error, line, record, self._said(texts))

    def _count(self, result: RowResult, outcome: Outcome) -> None:
        pk, kind = result.object_id, result.import_type
        if kind == NEW:
            outcome.new += 1
            outcome.new_keys.append(pk)
            self.resource.row_session.made.update([pk])
            return
        if kind == UPDATED:
            outcome.updated += 1
            outcome.updated_keys.append(pk)
        elif kind == DELETED:
            outcome.deleted += 1
        else:
            outcome.unchanged += 1
        if pk is not None and kind != DELETED:
            outcome.known_keys.append(pk)
            if not self.raw and self.history is not None and pk in self.history:
                self._count_again([pk], {pk} if kind == UPDATED else set(), outcome)

    def _said(self, cells: Mapping[str, Any]) -> Said:
        said = {name: (name, str(cells.get(name, ""))) for name in self.resource.columns()}
        declared = self.resource.columns().items()
        said |= {field.attribute: said[name] for name, field in declared}
        return {**super()._said(cells), **said}


class RawRows(RowCleaner):
    """
    Leaves records as they are, for the resource's hooks may change what they say.

    In a dry run ``before_import_row()`` is called, and no other hook.
    """

    def __init__(self, hooks: HookWriter, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hooks = hooks

    def clean(self, records: list[Record]) -> tuple[Batch, list[Rejection]]:
        if self.hooks.dry_run:
            return super().clean([self._prepared(record) for record in records])
        rejections = [
            Rejection(record.line, issue.column, issue.value, issue.message, record)
            for record in records
            for issue in record.errors
        ]
        return self._unread([record for record in records if not record.errors]), rejections

    def identify(self, records: list[Record]) -> Batch:
        return self._unread([])

    def _unread(self, records: list[Record]) -> Batch:
        nothing = [UNSET] * len(records)
        return Batch(
            [record.line for record in records],
            records,
            [nothing for _field in self.layout.fields],
            [nothing for _child in self.layout.children],
            [[] for _record in records],
        )

    def _prepared(self, record: Record) -> Record:
        row = self.hooks.raw_row(record) | self.hooks.cells.texts(record)
        errors = list(record.errors)
        options = {"dry_run": True, "using_transactions": True, "row_number": record.line}
        try:
            self.resource.before_import_row(row, **{**self.hooks.kwargs, **options})
        except Exception as error:  # noqa: BLE001 (whatever it is, the row would be rejected)
            found = rejections_of(error, record.line, record)
            errors += [Issue("hook", "", "", rejection.reason) for rejection in found]
        return Record(record.line, row, record.raw, errors, record.repairs)
