"""Inlines for related rows of any model."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django import forms
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from .formfields import FormFieldsMixin, LabelledSelect, RelatedFormSet
from .generic import AnyInline, TabularInline

__all__ = ("RelatedInline", "RelatedInlineMixin")


class RelatedInlineMixin(FormFieldsMixin, AnyInline):
    """
    An inline of related rows, over any base of inlines.

    A row shows the model's own fields and its foreign keys. Its many-to-many fields are left to the
    row's own page unless ``fields`` or ``fieldsets`` names them: each costs queries for every row.

    Queries: one for the rows and one for each foreign key, whatever the number of rows.
    """

    extra = 0
    formset = RelatedFormSet
    show_change_link = True

    class Media:
        css: ClassVar = {"all": ("bookrel/admin.css",)}

    @classmethod
    def create(cls, model: type[models.Model], **attributes: Any) -> type[Self]:
        """Return a subclass for the rows of ``model``; ``attributes`` are its class attributes."""
        return type(f"{model.__name__}{cls.__name__}", (cls,), {"model": model, **attributes})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # The text of a row may name the objects that it points at.
        keys = [f.name for f in self.opts.fields if isinstance(f, models.ForeignKey)]
        return super().get_queryset(request).select_related(*keys)

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField[Any] | None:
        if db_field.name in self.get_autocomplete_fields(request):
            widget = LabelledSelect(db_field, self.admin_site, using=kwargs.get("using"))
            kwargs.setdefault("widget", widget)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(
        self, db_field: models.ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.ModelMultipleChoiceField[Any] | None:
        if not self.fields and not self.fieldsets:
            return None
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class RelatedInline(RelatedInlineMixin, TabularInline):
    """Related rows as a table: ``inlines = [RelatedInline.create(Article)]``."""
