from __future__ import annotations

from django.db import models

from django_bookrel.abstract import Derived
from django_bookrel.fields import KeyField, NameField


class Reporter(models.Model):
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=70, blank=True)

    def __str__(self) -> str:
        return self.name or self.email


class Topic(Derived):
    name = NameField(max_length=50)
    key = KeyField(source="name", kind="text")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("key",), name="newspaper_topic_key"),)

    def __str__(self) -> str:
        return self.name


class Article(models.Model):
    slug = models.SlugField(unique=True)
    wire_id = models.CharField(max_length=20, unique=True, null=True, blank=True)
    headline = models.CharField(max_length=100)
    reporter = models.ForeignKey(Reporter, models.CASCADE, null=True, blank=True)
    topics = models.ManyToManyField(Topic, blank=True)
    follows = models.ForeignKey("self", models.SET_NULL, null=True, blank=True)

    class Meta:
        ordering = ("headline",)

    def __str__(self) -> str:
        return self.headline


class Photo(models.Model):
    article = models.ForeignKey(Article, models.CASCADE, related_name="photos")
    file = models.CharField(max_length=100)
    caption = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("article", "file"), name="newspaper_photo_file"),
        )

    def __str__(self) -> str:
        return self.file


class Rating(models.Model):
    article = models.ForeignKey(Article, models.CASCADE, related_name="ratings")
    year = models.PositiveSmallIntegerField()
    stars = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("article", "year"), name="newspaper_rating_year"),
        )

    def __str__(self) -> str:
        return f"{self.article}, {self.year}"
