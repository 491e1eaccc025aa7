"""Django's classes, generic for type checkers and plain when they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.forms import BaseInlineFormSet as DjangoInlineFormSet
from django.forms import ModelForm as DjangoModelForm

__all__ = (
    "AnyAdmin",
    "AnyInline",
    "AnyModelAdmin",
    "BaseInlineFormSet",
    "ModelAdmin",
    "ModelForm",
    "TabularInline",
)

if TYPE_CHECKING:
    from django.contrib.admin.options import BaseModelAdmin, InlineModelAdmin

    BaseInlineFormSet = DjangoInlineFormSet[Any, Any, Any]
    ModelAdmin = admin.ModelAdmin[Any]
    ModelForm = DjangoModelForm[Any]
    TabularInline = admin.TabularInline[Any, Any]
    AnyAdmin = BaseModelAdmin[Any]
    AnyInline = InlineModelAdmin[Any, Any]
    AnyModelAdmin = ModelAdmin
else:
    BaseInlineFormSet = DjangoInlineFormSet
    ModelAdmin = admin.ModelAdmin
    ModelForm = DjangoModelForm
    TabularInline = admin.TabularInline
    # A mixin goes over any base: it needs one with these attributes, and brings none itself.
    AnyAdmin = AnyInline = AnyModelAdmin = object
