"""Form fields for relations: autocomplete, with the labels of all rows fetched at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, cast

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget, AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.functional import cached_property

from ..abstract import AbstractBook
from ..fields import AnyField
from .generic import AnyAdmin, BaseInlineFormSet, ModelForm

__all__ = ("FormFieldsMixin", "LabelledSelect", "RelatedFormSet")


class FormFieldsMixin(AnyAdmin):
    """
    Form fields for any ModelAdmin or inline.

    A relation to a model that the site can search is an autocomplete field, without a declaration;
    one that the class names in ``raw_id_fields``, ``radio_fields``, ``filter_horizontal`` or
    ``filter_vertical`` stays what it is. The title of a book is one line.
    """

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        declared = {
            *self.raw_id_fields,
            *self.radio_fields,
            *self.filter_horizontal,
            *self.filter_vertical,
        }
        return [
            *super().get_autocomplete_fields(request),
            *(
                field.name
                for field in (*self.opts.fields, *self.opts.many_to_many)
                if field.related_model
                and field.name not in declared
                and self._is_searchable(field.related_model, request)
            ),
        ]

    def _is_searchable(self, model: type[models.Model], request: HttpRequest) -> bool:
        if not self.admin_site.is_registered(model):
            return False
        return bool(self.admin_site.get_model_admin(model).get_search_fields(request))

    def formfield_for_dbfield(
        self, db_field: AnyField, request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if db_field.name == "title" and issubclass(db_field.model, AbstractBook):
            kwargs.setdefault(
                "widget", AdminTextInputWidget(attrs={"class": "vTextField bookrel-title"})
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class LabelledSelect(AutocompleteSelect):
    """An autocomplete select that asks the database for no label that it was given."""

    labels: dict[str, str] | None = None
    """Value -> label of the objects that may be chosen at present; None: ask the database."""

    def optgroups(self, name: str, value: Sequence[str], attrs: Any = None) -> list[Any]:
        if self.labels is None:
            return super().optgroups(name, value, attrs)
        chosen = [(key, self.labels[key], True) for key in value if key in self.labels]
        blank = [] if self.is_required else [("", "", False)]
        options = [
            self.create_option(name, key, label, selected, index)
            for index, (key, label, selected) in enumerate(blank + chosen)
        ]
        return [(None, options, 0)]


class RelatedFormSet(BaseInlineFormSet):
    """
    Rows whose selects share what they read.

    Queries: one for each relation in a row, whatever the number of rows.
    """

    @cached_property
    def forms(self) -> list[ModelForm]:
        rows = super().forms
        fields = defaultdict(list)
        for row in rows:
            for name, field in row.fields.items():
                if isinstance(field, ModelChoiceField):
                    fields[name].append((row, field))
        for name, pairs in fields.items():
            widget = _bare_widget(pairs[0][1])
            if isinstance(widget, LabelledSelect):
                self._share_labels(name, pairs)
            elif type(widget) is forms.Select:
                self._share_choices(pairs)
        return rows

    @staticmethod
    def _share_labels(name: str, pairs: list[tuple[ModelForm, ModelChoiceField[Any]]]) -> None:
        labels = _labels(pairs[0][1], [row[name].value() for row, _field in pairs])
        for _row, field in pairs:
            _bare_widget(field).labels = labels

    @staticmethod
    def _share_choices(pairs: list[tuple[ModelForm, ModelChoiceField[Any]]]) -> None:
        # list() of the choices themselves would ask for their number first.
        choices = list(iter(cast("Iterable[Any]", pairs[0][1].choices)))
        for _row, field in pairs:
            field.choices = choices


def _bare_widget(field: ModelChoiceField[Any]) -> Any:
    # The admin wraps the selects of relations to add its links beside them.
    return getattr(field.widget, "widget", field.widget)


def _labels(field: ModelChoiceField[Any], values: Iterable[Any]) -> dict[str, str]:
    queryset = cast("QuerySet[Any]", field.queryset)
    opts = queryset.model._meta
    key = opts.get_field(field.to_field_name) if field.to_field_name else opts.pk
    known = set()
    for value in values:
        # What was posted may be anything.
        with suppress(ValidationError):
            number = key.to_python(value)
            key.run_validators(number)
            known.add(number)
    found = queryset.in_bulk(known - {None}, field_name=key.name)
    return {str(value): field.label_from_instance(obj) for value, obj in found.items()}
