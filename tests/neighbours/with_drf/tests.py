from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from django_bookrel.models import Author, Book, Publisher, Subject
from tests.hosts.tenants.models import Series, Tenant

from .tenants import SeriesSerializer

pytestmark = pytest.mark.django_db

LE_GUIN = "Ursula K. Le Guin"


@pytest.fixture
def api() -> APIClient:
    return APIClient()


@pytest.fixture
def author() -> Author:
    return Author.objects.create(name=LE_GUIN)


def answer(author: Author, name: str) -> dict[str, Any]:
    said = (
        f"Author “{LE_GUIN}” (no. {author.pk}) already has this name. Choose that record, or "
        f"add a qualifier that tells the two apart: “{name} (physicist)”."
    )
    return {"name": [said]}


def test_name_that_another_record_has(
    api: APIClient, author: Author, django_assert_num_queries: DjangoAssertNumQueries
):
    with django_assert_num_queries(1):
        said = api.post("/authors/", {"name": "Le Guin, Ursula K."})
    assert (said.status_code, said.json()) == (400, answer(author, "Le Guin, Ursula K."))
    other = Author.objects.create(name="Kipling")
    said = api.patch(f"/authors/{other.pk}/", {"name": "LE GUIN, URSULA K."})
    assert (said.status_code, said.json()) == (400, answer(author, "LE GUIN, URSULA K."))
    assert Author.objects.count() == 2


def test_name_that_is_free(api: APIClient, author: Author):
    said = api.post("/authors/", {"name": "Le Guin, Ursula K. (poet)", "born": 1929})
    assert (said.status_code, said.json()["key"]) == (201, "ursula k le guin poet")
    said = api.put(f"/authors/{author.pk}/", {"name": "LE GUIN, Ursula K.", "key": "ignored"})
    assert (said.status_code, said.json()["name"]) == (200, "LE GUIN, Ursula K.")
    author.refresh_from_db()
    assert author.key == "ursula k le guin"


@pytest.mark.parametrize("isbn", ["978-0-441-47812-5", "0-441-47812-3", "9780441478125"])
def test_isbn_in_any_form(api: APIClient, author: Author, isbn: str):
    said = api.post("/books/", {"title": "Darkness", "isbn": isbn, "author_id": author.pk})
    assert (said.status_code, said.json()["isbn"]) == (201, "9780441478125")
    assert said.json()["author"]["name"] == LE_GUIN
    again = api.post("/books/", {"title": "Darkness", "isbn": "978 0 441 47812 5"})
    assert (again.status_code, list(again.json())) == (400, ["isbn"])
    assert Book.objects.get().isbn == "9780441478125"


def test_wrong_isbn(api: APIClient):
    said = api.post("/books/", {"title": "Darkness", "isbn": "978-0-441-47812-6"})
    assert (said.status_code, list(said.json())) == (400, ["isbn"])
    assert "check digit" in said.json()["isbn"][0]


def test_name_that_is_unique_within_a_tenant():
    one, two = (Tenant.objects.create(name=name) for name in ("one", "two"))
    series = Series.objects.create(name="Earthsea", tenant=one, shelf="A")

    def serializer(tenant: Tenant, instance: Series | None = None) -> SeriesSerializer:
        data = {"name": "EARTHSEA", "tenant": tenant.pk, "shelf": "B"}
        return SeriesSerializer(instance, data=data)

    taken = serializer(one)
    assert not taken.is_valid()
    assert list(taken.errors) == ["name"]
    assert f"“Earthsea” (no. {series.pk}) already has this name." in str(taken.errors["name"][0])
    assert serializer(two).is_valid()
    assert serializer(one, series).is_valid()


def test_related_sets(
    api: APIClient, author: Author, django_assert_num_queries: DjangoAssertNumQueries
):
    for number in range(20):
        book = Book.objects.create(title=f"Book {number}", author=author)
        book.publishers.set([Publisher.objects.create(name=f"House {number}")])
        book.subjects.set([Subject.objects.create(name=f"Subject {number}")])
    with django_assert_num_queries(6):
        said = api.get("/books/").json()
    assert [(book["publishers"], book["subjects"]) for book in said] == [
        ([f"House {n}"], [f"Subject {n}"]) for n in map(int, (b["title"][5:] for b in said))
    ]
