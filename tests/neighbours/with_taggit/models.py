from __future__ import annotations

from django.db import models
from taggit.managers import TaggableManager
from taggit.models import TaggedItemBase

from django_bookrel.abstract import AbstractAuthor, AbstractBook


class Author(AbstractAuthor):
    notes = TaggableManager(blank=True)


class Book(AbstractBook):
    tags = TaggableManager(through="TaggedBook", blank=True)


class TaggedBook(TaggedItemBase):
    content_object = models.ForeignKey(Book, models.CASCADE)
