"""What the admin pages of the models of a catalogue have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import ForeignObjectRel, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ..fields import DerivedField
from .formfields import FormFieldsMixin
from .generic import AnyModelAdmin
from .inlines import RelatedInline, RelatedInlineMixin
from .outcomes import ImportOutcomeMixin

__all__ = ("CatalogueAdminMixin", "SearchMixin")


class CatalogueAdminMixin(ImportOutcomeMixin, FormFieldsMixin, AnyModelAdmin):
    """
    What the pages of all models of a catalogue have in common, over any ModelAdmin base.

    The inlines are found by the model's relations: those of a host's own subclasses under any name;
    what the host left out is absent. An inline that ``inlines`` declares takes the place of the one
    for the same model. What the database works out itself stands read-only in a closed section.
    """

    related_inline: ClassVar[type[RelatedInlineMixin]] = RelatedInline
    """The class of the inlines; another one for an admin theme with its own base."""
    related_rows: ClassVar[dict[type[models.Model], dict[str, Any]]] = {}
    """Abstract base of the related rows -> class attributes of their inline, in page order."""
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_inlines(self, request: HttpRequest, obj: models.Model | None) -> list[type]:
        declared = super().get_inlines(request, obj)
        models_ = {inline.model for inline in declared}
        return [*declared, *(i for i in self.related_inlines if i.model not in models_)]

    @cached_property
    def related_inlines(self) -> list[type[RelatedInlineMixin]]:
        """The inlines of the relations between this model and those of ``related_rows``."""
        relations: list[ForeignObjectRel | models.ManyToManyField[Any, Any]]
        relations = [*self.opts.related_objects, *self.opts.many_to_many]
        return [
            self._inline(relation, attributes)
            for base, attributes in self.related_rows.items()
            for relation in relations
            if issubclass(relation.related_model, base)
        ]

    def _inline(self, relation: Any, attributes: dict[str, Any]) -> type[RelatedInlineMixin]:
        other = relation.related_model._meta
        plural = other.verbose_name_plural
        if other.app_label != self.opts.app_label:
            plural = format_lazy("{} ({})", plural, other.app_config.verbose_name)
        found = {"verbose_name": other.verbose_name, "verbose_name_plural": plural}
        if not relation.many_to_many:
            found["fk_name"] = relation.field.name
            return self.related_inline.create(relation.related_model, **(found | attributes))
        is_own = isinstance(relation, models.ManyToManyField)
        field = relation if is_own else relation.field
        ends = (field.m2m_field_name(), field.m2m_reverse_field_name())
        near, far = ends if is_own else ends[::-1]
        found |= {"fk_name": near, "ordering": (far, "pk")}
        through = field.remote_field.through
        return self.related_inline.create(through, **(found | attributes))

    def formfield_for_manytomany(
        self, db_field: models.ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.ModelMultipleChoiceField[Any] | None:
        if any(inline.model is db_field.remote_field.through for inline in self.related_inlines):
            return None
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @cached_property
    def recorded_fields(self) -> list[str]:
        """The fields that no one types: derived columns and timestamps."""
        return [
            field.name
            for field in self.opts.fields
            if isinstance(field, DerivedField)
            or getattr(field, "auto_now", False)
            or getattr(field, "auto_now_add", False)
        ]

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *self.recorded_fields]

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        if self.fieldsets or self.fields:
            return super().get_fieldsets(request, obj)
        names = self.get_fields(request, obj)
        typed = [name for name in names if name not in self.recorded_fields]
        fieldsets: list[Any] = [(None, {"fields": typed})]
        if obj is not None and self.recorded_fields:
            record = {"fields": self.recorded_fields, "classes": ("collapse",)}
            fieldsets.append((_("Keys and dates"), record))
        return fieldsets


class SearchMixin(AnyModelAdmin):
    """
    Search by the model's own ``search()``, in the list and in autocomplete fields.

    Django wants ``search_fields`` for the search box to appear. What a host puts there beside
    ``searched_fields`` is searched as well, in Django's way.
    """

    searched_fields: ClassVar[tuple[str, ...]] = ("name",)
    search_fields: ClassVar = searched_fields

    def search(self, queryset: Any, text: str) -> QuerySet[Any]:
        """Return the rows of ``queryset`` that ``text`` may mean, each once."""
        found: QuerySet[Any] = queryset.search(text)
        return found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        found = self.search(queryset, search_term)
        if set(self.get_search_fields(request)) <= set(self.searched_fields):
            return found, False
        more, _may_repeat = super().get_search_results(request, queryset, search_term)
        either = Q(pk__in=found.values("pk")) | Q(pk__in=more.values("pk"))
        return queryset.filter(either), False
