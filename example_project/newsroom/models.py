"""
The models of Django's many-to-one documentation, with topics as a many-to-many relation.

Source: https://docs.djangoproject.com/en/stable/topics/db/examples/many_to_one/
"""

from __future__ import annotations

from django.db import models
from django.urls import reverse


class Reporter(models.Model):
    first_name = models.CharField(max_length=30)
    last_name = models.CharField(max_length=30)
    # The import finds reporters by it.
    email = models.EmailField(unique=True)

    class Meta:
        ordering = ("last_name", "first_name", "pk")

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email

    def get_absolute_url(self) -> str:
        return reverse("newsroom:reporter", args=[self.pk])


class Topic(models.Model):
    name = models.CharField(max_length=50, unique=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("newsroom:topic", args=[self.pk])


class Article(models.Model):
    headline = models.CharField(max_length=100)
    pub_date = models.DateField()
    reporter = models.ForeignKey(Reporter, models.CASCADE)
    topics = models.ManyToManyField(Topic, blank=True)

    class Meta:
        ordering = ("headline",)
        constraints = (
            models.UniqueConstraint(
                fields=("headline", "pub_date"), name="newsroom_article_headline_pub_date"
            ),
        )

    def __str__(self) -> str:
        return self.headline

    def get_absolute_url(self) -> str:
        return reverse("newsroom:article", args=[self.pk])
