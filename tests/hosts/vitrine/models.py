"""A cabinet on PostgreSQL: a column of every field of django.contrib.postgres."""

from __future__ import annotations

from django.contrib.postgres import fields
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from ..cabinet.models import Specimen as AnySpecimen


class Specimen(AnySpecimen):
    class Meta:
        abstract = True
        required_db_vendor = "postgresql"


class Arrays(Specimen):
    words = fields.ArrayField(models.CharField(max_length=10), null=True)
    tags = fields.ArrayField(models.CharField(max_length=10), default=list, blank=True)
    numbers = fields.ArrayField(models.IntegerField(), null=True)
    days = fields.ArrayField(models.DateField(), null=True)
    moments = fields.ArrayField(models.DateTimeField(), null=True)
    prices = fields.ArrayField(models.DecimalField(max_digits=6, decimal_places=2), null=True)
    grid = fields.ArrayField(fields.ArrayField(models.IntegerField()), null=True)
    extras = fields.ArrayField(models.JSONField(), null=True)
    few = fields.ArrayField(models.CharField(max_length=5, choices=[("a", "A")]), size=2, null=True)


class Ranges(Specimen):
    whole = fields.IntegerRangeField(null=True)
    big = fields.BigIntegerRangeField(null=True)
    price = fields.DecimalRangeField(null=True)
    days = fields.DateRangeField(null=True)
    moments = fields.DateTimeRangeField(null=True)


class Maps(Specimen):
    labels = fields.HStoreField(null=True)


class Folded(Specimen):
    """A column that takes capital and small letters for one."""

    word = models.CharField(max_length=10, null=True, db_collation="vitrine_folded")  # noqa: DJ001


class Searched(Specimen):
    text = models.TextField(blank=True)
    search = SearchVectorField(null=True)


class RangePointer(models.Model):
    code = models.CharField(max_length=20, unique=True)
    ranges = models.ForeignKey(Ranges, models.CASCADE, null=True)
    folded = models.ForeignKey(Folded, models.CASCADE, null=True)

    class Meta:
        required_db_vendor = "postgresql"

    def __str__(self) -> str:
        return self.code
