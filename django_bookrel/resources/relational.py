"""The resource class whose imports are set-based, with all relations."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models, router
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget, ManyToManyWidget, Widget

from .. import bulk
from ..bulk import UNSET, Chunk, Column, Identity, Layout, Policy, Refusal, Totals
from ..conf import conf
from ..exceptions import InvalidOption, MissingColumns
from ..fields import AnyField, DerivedField
from ..signals import rows_written
from ..sources import BOOK_FIELDS, Record
from .fields import (
    ForeignKeyField,
    ManyToManyField,
    RelatedRowsField,
    RelationField,
    lacking,
)
from .owncode import has_own_default
from .paths import fills_columns, import_path
from .rendering import said_changes
from .repairs import Repair, repairs_of
from .results import Result
from .rowbyrow import RowByRow
from .widgets import exact_widget

__all__ = ("ImportOptions", "RelationalResource")


EXISTING = ("update", "fill", "skip")

SHOWN_CHANGES = 10
"""Rows of a dry run of which is said what they would change."""


@dataclass(frozen=True)
class ImportOptions:
    """How one import treats rows; the same for command, admin and ``load()``."""

    existing: str = "update"
    """ "update", "fill" (write empty fields, add links) or "skip" rows that exist."""
    keep: Collection[str] = ()
    """Fields that are never changed on rows that exist."""
    dry_run: bool = False
    batch_size: int | None = None
    """Rows in a transaction; None is the setting's."""
    max_rejects: Callable[[Totals], bool] | None = None
    on_refused: Callable[[list[Refusal]], None] = lambda refusals: None
    on_repairs: Callable[[list[Repair]], None] | None = None
    """Called after each chunk with its mended cells, also of rows that are refused."""
    on_chunk: Callable[[int, int | None, Totals], None] = lambda done, total, totals: None
    """Called after each chunk with the rows done, their number if it is known, and the totals."""
    hook_kwargs: Mapping[str, Any] = field(default_factory=dict)
    """What hooks of django-import-export get beside the row."""


class RelationalResource(RowByRow):
    """
    A ModelResource that imports by sets, relations included.

    A chunk of rows costs a constant number of queries, memory does not grow with the file, every
    refused row is reported with its line, and the same file twice changes nothing. See
    ``ForeignKeyField``, ``ManyToManyField`` and ``RelatedRowsField`` for the relations.

    ``Meta.import_id_fields`` says which columns identify a row; ``Meta.candidate_keys`` names
    several such lists, of which the ones that a file provides count, and must not contradict.

    Where the model has code that runs when rows are saved, or the resource overrides what
    django-import-export does with a row, rows are saved one by one so that this code runs;
    ``Result.reasons`` says why. ``Meta.bulk = True`` imports by sets without it.
    """

    class Meta:
        bulk = False
        candidate_keys = None
        list_separator = "|"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name, declared in cls.fields.items():
            if isinstance(declared, RelationField) and declared.attribute is None:
                declared.attribute = name

    @classmethod
    def widget_from_django_field(cls, f: AnyField, default: type[Widget] = Widget) -> Any:
        return exact_widget(f, super().widget_from_django_field(f, default))

    def get_result_class(self) -> type[Result]:
        return Result

    def import_data_inner(
        self,
        dataset: Any,
        dry_run: bool,  # noqa: FBT001 (import-export's)
        raise_errors: bool,  # noqa: FBT001
        using_transactions: bool,  # noqa: FBT001
        collect_failed_rows: bool,  # noqa: FBT001
        **kwargs: Any,
    ) -> Result:
        result = self.get_result_class()()
        try:
            self.before_import(dataset, **kwargs)
            headers = [str(header) for header in dataset.headers or ()]
            self._check_import_id_fields(headers)
            provided = [header for header in headers if header in self.columns()]
            self._check_children(provided)
        except Exception as error:  # noqa: BLE001 (as import-export does: told or raised as asked)
            self.handle_import_error(result, error, raise_errors)
            return result

        def records() -> Iterator[Record]:
            for line, row in enumerate(dataset, 1):
                cells = ["" if cell is None else str(cell) for cell in row]
                yield Record(line, dict(zip(headers, cells, strict=False)), cells)

        options = ImportOptions(
            dry_run=dry_run, batch_size=self._meta.batch_size or None, hook_kwargs=kwargs
        )
        self.import_records(records, provided, clears=True, options=options, result=result)
        if raise_errors and result.invalid_rows:
            raise result.invalid_rows[0].error
        if collect_failed_rows:
            result.collect_failed_rows(headers)
        self.after_import(dataset, result, **kwargs)
        return result

    def iter_queryset(self, queryset: Any) -> Iterator[models.Model]:
        if not isinstance(queryset, models.QuerySet):
            yield from queryset
            return
        relations = [f for f in self.fields.values() if isinstance(f, RelationField)]
        found = [name for f in relations for name in f.prefetches(self._meta.model)]
        yield from queryset.prefetch_related(*found).iterator(chunk_size=self.get_chunk_size())

    def check_import(self, options: ImportOptions, provided: Collection[str]) -> None:
        """
        Check what concerns a whole import, before anything is written.

        :raises ImproperlyConfigured: related rows need more than the resource reads.
        :raises InvalidOption: the options name what there is not.
        :raises MissingColumns: the file has no column by which rows are found.
        """
        if options.existing not in EXISTING:
            raise InvalidOption(f"existing={options.existing!r} is none of: {', '.join(EXISTING)}.")
        if options.batch_size is not None and options.batch_size < 1:
            raise InvalidOption(f"batch_size={options.batch_size} is less than 1.")
        known = self.columns()
        for name in options.keep:
            if name not in known:
                raise InvalidOption(
                    f"keep: there is no field “{name}”. The fields are: {', '.join(known)}."
                )
        self._check_children(provided)
        keys = self.candidate_keys()
        if keys == [["id"]] or fills_columns(self):
            return
        if not any(self.identities(provided)):
            listed = " or ".join(", ".join(key) for key in keys)
            raise MissingColumns(f"no column by which rows are found: {listed}.")

    def _check_children(self, provided: Collection[str]) -> None:
        for child in self.layout(self.written_columns().keys() & provided).children:
            said = {child.parent.name, *(column.name for column in child.columns)}
            if lacks := ", ".join(lacking(child.model, said)):
                raise ImproperlyConfigured(
                    f"{type(self).__name__}.{child.name}: a new {child.model._meta.verbose_name} "
                    f"needs {lacks}; declare a RelatedRowsField that says it."
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

        :param records: opens the file anew; it is read twice when it is longer than a chunk.
        :param provided: the columns that the records have; what is missing is left alone.
        :param clears: whether an empty cell empties the field; otherwise it says nothing.
        :param result: the result to fill, true at any moment.
        :param checked: whether a source of this package has read the records.
        :param header: the names of the records' raw cells, which hooks see beside the columns.
        """
        result = self.get_result_class()() if result is None else result
        started = time.monotonic()
        policy = Policy(options.existing, frozenset(options.keep))
        layout = self.layout(self.written_columns().keys() & provided)
        path = import_path(
            self,
            layout,
            policy,
            dry_run=options.dry_run,
            clears=clears,
            checked=checked,
            header=header,
            hook_kwargs=options.hook_kwargs,
        )
        result.take(path.reasons, avoidable=path.avoidable)
        if options.dry_run:
            path.chunks.changes = bulk.Changes(layout, path.chunks.writer, SHOWN_CHANGES)

        def refused(refusals: list[Refusal]) -> None:
            result.refuse(refusals)
            options.on_refused(refusals)

        def repaired(records: list[Record]) -> None:
            if options.on_repairs:
                options.on_repairs(repairs_of(records))

        engine = bulk.Engine(
            path.chunks,
            path.chunks.writer,
            path.rows,
            batch_size=options.batch_size or conf.batch_size,
            max_rejects=options.max_rejects,
            on_refused=refused,
            on_records=repaired,
            on_chunk=options.on_chunk,
            on_written=self._announce if rows_written.has_listeners(self._meta.model) else None,
        )
        try:
            engine.run(records, result.counts)
        finally:
            result.seconds = time.monotonic() - started
            result.count()
            if path.chunks.changes is not None:
                result.changes = said_changes(self, layout, path.chunks.changes.found)
        return result

    def _announce(self, new: list[Any], updated: list[Any]) -> None:
        rows_written.send_robust(
            self._meta.model,
            using=self.get_db_connection_name(),
            new=new,
            updated=updated,
            resource=self,
        )

    def get_db_connection_name(self) -> str:
        return self._meta.using_db or router.db_for_write(self._meta.model)

    def columns(self) -> dict[str, Field]:
        """Return column -> field of everything that a file may have."""
        return {
            declared.column_name: declared
            for declared in self.fields.values()
            if declared.attribute
        }

    def plain_columns(self) -> set[str]:
        """Return the columns that are called like a field of books, and are none."""
        return self.columns().keys() & set(BOOK_FIELDS)

    def written_columns(self) -> dict[str, Field]:
        """Return those of :meth:`columns` that imports write: some are read-only or generated."""
        opts = self._meta.model._meta
        return {
            name: declared
            for name, declared in self.columns().items()
            if not declared.readonly
            and not getattr(_model_field(opts, declared), "generated", False)
        }

    def required_columns(self) -> list[str]:
        """Return the columns without which no row can be new."""
        opts = self._meta.model._meta
        required = []
        for name, declared in self.written_columns().items():
            found = _model_field(opts, declared)
            if found is not None and bulk.needs_value(found):
                required.append(name)
        if fills_columns(self):
            known = {name for key in self.candidate_keys() for name in key}
            required = [name for name in required if name in known]
        return required

    def unsaid_fields(self) -> Iterator[AnyField]:
        """Yield the fields that a new row needs and for which there is no column."""
        opts = self._meta.model._meta
        said = {_model_field(opts, declared) for declared in self.written_columns().values()}
        for found in opts.concrete_fields:
            if found not in said and bulk.needs_value(found):
                yield found

    def candidate_keys(self) -> list[list[str]]:
        """Return the lists of columns of which each identifies a row."""
        keys = getattr(self._meta, "candidate_keys", None) or [self.get_import_id_fields()]
        return [list(key) for key in keys]

    def layout(self, provided: Collection[str]) -> Layout:
        """Return what these columns are to an import that writes them, or to an export."""
        model = self._meta.model
        plain, keys, children = [], [], []
        for name, declared in self.columns().items():
            if name not in provided:
                continue
            relation = self.relation_field(name, declared)
            if isinstance(relation, ForeignKeyField):
                keys.append(relation.foreign_key(name, model))
            elif isinstance(relation, ManyToManyField | RelatedRowsField):
                children.append(relation.children(name, model))
            elif found := _model_field(model._meta, declared):
                required = bulk.needs_value(found)
                plain.append(Column(name, found, self._cleaner(declared, found), required))
        return Layout(
            model,
            tuple(plain),
            tuple(keys),
            tuple(children),
            tuple(self.identities(provided)),
            unsaid=() if fills_columns(self) else tuple(self.unsaid_fields()),
            aliases=self.alias_model(),
        )

    def identities(self, provided: Collection[str]) -> Iterator[Identity]:
        """Yield the ways in which rows of a file with these columns are found."""
        model = self._meta.model
        for key in self.candidate_keys():
            if all(name in provided for name in key):
                yield Identity(model, tuple(map(self._identity_column, key)))

    def _identity_column(self, name: str) -> AnyField:
        model = self._meta.model
        found = _model_field(model._meta, self.columns()[name])
        if found is None:
            raise ImproperlyConfigured(
                f"{type(self).__name__}: no row is found by “{name}”, for no file can say it."
            )
        return bulk.lookup_column(model, found.name)

    def identify(self, layout: Layout, chunk: Chunk) -> None:
        """Set ``chunk.candidates``: for each row what may identify its record."""
        chunk.candidates = [[] for _line in chunk.lines]
        for index, identity in enumerate(layout.identities):
            columns = [layout.identified(chunk, column) for column in identity.columns]
            for found, key in zip(chunk.candidates, zip(*columns, strict=True), strict=True):
                said = tuple([None if value is UNSET else value for value in key])
                if any(value is not None for value in said):
                    found.append((index, said))

    def before_export_page(self, page: dict[str, list[Any]]) -> None:
        """
        Change the values of rows that are exported by ``bookrel_export``.

        :param page: column -> for each row its value, tuple of names or list of entries.
        """

    def alias_model(self) -> type[models.Model] | None:
        """Return the model of former names that an import resolves, if there is one."""
        return None

    def relation_field(self, name: str, declared: Field) -> Field:
        """Give a relation that was declared with django-import-export's widgets our form."""
        widget = declared.widget
        if isinstance(declared, RelationField):
            return declared
        if not isinstance(widget, ManyToManyWidget | ForeignKeyWidget):
            return declared
        attribute = declared.attribute.removesuffix("_id")
        by = widget.model._meta.pk.name if widget.field == "pk" else widget.field
        if isinstance(widget, ManyToManyWidget):
            made = ManyToManyField(widget.model, by=by, separator=widget.separator)
        else:
            made = ForeignKeyField(widget.model, by=by)
        made.attribute, made.column_name = attribute, name
        made.m2m_add = declared.m2m_add
        return made

    def reads_plainly(self, declared: Field, found: AnyField) -> bool:
        """Return whether no code of the host reads the cells of a column."""
        default = type(declared.widget) is self.widget_from_django_field(found)
        return default and type(declared).clean is Field.clean

    def _cleaner(self, declared: Field, found: AnyField) -> bulk.Cleaner:
        simple: Any = models.CharField | models.TextField | models.IntegerField
        given: Any = {}
        if has_own_default(declared, found):
            given["empty"] = declared.default() if callable(declared.default) else declared.default
        if isinstance(found, simple) and self.reads_plainly(declared, found):
            return bulk.cleaner(found, **given)
        name, clean, to_python = declared.column_name, declared.widget.clean, found.to_python
        # Many widgets read texts only, and a text is never what the database has in the column.
        own_clean = type(declared).clean is not Field.clean

        def read(cell: str) -> Any:
            row = {name: cell}
            return to_python(declared.clean(row) if own_clean else clean(cell, row=row))

        return bulk.cleaner(found, read, **given)


def _model_field(opts: Any, declared: Field) -> AnyField | None:
    for found in opts.concrete_fields:
        if declared.attribute in (found.name, found.attname):
            return found if not isinstance(found, DerivedField) else None
    return None
