"""Querysets: derived columns kept true, and related rows in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from django.db import models
from django.db.models import (
    Aggregate,
    Case,
    CharField,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat

from .fields import DerivedField, KeyField
from .isbn import find_isbn, isbn10
from .names import person_key, text_key

if TYPE_CHECKING:
    from .abstract import AbstractAuthor, AbstractBook

    _CharField = CharField[Any, Any]
else:
    _CharField = CharField

__all__ = ("AuthorQuerySet", "BookQuerySet", "BooksQuerySet", "DerivedQuerySet", "NamedQuerySet")

_Row = TypeVar("_Row", bound=models.Model, covariant=True)
_Author = TypeVar("_Author", bound="AbstractAuthor", covariant=True)
_Book = TypeVar("_Book", bound="AbstractBook", covariant=True)

_ARTICLES = frozenset({"the", "a", "an"})


class DerivedQuerySet(models.QuerySet[_Row]):
    """Keeps the ``DerivedField`` columns of its model true where no instance is saved."""

    def _derived(self) -> list[DerivedField]:
        return [f for f in self.model._meta.concrete_fields if isinstance(f, DerivedField)]

    def _by_key(self, lookup: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the lookup by key in place of name, and what is then left to set on creation."""
        lookup, rest = dict(lookup), {}
        for field in self._derived():
            named = isinstance(field, KeyField) and field.source in lookup
            if named and field.name not in lookup:
                rest[field.source] = lookup.pop(field.source)
                lookup[field.name] = field.derive(rest[field.source])
        return lookup, rest

    def get_or_create(
        self, defaults: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> tuple[_Row, bool]:
        lookup, rest = self._by_key(kwargs)
        return super().get_or_create({**rest, **(defaults or {})}, **lookup)

    # What keeps templates from calling it; for a type checker functions have no attributes.
    get_or_create.alters_data = True  # type: ignore[attr-defined]

    def update(self, **kwargs: Any) -> int:
        for field in self._derived():
            if field.source in kwargs and field.name not in kwargs:
                kwargs[field.name] = field.derive(kwargs[field.source])
        return super().update(**kwargs)

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_update(
        self, objs: Iterable[_Row], fields: Iterable[str], batch_size: int | None = None
    ) -> int:
        objs, fields = tuple(objs), self._with_derived(fields)
        for field in self._derived():
            if field.name in fields:
                for obj in objs:
                    field.pre_save(obj, add=False)
        return super().bulk_update(objs, fields, batch_size)

    bulk_update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(
        self,
        objs: Iterable[_Row],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,  # noqa: FBT001, FBT002 (Django's)
        update_conflicts: bool = False,  # noqa: FBT001, FBT002 (Django's)
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[_Row]:
        if update_fields:
            update_fields = self._with_derived(update_fields)
        return super().bulk_create(
            objs, batch_size, ignore_conflicts, update_conflicts, update_fields, unique_fields
        )

    bulk_create.alters_data = True  # type: ignore[attr-defined]

    def _with_derived(self, names: Iterable[str]) -> list[str]:
        names = list(names)
        derived = [f.name for f in self._derived() if f.source in names]
        return [*names, *(name for name in derived if name not in names)]


class NamedQuerySet(DerivedQuerySet[_Row]):
    """Records with a ``name`` and the ``key`` that is derived from it."""

    def named(self, name: str) -> Self:
        """Return the record that has this name in any spelling; a queryset of none or one."""
        field = cast("KeyField", self.model._meta.get_field("key"))
        return self.filter(key=field.derive(name))

    def get_by_natural_key(self, name: str) -> _Row:
        return self.named(name).get()

    def search(self, text: str) -> Self:
        """Return the records whose name holds every word of ``text``, in any spelling."""
        words = text_key(text).split()
        return self.filter(*(Q(key__contains=word) for word in words)) if words else self.none()


class AuthorQuerySet(NamedQuerySet[_Author]):
    """Authors."""

    def with_books(self) -> Self:
        """
        Prefetch the books of which each is the first-named author, and the contributions.

        Queries: 3, whatever the number (2 where there is no model of contributions).
        """
        books = self.model.books_relation()
        authors = self.prefetch_related(books.accessor)
        part = books.model.catalogue().contributions
        if part is None:
            return authors
        rows = part.model._default_manager.select_related("book__author")
        reverse = part.model._meta.get_field("author").remote_field.get_accessor_name()
        return authors.prefetch_related(Prefetch(reverse, rows))


class BooksQuerySet(NamedQuerySet[_Row]):
    """Records with a ManyToManyField ``books``: publishers, subjects."""

    def with_books(self) -> Self:
        """Prefetch the books, each with its credits. Queries: 3, whatever the number."""
        books = cast("type[AbstractBook]", self.model._meta.get_field("books").related_model)
        return self.prefetch_related(Prefetch("books", books._default_manager.with_credits()))


class BookQuerySet(DerivedQuerySet[_Book]):
    """Books with their relations."""

    def get_by_natural_key(
        self, isbn: str | None, title: str = "", author: str = "", year: int | None = None
    ) -> _Book:
        """
        Return the book of a natural key: its ISBN, or if it has none title, author and year.

        :raises MultipleObjectsReturned: several books without an ISBN are alike in these.
        """
        if isbn:
            return self.get(isbn=isbn)
        by = Q(author__key=person_key(author)) if author else Q(author=None)
        return self.get(by, isbn=None, title=title, year=year)

    def with_credits(self) -> Self:
        """Fetch what ``Book.credits()`` reads. Queries: 2 (1 where there are no contributions)."""
        books = self.select_related("author")
        contributions = self.model.catalogue().contributions
        if contributions is None:
            return books
        rows = contributions.model._default_manager.select_related("author")
        return books.prefetch_related(
            Prefetch(contributions.accessor, rows.order_by("position", "pk"))
        )

    def with_relations(self) -> Self:
        """
        Fetch the credits, publishers, series, subjects and identifiers of each book.

        Queries: one for the books and one for each of those relations that the model has.
        """
        books, catalogue = self.with_credits(), self.model.catalogue()
        for part in (catalogue.publishers, catalogue.subjects, catalogue.identifiers):
            if part is not None:
                books = books.prefetch_related(part.accessor)
        if catalogue.series_entries is not None:
            entries = catalogue.series_entries.model._default_manager.select_related("series")
            books = books.prefetch_related(Prefetch(catalogue.series_entries.accessor, entries))
        return books

    def credited_to(self, author: AbstractAuthor | Any) -> Self:
        """
        Return the books in which ``author`` has any part, each once.

        Each book has ``roles``: a tuple such as ``("author", "illustrator")``, first "author" where
        the person is the first-named author, then the roles of the contributions by name.

        :param author: an author or its primary key.
        """
        first = Case(When(author=author, then=Value("author,")), default=Value(""))
        own = self.model._base_manager.filter(author=author).order_by()
        part = self.model.catalogue().contributions
        if part is None:
            return self.filter(author=author).annotate(
                roles=Concat(first, Value(""), output_field=_Roles())
            )
        contributed = part.model._base_manager.filter(author=author).order_by()
        roles = contributed.filter(book=OuterRef("pk")).values("book").annotate(all=_Joined("role"))
        return self.filter(pk__in=own.values("pk").union(contributed.values("book"))).annotate(
            roles=Concat(
                first, Coalesce(Subquery(roles.values("all")), Value("")), output_field=_Roles()
            )
        )

    def search(self, text: str) -> Self:
        """
        Return the books that ``text`` may mean, each once.

        An ISBN in any form (10 or 13 digits, with hyphens, from a scanner) finds its book, be it
        the book's ISBN or one of its identifiers. Any other text finds the books whose title, or
        the name of somebody credited, holds each of its words.
        """
        isbn = find_isbn(text)
        if isbn:
            return self.filter(Q(isbn=isbn) | Q(pk__in=self._identified(isbn)))
        words = text_key(text).split()
        # A title that starts with an article is searched in without it.
        words = [word for word in words if word not in _ARTICLES] or words
        if not words:
            return self.none()
        return self.filter(*(self._mentions(word) for word in words))

    def _identified(self, isbn: str) -> Any:
        part = self.model.catalogue().identifiers
        if part is None:
            return []
        values = {isbn, isbn10(isbn) or isbn}
        return part.model._base_manager.filter(value__in=values).values("book")

    def _mentions(self, word: str) -> Q:
        mentions = Q(sort_title__contains=word) | Q(author__key__contains=word)
        part = self.model.catalogue().contributions
        if part is not None:
            credited = part.model._base_manager.filter(author__key__contains=word)
            mentions |= Q(pk__in=credited.values("book"))
        return mentions


class _Joined(Aggregate):
    # StringAgg works on every database from Django 6.0 on only.
    function = "GROUP_CONCAT"
    template = "%(function)s(%(expressions)s)"
    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "STRING_AGG(%(expressions)s, ',')"
        return self.as_sql(compiler, connection, template=template, **context)


class _Roles(_CharField):
    def from_db_value(self, value: str | None, *args: Any) -> tuple[str, ...]:
        first, *rest = [role for role in (value or "").split(",") if role] or [""]
        if first == "author":
            return (first, *sorted(rest))
        return tuple(sorted([first, *rest])) if first else ()
