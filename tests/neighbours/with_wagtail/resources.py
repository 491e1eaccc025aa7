from __future__ import annotations

from django_bookrel.resources import (
    BaseBookResource,
    ManyToManyField,
    RelationalResource,
    bookresource_factory,
)

from .models import Author, Book


class Topics(BaseBookResource):
    topics = ManyToManyField(by="name", create=True)


BookResource = bookresource_factory(Book, Topics)


class AuthorResource(RelationalResource):
    class Meta:
        model = Author
        fields = ("name", "born")
        import_id_fields = ("name",)
