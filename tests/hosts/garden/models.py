"""A nursery: defaults in the forms that hosts write them, fields of its own, a tree."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _


class Kind(models.Model):
    """Is a tree, whose names only an import keeps apart."""

    name = models.CharField(max_length=50)
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True)
    stock = models.ForeignKey(
        "self", models.SET_NULL, to_field="token", null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return self.name


class Plant(models.Model):
    code = models.CharField(max_length=20, unique=True)
    price = models.DecimalField(max_digits=6, decimal_places=2, default=0)
    height = models.IntegerField(default="3")
    sown = models.DateField(default="2020-01-01")
    seen = models.DateField(default=datetime.date.today)
    label = models.CharField(max_length=20, default=_("plain"))
    motto = models.CharField(max_length=20, blank=True, default="tba")
    note = models.CharField(max_length=20, null=True, blank=True)  # noqa: DJ001 (hosts have such)
    word = models.CharField(max_length=20, blank=True, db_default="foo")
    hint = models.TextField(blank=True, validators=[MaxLengthValidator(5)])
    picture = models.FileField(max_length=10, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.code


class Herb(Plant):
    class Meta:
        proxy = True


class Watering(models.Model):
    plant = models.ForeignKey(Plant, models.CASCADE, related_name="waterings")
    at = models.DateTimeField()
    litres = models.IntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.plant} {self.at}"


class Step(models.Model):
    """Has a place among the steps of its plant."""

    plant = models.ForeignKey(Plant, models.CASCADE, related_name="steps")
    name = models.CharField(max_length=20)
    place = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("plant", "name"), name="garden_step_name"),
            models.UniqueConstraint(fields=("plant", "place"), name="garden_step_place"),
        )

    def __str__(self) -> str:
        return self.name


class Bed(models.Model):
    """Has a key that people make, and a place that no other has."""

    code = models.CharField(max_length=10, primary_key=True)
    place = models.IntegerField(unique=True)

    def __str__(self) -> str:
        return self.code


class LowerField(models.CharField):
    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001
        value = str(super().pre_save(model_instance, add)).lower()
        setattr(model_instance, self.attname, value)
        return value


class SlugOfTitleField(models.SlugField):
    def pre_save(self, model_instance: Any, add: bool) -> str:  # noqa: FBT001
        return slugify(model_instance.title)


class Leaflet(models.Model):
    """Has fields that see to their values when they are saved."""

    code = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=50, blank=True)
    mail = LowerField(max_length=50, blank=True)
    slug = SlugOfTitleField(blank=True)

    def __str__(self) -> str:
        return self.code


class Cross(models.Model):
    """Comes of other crosses, which the same list names: by key, by code and by links."""

    code = models.CharField(max_length=10, unique=True)
    mother = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="by_mother"
    )
    father = models.ForeignKey(
        "self", models.SET_NULL, to_field="code", null=True, blank=True, related_name="by_father"
    )
    relatives = models.ManyToManyField("self", symmetrical=False, blank=True)
    year = models.IntegerField(null=True, blank=True)

    class Meta:
        constraints = (
            # No validator knows of it: only the database rejects such a row.
            models.CheckConstraint(condition=models.Q(year__lt=3000), name="garden_cross_year"),
        )

    def __str__(self) -> str:
        return self.code
