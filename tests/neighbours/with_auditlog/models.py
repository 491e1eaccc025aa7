from __future__ import annotations

from auditlog.registry import auditlog
from django.db import models

from django_bookrel.abstract import AbstractAuthor, AbstractBook, AbstractSubject


class Author(AbstractAuthor):
    pass


class Subject(AbstractSubject):
    pass


class Book(AbstractBook):
    topics = models.ManyToManyField(Subject, related_name="+")


auditlog.register(Book, m2m_fields={"topics"}, exclude_fields=["updated_at", "sort_title"])
