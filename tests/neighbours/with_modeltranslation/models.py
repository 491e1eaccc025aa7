from __future__ import annotations

from django_bookrel.abstract import AbstractAuthor, AbstractBook, AbstractPublisher


class Author(AbstractAuthor):
    pass


class Book(AbstractBook):
    pass


class Publisher(AbstractPublisher):
    pass
