from __future__ import annotations

from django_bookrel.resources import BaseBookResource, ManyToManyField, bookresource_factory

from .models import Book


class TaggedResource(BaseBookResource):
    tags = ManyToManyField(by="name", create=True)


BookResource = bookresource_factory(Book, TaggedResource)
