"""A host that keeps the package's authors and has books of its own."""

from __future__ import annotations

from django.db import models

from django_bookrel.abstract import AbstractBook


class Book(AbstractBook):
    author = models.ForeignKey(
        "django_bookrel.Author",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="kept_books",
    )
