"""What a resource declares, as the engine needs it: columns, relations, identities."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, models, router
from django.utils.functional import cached_property
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget, ManyToManyWidget, Widget

from .. import bulk
from ..bulk import Batch, Column, Identity, Layout
from ..fields import AnyField, DerivedField
from ..sources import BOOK_FIELDS
from ..values import Cleaner, cleaner, needs_value
from .fields import (
    ForeignKeyField,
    ManyToManyField,
    NaturalKeyField,
    RelatedRowsField,
    RelationField,
)
from .naming import own_option
from .relations import no_column, no_identity
from .rowpath.detection import fills_columns, has_own_default
from .widgets import is_read_by_host, reader_of, widget_of

__all__ = ("DeclaredResource",)


class DeclaredResource(ModelResource):
    """A ModelResource that knows what its columns are to an import and an export."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name, declared in cls.fields.items():
            if isinstance(declared, RelationField) and declared.attribute is None:
                declared.attribute = name

    @classmethod
    def widget_from_django_field(cls, f: AnyField, default: type[Widget] = Widget) -> Any:
        return super().widget_from_django_field(getattr(f, "output_field", None) or f, default)

    @classmethod
    def field_from_django_field(
        cls,
        field_name: str,
        django_field: AnyField,
        readonly: bool,  # noqa: FBT001 (import-export's)
    ) -> Field:
        made = super().field_from_django_field(field_name, django_field, readonly)
        options = cls.widget_kwargs_for_field(field_name, django_field)
        made.widget = widget_of(django_field, made.widget, options)
        return made

    def get_db_connection_name(self) -> str:
        return self._meta.using_db or router.db_for_write(self._meta.model)

    def columns(self) -> dict[str, Field]:
        """Return column -> field of everything that a file may have."""
        return {
            declared.column_name: declared
            for declared in self.fields.values()
            if declared.attribute and declared.column_name not in self.left_out
        }

    @cached_property
    def left_out(self) -> dict[str, str]:
        """Column -> why no file has it, of what a resource has without being told to."""
        found = {}
        for declared in self.fields.values():
            if declared.attribute and (why := self._why_left_out(declared)):
                found[declared.column_name] = why
        return found

    def _why_left_out(self, declared: Field) -> str:
        model = self._meta.model
        relation = self.relation_field(declared.column_name, declared)
        if relation is declared:
            found = _model_field(model._meta, declared)
            return "" if found is None else no_column(found)
        try:
            relation.relation_of(model)
        except ImproperlyConfigured as error:
            return str(error)
        return ""

    def plain_columns(self) -> set[str]:
        """Return the columns that are called like a field of books, and are none."""
        return self.columns().keys() & set(BOOK_FIELDS)

    def written_columns(self) -> dict[str, Field]:
        """
        Return those of :meth:`columns` that imports write.

        The others are read-only, or made by the database or by each save.
        """
        opts = self._meta.model._meta
        return {
            name: declared
            for name, declared in self.columns().items()
            if not declared.readonly and not _makes_itself(_model_field(opts, declared))
        }

    def required_columns(self) -> list[str]:
        """Return the columns without which no row can be new."""
        opts = self._meta.model._meta
        required = []
        for name, declared in self.written_columns().items():
            found = _model_field(opts, declared)
            if found is not None and needs_value(found):
                required.append(name)
        if fills_columns(self):
            known = {name for key in self.candidate_keys() for name in key}
            required = [name for name in required if name in known]
        return required

    def unsaid_fields(self, provided: Collection[str]) -> Iterator[AnyField]:
        """Yield the fields that a new row needs and that none of the columns says."""
        opts = self._meta.model._meta
        written = self.written_columns()
        said = {_model_field(opts, written[name]) for name in provided if name in written}
        for found in opts.concrete_fields:
            if found not in said and needs_value(found):
                yield found

    def candidate_keys(self) -> list[list[str]]:
        """Return the lists of columns of which each identifies a row."""
        keys = own_option(self, "candidate_keys") or [self.get_import_id_fields()]
        return [[self._column_of(name) for name in key] for key in keys]

    def _column_of(self, name: str) -> str:
        return self.fields[name].column_name if name in self.fields else name

    def check_identities(self) -> None:
        """
        Check that rows can be found by the columns of every key.

        :raises ImproperlyConfigured: by one they cannot.
        """
        if self.identifies_nothing() or self._meta.force_init_instance:
            return
        written = self.written_columns()
        for name in chain.from_iterable(self.candidate_keys()):
            declared = self.columns().get(name)
            found = declared and _model_field(self._meta.model._meta, declared)
            if not found:
                why = "because it is not an importable column"
            elif name not in written:
                why = "which imports do not write"
            else:
                why = no_identity(found)
            if why:
                raise self._unfindable(name, why)

    def _unfindable(self, name: str, why: str) -> ImproperlyConfigured:
        return ImproperlyConfigured(
            f"{type(self).__name__}: rows cannot be identified by “{name}”, {why}."
        )

    def identifies_nothing(self) -> bool:
        """Return whether no key is declared, and the one that is then taken is no column."""
        return self.candidate_keys() == [["id"]] and "id" not in self.columns()

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
                required = needs_value(found)
                plain.append(Column(name, found, self._cleaner(declared, found), required))
        layout = Layout(
            model,
            tuple(plain),
            tuple(keys),
            tuple(children),
            tuple(self.identities(provided)),
            unsaid=() if fills_columns(self) else tuple(self.unsaid_fields(provided)),
            aliases=self.alias_model(),
            label=self.label_column(plain),
            scope=self.scope,
        )
        return layout.with_own_names()

    def scope(self) -> models.QuerySet[Any] | None:
        """Return the records that rows may mean, those of ``get_queryset()``; None for all."""
        queryset = self.get_queryset()
        return queryset if bulk.is_restricted(queryset) else None

    def label_column(self, columns: Collection[Column]) -> str:
        """Return the name of the column that says what people call a record; "" for none."""
        if label := own_option(self, "label_field"):
            return str(label)
        known = {name for key in self.candidate_keys() for name in key}
        texts = (c for c in columns if isinstance(c.field, models.CharField | models.TextField))
        return next((c.name for c in texts if c.name not in known and not c.field.unique), "")

    def identities(self, provided: Collection[str]) -> Iterator[Identity]:
        """Yield the ways in which rows of a file with these columns are found."""
        if self._meta.force_init_instance:
            return
        model = self._meta.model
        for key in self.candidate_keys():
            if all(name in provided for name in key):
                yield Identity(model, tuple(map(self._identity_column, key)))

    def _identity_column(self, name: str) -> AnyField:
        model = self._meta.model
        found = _model_field(model._meta, self.columns()[name])
        if found is None:
            raise self._unfindable(name, "because it is not an importable column")
        return bulk.lookup_column(model, found.name)

    def add_candidates(self, layout: Layout, batch: Batch) -> None:
        """Set ``batch.candidates``: what may identify a row's record, and what it is called by."""
        batch.candidates = [[] for _line in batch.lines]
        self.identify(layout, batch)
        if names := [identity for identity in layout.identities if not identity.finds]:
            layout.add_candidates(batch, names)
        layout.fold(batch)

    def identify(self, layout: Layout, batch: Batch) -> None:
        """Add to ``batch.candidates``: for each row what may identify its record."""
        layout.add_candidates(batch, [i for i in layout.identities if i.finds])

    def before_export_page(self, page: dict[str, list[Any]]) -> None:
        """
        Change the values of rows that are exported by ``bookrel_export``.

        :param page: column -> for each row its value, tuple of names or list of entries.
        """

    def alias_model(self) -> type[models.Model] | None:
        """Return the model of former names that an import resolves, if there is one."""
        try:
            model = apps.get_model("django_bookrel", "Alias")
        except LookupError:
            return None
        using = self.get_db_connection_name()
        return model if router.allow_migrate_model(using, model) else None

    def relation_field(self, name: str, declared: Field) -> Field:
        """Give a relation that was declared with django-import-export's widgets our form."""
        widget = declared.widget
        if isinstance(declared, RelationField):
            return declared
        if not isinstance(widget, ManyToManyWidget | ForeignKeyWidget):
            return declared
        attribute = declared.attribute.removesuffix("_id")
        by = widget.model._meta.pk.name if widget.field == "pk" else widget.field
        made: RelationField
        if isinstance(widget, ManyToManyWidget):
            made = ManyToManyField(widget.model, by=by, separator=widget.separator)
        elif widget.use_natural_foreign_keys:
            made = NaturalKeyField(widget.model, using=self.get_db_connection_name())
        else:
            made = ForeignKeyField(widget.model, by=by)
        made.attribute, made.column_name = attribute, name
        made.m2m_add = declared.m2m_add
        return made

    def _cleaner(self, declared: Field, found: AnyField) -> Cleaner:
        given: Any = {}
        if not is_read_by_host(declared, found) and has_own_default(declared, found):
            given["empty"] = declared.default
        connection = connections[self.get_db_connection_name()]
        return cleaner(found, connection, reader_of(declared, found), **given)


def _makes_itself(found: AnyField | None) -> bool:
    return getattr(found, "generated", False) or getattr(found, "auto_now", False)


def _model_field(opts: Any, declared: Field) -> AnyField | None:
    for found in opts.concrete_fields:
        if declared.attribute in (found.name, found.attname):
            return found if not isinstance(found, DerivedField) else None
    return None
