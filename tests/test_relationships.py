"""
What Django's documentation says of relationships holds here, one test for each statement.

The statements are those of "Many-to-one relationships" and "Many-to-many relationships" in Django's
documentation: authors and books stand for its reporters and articles, publishers and books for its
publications and articles. Each holds for the package's models, for a host's subclasses under other
names, and for subclasses under the package's names in another app.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from django.db.models import Model
from django.template import Context, Template
from pytest_django import DjangoAssertNumQueries

from django_bookrel import models
from tests.hosts.mirror import models as mirror
from tests.hosts.novels import models as novels

pytestmark = pytest.mark.django_db


class Models(NamedTuple):
    author: type[Model]
    book: type[Model]
    publisher: type[Model]
    books: str = "books"
    publishers: str = "publishers"


@pytest.fixture(
    params=[
        Models(models.Author, models.Book, models.Publisher),
        Models(novels.Person, novels.Novel, novels.House, "novels", "houses"),
        Models(mirror.Author, mirror.Book, mirror.Publisher),
    ],
    ids=["concrete", "novels", "mirror"],
)
def m(request: pytest.FixtureRequest) -> Models:
    return request.param


# Many-to-one relationships.


class Shelf(NamedTuple):
    """Two authors, and three books of the first."""

    woolf: Model
    mann: Model
    orlando: Model
    the_waves: Model
    the_years: Model


@pytest.fixture
def shelf(m: Models) -> Shelf:
    woolf = m.author.objects.create(name="Virginia Woolf")
    mann = m.author.objects.create(name="Thomas Mann")
    titles = ["Orlando", "The Waves", "The Years"]
    return Shelf(woolf, mann, *(m.book.objects.create(title=t, author=woolf) for t in titles))


def test_book_has_its_author(m: Models):
    woolf = m.author(name="Virginia Woolf")
    woolf.save()
    orlando = m.book(title="Orlando", author=woolf)
    orlando.save()
    assert orlando.author_id == woolf.pk
    assert m.book.objects.get(pk=orlando.pk).author == woolf


def test_unsaved_author_raises_value_error(m: Models):
    orlando = m.book(title="Orlando", author=m.author(name="Virginia Woolf"))
    with pytest.raises(ValueError, match="unsaved related object 'author'"):
        orlando.save()
    assert not m.book.objects.exists()


def test_books_of_an_unsaved_author_raise_value_error(m: Models):
    with pytest.raises(ValueError, match="needs to have a primary key value"):
        getattr(m.author(name="Virginia Woolf"), m.books).all()


def test_create_through_the_author(m: Models, shelf: Shelf):
    flush = getattr(shelf.woolf, m.books).create(title="Flush")
    assert flush.author == shelf.woolf
    assert m.book.objects.get(title="Flush").author == shelf.woolf


def test_get_or_create_through_the_author(m: Models, shelf: Shelf):
    books = getattr(shelf.woolf, m.books)
    assert books.get_or_create(title="Orlando") == (shelf.orlando, False)
    flush, is_new = books.get_or_create(title="Flush")
    assert (flush.author, is_new) == (shelf.woolf, True)


def test_update_or_create_through_the_author(m: Models, shelf: Shelf):
    books = getattr(shelf.woolf, m.books)
    assert books.update_or_create(title="Orlando", defaults={"year": 1928}) == (
        shelf.orlando,
        False,
    )
    flush, is_new = books.update_or_create(title="Flush", defaults={"year": 1933})
    assert (flush.author, is_new) == (shelf.woolf, True)
    assert list(books.values_list("title", "year")) == [
        ("Flush", 1933),
        ("Orlando", 1928),
        ("The Waves", None),
        ("The Years", None),
    ]


def test_added_book_gets_the_author(m: Models, shelf: Shelf):
    flush = m.book.objects.create(title="Flush")
    getattr(shelf.woolf, m.books).add(flush)
    assert flush.author == shelf.woolf
    assert list(getattr(shelf.woolf, m.books).all()) == [
        flush,
        shelf.orlando,
        shelf.the_waves,
        shelf.the_years,
    ]


def test_unsaved_book_is_added_with_bulk_false(m: Models, shelf: Shelf):
    with pytest.raises(ValueError, match="isn't saved"):
        getattr(shelf.woolf, m.books).add(m.book(title="Flush"))
    getattr(shelf.woolf, m.books).add(m.book(title="Flush"), bulk=False)
    assert m.book.objects.get(title="Flush").author == shelf.woolf


def test_added_book_moves(m: Models, shelf: Shelf):
    getattr(shelf.mann, m.books).add(shelf.orlando)
    assert shelf.orlando.author == shelf.mann
    assert list(getattr(shelf.mann, m.books).all()) == [shelf.orlando]
    assert list(getattr(shelf.woolf, m.books).all()) == [shelf.the_waves, shelf.the_years]


def test_adding_another_type_to_the_author_raises_type_error(m: Models, shelf: Shelf):
    with pytest.raises(TypeError, match=f"'{m.book.__name__}' instance expected"):
        getattr(shelf.woolf, m.books).add(shelf.mann)


def test_assigning_another_type_raises_value_error(m: Models, shelf: Shelf):
    with pytest.raises(ValueError, match=f'must be a "{m.author.__name__}" instance'):
        shelf.orlando.author = shelf.the_waves


def test_removed_book_has_no_author(m: Models, shelf: Shelf):
    getattr(shelf.woolf, m.books).remove(shelf.orlando)
    assert list(getattr(shelf.woolf, m.books).all()) == [shelf.the_waves, shelf.the_years]
    assert m.book.objects.get(author=None) == shelf.orlando


def test_set_takes_the_other_books_away(m: Models, shelf: Shelf):
    getattr(shelf.woolf, m.books).set([shelf.orlando])
    assert list(getattr(shelf.woolf, m.books).all()) == [shelf.orlando]
    assert m.book.objects.filter(author=None).count() == 2


def test_clear_takes_all_books_away(m: Models, shelf: Shelf):
    getattr(shelf.woolf, m.books).clear()
    assert getattr(shelf.woolf, m.books).count() == 0
    assert m.book.objects.filter(author=None).count() == 3


def test_count_through_the_author(m: Models, shelf: Shelf):
    assert getattr(shelf.woolf, m.books).count() == 3
    assert getattr(shelf.mann, m.books).count() == 0


def test_related_manager_filters(m: Models, shelf: Shelf):
    found = getattr(shelf.woolf, m.books).filter(title__startswith="The")
    assert list(found) == [shelf.the_waves, shelf.the_years]


def test_lookup_across_the_relation(m: Models, shelf: Shelf):
    assert list(m.book.objects.filter(author__name="Virginia Woolf", title="Orlando")) == [
        shelf.orlando
    ]
    assert not m.book.objects.filter(author__name="Thomas Mann").exists()


def test_two_lookups_across_the_relation_are_joined_by_and(m: Models, shelf: Shelf):
    books = m.book.objects.filter(author__name__startswith="Virginia")
    assert books.filter(author__name__endswith="Woolf").count() == 3
    assert books.filter(author__name__endswith="Mann").count() == 0


@pytest.mark.parametrize(
    "lookup",
    [
        lambda shelf: {"author__pk": shelf.woolf.pk},
        lambda shelf: {"author": shelf.woolf.pk},
        lambda shelf: {"author": shelf.woolf},
        lambda shelf: {"author__in": [shelf.woolf.pk, shelf.mann.pk]},
        lambda shelf: {"author__in": [shelf.woolf, shelf.mann]},
        lambda shelf: {"author__in": type(shelf.woolf).objects.filter(name__endswith="Woolf")},
    ],
    ids=["pk", "value", "object", "values", "objects", "queryset"],
)
def test_lookup_by_key_or_object(m: Models, shelf: Shelf, lookup: Callable[[Shelf], dict]):
    m.book.objects.create(title="Anonymous")
    found = m.book.objects.filter(**lookup(shelf)).distinct()
    assert list(found) == [shelf.orlando, shelf.the_waves, shelf.the_years]


@pytest.mark.parametrize(
    "lookup",
    [
        lambda books, shelf: {f"{books}__pk": shelf.orlando.pk},
        lambda books, shelf: {books: shelf.orlando.pk},
        lambda books, shelf: {books: shelf.orlando},
        lambda books, shelf: {f"{books}__in": [shelf.orlando]},
        lambda books, shelf: {f"{books}__title": "Orlando"},
    ],
    ids=["pk", "value", "object", "objects", "field"],
)
def test_lookup_in_the_opposite_direction(
    m: Models, shelf: Shelf, lookup: Callable[[str, Shelf], dict]
):
    assert list(m.author.objects.filter(**lookup(m.books, shelf))) == [shelf.woolf]


def test_author_is_found_once_for_each_book_unless_distinct(m: Models, shelf: Shelf):
    found = m.author.objects.filter(**{f"{m.books}__title__startswith": "The"})
    assert list(found) == [shelf.woolf, shelf.woolf]
    assert list(found.distinct()) == [shelf.woolf]


def test_count_works_with_distinct(m: Models, shelf: Shelf):
    found = m.author.objects.filter(**{f"{m.books}__title__startswith": "The"})
    assert (found.count(), found.distinct().count()) == (2, 1)


def test_lookups_go_round_in_circles(m: Models, shelf: Shelf):
    found = m.author.objects.filter(**{f"{m.books}__author__name__startswith": "Virginia"})
    assert list(found) == [shelf.woolf] * 3
    assert list(found.distinct()) == [shelf.woolf]
    assert m.author.objects.filter(**{f"{m.books}__author": shelf.woolf}).distinct().count() == 1


def test_lookups_go_as_many_levels_as_one_likes(m: Models, shelf: Shelf):
    hogarth = m.publisher.objects.create(name="Hogarth Press")
    hogarth.books.add(shelf.orlando)
    down = f"{m.books}__{m.publishers}__books__author__{m.books}__title"
    up = f"books__author__{m.books}__{m.publishers}__books__author__name"
    assert list(m.author.objects.filter(**{down: "The Waves"})) == [shelf.woolf]
    assert list(m.publisher.objects.filter(**{up: "Virginia Woolf"})) == [hogarth]


def test_deleting_the_author_deletes_the_books(m: Models, shelf: Shelf):
    buddenbrooks = getattr(shelf.mann, m.books).create(title="Buddenbrooks")
    shelf.woolf.delete()
    assert list(m.author.objects.all()) == [shelf.mann]
    assert list(m.book.objects.all()) == [buddenbrooks]


def test_delete_through_a_join(m: Models, shelf: Shelf):
    m.author.objects.filter(**{f"{m.books}__title__startswith": "The"}).delete()
    assert list(m.author.objects.all()) == [shelf.mann]
    assert list(m.book.objects.all()) == []


def test_template_needs_no_parentheses(m: Models, shelf: Shelf):
    template = Template(
        "{{ author.BOOKS.count }}:{% for book in author.BOOKS.all %}"
        " {{ book.title }} by {{ book.author.name }};{% endfor %}".replace("BOOKS", m.books)
    )
    assert template.render(Context({"author": shelf.woolf})) == (
        "3: Orlando by Virginia Woolf; The Waves by Virginia Woolf; The Years by Virginia Woolf;"
    )


@pytest.mark.parametrize("method", ["clear", "create", "delete", "update"])
def test_template_writes_nothing(m: Models, shelf: Shelf, method: str):
    template = Template(
        f"{{{{ author.{m.books}.{method} }}}}{{{{ author.save }}}}{{{{ author.delete }}}}"
    )
    assert template.render(Context({"author": shelf.woolf})) == ""
    assert getattr(shelf.woolf, m.books).count() == 3


def test_books_are_prefetched(
    m: Models, shelf: Shelf, django_assert_num_queries: DjangoAssertNumQueries
):
    with django_assert_num_queries(2):
        authors = m.author.objects.prefetch_related(m.books)
        counts = [(author, len(getattr(author, m.books).all())) for author in authors]
    assert counts == [(shelf.mann, 0), (shelf.woolf, 3)]


# Many-to-many relationships. What holds at one end of the relation holds at the other.


class End(NamedTuple):
    """One end of the relation: its model, the model at the other end, and their fields."""

    model: type[Model]
    other: type[Model]
    others: str
    """The accessor of the related set."""
    back: str
    """The accessor of the other end's related set."""
    field: str
    other_field: str

    def make(self, text: str) -> Model:
        return self.model.objects.create(**{self.field: text})

    def make_other(self, text: str) -> Model:
        return self.other.objects.create(**{self.other_field: text})


@pytest.fixture(params=["publisher", "book"])
def end(request: pytest.FixtureRequest, m: Models) -> End:
    if request.param == "publisher":
        return End(m.publisher, m.book, "books", m.publishers, "name", "title")
    return End(m.book, m.publisher, m.publishers, "books", "title", "name")


class Links(NamedTuple):
    """Two objects and three at the other end; the first is related to one, the second to all."""

    first: Model
    second: Model
    alpha: Model
    beta: Model
    gamma: Model


@pytest.fixture
def links(end: End) -> Links:
    links = Links(
        *(end.make(text) for text in ["First", "Second"]),
        *(end.make_other(text) for text in ["Letters Alpha", "Letters Beta", "Numbers Gamma"]),
    )
    getattr(links.first, end.others).add(links.alpha)
    getattr(links.second, end.others).add(links.alpha, links.beta, links.gamma)
    return links


def test_unsaved_object_cannot_be_related(end: End):
    other = end.make_other("Alpha")
    with pytest.raises(ValueError, match="needs to have a value for field"):
        getattr(end.model(**{end.field: "First"}), end.others).add(other)


def test_object_cannot_be_related_to_an_unsaved_one(end: End):
    first = end.make("First")
    with pytest.raises(ValueError, match="Cannot add"):
        getattr(first, end.others).add(end.other(**{end.other_field: "Alpha"}))


def test_related_objects_are_seen_from_both_ends(end: End, links: Links):
    assert list(getattr(links.first, end.others).all()) == [links.alpha]
    assert list(getattr(links.second, end.others).all()) == [links.alpha, links.beta, links.gamma]
    assert list(getattr(links.alpha, end.back).all()) == [links.first, links.second]
    assert list(getattr(links.beta, end.back).all()) == [links.second]


def test_adding_a_second_time_is_ok(end: End, links: Links):
    getattr(links.first, end.others).add(links.alpha)
    assert list(getattr(links.first, end.others).all()) == [links.alpha]


def test_adding_another_type_raises_type_error(end: End, links: Links):
    with pytest.raises(TypeError, match=f"'{end.other.__name__}' instance expected"):
        getattr(links.first, end.others).add(links.second)


def test_create_and_add_in_one_step(end: End, links: Links):
    delta = getattr(links.first, end.others).create(**{end.other_field: "Delta"})
    assert list(getattr(links.first, end.others).all()) == [delta, links.alpha]
    assert list(getattr(delta, end.back).all()) == [links.first]


def test_get_or_create_and_add_in_one_step(end: End, links: Links):
    others = getattr(links.first, end.others)
    assert others.get_or_create(**{end.other_field: "Letters Alpha"}) == (links.alpha, False)
    delta, is_new = others.get_or_create(**{end.other_field: "Delta"})
    assert (list(getattr(delta, end.back).all()), is_new) == ([links.first], True)


@pytest.mark.parametrize(
    "lookup",
    [
        lambda others, links: {f"{others}__id": links.beta.pk},
        lambda others, links: {f"{others}__pk": links.beta.pk},
        lambda others, links: {others: links.beta.pk},
        lambda others, links: {others: links.beta},
        lambda others, links: {f"{others}__in": [links.beta.pk, links.gamma.pk]},
        lambda others, links: {f"{others}__in": [links.beta, links.gamma]},
    ],
    ids=["id", "pk", "value", "object", "values", "objects"],
)
def test_lookup_across_the_many_to_many_relation(
    end: End, links: Links, lookup: Callable[[str, Links], dict]
):
    found = end.model.objects.filter(**lookup(end.others, links)).distinct()
    assert list(found) == [links.second]


def test_object_is_found_once_for_each_link_unless_distinct(end: End, links: Links):
    lookup = {f"{end.others}__{end.other_field}__startswith": "Letters"}
    found = end.model.objects.filter(**lookup)
    assert list(found) == [links.first, links.second, links.second]
    assert list(found.distinct()) == [links.first, links.second]


def test_count_respects_distinct(end: End, links: Links):
    lookup = {f"{end.others}__{end.other_field}__startswith": "Letters"}
    found = end.model.objects.filter(**lookup)
    assert (found.count(), found.distinct().count()) == (3, 2)


def test_exclude_across_the_relation(end: End, links: Links):
    assert list(end.model.objects.exclude(**{end.others: links.beta})) == [links.first]


def test_deleted_object_is_gone_from_the_other_end(end: End, links: Links):
    links.alpha.delete()
    assert list(getattr(links.first, end.others).all()) == []
    assert list(getattr(links.second, end.others).all()) == [links.beta, links.gamma]
    assert end.model.objects.count() == 2


def test_remove(end: End, links: Links):
    getattr(links.second, end.others).remove(links.alpha)
    assert list(getattr(links.second, end.others).all()) == [links.beta, links.gamma]
    assert list(getattr(links.alpha, end.back).all()) == [links.first]


def test_remove_at_the_other_end(end: End, links: Links):
    getattr(links.alpha, end.back).remove(links.second)
    assert list(getattr(links.second, end.others).all()) == [links.beta, links.gamma]
    assert list(getattr(links.alpha, end.back).all()) == [links.first]


def test_set(end: End, links: Links):
    getattr(links.second, end.others).set([links.gamma])
    assert list(getattr(links.second, end.others).all()) == [links.gamma]
    assert list(getattr(links.alpha, end.back).all()) == [links.first]


def test_set_to_nothing(end: End, links: Links):
    getattr(links.second, end.others).set([])
    assert list(getattr(links.second, end.others).all()) == []
    assert list(getattr(links.alpha, end.back).all()) == [links.first]


def test_clear(end: End, links: Links):
    getattr(links.second, end.others).clear()
    assert list(getattr(links.second, end.others).all()) == []
    assert list(getattr(links.alpha, end.back).all()) == [links.first]


def test_clear_at_the_other_end(end: End, links: Links):
    getattr(links.alpha, end.back).clear()
    assert list(getattr(links.first, end.others).all()) == []
    assert list(getattr(links.second, end.others).all()) == [links.beta, links.gamma]


def test_bulk_delete_takes_the_links_away(end: End, links: Links):
    letters = end.other.objects.filter(**{f"{end.other_field}__startswith": "Letters"})
    letters.delete()
    assert list(letters.all()) == []
    assert list(getattr(links.second, end.others).all()) == [links.gamma]
    assert list(getattr(links.first, end.others).all()) == []


def test_delete_through_a_many_to_many_join(end: End, links: Links):
    end.model.objects.filter(**{f"{end.others}__{end.other_field}": "Numbers Gamma"}).delete()
    assert list(end.model.objects.all()) == [links.first]
    assert end.other.objects.count() == 3


def test_template_needs_no_parentheses_for_many_to_many(end: End, links: Links):
    template = Template(
        "{{ object.OTHERS.count }}:{% for other in object.OTHERS.all %}"
        " {{ other }} of {{ other.BACK.count }};{% endfor %}".replace("OTHERS", end.others).replace(
            "BACK", end.back
        )
    )
    assert template.render(Context({"object": links.second})) == (
        "3: Letters Alpha of 2; Letters Beta of 1; Numbers Gamma of 1;"
    )


def test_related_objects_are_prefetched(
    end: End, links: Links, django_assert_num_queries: DjangoAssertNumQueries
):
    with django_assert_num_queries(2):
        objects = end.model.objects.prefetch_related(end.others)
        counts = [(one, len(getattr(one, end.others).all())) for one in objects]
    assert counts == [(links.first, 1), (links.second, 3)]
