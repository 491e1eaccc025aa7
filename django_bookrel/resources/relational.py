"""The resource class whose imports are set-based, with all relations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import connections, models
from import_export.exceptions import ImportError as RowError
from import_export.utils import atomic_if_using_transaction

from ..bulk import Rejection, get_writer, stopping
from ..sources import Record
from .fields import RelationField
from .importing import ImportingResource, ImportOptions
from .importlog import ImportLog
from .results import Result, as_class, no_row

__all__ = ("RelationalResource",)


class RelationalResource(ImportingResource):
    """
    A ModelResource that imports in bulk, relations included.

    A batch of rows takes a constant number of queries, memory use does not grow with the file,
    every rejected row is reported with its line, and importing a file again changes nothing. See
    ``ForeignKeyField``, ``ManyToManyField`` and ``RelatedRowsField`` for the relations.

    ``Meta.import_id_fields`` lists the columns that identify a row; ``Meta.candidate_keys`` gives
    several such lists, of which those that a file provides are used. ``Meta.label_field`` is the
    column that tells people which record a row is about.

    If the model has code that runs when rows are saved, or the resource overrides what
    django-import-export does with a row, rows are saved row by row so that this code runs;
    ``Result.reasons`` says why. ``Meta.bulk = True`` writes in bulk and bypasses it;
    ``Meta.use_bulk = True`` bypasses what the model has, but not the resource's own hooks.
    """

    class Meta:
        bulk = False
        candidate_keys = None

    data_set_result: Result | None = None
    """The result of the data set that is being imported; it is true at any moment."""

    def import_data(
        self,
        dataset: Any,
        dry_run: bool = False,  # noqa: FBT001, FBT002 (import-export's)
        raise_errors: bool = False,  # noqa: FBT001, FBT002
        use_transactions: bool | None = None,  # noqa: FBT001
        collect_failed_rows: bool = False,  # noqa: FBT001, FBT002
        rollback_on_validation_errors: bool = False,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> Any:
        """
        Import a data set as django-import-export defines it.

        An error rolls the import back where it is one transaction, and so do invalid rows if
        ``rollback_on_validation_errors`` is set; the result then counts nothing as written. A dry
        run is tried in the database and rolled back, so that it finds what the database or
        ``save()`` rejects. Each other import leaves an ImportRecord.
        """
        using = self.get_db_connection_name()
        is_together = self.get_use_transactions() if use_transactions is None else use_transactions
        is_together = is_together and connections[using].features.supports_transactions
        user, writer = kwargs.get("user"), get_writer(using)
        log = ImportLog(
            self,
            writer,
            file=str(kwargs.get("file_name") or "data set"),
            source="data set",
            user=str(user or ""),
            is_dry=dry_run,
        )
        self.data_set_result = result = self.new_result()
        try:
            found = super().import_data(
                dataset,
                dry_run,
                raise_errors,
                use_transactions,
                collect_failed_rows,
                rollback_on_validation_errors,
                **kwargs,
            )
        except BaseException as error:
            if is_together:
                result.nothing_written()
            log.finish(result, error, rejections=result.rejections)
            raise
        finally:
            self.data_set_result = None
        is_undone = is_together and (
            found.has_errors() or (rollback_on_validation_errors and found.has_validation_errors())
        )
        if is_undone and not dry_run:
            result.nothing_written()
            vars(found).update(vars(result))
        ended = _why_nothing(result) if is_undone else ""
        log.finish(result, ended=ended, rejections=result.rejections)
        return found

    def import_data_inner(
        self,
        dataset: Any,
        dry_run: bool,  # noqa: FBT001 (import-export's)
        raise_errors: bool,  # noqa: FBT001
        using_transactions: bool,  # noqa: FBT001
        collect_failed_rows: bool,  # noqa: FBT001
        **kwargs: Any,
    ) -> Any:
        result = self.data_set_result or self.new_result()
        using = self.get_db_connection_name()
        result.row_class = self.get_row_result_class()
        result.error_class = self.get_error_result_class()
        result.diff_headers = self.get_diff_headers()

        def rejected(rejections: list[Rejection]) -> None:
            if raise_errors:
                _raise(rejections[0], result)

        try:
            with atomic_if_using_transaction(using_transactions, using=using):
                self.before_import(dataset, **kwargs)
            headers = [str(header) for header in dataset.headers or ()]
            result.row_of = lambda line, _cells: dict(zip(headers, dataset[line - 1], strict=False))
            result.stores_rows = self._meta.store_row_values
            self._check_import_id_fields(headers)
            options = ImportOptions(
                dry_run=dry_run,
                is_tried=using_transactions,
                batch_size=self._meta.batch_size or None,
                on_rejected=rejected,
                hook_kwargs=kwargs,
                row_results=True,
            )
            known = self.columns()
            provided = [header for header in headers if header in known]
            self.check_import(options, provided)
            result.ignored_columns = [header for header in headers if header not in known]

            def records() -> Iterator[Record]:
                for line, row in enumerate(dataset, 1):
                    yield self.record_of(line, headers, row)

            with stopping(get_writer(using), result.counts):
                self.import_records(records, provided, clears=True, options=options, result=result)
        except RowError:
            raise
        except Exception as error:  # noqa: BLE001 (as import-export does: told or raised as asked)
            self.handle_import_error(result, error, raise_errors)
        if collect_failed_rows:
            result.collect_failed_rows(list(dataset.headers or ()))
        # Results are pickled by tasks.
        result.row_of = no_row
        found = as_class(result, self.get_result_class())
        try:
            with atomic_if_using_transaction(using_transactions, using=using):
                self.after_import(dataset, found, **kwargs)
        except Exception as error:  # noqa: BLE001 (likewise)
            self.handle_import_error(found, error, raise_errors)
        return found

    def iter_queryset(self, queryset: Any) -> Iterator[models.Model]:
        if not isinstance(queryset, models.QuerySet):
            yield from queryset
            return
        relations = [f for f in self.fields.values() if isinstance(f, RelationField)]
        found = [name for f in relations for name in f.prefetches(self._meta.model)]
        if not found:
            yield from super().iter_queryset(queryset)
            return
        yield from queryset.prefetch_related(*found).iterator(chunk_size=self.get_chunk_size())


def _raise(rejection: Rejection, result: Result) -> None:
    row = result.row_of(rejection.line, rejection.cells)
    said = {rejection.column or NON_FIELD_ERRORS: rejection.reason}
    error = rejection.error or ValidationError(said)
    raise RowError(error, number=rejection.line, row=row) from error


def _why_nothing(result: Result) -> str:
    counts = result.counts
    why = [str(error.error) for error in result.base_errors]
    if counts.rejected:
        why.append(f"rows rejected: {counts.rejected:,} of {counts.rows:,}.")
    return f"Nothing was imported; {' '.join(why)}"
