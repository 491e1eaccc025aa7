"""A newspaper: nothing of the catalogue, and every kind of column that an import may meet."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from django_bookrel.abstract import Derived
from django_bookrel.fields import KeyField, NameField


class Reporter(models.Model):
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=50, blank=True)

    def __str__(self) -> str:
        return self.email


class Topic(models.Model):
    name = models.CharField(max_length=50, unique=True)

    def __str__(self) -> str:
        return self.name


class Section(Derived):
    """Found by any spelling of its name."""

    name = NameField(max_length=50)
    key = KeyField(source="name", kind="text")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("key",), name="newsdesk_section_key"),)

    def __str__(self) -> str:
        return self.name


class Article(models.Model):
    slug = models.SlugField(unique=True)
    headline = models.CharField(max_length=100)
    reporter = models.ForeignKey(Reporter, models.CASCADE, null=True, blank=True)
    editor = models.ForeignKey(
        Reporter, models.CASCADE, to_field="email", null=True, blank=True, related_name="edited"
    )
    topics = models.ManyToManyField(Topic, blank=True)
    section = models.ForeignKey(Section, models.CASCADE, null=True, blank=True)
    follows = models.ForeignKey("self", models.SET_NULL, null=True, blank=True)
    published = models.DateField(null=True, blank=True)
    embargo = models.DateTimeField(null=True, blank=True)
    fee = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    is_free = models.BooleanField(default=False)
    kind = models.CharField(
        max_length=10, choices=[("news", "News"), ("essay", "Essay")], default="news"
    )
    words = models.PositiveIntegerField(default=0)
    extra = models.JSONField(default=dict, blank=True)
    rank = models.IntegerField(db_default=5)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            # No validator knows of it: only the database rejects such a row.
            models.CheckConstraint(condition=Q(words__lt=10_000), name="newsdesk_article_words"),
        )

    def __str__(self) -> str:
        return self.headline


class Photo(models.Model):
    """Has a key that Python makes, and a column that every new row must say."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=20, unique=True)
    credit = models.CharField(max_length=50)
    topics = models.ManyToManyField(Topic, blank=True)

    def __str__(self) -> str:
        return self.code


class Issue(models.Model):
    """Is known by two columns together, of which one is a relation."""

    section = models.ForeignKey(Section, models.CASCADE)
    number = models.IntegerField()
    title = models.CharField(max_length=50, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("section", "number"), name="newsdesk_issue_section_number"
            ),
        )

    def __str__(self) -> str:
        return f"{self.section} {self.number}"


class LivingManager(models.Manager["Note"]):
    def get_queryset(self) -> models.QuerySet[Note]:
        return super().get_queryset().filter(is_deleted=False)


class Note(models.Model):
    """Hides its deleted rows from the default manager; the database makes a column."""

    slug = models.SlugField(unique=True)
    text = models.CharField(max_length=50, blank=True)
    shout = models.GeneratedField(
        expression=Upper("text"), output_field=models.CharField(max_length=50), db_persist=True
    )
    is_deleted = models.BooleanField(default=False)

    objects = LivingManager()

    def __str__(self) -> str:
        return self.slug


class Sample(models.Model):
    """Has columns of rarer kinds."""

    slug = models.SlugField(unique=True)
    number = models.UUIDField(null=True)
    address = models.GenericIPAddressField(null=True)
    lasts = models.DurationField(null=True)
    starts = models.TimeField(null=True)
    weight = models.FloatField(null=True)
    is_true = models.BooleanField(null=True)
    url = models.URLField(blank=True)
    picture = models.FileField(blank=True)
    token = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return self.slug
