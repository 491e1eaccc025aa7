"""
Relations as resource fields: declared, not programmed.

    class ArticleResource(RelationalResource):
        reporter = ForeignKeyField(by="email", create=True)
        topics = ManyToManyField(by="name", create=True)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from django.db import models
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget, ManyToManyWidget

from ..abstract import AbstractAuthor
from ..bulk import Children, ForeignKey, Reference
from ..bulk.hostcode import may_fill_columns
from ..fields import field_of
from ..sources import join_list, split_list
from ..values import needs_value, read_json, to_text
from .persons import LIFE_DATES
from .relations import column_of, link_fields, named_field, relation_of_kind

__all__ = (
    "ForeignKeyField",
    "ManyToManyField",
    "NaturalKeyField",
    "RelatedRowsField",
    "RelationField",
)

Entry = tuple[Any, ...]


class RelationField(Field):
    """
    Base of the fields whose value is another record, or several.

    :param model: the other model; None takes it from the relation of that name.
    :param by: the field of the other model that a cell names; where that model has a ``KeyField``
        for it, any spelling of the name is found. Several: the cell holds them separated by ``|``.
    :param create: create records that are named and not there; otherwise the row is rejected, and
        also where a new record needs more than ``by`` says.
    :param queryset: the records that a cell may name, or a function that returns them; a row that
        names another one is rejected.
    :param attribute: the relation's name on the model, where it is not the field's own name.
    """

    def __init__(
        self,
        model: type[models.Model] | None = None,
        *,
        by: str | Sequence[str] = "name",
        create: bool = False,
        queryset: models.QuerySet[Any] | Callable[[], models.QuerySet[Any]] | None = None,
        **kwargs: Any,
    ) -> None:
        self.model = model
        self.queryset = queryset
        self.by = (by,) if isinstance(by, str) else tuple(by)
        self.create = create
        self.writers: dict[type[models.Model], list[tuple[str, Callable[[Any], str]]]] = {}
        super().__init__(**kwargs)

    def reference(self, relation: models.ForeignKey[Any, Any]) -> Reference:
        """Return how the records that ``relation`` points at are found."""
        target = relation.target_field
        to_field = "" if target.primary_key else target.name
        model = self.model or relation.related_model
        by = tuple(named_field(model, name) for name in self.by)
        is_person = issubclass(model, AbstractAuthor) and by == ("name",)
        lacks = tuple(lacking(model, by)) if self.create else ()
        details = LIFE_DATES if is_person else None
        creates = self.create and not lacks
        return Reference(model, by, creates, to_field, lacks, details, self.queryset)

    def names(self, cell: str) -> Entry:
        """Return what a cell that names one record gives for each field of ``by``."""
        if len(self.by) == 1:
            return (cell,)
        names = tuple(split_list(cell))
        if len(names) != len(self.by):
            raise ValueError(f"has {len(names)} of the values {', '.join(self.by)}")
        return names

    def said(self, names: Sequence[Any]) -> str:
        """Return the cell that names a record; the inverse of :meth:`names`."""
        if len(self.by) == 1:
            return str(names[0])
        return join_list([str(name) for name in names])

    def prefetches(self, model: type[models.Model]) -> list[str]:
        """Return the look-ups of what :meth:`export` reads of an instance of ``model``."""
        return [self.attribute]

    def export(self, instance: models.Model, **kwargs: Any) -> str:
        found = self.get_value(instance)
        return "" if found is None else self._cell_of(found)

    def relation_of(self, model: type[models.Model], name: str = "") -> Any:
        """
        Return the model's relation that the field is about.

        :param name: the relation's, where the field has no ``attribute``.
        :raises ImproperlyConfigured: there is none, or it is one of another kind.
        """
        raise NotImplementedError

    def _cell_of(self, found: Any) -> str:
        return self.said([write(getattr(found, n)) for n, write in self._writers(type(found))])

    def _writers(self, model: type[models.Model]) -> list[tuple[str, Callable[[Any], str]]]:
        if model not in self.writers:
            named = [(name, field_of(model, named_field(model, name))) for name in self.by]
            self.writers[model] = [(name, to_text(field)) for name, field in named]
        return self.writers[model]


class ForeignKeyField(RelationField):
    """A ForeignKey; a cell names one record, an empty cell none."""

    def __init__(self, model: type[models.Model] | None = None, **kwargs: Any) -> None:
        super().__init__(model, **kwargs)
        self.widget = ForeignKeyWidget(model, self.by[0])

    def relation_of(self, model: type[models.Model], name: str = "") -> Any:
        return relation_of_kind(model, self.attribute or name, models.ForeignKey)

    def foreign_key(self, name: str, model: type[models.Model]) -> ForeignKey:
        """Return what the engine needs to know of the field."""
        relation = self.relation_of(model, name)
        return ForeignKey(name, relation, self.reference(relation), needs_value(relation))


class NaturalKeyField(ForeignKeyField):
    """
    A ForeignKey of a resource with ``use_natural_foreign_keys``: a cell is a natural key in JSON.

    Queries: one for each key that a file or an export has not had before.
    """

    def __init__(self, model: type[models.Model], *, using: str) -> None:
        super().__init__(model, by="pk")
        self.records: Any = model._base_manager.using(using)
        self.by_key: Any = model._default_manager.db_manager(using)

    def names(self, cell: str) -> Entry:
        try:
            return (str(self.by_key.get_by_natural_key(*read_json(cell)).pk),)
        except ObjectDoesNotExist as error:
            raise ValueError(str(error)) from error

    def said(self, names: Sequence[Any]) -> str:
        return json.dumps(self.records.get(pk=names[0]).natural_key(), ensure_ascii=False)


class ManyToManyField(RelationField):
    """
    A ManyToManyField from either side, or one that is alike: taggit's tags with ``through``.

    A cell names several records.

    :param separator: between the names; a literal one is written with a backslash before it.
    :param m2m_add: links that the cell does not name stay.
    """

    def __init__(
        self, model: type[models.Model] | None = None, *, separator: str = "|", **kwargs: Any
    ) -> None:
        self.separator = separator
        super().__init__(model, **kwargs)
        self.widget = ManyToManyWidget(model, separator=separator, field=self.by[0])

    def relation_of(self, model: type[models.Model], name: str = "") -> Any:
        return relation_of_kind(model, self.attribute or name, models.ManyToManyField)

    def children(self, name: str, model: type[models.Model]) -> Children:
        """Return what the engine needs to know of the field."""
        relation = self.relation_of(model, name)
        field: Any = relation.field if isinstance(relation, models.ManyToManyRel) else relation
        through = field.remote_field.through
        own, other = link_fields(relation) or ("", "")
        column = through._meta.get_field(other)
        return Children(
            name,
            through,
            parent=through._meta.get_field(own),
            columns=(column,),
            key=(0,),
            reference=self.reference(column),
            target=0,
            add_only=self.m2m_add,
            accessor=(self.attribute or name) if isinstance(field, models.ManyToManyField) else "",
        )

    def entries(self, cell: str | Iterable[Any]) -> list[Entry]:
        """Return the entries that a cell names."""
        return [(t,) for t in (split_list(cell, self.separator) if isinstance(cell, str) else cell)]

    def cell(self, entries: Iterable[Entry]) -> str:
        """Return the cell that says these entries; the inverse of :meth:`entries`."""
        return join_list(self.items(entries), self.separator)

    def items(self, entries: Iterable[Entry]) -> list[str]:
        """Return the texts that the cell of these entries lists."""
        return [text for (text,) in entries]

    def _cell_of(self, found: models.Manager[Any]) -> str:
        return self.cell([(super(ManyToManyField, self)._cell_of(one),) for one in found.all()])


class RelatedRowsField(RelationField):
    """
    Rows of another table that refer to the record and have data: contributions, series entries.

    :param columns: the columns of the other table in a cell; one of them may be a ForeignKey, to
        which ``by`` and ``create`` apply.
    :param key: those of ``columns`` that identify a row among those of the record.
    :param parse: reads a cell; it returns an entry per row: a tuple of values in the order of
        ``columns``, with the text that names the record in place of the ForeignKey.
    :param render: writes entries; the inverse of ``parse``.
    :param m2m_add: keep rows that are missing from the cell.
    :param kind: the one of ``columns`` that says what the other record is to this one: a role. A
        :class:`~django_bookrel.sources.Credited` name leaves it open.
    :param beside: the ForeignKey whose record counts as one of them: the first author.
    """

    def __init__(
        self,
        *,
        columns: Sequence[str],
        key: Sequence[str],
        parse: Callable[[Any], list[Entry]],
        render: Callable[[Iterable[Entry]], str],
        kind: str = "",
        beside: str = "",
        **kwargs: Any,
    ) -> None:
        self.columns, self.key, self.kind, self.beside = tuple(columns), tuple(key), kind, beside
        self.parse, self.render = parse, render
        super().__init__(**kwargs)
        self.widget = ManyToManyWidget(self.model)

    def relation_of(self, model: type[models.Model], name: str = "") -> Any:
        return relation_of_kind(model, self.attribute or name, models.ManyToOneRel)

    def children(self, name: str, model: type[models.Model]) -> Children:
        """Return what the engine needs to know of the field."""
        relation = self.relation_of(model, name)
        columns = tuple(column_of(relation.related_model, column) for column in self.columns)
        keys = [(i, c) for i, c in enumerate(columns) if isinstance(c, models.ForeignKey)]
        target, key = keys[0] if keys else (None, None)
        if not set(self.key) <= set(self.columns):
            raise ImproperlyConfigured(
                f"key={', '.join(self.key)} is not among columns={', '.join(self.columns)}."
            )
        return Children(
            name,
            relation.related_model,
            parent=relation.field,
            columns=columns,
            key=tuple(self.columns.index(column) for column in self.key),
            reference=None if key is None else self.reference(key),
            target=target,
            add_only=self.m2m_add,
            kind=self.columns.index(self.kind) if self.kind else None,
            beside=self.beside,
        )

    def entries(self, cell: Any) -> list[Entry]:
        """Return the entries that a cell says."""
        return self.parse(cell)

    def cell(self, entries: Iterable[Entry]) -> str:
        """Return the cell that says these entries."""
        return self.render(entries)

    def items(self, entries: Iterable[Entry]) -> list[str]:
        """Return the texts that the cell of these entries lists."""
        return split_list(self.render(entries))

    def prefetches(self, model: type[models.Model]) -> list[str]:
        opts = self.relation_of(model).related_model._meta
        keys = [name for name in self.columns if opts.get_field(name).is_relation]
        return [self.attribute, *(f"{self.attribute}__{name}" for name in keys)]

    def _cell_of(self, found: models.Manager[Any]) -> str:
        said = super()._cell_of
        values = [[getattr(row, name) for name in self.columns] for row in found.all()]
        return self.cell(
            [tuple(said(v) if isinstance(v, models.Model) else v for v in row) for row in values]
        )


def lacking(model: type[models.Model], said: Collection[str]) -> Iterator[str]:
    """Yield the names of fields that a new record needs, beside those said, and no code fills."""
    if not may_fill_columns(model):
        for field in model._meta.concrete_fields:
            if field.name not in said and needs_value(field):
                yield field.name
