"""Related sets: of one object, in order, narrowed, counted."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import FieldError
from django.db import connection, models
from django.db.models import Count, F, Model, Prefetch
from django.test.utils import CaptureQueriesContext
from django.utils.functional import SimpleLazyObject
from pytest_django import DjangoAssertNumQueries

from django_bookrel.exceptions import BookrelError, UnknownRelation
from django_bookrel.models import (
    Author,
    Book,
    Publisher,
    SeriesEntry,
)
from django_bookrel.related import (
    RelatedSet,
    prefetch_related_sets,
    related_count,
    related_set,
    relations,
)
from tests.relatedsets import accounts, author_with_books, catalogue, related_rows, titles

pytestmark = pytest.mark.django_db


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
