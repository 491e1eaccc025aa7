from __future__ import annotations

from django_bookrel.abstract import AbstractAuthor, AbstractBook


class Author(AbstractAuthor):
    pass


class Book(AbstractBook):
    pass
