from __future__ import annotations

import reversion

from django_bookrel.abstract import AbstractAuthor, AbstractBook


@reversion.register()
class Author(AbstractAuthor):
    pass


@reversion.register()
class Book(AbstractBook):
    pass
