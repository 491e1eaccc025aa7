"""Rows through django-import-export's own ``import_row``, for resources whose hooks must run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any, cast

from django.db import transaction
from import_export.instance_loaders import ModelInstanceLoader
from import_export.results import RowResult

from ...bulk import (
    UNSET,
    Batch,
    NotYet,
    Outcome,
    Plan,
    Planner,
    Rejection,
    Totals,
    is_of_the_row,
    rejections_of,
)
from ...bulk.saving import Said
from ...sources import Issue, Record
from ...values import cell_text
from ..cleaning import RowCleaner
from .detection import has_hook
from .session import RowSession

__all__ = ("HookSaver", "PreparedRows", "RawPlanner", "RawRows")

COUNTED = {
    RowResult.IMPORT_TYPE_NEW: "new",
    RowResult.IMPORT_TYPE_UPDATE: "updated",
    RowResult.IMPORT_TYPE_DELETE: "deleted",
    RowResult.IMPORT_TYPE_SKIP: "unchanged",
}


class HookSaver:
    """
    Gives rows to the resource's ``import_row``.

    :param header: the names of the file's cells, which hooks may read beside the fields.
    :param kwargs: what hooks get beside the row.
    :param is_trial: whether hooks are told that this is a dry run.
    """

    takes_all = True

    def __init__(
        self,
        session: RowSession,
        header: Sequence[str],
        kwargs: Mapping[str, Any],
        *,
        is_trial: bool = False,
    ) -> None:
        self.is_trial = is_trial
        self.session, self.header, self.kwargs = session, header, kwargs
        self.resource = resource = session.resource
        self.waits = False
        """Whether a row may refer to what another one makes that comes later."""
        self.is_raw = False
        # The options are the class's; those of other imports stay as they are.
        resource._meta = copy(resource._meta)
        resource.row_session = session
        kind = resource._meta.instance_loader_class
        # Batches are found at once; what upstream keeps of the data set is not needed.
        is_upstreams = kind.__module__ == ModelInstanceLoader.__module__
        self.loader = (ModelInstanceLoader if is_upstreams else kind)(resource, None)

    def save(self, plan: Plan) -> Outcome:
        """
        Import the rows of a plan.

        :raises Exception: whatever is wrong with one of them.
        """
        outcome = Outcome()
        for row in plan.rows():
            outcome.add(self._save(plan, row))
        return outcome

    def forget(self) -> None:
        """Take what the last row has created for not created: it was rolled back."""
        self.session.saver.forget()
        self.session.planner.references.forget()

    def said(self, plan: Plan, row: int) -> Said:
        """Return name of a field, of the model or the resource, -> column and cell that say it."""
        texts, declared = self.session.current.texts, self.resource.columns()
        said = {name: (name, cell_text(texts.get(name, ""))) for name in declared}
        return said | {field.attribute: said[name] for name, field in declared.items()}

    def raw_row(self, record: Record) -> dict[str, Any]:
        """Return the cells of the file as they came, by the file's own names."""
        return dict(zip(self.header, record.raw, strict=False))

    def options(self, line: int, *, dry_run: bool) -> dict[str, Any]:
        """Return what hooks get for a row."""
        own = {"dry_run": dry_run, "using_transactions": True, "row_number": line}
        return {**self.kwargs, **own}

    def _save(self, plan: Plan, row: int) -> Outcome:
        record = cast("_Cells", plan.batch.cells[row]).record
        using = self.session.saver.writer.connection.alias
        texts = self.session.begin(record, None if self.is_raw else plan, row)
        cells = {**self.raw_row(record), **texts}
        with transaction.atomic(using):
            options = self.options(record.line, dry_run=self.is_trial)
            with self._one_by_one():
                result = self.resource.import_row(cells, self.loader, **options)
            error = result.errors[0].error if result.errors else result.validation_error
            if error is not None:
                raise self._raised(error)
            kind, pk = COUNTED[result.import_type], result.object_id
            # A row that was skipped shall leave no references behind.
            if kind == "unchanged" and self.session.current.has_created:
                transaction.set_rollback(True, using)  # noqa: FBT003 (Django's)
                self.session.planner.references.forget()
        if kind == "new":
            self.session.made.add(pk)
            self.session.saver.settle(plan, {row: pk})
        new, updated = ({record.line: pk} if kind == n else {} for n in ("new", "updated"))
        return Outcome(Counter([kind]), new, updated, {record.line: result})

    @contextmanager
    def _one_by_one(self) -> Iterator[None]:
        """Let instances be saved by ``do_instance_save()``, as our writer does it."""
        meta = self.resource._meta
        is_bulk, meta.use_bulk = meta.use_bulk, False
        try:
            yield
        finally:
            meta.use_bulk = is_bulk

    def _raised(self, error: Exception) -> Exception:
        vars(error)["raised"] = self.session.current.raised
        is_row = is_of_the_row(error, self.session.saver.writer)
        return NotYet() if is_row and self.waits and self.session.current.waits else error


class _Cells(list[str]):
    """The cells of a row, and the record that they are of."""

    def __init__(self, record: Record) -> None:
        super().__init__(record.raw)
        self.record = record


class RawPlanner(Planner):
    """Plans nothing: only the resource's own code can tell which record a row means."""

    def __init__(self, planner: Planner, saver: HookSaver) -> None:
        vars(self).update(vars(planner))
        self.saver = saver
        saver.is_raw = True

    def plan(self, batch: Batch, file: Any, *_options: Any) -> Plan:
        self.saver.waits = not getattr(file, "is_final", False)
        return Plan(batch, new=list(range(len(batch))))

    def preview(self, batch: Batch) -> Plan:
        return Plan(batch)


class RawRows:
    """
    Rows of records that hooks get to see.

    :param cleaned: they are cleaned, too; otherwise hooks may change what they say.
    """

    is_pure = False

    def __init__(self, rows: RowCleaner, *, cleaned: bool = False) -> None:
        self.rows, self.cleaned = rows, cleaned
        self.count = rows.count

    def clean(self, records: list[Record]) -> tuple[Batch, list[Rejection]]:
        """Return rows of the records, and what is wrong with those of which there is none."""
        if self.cleaned:
            batch, rejections = self.rows.clean(records)
            by_line = {record.line: record for record in records}
            batch.cells = [_Cells(by_line[line]) for line in batch.lines]
            return batch, rejections
        nothing, layout = [UNSET] * len(records), self.rows.layout
        every = Batch(
            [record.line for record in records],
            [_Cells(record) for record in records],
            [nothing for _field in layout.fields],
            [nothing for _child in layout.children],
            [[] for _record in records],
        )
        rejections = [
            Rejection(record.line, issue.column, issue.value, issue.message, record.raw)
            for record in records
            for issue in record.errors
        ]
        return every.only(
            row for row, record in enumerate(records) if not record.errors
        ), rejections


class PreparedRows:
    """Rows for a dry run: no hook but ``before_import_row()`` and ``for_delete()`` is called."""

    is_pure = False

    def __init__(self, rows: RowCleaner, saver: HookSaver) -> None:
        self.rows, self.saver = rows, saver
        self.deletes = has_hook(saver.resource, "for_delete")
        self.counts: Counter[str] = Counter()

    def clean(self, records: list[Record]) -> tuple[Batch, list[Rejection]]:
        """Return rows of the records as hooks leave them, and what is wrong with the others."""
        self.counts.clear()
        return self.rows.clean([r for record in records if (r := self._prepared(record))])

    def count(self, records: list[Record], totals: Totals) -> None:
        """Count the repaired cells of the records, and those that ``for_delete()`` deletes."""
        self.rows.count(records, totals)
        totals.add(self.counts)

    def _prepared(self, record: Record) -> Record | None:
        saver, errors = self.saver, list(record.errors)
        row = saver.raw_row(record) | saver.session.begin(record)
        try:
            options = saver.options(record.line, dry_run=True)
            saver.resource.before_import_row(row, **options)
            if self.deletes and not errors:
                known = saver.session.find(row)
                if saver.resource.for_delete(row, known or saver.resource.init_instance(row)):
                    self.counts["deleted" if known else "unchanged"] += 1
                    return None
        except Exception as error:  # noqa: BLE001 (whatever it is, the row would be rejected)
            writer = saver.session.saver.writer
            found = rejections_of(error, writer, record.line, record.raw)
            errors += [Issue("hook", "", "", rejection.reason) for rejection in found]
        values = saver.session.values(row)
        return Record(record.line, values, record.raw, errors, record.repairs)
