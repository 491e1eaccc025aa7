"""Admin pages for aliases and for what imports did."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ..fields import KeyField
from ..showing import MOST, short, shown
from .generic import ModelAdmin, ModelForm

if TYPE_CHECKING:
    from ..models import Alias, ImportRecord, RejectedRow

__all__ = ("AliasAdmin", "ImportRecordAdmin", "RejectedRowAdmin")


def _kinds() -> list[tuple[str, str]]:
    return [
        (model._meta.label_lower, f"{capfirst(model._meta.verbose_name)} ({config.verbose_name})")
        for config in apps.get_app_configs()
        for model in config.get_models()
        if _key_field(model)
    ]


def _key_field(model: type[models.Model]) -> KeyField | None:
    return next((f for f in model._meta.concrete_fields if isinstance(f, KeyField)), None)


class AliasForm(ModelForm):
    """Works out the key from the name as the kind of record has it, and looks the record up."""

    kind = forms.ChoiceField(label=_("Kind"), choices=_kinds)

    class Meta:
        help_texts = {"target": _("The number in the URL of its admin page.")}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if {"kind", "name", "target"} <= data.keys():
            model = apps.get_model(data["kind"])
            self._check_target(model, data["target"])
            self.instance.key = cast("KeyField", _key_field(model)).derive(data["name"])
            self._check_unique(data["kind"])
        return data

    def _check_target(self, model: type[models.Model], target: str) -> None:
        try:
            is_there = model._default_manager.filter(pk=target).exists()
        except (ValidationError, ValueError, OverflowError):
            is_there = False
        if not is_there:
            message = _("No %(kind)s has the number “%(target)s”.")
            params = {"kind": model._meta.verbose_name, "target": target}
            self.add_error("target", ValidationError(message, "unknown", params))

    def _check_unique(self, kind: str) -> None:
        others = type(self.instance)._default_manager.exclude(pk=self.instance.pk)
        other = others.filter(kind=kind, key=self.instance.key).first()
        if other:
            message = _("“%(other)s” is already an alias of no. %(target)s.")
            params = {"other": other, "target": other.target}
            self.add_error("name", ValidationError(message, "unique", params))


class AliasAdmin(ModelAdmin):
    """Other names of records; the key of a name is worked out."""

    form = AliasForm
    fields = ("kind", "name", "target", "key")
    readonly_fields = ("key",)
    list_display = ("name", "kind", "record")
    list_filter = ("kind",)
    search_fields = ("name", "key", "=target")
    show_full_result_count = False

    @admin.display(description=_("record"), ordering="target")
    def record(self, obj: Alias) -> str:
        try:
            url = reverse(
                f"{self.admin_site.name}:{obj.kind.replace('.', '_')}_change", args=(obj.target,)
            )
        except NoReverseMatch:
            return obj.target
        return format_html('<a href="{}">{}</a>', url, obj.target)


class ReadOnlyAdmin(ModelAdmin):
    """Rows that no one writes by hand; they may be deleted."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class ImportRecordAdmin(ReadOnlyAdmin):
    """Imports with their totals, and a link to the rows that were rejected."""

    list_display = (
        "file",
        "started_at",
        "status",
        "rows",
        "new",
        "updated",
        "rejected_link",
    )
    list_filter = ("status", "started_at")
    search_fields = ("file", "user")

    fieldsets = (
        (None, {"fields": (("file", "status"), ("started_at", "finished_at"), "message")}),
        (
            _("Totals"),
            {
                "fields": (
                    ("rows", "new", "updated", "unchanged", "duplicates", "rejected_link"),
                    "repairs",
                )
            },
        ),
        (_("Details"), {"fields": (("user", "source", "path"), "resource", "options")}),
    )

    @admin.display(description=_("rejected"), ordering="rejected")
    def rejected_link(self, obj: ImportRecord) -> str:
        if not obj.rejected:
            return "0"
        rows = obj.rejected_rows.model._meta
        url = reverse(f"{self.admin_site.name}:{rows.app_label}_{rows.model_name}_changelist")
        query = urlencode({"import_record__id__exact": obj.pk})
        return format_html('<a href="{}?{}">{}</a>', url, query, obj.rejected)


class RejectedRowAdmin(ReadOnlyAdmin):
    """Rows of files that were not imported, with the reasons."""

    list_display = ("line", "reason", "column", "listed_value", "import_record")
    fields = ("import_record", "line", "column", "shown_value", "reason", "shown_cells")
    readonly_fields = ("shown_value", "shown_cells")
    list_select_related = ("import_record",)
    search_fields = ("reason", "value", "column")

    @admin.display(description=_("value"), ordering="value")
    def listed_value(self, obj: RejectedRow) -> str:
        return shown(obj.value, most=80)

    @admin.display(description=_("value"))
    def shown_value(self, obj: RejectedRow) -> str:
        return shown(obj.value)

    @admin.display(description=_("cells"))
    def shown_cells(self, obj: RejectedRow) -> str:
        cells = [short(cell, most=MOST) for cell in obj.cells]
        return shown(json.dumps(cells, ensure_ascii=False), most=None)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("cells")
