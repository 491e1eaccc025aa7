from __future__ import annotations

import pghistory

from django_bookrel.abstract import AbstractAuthor, AbstractBook


@pghistory.track()
class Author(AbstractAuthor):
    pass


@pghistory.track(fields=["sort_title", "year"])
class Book(AbstractBook):
    pass
