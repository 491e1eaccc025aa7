"""A tree, for rows that refer to rows of the same file."""

from __future__ import annotations

from django.db import models


class Part(models.Model):
    code = models.CharField(max_length=20, unique=True)
    parent = models.ForeignKey("self", models.SET_NULL, null=True)

    def __str__(self) -> str:
        return self.code
