"""Records into the database: what every way of importing comes down to."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from .. import bulk
from ..bulk import Policy, Rejection, TableWarning, Totals
from ..conf import conf
from ..exceptions import InvalidOption, MissingColumns
from ..showing import short
from ..signals import rows_written
from ..sources import Record
from ..values import cell_text
from .fields import (
    ManyToManyField,
    RelatedRowsField,
    lacking,
)
from .rendering import said_changes
from .repairs import Repair, repairs_of
from .results import Result
from .rowpath.detection import fills_columns, has_own_code
from .rowpath.paths import import_path
from .rowpath.resource import RowByRow
from .rowresults import KEPT_ROWS, RowResults

__all__ = ("ImportOptions", "ImportingResource")


EXISTING = ("update", "fill", "skip")

SHOWN_CHANGES = 10
"""Rows of a dry run of which is said what they would change."""


@dataclass(frozen=True)
class ImportOptions:
    """How one import treats rows; the same for command, admin and ``load()``."""

    existing: str = "update"
    """ "update", "fill" (write empty fields, add links) or "skip" rows that exist."""
    keep: Collection[str] = ()
    """Fields that are never changed in existing records."""
    dry_run: bool = False
    batch_size: int | None = None
    """Rows per transaction; None means that of the setting."""
    max_rejects: Callable[[Totals], bool] | None = None
    on_warnings: Callable[[list[TableWarning]], None] = lambda warnings: None
    """Called before anything is written, if the tables lack what an import needs."""
    on_rejected: Callable[[list[Rejection]], None] = lambda rejections: None
    on_repairs: Callable[[list[Repair]], None] | None = None
    """Called after each batch with its repaired cells, also of rows that are rejected."""
    on_batch: Callable[[int, int | None, Totals], None] = lambda done, total, totals: None
    """Called after each batch with the rows done, their number if it is known, and the totals."""
    hook_kwargs: Mapping[str, Any] = field(default_factory=dict)
    """What hooks of django-import-export get beside the row."""
    is_tried: bool = False
    """Whether a dry run writes in a transaction that the caller rolls back; or else it reads."""
    row_results: bool = False
    """Whether the result gets a row result of the first rows of each kind."""


class ImportingResource(RowByRow):
    """A resource that imports records, of whatever source."""

    def get_result_class(self) -> type[Result]:
        return Result

    def new_result(self) -> Result:
        """Return a result of our own, of the host's class if that is derived from it."""
        kind = self.get_result_class()
        return kind() if issubclass(kind, Result) else Result()

    def record_of(self, line: int, headers: Sequence[str], row: Sequence[Any]) -> Record:
        """Return the record of a row of django-import-export's, whose cells may be no texts."""
        texts = [cell if type(cell) is str else cell_text(cell) for cell in row]
        values: dict[str, Any] = dict(zip(headers, row, strict=False))
        for name, cell, text in zip(headers, row, texts, strict=False):
            if cell is not text and name in self._lists:
                is_list = isinstance(cell, list | tuple) and self._lists[name]
                values[name] = list(map(cell_text, cell)) if is_list else text
        return Record(line, values, texts)

    @cached_property
    def _lists(self) -> dict[str, bool]:
        """Column -> whether its cells name records and no more, of those that say several."""
        relations = {name: self.relation_field(name, d) for name, d in self.columns().items()}
        return {
            name: isinstance(relation, ManyToManyField)
            for name, relation in relations.items()
            if isinstance(relation, ManyToManyField | RelatedRowsField)
            and not has_own_code(self.columns()[name])
        }

    def check_import(self, options: ImportOptions, provided: Collection[str]) -> None:
        """
        Check what concerns a whole import, before anything is written.

        :raises ImproperlyConfigured: related rows need more than the resource reads.
        :raises InvalidOption: the options name what there is not.
        :raises MissingColumns: the file has no column by which rows are found.
        """
        if options.existing not in EXISTING:
            raise InvalidOption(
                f"existing must be one of {', '.join(EXISTING)}, not {options.existing!r}."
            )
        if options.batch_size is not None and options.batch_size < 1:
            raise InvalidOption(f"batch_size must be at least 1, not {options.batch_size}.")
        self.check_identities()
        known = self.columns()
        for name in options.keep:
            if name not in known:
                raise InvalidOption(
                    f"keep: no field is named “{short(name)}”. The fields are: {', '.join(known)}."
                )
        self._check_children(provided)
        keys = self.candidate_keys()
        if keys == [["id"]] or self._meta.force_init_instance or fills_columns(self):
            return
        if not any(self.identities(provided)):
            listed = " or ".join(", ".join(key) for key in keys)
            raise MissingColumns(f"none of the columns that identify rows: {listed}.")

    def _check_children(self, provided: Collection[str]) -> None:
        for child in self.layout(self.written_columns().keys() & provided).children:
            said = {child.parent.name, *(column.name for column in child.columns)}
            if lacks := ", ".join(lacking(child.model, said)):
                raise ImproperlyConfigured(
                    f"{type(self).__name__}.{child.name}: a new {child.model._meta.verbose_name} "
                    f"requires {lacks}; declare a RelatedRowsField that reads it."
                )

    def import_records(
        self,
        records: Callable[[], Iterable[Record]],
        provided: Collection[str],
        *,
        clears: bool,
        options: ImportOptions,
        result: Result | None = None,
        checked: bool = False,
        header: Sequence[str] = (),
    ) -> Result:
        """
        Import records of a source.

        :param records: opens the file; called once.
        :param provided: the columns that the records have; what is missing is left alone.
        :param clears: whether an empty cell empties the field; otherwise it says nothing.
        :param result: the result to fill, true at any moment.
        :param checked: whether a source of this package has read the records.
        :param header: the names of the records' raw cells, which hooks see beside the columns.
        """
        result = self.new_result() if result is None else result
        started = time.monotonic()
        layout = self.layout(self.written_columns().keys() & provided)
        writer = bulk.get_writer(self.get_db_connection_name())
        only_reads = options.dry_run and not options.is_tried
        row_results, shown = None, SHOWN_CHANGES
        if options.row_results:
            retains = bool(options.hook_kwargs.get("retain_instance_in_row_result"))
            row_results, shown = RowResults(self, result, keeps_instances=retains), KEPT_ROWS
        changes = bulk.Changes(layout, writer, shown) if only_reads else None
        listens = rows_written.has_listeners(self._meta.model)
        path = import_path(
            self,
            layout,
            Policy(options.existing, frozenset(options.keep)),
            provided=provided,
            changes=changes,
            observer=None if only_reads else row_results,
            is_trial=options.dry_run,
            on_written=self._announce if listens else None,
            clears=clears,
            checked=checked,
            header=header,
            hook_kwargs=options.hook_kwargs,
        )
        database = path.transactions.writer.database
        result.take(path.reasons, database.notes, avoidable=path.avoidable)
        self._note_open_end(database)
        report = self._report(options, result)
        size = options.batch_size or conf.batch_size
        try:
            bulk.Engine(path.transactions, path.rows, report, batch_size=size).run(records())
        finally:
            result.seconds = time.monotonic() - started
            result.count()
            if changes is not None:
                result.changes = said_changes(self, layout, changes.found)
                if row_results is not None:
                    row_results.note(result.changes)
        return result

    def _note_open_end(self, database: Any) -> None:
        connection = database.connection
        if not connection.get_autocommit() and not connection.in_atomic_block:
            database.note(
                f"The connection “{connection.alias}” does not commit by itself (AUTOCOMMIT is "
                "off): commit, or nothing of this import stays."
            )

    @staticmethod
    def _report(options: ImportOptions, result: Result) -> bulk.Report:
        def warned(warnings: list[TableWarning]) -> None:
            result.warnings = warnings
            if warnings:
                options.on_warnings(warnings)

        def rejected(rejections: list[Rejection]) -> None:
            result.reject(rejections)
            options.on_rejected(rejections)

        def repaired(records: list[Record]) -> None:
            if options.on_repairs:
                options.on_repairs(repairs_of(records))

        return bulk.Report(
            result.counts,
            options.max_rejects,
            on_warnings=warned,
            on_rejected=rejected,
            on_joined=result.join,
            on_records=repaired,
            on_batch=options.on_batch,
        )

    def _announce(self, new: list[Any], updated: list[Any], deleted: list[Any]) -> None:
        rows_written.send_robust(
            self._meta.model,
            using=self.get_db_connection_name(),
            new=new,
            updated=updated,
            deleted=deleted,
            resource=self,
        )
