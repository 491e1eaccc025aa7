"""A cabinet of curiosities: a column of every field of Django's, and fields of its own."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models.functions import Upper

from .fields import (
    CodeField,
    ColourField,
    FixedField,
    LevelsField,
    MoneyField,
    PhoneField,
    PointField,
    SecondField,
    SortsField,
    WorkdayField,
)


class Specimen(models.Model):
    """Each model has a code, which identifies a row, and columns of one family."""

    code = models.CharField(max_length=20, unique=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.code


class Texts(Specimen):
    char = models.CharField(max_length=10, null=True)  # noqa: DJ001 (hosts have such)
    blank = models.CharField(max_length=10, blank=True)
    text = models.TextField(null=True)  # noqa: DJ001
    email = models.EmailField(null=True)  # noqa: DJ001
    slug = models.SlugField(null=True)  # noqa: DJ001
    url = models.URLField(null=True)  # noqa: DJ001
    kind = models.CharField(  # noqa: DJ001
        max_length=10, null=True, choices=[("new", "New"), ("old", [("used", "Used")])]
    )
    path = models.FilePathField(path="/", null=True)  # noqa: DJ001
    file = models.FileField(null=True)
    address = models.GenericIPAddressField(null=True)
    address6 = models.GenericIPAddressField(null=True, protocol="IPv6")
    number = models.UUIDField(null=True)


class Numbers(Specimen):
    small = models.SmallIntegerField(null=True)
    whole = models.IntegerField(null=True)
    big = models.BigIntegerField(null=True)
    positive_small = models.PositiveSmallIntegerField(null=True)
    positive = models.PositiveIntegerField(null=True)
    positive_big = models.PositiveBigIntegerField(null=True)
    ratio = models.FloatField(null=True)
    price = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    exact = models.DecimalField(max_digits=30, decimal_places=10, null=True)
    is_true = models.BooleanField(null=True)


class Times(Specimen):
    day = models.DateField(null=True)
    hour = models.TimeField(null=True)
    moment = models.DateTimeField(null=True)
    lasts = models.DurationField(null=True)


class Structures(Specimen):
    """Columns by which nothing is found."""

    data = models.BinaryField(null=True)
    few = models.BinaryField(max_length=3, null=True)
    extra = models.JSONField(null=True)


class Owns(Specimen):
    """Columns whose fields are the host's."""

    phone = PhoneField(max_length=20, null=True)
    sorts = SortsField(max_length=20, null=True)
    short = CodeField(max_length=10, null=True)
    fixed = FixedField(max_length=8, null=True)
    colour = ColourField(null=True)
    money = MoneyField(max_digits=8, decimal_places=2, null=True)
    point = PointField(null=True)
    second = SecondField(null=True)
    workday = WorkdayField(null=True)
    levels = LevelsField(null=True)


class Made(Specimen):
    """Columns that the database makes."""

    name = models.CharField(max_length=10, blank=True)
    shout = models.GeneratedField(
        expression=Upper("name"), output_field=models.CharField(max_length=10), db_persist=True
    )
    due = models.GeneratedField(
        expression=models.F("since"), output_field=models.DateField(), db_persist=True
    )
    since = models.DateField(default=datetime.date(2020, 1, 1))
    rank = models.IntegerField(db_default=5)
    token = models.CharField(max_length=10, db_default="none", blank=True)


class Pointer(models.Model):
    """Refers to a record of each family."""

    code = models.CharField(max_length=20, unique=True)
    texts = models.ForeignKey(Texts, models.CASCADE, null=True)
    numbers = models.ForeignKey(Numbers, models.CASCADE, null=True)
    times = models.ForeignKey(Times, models.CASCADE, null=True)
    owns = models.ForeignKey(Owns, models.CASCADE, null=True)
    many = models.ManyToManyField(Numbers, related_name="pointers")

    def __str__(self) -> str:
        return self.code
