"""What the admin finds, and how its lists are sorted."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from django_bookrel import models
from tests.adminpages import ISBN, MODELS, READ_ONLY, change_url, listed, url
from tests.hosts.novels import models as novels

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.adminpages")]


@pytest.mark.parametrize(
    "text",
    [
        ISBN,
        "978-0-393-08905-9",
        "0393089053",
        "0-393-08905-3",
        "ISBN 0393089053",
        "ODYSSEY homer",
        "wilson",
    ],
)
def test_books_are_found(
    text: str, odyssey: models.Book, wilson: models.Author, admin_client: Client
):
    models.Book.objects.create(title="Emma")
    models.Contribution.objects.create(book=odyssey, author=wilson, role="translator")
    response = admin_client.get(url(models.Book, "changelist"), {"q": text})
    assert list(response.context["cl"].result_list) == [odyssey]


@pytest.mark.parametrize("text", ["0-393-08905-3", "odyssey homer"])
def test_autocomplete_finds_books(text: str, odyssey: models.Book, admin_client: Client):
    models.Book.objects.create(title="Emma")
    query = {"app_label": "django_bookrel", "model_name": "contribution", "field_name": "book"}
    response = admin_client.get(reverse("admin:autocomplete"), query | {"term": text})
    assert response.json() == {
        "results": [{"id": str(odyssey.pk), "text": "The Odyssey"}],
        "pagination": {"more": False},
    }


def test_autocomplete_offers_all_before_a_word_is_typed(odyssey: models.Book, admin_client: Client):
    query = {"app_label": "django_bookrel", "model_name": "contribution", "field_name": "book"}
    response = admin_client.get(reverse("admin:autocomplete"), query | {"term": " "})
    assert response.json()["results"] == [{"id": str(odyssey.pk), "text": "The Odyssey"}]


def test_every_relation_of_the_catalogue_is_autocomplete():
    found = {
        f"{model.__name__}.{field.name}": field.name in page.get_autocomplete_fields(None)
        for model, page in admin.site._registry.items()
        if model._meta.app_label == "django_bookrel" and model not in READ_ONLY
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if field.remote_field
    }
    assert (len(found), set(found.values())) == (8, {True})


def test_links_are_found_by_either_end(
    odyssey: models.Book, wilson: models.Author, admin_client: Client
):
    contribution = models.Contribution.objects.create(book=odyssey, author=wilson, role="editor")
    other = models.Contribution.objects.create(
        book=models.Book.objects.create(title="Emma"),
        author=models.Author.objects.create(name="Fiona Stafford"),
    )
    identifier = models.Identifier.objects.create(book=odyssey, scheme="oclc", value="991")
    entry = models.SeriesEntry.objects.create(
        book=odyssey, series=models.Series.objects.create(name="Norton Homer")
    )
    searches = (
        (models.Contribution, "wilson", [contribution]),
        (models.Contribution, ISBN, [contribution]),
        (models.Contribution, "stafford", [other]),
        (models.Identifier, "991", [identifier]),
        (models.Identifier, "odyssey", [identifier]),
        (models.SeriesEntry, "norton", [entry]),
        (models.SeriesEntry, "emma", []),
    )
    found = [
        (m, text, listed(admin_client, url(m, "changelist") + f"?q={text}"))
        for m, text, _ in searches
    ]
    assert found == list(searches)


def test_search_fields_of_a_host_are_searched_as_well(admin_client: Client):
    person = novels.Person.objects.create(name="Thomas Mann")
    german = novels.Novel.objects.create(title="Zauberberg", author=person, language="de")
    english = novels.Novel.objects.create(title="Magic Mountain", author=person, language="en")
    address = url(novels.Novel, "changelist", site="hosts")
    assert [
        listed(admin_client, f"{address}?q={text}") for text in ("de", "mountain", "mann", "x")
    ] == [
        [german],
        [english],
        [english, german],
        [],
    ]


def test_list_of_books(odyssey: models.Book, admin_client: Client):
    models.Book.objects.create(title="Beowulf " * 100)
    page = admin_client.get(url(models.Book, "changelist")).content.decode()
    assert page.index("Beowulf") < page.index("The Odyssey")
    assert "Beowulf Beowulf…</a>" in page
    assert '<td class="field-listed_isbn">978-0-393-08905-9</td>' in page
    assert ">Homer</td>" in page


def test_columns_sort_by_sort_forms(admin_client: Client):
    for name in ("Zoe Adams", "Anna Zimmer"):
        author = models.Author.objects.create(name=name)
        models.Book.objects.create(title=f"The {name}", author=author)
    authors = listed(admin_client, url(models.Author, "changelist") + "?o=1")
    books = listed(admin_client, url(models.Book, "changelist") + "?o=2")
    assert [str(a) for a in authors] == ["Zoe Adams", "Anna Zimmer"]
    assert [str(b) for b in books] == ["The Zoe Adams", "The Anna Zimmer"]


def test_names_are_escaped(admin_client: Client):
    evil = "<script>alert(1)</script>"
    author = models.Author.objects.create(name=f"{evil} a")
    book = models.Book.objects.create(title=f"{evil} b", author=author)
    publisher = models.Publisher.objects.create(name=f"{evil} p")
    publisher.books.add(book)
    models.Contribution.objects.create(book=book, author=author)
    models.Alias.objects.create(kind=evil, key="k", name=evil, target=evil)
    record = models.ImportRecord.objects.create(file=evil, rejected=1, message=evil)
    row = models.RejectedRow.objects.create(import_record=record, line=1, reason=evil, value=evil)
    pages = [change_url(obj) for obj in (author, book, publisher, record, row)]
    pages += [url(model, "changelist") for model in MODELS]
    assert [page for page in pages if evil in admin_client.get(page).content.decode()] == []
