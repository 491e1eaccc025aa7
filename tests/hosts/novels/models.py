"""Authors, books and publishers under a host's own class names."""

from __future__ import annotations

from django.db import models

from django_bookrel.abstract import AbstractAuthor, AbstractBook, AbstractPublisher


class Person(AbstractAuthor):
    pass


class Novel(AbstractBook):
    author = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="novels")


class House(AbstractPublisher):
    books = models.ManyToManyField(Novel, related_name="houses", blank=True)
