from __future__ import annotations

from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.snippets.models import register_snippet

from django_bookrel.abstract import AbstractAuthor, AbstractBook, AbstractSubject


@register_snippet
class Author(AbstractAuthor):
    pass


class Subject(AbstractSubject):
    books = None


@register_snippet
class Book(ClusterableModel, AbstractBook):
    topics = ParentalManyToManyField(Subject, blank=True)

    class Meta(AbstractBook.Meta):
        pass
