from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from django_bookrel.abstract import AbstractAuthor, AbstractBook, AbstractPublisher, AbstractSubject


class Subject(AbstractSubject):
    pass


class Publisher(AbstractPublisher):
    pass


class Author(AbstractAuthor):
    # The key says enough.
    history = HistoricalRecords(excluded_fields=["name"])


class Book(AbstractBook):
    topics = models.ManyToManyField(Subject, related_name="+")
    history = HistoricalRecords(m2m_fields=[topics])
