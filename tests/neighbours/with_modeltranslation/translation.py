from __future__ import annotations

from modeltranslation.translator import TranslationOptions, register

from .models import Book


@register(Book)
class BookTranslation(TranslationOptions):
    fields = ("title",)
