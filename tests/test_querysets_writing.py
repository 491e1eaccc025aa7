"""Querysets keep derived columns true, whichever way rows are written."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Model, Value
from django.db.models.functions import Concat, Upper

from django_bookrel.models import (
    Author,
    Book,
    Publisher,
)
from tests.named import ISBN

pytestmark = pytest.mark.django_db


def stored(model: type[Model]) -> list[tuple[str, str]]:
    return list(model.objects.values_list("name", "key"))


def test_update(named: type[Model], spellings: tuple[str, str, str]):
    name, key, _other = spellings
    named.objects.create(name="Nobody")
    assert named.objects.update(name=name) == 1
    assert stored(named) == [(name, key)]


def test_update_of_every_derived_column():
    author = Author.objects.create(name="Nobody")
    book = author.books.create(title="Nothing")
    Author.objects.update(name="Virginia Woolf")
    author.books.update(title="The Waves")
    author.refresh_from_db()
    book.refresh_from_db()
    assert (author.key, author.sort_name) == ("virginia woolf", "woolf virginia")
    assert book.sort_title == "waves"


def test_update_of_another_field_leaves_the_key_alone():
    Author.objects.create(name="Virginia Woolf")
    Author.objects.update(born=1882)
    assert stored(Author) == [("Virginia Woolf", "virginia woolf")]


@pytest.mark.parametrize(
    "expression", [Upper("name"), F("name"), Value("Nobody"), Concat("name", Value("!"))]
)
def test_update_by_an_expression_raises_type_error(expression: Any):
    Author.objects.create(name="Virginia Woolf")
    message = r"Author\.key cannot be computed from an expression"
    with pytest.raises(TypeError, match=message):
        Author.objects.update(name=expression)
    assert stored(Author) == [("Virginia Woolf", "virginia woolf")]


def test_bulk_create(named: type[Model], spellings: tuple[str, str, str]):
    name, key, _other = spellings
    (one,) = named.objects.bulk_create([named(name=name)])
    assert (one.key, stored(named)) == (key, [(name, key)])


def test_bulk_create_that_ignores_conflicts(named: type[Model], spellings: tuple[str, str, str]):
    name, key, other = spellings
    named.objects.create(name=name)
    named.objects.bulk_create([named(name=other)], ignore_conflicts=True)
    assert stored(named) == [(name, key)]


@pytest.mark.parametrize("is_positional", [True, False], ids=["positional", "keywords"])
def test_bulk_create_that_updates_the_name(
    named: type[Model],
    spellings: tuple[str, str, str],
    is_positional: bool,  # noqa: FBT001
):
    name, key, other = spellings
    unique = ["key"] if connection.features.supports_update_conflicts_with_target else None
    one = named.objects.create(name=name)
    if is_positional:
        named.objects.bulk_create([named(name=other)], None, False, True, ["name"], unique)  # noqa: FBT003
    else:
        named.objects.bulk_create(
            [named(name=other)],
            update_conflicts=True,
            update_fields=["name"],
            unique_fields=unique,
        )
    assert stored(named) == [(other, key)]
    assert named.objects.get().pk == one.pk


@pytest.mark.parametrize("is_positional", [True, False], ids=["positional", "keywords"])
def test_bulk_create_that_updates_a_title(is_positional: bool):  # noqa: FBT001
    unique = ["isbn"] if connection.features.supports_update_conflicts_with_target else None
    Book.objects.create(title="The Waves", isbn=ISBN)
    books = [Book(title="The Years", isbn="0-306-40615-2")]
    if is_positional:
        Book.objects.bulk_create(books, None, False, True, ["title"], unique)  # noqa: FBT003
    else:
        Book.objects.bulk_create(
            books, update_conflicts=True, update_fields=["title"], unique_fields=unique
        )
    assert list(Book.objects.values_list("title", "sort_title")) == [("The Years", "years")]


def test_bulk_update(named: type[Model], spellings: tuple[str, str, str]):
    name, key, _other = spellings
    one, other = (named.objects.create(name=text) for text in ("Nobody", "Somebody"))
    one.name, other.name = name, "Anybody"
    assert named.objects.bulk_update(iter([one, other]), iter(["name"])) == 2
    assert one.key == key
    assert set(stored(named)) == {(name, key), ("Anybody", "anybody")}


def test_bulk_update_of_another_field_leaves_the_name_alone():
    one = Author.objects.create(name="Nobody")
    one.name, one.born = "Somebody", 1882
    Author.objects.bulk_update([one], ["born"])
    assert Author.objects.values_list("name", "key", "born").get() == ("Nobody", "nobody", 1882)


def test_bulk_update_by_an_expression_raises_type_error():
    one = Author.objects.create(name="Nobody")
    one.name = Upper("name")
    with pytest.raises(TypeError, match="cannot be computed from an expression"):
        Author.objects.bulk_update([one], ["name"])


def test_get_or_create_with_another_spelling(named: type[Model], spellings: tuple[str, str, str]):
    name, key, other = spellings
    one, is_new = named.objects.get_or_create(name=name)
    assert (one.key, is_new) == (key, True)
    assert named.objects.get_or_create(name=other) == (one, False)
    assert stored(named) == [(name, key)]


def test_get_or_create_with_defaults():
    woolf, is_new = Author.objects.get_or_create(name="Virginia Woolf", defaults={"born": 1882})
    assert (woolf.name, woolf.born, is_new) == ("Virginia Woolf", 1882, True)
    again = Author.objects.get_or_create(name="Woolf, Virginia", defaults={"born": 1})
    assert (again, again[0].born) == ((woolf, False), 1882)
    james, _is_new = Author.objects.get_or_create(
        name="james, henry", defaults={"name": "Henry James"}
    )
    assert james.name == "Henry James"


def test_get_or_create_by_a_lookup():
    woolf = Author.objects.create(name="Virginia Woolf")
    assert Author.objects.get_or_create(name__startswith="Virginia") == (woolf, False)
    assert Author.objects.get_or_create(key="virginia woolf") == (woolf, False)


def test_get_or_create_by_name_and_another_field():
    woolf = Author.objects.create(name="Virginia Woolf", born=1882)
    assert Author.objects.get_or_create(name="WOOLF, Virginia", born=1882) == (woolf, False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Author.objects.get_or_create(name="WOOLF, Virginia", born=1883)


def test_update_or_create_with_another_spelling(
    named: type[Model], spellings: tuple[str, str, str]
):
    name, key, other = spellings
    one, is_new = named.objects.update_or_create(name=name)
    assert (one.key, is_new) == (key, True)
    assert named.objects.update_or_create(name=other) == (one, False)
    assert stored(named) == [(name, key)]


def test_update_or_create_with_defaults():
    woolf, is_new = Author.objects.update_or_create(name="Virginia Woolf", defaults={"born": 1})
    assert (woolf.name, woolf.born, is_new) == ("Virginia Woolf", 1, True)
    again = Author.objects.update_or_create(name="Woolf, Virginia", defaults={"born": 1882})
    assert (again, again[0].born) == ((woolf, False), 1882)
    Author.objects.update_or_create(name="virginia woolf", defaults={"name": "V. Woolf"})
    assert stored(Author) == [("V. Woolf", "v woolf")]


def test_update_or_create_with_create_defaults():
    for _time in range(2):
        woolf, _is_new = Author.objects.update_or_create(
            name="Virginia Woolf", defaults={"died": 1941}, create_defaults={"born": 1882}
        )
    assert (woolf.name, woolf.born, woolf.died) == ("Virginia Woolf", 1882, 1941)


def test_related_get_or_create_with_another_spelling():
    book = Book.objects.create(title="The Hobbit")
    one, is_new = book.publishers.get_or_create(name="Allen & Unwin")
    assert (one.key, is_new) == ("allen and unwin", True)
    assert book.publishers.get_or_create(name="ALLEN AND UNWIN") == (one, False)
    assert book.publishers.update_or_create(name="Allen and Unwin", defaults={"name": "A&U"}) == (
        one,
        False,
    )
    assert stored(Publisher) == [("A&U", "a and u")]


def test_related_get_or_create_of_a_record_that_is_not_related():
    Publisher.objects.create(name="Allen & Unwin")
    book = Book.objects.create(title="The Hobbit")
    # Django's documentation says so of every unique field.
    with pytest.raises(IntegrityError), transaction.atomic():
        book.publishers.get_or_create(name="ALLEN AND UNWIN")


def test_asynchronous_methods_with_another_spelling():
    book = Book.objects.create(title="The Hobbit")

    async def create() -> list[tuple[Model, bool]]:
        return [
            await Author.objects.aget_or_create(name="J.R.R. Tolkien"),
            await Author.objects.aget_or_create(name="Tolkien, J. R. R."),
            await Author.objects.aupdate_or_create(name="JRR Tolkien", defaults={"born": 1892}),
            await book.publishers.aget_or_create(name="Allen & Unwin"),
            await book.publishers.aget_or_create(name="Allen and Unwin"),
        ]

    async def rename() -> None:
        await Author.objects.aupdate(name="Tolkien, Christopher")
        publisher = await Publisher.objects.aget()
        publisher.name = "Unwin Hyman"
        await Publisher.objects.abulk_update([publisher], ["name"])

    results = async_to_sync(create)()
    assert [is_new for _one, is_new in results] == [True, False, False, True, False]
    assert (Author.objects.get().born, list(book.publishers.all())) == (
        1892,
        [Publisher.objects.get()],
    )
    async_to_sync(rename)()
    assert stored(Author) == [("Tolkien, Christopher", "christopher tolkien")]
    assert stored(Publisher) == [("Unwin Hyman", "unwin hyman")]


@pytest.mark.parametrize("method", ["get_or_create", "update_or_create", "update", "bulk_update"])
def test_templates_cannot_call_what_writes(method: str):
    assert getattr(Author.objects.all(), method).alters_data
    assert getattr(Author.objects, method).alters_data
