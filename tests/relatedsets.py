"""Records that are related, and what a set has of them."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission, User
from django.db import models
from django.db.models import Model

from django_bookrel.models import (
    Author,
    Book,
    Contribution,
    Publisher,
    Series,
    SeriesEntry,
)
from django_bookrel.related import RelatedSet


def catalogue(size: int) -> None:
    """Author no. n has n books, of years that repeat; publishers and series have every second."""
    publishers = [Publisher.objects.create(name=f"House {n}") for n in range(size)]
    series = Series.objects.create(name="Classics")
    for n in range(size):
        author = Author.objects.create(name=f"Author {n:02}")
        for m in range(n):
            book = Book.objects.create(title=f"Title {n:02} {m:02}", author=author, year=m // 2)
            book.publishers.set(publishers[m::2])
            Contribution.objects.create(book=book, author=author, role="editor")
            SeriesEntry.objects.create(book=book, series=series, number=str(m))


def accounts(size: int) -> None:
    """Users in no, one, two ... groups; groups with no, one, two ... permissions."""
    permissions = list(Permission.objects.order_by("pk")[:size])
    groups = [Group.objects.create(name=f"Group {n:02}") for n in range(size)]
    for n, group in enumerate(groups):
        group.permissions.set(permissions[:n])
        User.objects.create(username=f"user {n:02}").groups.set(groups[:n])


def author_with_books(count: int, name: str = "Woolf") -> Author:
    author = Author.objects.create(name=name)
    for n in range(count):
        Book.objects.create(title=f"{name} {n}", author=author, year=1900 + n)
    return author


def titles(books: RelatedSet) -> list[str]:
    return [book.title for book in books]


def related_rows(obj: Model, relation: str) -> list[Model]:
    """What Django itself says, with nothing prefetched."""
    obj = type(obj)._base_manager.get(pk=obj.pk)
    value = getattr(obj, relation, None)
    if not isinstance(value, models.Manager):
        return [] if value is None else [value]
    return list(value.order_by(*value.model._meta.ordering, "pk"))


def content(found: RelatedSet, limit: int | None) -> tuple[list[Model], int]:
    rows = list(found)
    if limit is None and not found.model._meta.ordering:
        # As with ``author.books.all()``, the database chooses the order.
        rows.sort(key=lambda row: row.pk)
    return rows, found.total
