from __future__ import annotations

from django.db import models

from django_bookrel.abstract import AbstractAuthor, AbstractBook, AbstractPublisher


class Person(AbstractAuthor):
    pass


class Novel(AbstractBook):
    author = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="novels")
    price = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)


class House(AbstractPublisher):
    books = models.ManyToManyField(Novel, related_name="houses", blank=True)
