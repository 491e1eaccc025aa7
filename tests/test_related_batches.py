"""Related sets of many objects: one query a level."""

from __future__ import annotations

import pickle

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.db.models import Model
from pytest_django import DjangoAssertNumQueries

from django_bookrel.models import (
    Author,
    Book,
    Publisher,
    SeriesEntry,
)
from django_bookrel.related import (
    prefetch_related_sets,
    related_set,
)
from tests.relatedsets import accounts, author_with_books, catalogue, content, related_rows, titles

pytestmark = pytest.mark.django_db


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
