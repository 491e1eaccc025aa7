# ruff: noqa: DJ008 (the models of this module are never shown)
"""Related sets are what Django's managers give, cut and counted, in one query a level."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldError
from django.core.paginator import Paginator
from django.db import connection, models
from django.db.models import Count, F, Model, Prefetch
from django.test.utils import CaptureQueriesContext, isolate_apps
from django.utils.functional import SimpleLazyObject
from pytest_django import DjangoAssertNumQueries, DjangoDbBlocker

from django_bookrel.exceptions import BookrelError, UnknownRelation
from django_bookrel.models import (
    Author,
    Book,
    Contribution,
    Publisher,
    Series,
    SeriesEntry,
)
from django_bookrel.related import (
    RelatedSet,
    prefetch_related_sets,
    related_count,
    related_set,
    relations,
)

pytestmark = pytest.mark.django_db


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


def assert_batched(
    model: type[Model], path: str, limit: int | None, assert_num: DjangoAssertNumQueries
) -> None:
    objects = list(model._default_manager.all())
    parts = path.split("__")
    with assert_num(len(parts)):
        prefetch_related_sets(objects, path, limit=limit)
    compared = 0
    for part in parts:
        with assert_num(0):
            sets = [(obj, related_set(obj, part, limit=limit)) for obj in objects]
        for obj, found in sets:
            rows = related_rows(obj, part)
            assert content(found, limit) == (rows[:limit], len(rows))
            compared += len(rows)
        objects = [row for _obj, found in sets for row in found]
    assert compared


# Batches: one query a level, in either direction, at any size.


@pytest.mark.parametrize("size", [3, 8])
@pytest.mark.parametrize("limit", [None, 1, 3, 100])
@pytest.mark.parametrize(
    "model, path",
    [
        (Author, "books"),
        (Author, "books__publishers"),
        (Author, "contributions__book__series_entries__series"),
        (Book, "author"),
        (Book, "author__books__publishers__books"),
        (Book, "publishers"),
        (Publisher, "books__author"),
        (SeriesEntry, "series__entries"),
    ],
)
def test_batch(
    model: type[Model],
    path: str,
    limit: int | None,
    size: int,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    catalogue(size)
    assert_batched(model, path, limit, django_assert_num_queries)


@pytest.mark.parametrize("size", [3, 8])
@pytest.mark.parametrize("limit", [None, 2])
@pytest.mark.parametrize(
    "model, path",
    [
        (User, "groups__permissions__content_type"),
        (Group, "user_set__groups"),
        (Permission, "group_set__user_set"),
        (ContentType, "permission_set"),
    ],
)
def test_batch_of_foreign_models(
    model: type[Model],
    path: str,
    limit: int | None,
    size: int,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    accounts(size)
    assert_batched(model, path, limit, django_assert_num_queries)


def test_batch_of_nothing(django_assert_num_queries: DjangoAssertNumQueries):
    with django_assert_num_queries(0):
        for nothing in (None, "", [], [None, ""], Author.objects.none()):
            assert prefetch_related_sets(nothing, "books__publishers", limit=2) == []


def test_batch_returns_the_end_of_the_path(django_assert_num_queries: DjangoAssertNumQueries):
    catalogue(4)
    books = prefetch_related_sets(Author.objects.all(), "books", limit=2, order_by="-year")
    assert {book.author.name: book.year for book in books} == {
        "Author 01": 0,
        "Author 02": 0,
        "Author 03": 0,
    }
    with django_assert_num_queries(1):
        prefetch_related_sets(books, "publishers", limit=1, order_by="-name")
        found = related_set(books[0], "publishers", limit=1, order_by="-name")
    assert len(found) == 1


def test_batch_leaves_djangos_own_prefetch(django_assert_num_queries: DjangoAssertNumQueries):
    catalogue(4)
    authors, books = list(Author.objects.all()), list(Book.objects.all())
    prefetch_related_sets(authors, "books")
    prefetch_related_sets(books, "author")
    with django_assert_num_queries(0):
        assert [len(author.books.all()) for author in authors] == [0, 1, 2, 3]
        assert [book.author.name for book in books[:2]] == ["Author 01", "Author 02"]


@pytest.mark.parametrize("limit", [None, 2])
def test_batch_evaluates_a_queryset_once(
    limit: int | None, django_assert_num_queries: DjangoAssertNumQueries
):
    catalogue(4)
    authors = Author.objects.all()
    with django_assert_num_queries(2):
        prefetch_related_sets(authors, "books", limit=limit)
        assert [related_set(author, "books", limit=limit).total for author in authors] == [
            0,
            1,
            2,
            3,
        ]


def test_batch_of_a_page_a_set_and_one_object(django_assert_num_queries: DjangoAssertNumQueries):
    catalogue(4)
    page = Paginator(Author.objects.all(), 3).page(1)
    [*_, last] = Author.objects.all()
    some = related_set(last, "books", limit=2)
    with django_assert_num_queries(4):
        prefetch_related_sets(page, "books", limit=2)
        prefetch_related_sets(some, "publishers", limit=2)
        prefetch_related_sets(last, "books", limit=2)
    with django_assert_num_queries(0):
        assert [related_set(author, "books", limit=2).total for author in page] == [0, 1, 2]
        assert [related_set(book, "publishers", limit=2).total for book in some] == [2, 2]
        assert related_set(last, "books", limit=2).total == 3


def test_batch_of_doubles(django_assert_num_queries: DjangoAssertNumQueries):
    author = author_with_books(3)
    twin = Author.objects.get(pk=author.pk)
    with django_assert_num_queries(1):
        prefetch_related_sets([author, twin, author], "books", limit=2)
    with django_assert_num_queries(0):
        for one in (author, twin):
            found = related_set(one, "books", limit=2)
            assert (titles(found), found.total) == (["Woolf 0", "Woolf 1"], 3)


@pytest.mark.parametrize("limit", [None, 5])
def test_batch_fetches_what_is_missing_only(
    limit: int | None, django_assert_num_queries: DjangoAssertNumQueries
):
    old, new = author_with_books(2, "Old"), author_with_books(2, "New")
    prefetch_related_sets([old], "books", limit=limit)
    for author in (old, new):
        Book.objects.create(title="Later", author=author)
    with django_assert_num_queries(1):
        prefetch_related_sets([old, new, None], "books", limit=limit)
    with django_assert_num_queries(0):
        prefetch_related_sets([old, new], "books", limit=limit)
        sets = [related_set(author, "books", limit=limit) for author in (old, new)]
    assert [found.total for found in sets] == [2, 3]


def test_batch_takes_what_django_has(django_assert_num_queries: DjangoAssertNumQueries):
    accounts(4)
    groups = Group.objects.prefetch_related("user_set")
    permissions = Permission.objects.select_related("content_type")
    assert len(groups) == 4
    assert len(permissions) > 4
    with django_assert_num_queries(0):
        prefetch_related_sets(groups, "user_set")
        prefetch_related_sets(groups, "user_set", limit=2)
        prefetch_related_sets(permissions, "content_type")


def test_batches_stand_side_by_side(django_assert_num_queries: DjangoAssertNumQueries):
    author = author_with_books(4)
    asked = [
        {"limit": 2},
        {"limit": 3},
        {"limit": 2, "order_by": "-year"},
        {"order_by": "-year"},
        {"limit": 2, "using": Book.objects.filter(year__gt=1901)},
        {"limit": 2, "using": Book.objects.filter(year__gt=1902)},
        {},
    ]
    for arguments in asked:
        with django_assert_num_queries(1):
            prefetch_related_sets([author], "books", **arguments)
    with django_assert_num_queries(0):
        found = [related_set(author, "books", **arguments) for arguments in asked]
    assert [([book.year - 1900 for book in books], books.total) for books in found] == [
        ([0, 1], 4),
        ([0, 1, 2], 4),
        ([3, 2], 4),
        ([3, 2, 1, 0], 4),
        ([2, 3], 2),
        ([3], 1),
        ([0, 1, 2, 3], 4),
    ]


def test_batch_is_forgotten_on_refresh():
    author = author_with_books(2)
    prefetch_related_sets(author, "books", limit=1)
    Book.objects.create(title="Later", author=author)
    assert related_set(author, "books", limit=1).total == 2
    author.refresh_from_db()
    assert related_set(author, "books", limit=1).total == 3


def test_batch_is_pickled(django_assert_num_queries: DjangoAssertNumQueries):
    author = author_with_books(3)
    asked = {"limit": 2, "using": Book.objects.filter(year__gt=1900)}
    prefetch_related_sets(author, "books", **asked)
    with django_assert_num_queries(0):
        copy = pickle.loads(pickle.dumps(author))
        assert related_set(copy, "books", **asked) == related_set(author, "books", **asked)


def test_nothing_else_is_left_on_the_objects():
    author = author_with_books(2)
    names = {*vars(author), "_prefetched_objects_cache"}
    related_set(author, "books", limit=1, order_by="title")
    prefetch_related_sets(author, "books", limit=1)
    assert vars(author).keys() == names


def test_a_batch_that_failed_is_not_found():
    house = Publisher.objects.create(name="House")
    house.books.set(author_with_books(3).books.all())
    broken = Book.objects.prefetch_related("typo")
    with pytest.raises(AttributeError, match="typo"):
        prefetch_related_sets(house, "books", limit=1, using=broken)
    assert titles(related_set(house, "books", limit=2)) == ["Woolf 0", "Woolf 1"]


# One object.


def test_set():
    author = author_with_books(5)
    found = related_set(author, "books", limit=2, order_by="-year")
    assert found == RelatedSet(tuple(Book.objects.order_by("-year")[:2]), 5, "books", Book)
    assert (len(found), bool(found), found.remaining, found.has_more) == (2, True, 3, True)
    assert (found.verbose_name, found.verbose_name_plural) == ("book", "books")
    assert found[0].author is author


@pytest.mark.parametrize("limit", [3, 4, None])
def test_set_of_no_more_than_the_limit(limit: int | None):
    found = related_set(author_with_books(3), "books", limit=limit)
    assert (len(found), found.total, found.remaining, found.has_more) == (3, 3, 0, False)


def test_empty_set():
    found = related_set(Author.objects.create(name="Nemo"), "books", limit=2)
    assert found == RelatedSet((), 0, "books", Book)
    assert (bool(found), found.remaining, found.has_more) == (False, 0, False)


@pytest.mark.parametrize("nothing", [None, ""])
def test_set_of_nothing(nothing: Any, django_assert_num_queries: DjangoAssertNumQueries):
    with django_assert_num_queries(0):
        found = related_set(nothing, "books", limit=2)
        assert related_count(nothing, "books") == 0
    assert found == RelatedSet((), 0, "books", None)
    assert (found.verbose_name, found.verbose_name_plural) == ("", "")


@pytest.mark.parametrize("limit", [None, 2])
@pytest.mark.parametrize(
    "obj, relation",
    [(Author(), "books"), (Publisher(), "books"), (Book(), "publishers"), (Book(), "author")],
)
def test_set_of_an_unsaved_object(
    obj: Model, relation: str, limit: int | None, django_assert_num_queries: DjangoAssertNumQueries
):
    with django_assert_num_queries(0):
        prefetch_related_sets([obj], relation, limit=limit)
        assert related_set(obj, relation, limit=limit).total == 0
        assert related_count(obj, relation) == 0


def test_set_of_an_unsaved_object_in_a_batch(django_assert_num_queries: DjangoAssertNumQueries):
    author = author_with_books(2)
    draft = Book(title="Draft", author=author)
    authors = [author, Author(name="Unsaved")]
    authors[1]._state.db = author._state.db
    with django_assert_num_queries(1):
        prefetch_related_sets(authors, "books", limit=1)
        assert [related_set(one, "books", limit=1).total for one in authors] == [2, 0]
        assert list(related_set(draft, "author")) == [author]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"limit": 2},
        {"order_by": "-year"},
        {"limit": 2, "order_by": "-year"},
        {"using": Book.objects.filter(year__gt=0)},
    ],
)
def test_set_of_one_object_is_fresh(
    asked: dict[str, Any], django_assert_num_queries: DjangoAssertNumQueries
):
    author = author_with_books(2)
    with django_assert_num_queries(1):
        assert related_set(author, "books", **asked).total == 2
    Book.objects.create(title="Later", author=author, year=1950)
    with django_assert_num_queries(1):
        assert related_set(author, "books", **asked).total == 3


def test_set_from_djangos_prefetch(django_assert_num_queries: DjangoAssertNumQueries):
    catalogue(4)
    late = Book.objects.filter(year__gt=0)
    [*_, author] = Author.objects.prefetch_related(Prefetch("books", late))
    [*_, whole] = Author.objects.prefetch_related("books")
    [*_, book] = Book.objects.prefetch_related("publishers").select_related("author")
    with django_assert_num_queries(0):
        assert titles(related_set(author, "books")) == ["Title 03 02"]
        assert related_set(author, "books", limit=1).total == 1
        some = related_set(whole, "books", limit=2)
        assert (titles(some), some.total) == (["Title 03 00", "Title 03 01"], 3)
        assert related_set(book, "publishers", limit=1).total == len(book.publishers.all())
        assert list(related_set(book, "author")) == [author]
    with django_assert_num_queries(1):
        assert related_set(author, "books", order_by="year").total == 3


def test_set_of_a_lazy_user(django_assert_num_queries: DjangoAssertNumQueries):
    accounts(4)
    user = SimpleLazyObject(lambda: User.objects.get(username="user 03"))
    with django_assert_num_queries(2):
        assert related_set(user, "groups", limit=2).total == 3
    with django_assert_num_queries(1):
        prefetch_related_sets([user], "groups", limit=2)
    with django_assert_num_queries(0):
        assert related_set(user, "groups", limit=2).total == related_count(user, "groups") == 3


# Order.


@pytest.mark.parametrize("limit", [None, 5])
@pytest.mark.parametrize(
    "order_by", ["-year,title", " -year , title,", ("-year", "title"), [F("year").desc(), "title"]]
)
def test_order_by_several_fields(order_by: Any, limit: int | None):
    author = Author.objects.create(name="Woolf")
    for title, year in [("B", 1), ("A", 1), ("C", 2), ("A", 3), ("C", 1)]:
        Book.objects.create(title=title, author=author, year=year)
    prefetch_related_sets(author, "books", limit=limit, order_by=order_by)
    found = related_set(author, "books", limit=limit, order_by=order_by)
    assert [(book.year, book.title) for book in found] == [
        (3, "A"),
        (2, "C"),
        (1, "A"),
        (1, "B"),
        (1, "C"),
    ]


@pytest.mark.parametrize("limit", [None, 9])
def test_order_of_equals_is_by_primary_key(limit: int | None):
    author = author_with_books(9)
    with CaptureQueriesContext(connection) as queries:
        found = related_set(author, "books", limit=limit, order_by="-language")
    assert [book.pk for book in found] == sorted(book.pk for book in author.books.all())
    # Databases often keep this order of their own accord, until a day when they do not.
    quote = connection.ops.quote_name
    ends = re.findall(rf"{quote('language')} DESC, \S*{quote('id')} ASC", queries[0]["sql"])
    assert ends


def test_order_without_any_is_by_primary_key():
    group = Group.objects.create(name="Group")
    # Users have no order of their own.
    users = [User.objects.create(username=name) for name in "cab"]
    group.user_set.set(reversed(users))
    assert list(related_set(group, "user_set", limit=2)) == users[:2]


def test_order_is_that_of_the_queryset():
    author = author_with_books(3)
    found = related_set(author, "books", limit=2, using=Book.objects.order_by("-year"))
    assert titles(found) == ["Woolf 2", "Woolf 1"]


def test_order_by_is_of_the_first_level(django_assert_num_queries: DjangoAssertNumQueries):
    catalogue(4)
    authors = Author.objects.all()
    # Publishers have no year.
    prefetch_related_sets(authors, "books__publishers", limit=2, order_by="-year")
    with django_assert_num_queries(0):
        found = [related_set(author, "books", limit=2, order_by="-year") for author in authors]
        assert [[book.year for book in books] for books in found] == [[], [0], [0, 0], [1, 0]]
        assert [related_set(book, "publishers", limit=2).total for book in found[3]] == [1, 2]


def test_order_by_an_unknown_field():
    with pytest.raises(FieldError, match="Choices are"):
        related_set(author_with_books(1), "books", order_by="typo")


@pytest.mark.parametrize("limit", [0, -1, "5", "", 2.0])
def test_limit_that_is_none(limit: Any):
    with pytest.raises(ValueError, match="limit must be a whole number of at least 1, not "):
        related_set(Author(pk=1), "books", limit=limit)


# Narrowed by a queryset.


@pytest.mark.parametrize("limit", [None, 1])
def test_using(limit: int | None, django_assert_num_queries: DjangoAssertNumQueries):
    catalogue(4)

    def late() -> models.QuerySet:
        return Book.objects.filter(year__gt=0)

    for model, relation in ((Author, "books"), (Publisher, "books"), (SeriesEntry, "book")):
        objects = model.objects.all()
        with django_assert_num_queries(2):
            prefetch_related_sets(objects, relation, limit=limit, using=late())
        with django_assert_num_queries(0):
            found = [related_set(o, relation, limit=limit, using=late()) for o in objects]
        expected = [[row for row in related_rows(obj, relation) if row.year > 0] for obj in objects]
        assert [list(rows) for rows in found] == [rows[:limit] for rows in expected]
        assert [rows.total for rows in found] == [len(rows) for rows in expected]
        assert 0 < sum(rows.total for rows in found) < Book.objects.count() * 3


def test_using_holds_on_each_level_that_leads_to_its_model(
    django_assert_num_queries: DjangoAssertNumQueries,
):
    catalogue(4)
    books, late = Book.objects.all(), Book.objects.filter(year__gt=0)
    prefetch_related_sets(books, "author__books", using=late, limit=1)
    with django_assert_num_queries(0):
        assert [related_set(b.author, "books", using=late, limit=1).total for b in books] == [
            {"Author 01": 0, "Author 02": 0, "Author 03": 1}[book.author.name] for book in books
        ]


@pytest.mark.parametrize("limit", [None, 2])
def test_using_without_doubles(limit: int | None):
    author = author_with_books(3)
    for book in author.books.all():
        for name in ("House A", "House B"):
            Publisher.objects.get_or_create(name=name)[0].books.add(book)
    Book.objects.create(title="Of no house", author=author)
    permitted = Book.objects.filter(publishers__name__startswith="House").distinct()
    found = related_set(author, "books", limit=limit, using=permitted, order_by="-year")
    assert (titles(found), found.total) == (["Woolf 2", "Woolf 1", "Woolf 0"][:limit], 3)
    house = Publisher.objects.get(name="House A")
    found = related_set(house, "books", limit=limit, using=permitted)
    assert (titles(found), found.total) == (["Woolf 0", "Woolf 1", "Woolf 2"][:limit], 3)


def test_using_annotations_and_joins(django_assert_num_queries: DjangoAssertNumQueries):
    catalogue(4)
    author = Author.objects.get(name="Author 03")
    books = Book.objects.annotate(houses=Count("publishers")).with_credits()
    with django_assert_num_queries(2):
        found = related_set(author, "books", limit=2, order_by="-houses", using=books)
        assert [(book.houses, len(book.credits())) for book in found] == [(2, 2), (2, 2)]
    assert found.total == 3


def test_using_nothing():
    author = author_with_books(2)
    for empty in (Book.objects.none(), Book.objects.filter(pk__in=[])):
        prefetch_related_sets(author, "books", limit=1, using=empty)
        assert related_set(author, "books", limit=1, using=empty).total == 0
    assert related_set(author, "books", limit=1).total == 2


def test_using_is_told_apart_by_its_values():
    author = author_with_books(1)
    Book.objects.update(language="en", pages=1)
    quote = connection.ops.quote_name
    # What would read the same with the values written into the SQL.
    odd = f"en AND {quote('django_bookrel_book')}.{quote('pages')} = 1"
    allowed = Book.objects.filter(language="en", pages=1, title="Woolf 0")
    other = Book.objects.filter(language=odd, title="Woolf 0")
    assert str(allowed.query) == str(other.query)
    prefetch_related_sets(author, "books", using=allowed)
    assert related_set(author, "books", using=allowed).total == 1
    assert related_set(author, "books", using=other).total == 0


@pytest.mark.parametrize("using", ["", Book.objects, [], 1])
def test_using_what_is_no_queryset(using: Any):
    with pytest.raises(TypeError, match="using must be a queryset, not "):
        related_set(Author(pk=1), "books", using=using)


def test_using_a_queryset_of_another_model():
    with pytest.raises(TypeError) as error:
        prefetch_related_sets(Author(pk=1), "books__series_entries", using=User.objects.all())
    assert str(error.value) == (
        "using is a queryset of auth.User, but 'books__series_entries' leads to "
        "django_bookrel.SeriesEntry."
    )


# Counts.


@pytest.mark.parametrize(
    "asked", [{}, {"limit": 1}, {"order_by": "-year"}, {"limit": 2, "order_by": "-year"}]
)
def test_count(asked: dict[str, Any], django_assert_num_queries: DjangoAssertNumQueries):
    catalogue(4)
    authors = Author.objects.all()
    for author in authors:
        with django_assert_num_queries(1):
            counted = related_count(author, "books")
        assert counted == author.books.count()
    prefetch_related_sets(authors, "books", **asked)
    with django_assert_num_queries(0):
        assert [related_count(author, "books") for author in authors] == [0, 1, 2, 3]


def test_count_is_of_all(django_assert_num_queries: DjangoAssertNumQueries):
    author = author_with_books(4)
    prefetch_related_sets(author, "books", using=Book.objects.filter(year=1900), limit=1)
    prefetch_related_sets(author, "contributions", limit=1)
    prefetch_related_sets(author, "contributions")
    with django_assert_num_queries(1):
        assert related_count(author, "books") == 4


def test_count_of_one():
    book = author_with_books(1).books.get()
    assert [related_count(b, "author") for b in (book, Book.objects.create(title="?"))] == [1, 0]


# Errors.


@pytest.mark.parametrize(
    "path, model, problem",
    [
        ("novels", Author, "no relation 'novels'"),
        ("name", Author, "no relation 'name'"),
        ("", Author, "no relation ''"),
        ("books__publisher", Book, "no relation 'publisher' (in 'books__publisher')"),
        ("books__", Book, "no relation '' (in 'books__')"),
    ],
)
def test_unknown_relation(path: str, model: type[Model], problem: str):
    author = Author.objects.create(name="Nemo")
    for objects in ([author], author, Author.objects.all(), Author.objects.none()):
        with pytest.raises(UnknownRelation) as error:
            prefetch_related_sets(objects, path)
        names = ", ".join(sorted(relations(model)))
        assert str(error.value) == f"{model._meta.label} has {problem}; it has: {names}."
    assert issubclass(UnknownRelation, BookrelError)


def test_unknown_relation_of_one_object():
    for call in (related_set, related_count):
        with pytest.raises(UnknownRelation, match=r"it has: content_type, group_set, user_set\."):
            call(Permission(pk=1), "groups")
        with pytest.raises(UnknownRelation, match="has no relation 'books__publishers'; it has"):
            call(Author(pk=1), "books__publishers")


def test_objects_of_several_models():
    with pytest.raises(TypeError) as error:
        prefetch_related_sets([Author(pk=1), Publisher(pk=1)], "books")
    assert str(error.value) == (
        "All objects must be of one model and from one database, "
        "not django_bookrel.Author from None, django_bookrel.Publisher from None."
    )


@pytest.mark.parametrize("objects", [["Woolf"], "Woolf", [1], {"name": "Woolf"}])
def test_what_is_no_object(objects: Any):
    with pytest.raises(TypeError, match="Only model instances have related sets, not "):
        prefetch_related_sets(objects, "books")
    with pytest.raises(TypeError, match="Only model instances have related sets, not "):
        related_set(objects, "books")


# Relations of every kind.

with isolate_apps("tests"):

    class Plain(models.Model):
        class Meta:
            abstract = True
            app_label = "tests"

    class Place(Plain):
        code = models.CharField(max_length=10, unique=True)
        parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
        near = models.ManyToManyField("self")
        notes = GenericRelation("Note", "number", "kind")
        seen_from = models.ManyToManyField("self", symmetrical=False, related_name="sees")

        class Meta(Plain.Meta):
            ordering = ("code",)

    class Restaurant(Place):
        pass

    class Living(models.Manager):
        def get_queryset(self) -> models.QuerySet:
            return super().get_queryset().filter(deleted=False)

    class Menu(Plain):
        place = models.OneToOneField(Place, models.CASCADE, null=True, related_name="menu")

    class Visit(Plain):
        place = models.ForeignKey(Place, models.CASCADE, to_field="code")
        deleted = models.BooleanField(default=False)
        objects = Living()

    class Tag(Plain):
        places = models.ManyToManyField(Place)
        secret = models.ForeignKey(Place, models.CASCADE, null=True, related_name="+")
        shown = models.ManyToManyField(Place, related_name="+")
        deleted = models.BooleanField(default=False)
        objects = Living()

    class Note(Plain):
        kind = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
        number = models.PositiveIntegerField()
        about = GenericForeignKey("kind", "number")

    MODELS = (Place, Restaurant, Menu, Visit, Tag, Note)


@pytest.fixture(scope="module")
def tables(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)
    yield
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        for model in reversed(MODELS):
            editor.delete_model(model)


@pytest.fixture
def places(tables: None, db: None) -> list[Model]:
    places = [Place.objects.create(code=f"p{n}") for n in range(4)]
    places.append(Restaurant.objects.create(code="p4", parent=places[0]))
    for n, place in enumerate(places):
        place.near.set(places[:n])
        place.seen_from.set(places[n:])
        if n % 2:
            Menu.objects.create(place=place)
            place.parent = places[0]
            place.save()
        for m in range(n):
            Visit.objects.create(place=place, deleted=not m)
            tag = Tag.objects.create(deleted=not m, secret=place)
            tag.places.set(places[:n])
            tag.shown.set(places[n:])
    Menu.objects.create()
    Note.objects.create(kind=ContentType.objects.get_for_model(User), number=1)
    return places


def test_relations(tables: None):
    assert {model.__name__: sorted(relations(model)) for model in MODELS} == {
        "Place": [
            "children",
            "menu",
            "near",
            "parent",
            "restaurant",
            "seen_from",
            "sees",
            "tag_set",
            "visit_set",
        ],
        "Restaurant": [
            "children",
            "menu",
            "near",
            "parent",
            "place_ptr",
            "seen_from",
            "sees",
            "tag_set",
            "visit_set",
        ],
        "Menu": ["place"],
        "Visit": ["place"],
        "Tag": ["places", "secret", "shown"],
        "Note": ["kind"],
    }


@pytest.mark.parametrize("limit", [None, 2])
@pytest.mark.parametrize(
    "model, relation",
    [(model, relation) for model in MODELS for relation in sorted(relations(model))],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_relations_of_every_kind(
    model: type[Model],
    relation: str,
    limit: int | None,
    places: list[Model],
    django_assert_num_queries: DjangoAssertNumQueries,
):
    expected = [
        (rows[:limit], len(rows))
        for rows in (related_rows(obj, relation) for obj in model._default_manager.order_by("pk"))
    ]
    objects = list(model._default_manager.order_by("pk"))
    lone = [related_set(obj, relation, limit=limit) for obj in objects]
    counts = [related_count(obj, relation) for obj in objects]
    objects = list(model._default_manager.order_by("pk"))
    with django_assert_num_queries(1):
        prefetch_related_sets(objects, relation, limit=limit)
    with django_assert_num_queries(0):
        batched = [related_set(obj, relation, limit=limit) for obj in objects]
    assert [content(found, limit) for found in batched] == expected
    assert [content(found, limit) for found in lone] == expected
    assert counts == [total for _rows, total in expected]
    # Restaurants have no rows of their own in the upper part of some relations.
    assert any(counts) or model is Restaurant


def test_one_to_one_narrowed(
    places: list[Model], django_assert_num_queries: DjangoAssertNumQueries
):
    using = Menu.objects.filter(place__code="p1")
    with django_assert_num_queries(1):
        prefetch_related_sets(places[:4], "menu", using=using, limit=3)
        found = [related_set(place, "menu", using=using, limit=7) for place in places[:4]]
    assert [books.total for books in found] == [0, 1, 0, 0]


# Several databases.


@pytest.mark.django_db(databases=["default", "other"])
@pytest.mark.parametrize("asked", [{}, {"limit": 1}, {"using": Book.objects.all()}])
def test_sets_come_from_the_database_of_the_object(asked: dict[str, Any]):
    author = author_with_books(2)
    twin = Author(pk=author.pk, name="Twin")
    twin.save(using="other")
    Book(title="There", author=twin).save(using="other")
    for obj, total, db in ((author, 2, "default"), (twin, 1, "other")):
        found = related_set(obj, "books", **asked)
        assert (found.total, found[0]._state.db, related_count(obj, "books")) == (total, db, total)
        prefetch_related_sets([obj], "books", **asked)
        assert related_set(obj, "books", **asked) == found
    with pytest.raises(TypeError, match=r"Author from default, django_bookrel\.Author from other"):
        prefetch_related_sets([author, twin], "books", **asked)
