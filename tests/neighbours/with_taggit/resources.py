from __future__ import annotations

from django_bookrel.resources import BaseBookResource, RelatedRowsField, bookresource_factory
from django_bookrel.sources import join_list, split_list

from .models import Book


class TaggedResource(BaseBookResource):
    tags = RelatedRowsField(
        attribute="tagged",
        columns=("tag",),
        key=("tag",),
        create=True,
        parse=lambda cell: [(name,) for name in split_list(cell)],
        render=lambda entries: join_list([name for (name,) in entries]),
    )


BookResource = bookresource_factory(Book, TaggedResource)
