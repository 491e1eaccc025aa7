"""What the admin saves, and what it says of what cannot be saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models as orm
from django.test import Client

from django_bookrel import models
from tests.adminpages import (
    ISBN,
    MODELS,
    add_row,
    catalogue,
    change_url,
    filled,
    listed,
    url,
)
from tests.hosts.tenants import models as tenants

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.adminpages")]


def errors(client: Client, address: str, data: dict[str, Any]) -> list[str]:
    """Post a form that is rejected; return what the page answers."""
    response = client.post(address, data)
    assert response.status_code == 200
    context = response.context
    return sorted(
        {
            str(error)
            for group in context["errors"]
            for error in (group if isinstance(group, list) else [group])
        }
        | {
            str(error)
            for s in context["inline_admin_formsets"]
            for error in s.formset.non_form_errors()
        }
    )


# Writing.


def test_rows_of_every_inline_are_saved(
    odyssey: models.Book, wilson: models.Author, admin_client: Client
):
    norton = models.Publisher.objects.create(name="Norton")
    homer = models.Series.objects.create(name="Norton Homer")
    epics = models.Subject.objects.create(name="Epics")
    data = filled(admin_client, change_url(odyssey))
    add_row(data, "contributions", author=wilson.pk, role="translator")
    add_row(data, "contributions", author=wilson.pk, role="introduction")
    add_row(data, models.Publisher.books.through.__name__, publisher=norton.pk)
    add_row(data, "series_entries", series=homer.pk, number="1")
    add_row(data, models.Subject.books.through.__name__, subject=epics.pk)
    add_row(data, "identifiers", scheme="oclc", value=" 991 ")
    assert admin_client.post(change_url(odyssey), data).status_code == 302
    assert (
        list(odyssey.contributions.values_list("author", "role", "position")),
        list(odyssey.publishers.all()),
        list(odyssey.series_entries.values_list("series", "number")),
        list(odyssey.subjects.all()),
        list(odyssey.identifiers.values_list("scheme", "value")),
    ) == (
        [(wilson.pk, "translator", 1), (wilson.pk, "introduction", 2)],
        [norton],
        [(homer.pk, "1")],
        [epics],
        [("oclc", "991")],
    )


def test_books_are_added_but_not_deleted_on_the_page_of_their_author(
    odyssey: models.Book, admin_client: Client
):
    data = filled(admin_client, change_url(odyssey.author)) | {"books-0-DELETE": "on"}
    add_row(data, "books", title="The Iliad", isbn="978-1-324-00180-5")
    assert admin_client.post(change_url(odyssey.author), data).status_code == 302
    assert list(odyssey.author.books.values_list("title", "isbn")) == [
        ("The Iliad", "9781324001805"),
        ("The Odyssey", ISBN),
    ]


def test_a_page_that_is_saved_as_it_came_changes_nothing(admin_client: Client):
    made = catalogue(models, 3)

    def rows() -> list[Any]:
        tables = [*MODELS, models.Publisher.books.through, models.Subject.books.through]
        hidden = ("updated_at",)
        return [
            [
                {k: v for k, v in row.items() if k not in hidden}
                for row in m._base_manager.order_by("pk").values()
            ]
            for m in tables
        ]

    before = rows()
    for obj in made.values():
        data = filled(admin_client, change_url(obj))
        assert admin_client.post(change_url(obj), data).status_code == 302
    assert rows() == before


# Sentences.


def test_rows_of_one_contribution_twice(
    odyssey: models.Book, wilson: models.Author, admin_client: Client
):
    data = filled(admin_client, change_url(odyssey))
    add_row(data, "contributions", author=wilson.pk, role="translator")
    add_row(data, "contributions", author=wilson.pk, role="translator")
    assert errors(admin_client, change_url(odyssey), data) == [
        "Please correct the duplicate data for author and role, which must be unique.",
        "Please correct the duplicate values below.",
    ]


def test_rows_of_one_identifier_twice(odyssey: models.Book, admin_client: Client):
    data = filled(admin_client, change_url(odyssey))
    add_row(data, "identifiers", scheme="oclc", value="991")
    add_row(data, "identifiers", scheme="oclc", value="991 ")
    assert errors(admin_client, change_url(odyssey), data) == [
        "Please correct the duplicate data for scheme and value, which must be unique.",
        "Please correct the duplicate values below.",
    ]


def test_identifier_of_another_book(odyssey: models.Book, admin_client: Client):
    other = models.Book.objects.create(title="The Iliad")
    models.Identifier.objects.create(book=other, scheme="oclc", value="991")
    data = filled(admin_client, change_url(odyssey))
    add_row(data, "identifiers", scheme="oclc", value="991")
    assert errors(admin_client, change_url(odyssey), data) == [
        "Identifier with this Scheme and Value already exists."
    ]


@pytest.mark.parametrize(
    "prefix, field, model",
    [
        (models.Publisher.books.through.__name__, "publisher", models.Publisher),
        (models.Subject.books.through.__name__, "subject", models.Subject),
        ("series_entries", "series", models.Series),
    ],
)
def test_rows_of_one_record_twice(
    prefix: str, field: str, model: type[orm.Model], odyssey: models.Book, admin_client: Client
):
    record = model.objects.create(name="One")
    data = filled(admin_client, change_url(odyssey))
    add_row(data, prefix, **{field: record.pk})
    add_row(data, prefix, **{field: record.pk})
    (first, second) = errors(admin_client, change_url(odyssey), data)
    assert (field in first, second) == (True, "Please correct the duplicate values below.")


def test_rows_of_one_isbn_twice(admin_client: Client):
    homer = models.Author.objects.create(name="Homer")
    data = filled(admin_client, change_url(homer))
    add_row(data, "books", title="The Odyssey", isbn=ISBN)
    add_row(data, "books", title="Odyssey", isbn="0-393-08905-3")
    assert errors(admin_client, change_url(homer), data) == [
        "Please correct the duplicate data for isbn.",
        "Please correct the duplicate values below.",
    ]


def test_rows_of_one_name_twice(admin_client: Client):
    tenant = tenants.Tenant.objects.create(name="North")
    data = filled(admin_client, change_url(tenant, "hosts"))
    add_row(data, "series_set", name="Penguin Classics", shelf="a")
    add_row(data, "series_set", name="PENGUIN  CLASSICS", shelf="b")
    assert errors(admin_client, change_url(tenant, "hosts"), data) == [
        "Please correct the duplicate data for name.",
        "Please correct the duplicate values below.",
    ]


@pytest.mark.parametrize("value", ["", "x", "99999", "9" * 40])
def test_a_row_with_an_unknown_record(value: str, odyssey: models.Book, admin_client: Client):
    data = filled(admin_client, change_url(odyssey))
    add_row(data, "contributions", author=value, role="translator")
    (answer,) = errors(admin_client, change_url(odyssey), data)
    assert answer in (
        "This field is required.",
        "Select a valid choice. That choice is not one of the available choices.",
    )


def test_a_rejected_form_shows_what_was_chosen(
    odyssey: models.Book, wilson: models.Author, admin_client: Client
):
    data = filled(admin_client, change_url(odyssey)) | {"title": ""}
    add_row(data, "contributions", author=wilson.pk, role="translator")
    page = admin_client.post(change_url(odyssey), data).content.decode()
    assert f'<option value="{wilson.pk}" selected>Emily Wilson</option>' in page


def test_name_and_isbn_that_exist(odyssey: models.Book, admin_client: Client):
    data = filled(admin_client, url(models.Author, "add")) | {"name": "HOMER"}
    assert errors(admin_client, url(models.Author, "add"), data) == [
        (
            f"Author “Homer” (no. {odyssey.author.pk}) already has this name. Choose that "
            "record, or add a qualifier that tells the two apart: “HOMER (physicist)”."
        )
    ]
    data = filled(admin_client, url(models.Book, "add")) | {"title": "O", "isbn": "0-393-08905-3"}
    assert errors(admin_client, url(models.Book, "add"), data) == [
        f"Book “The Odyssey” (no. {odyssey.pk}) already has the ISBN 978-0-393-08905-9."
    ]


# Aliases, imports.


@pytest.fixture
def alias_data(odyssey: models.Book) -> dict[str, Any]:
    return {
        "kind": "django_bookrel.author",
        "name": "Ὅμηρος, Homerus",
        "target": str(odyssey.author.pk),
    }


def test_alias_gets_the_key_of_its_kind(alias_data: dict[str, Any], admin_client: Client):
    data = alias_data | {"name": "Maeonides, Homer"}
    assert admin_client.post(url(models.Alias, "add"), data).status_code == 302
    data |= {"kind": "django_bookrel.publisher", "target": "1"}
    models.Publisher.objects.create(pk=1, name="Homer House")
    assert admin_client.post(url(models.Alias, "add"), data).status_code == 302
    assert list(models.Alias.objects.values_list("kind", "key")) == [
        ("django_bookrel.author", "homer maeonides"),
        ("django_bookrel.publisher", "maeonides homer"),
    ]


def test_alias_that_exists(alias_data: dict[str, Any], admin_client: Client):
    admin_client.post(url(models.Alias, "add"), alias_data)
    data = alias_data | {"name": alias_data["name"].upper()}
    assert errors(admin_client, url(models.Alias, "add"), data) == [
        f"“Ὅμηρος, Homerus” is already an alias of no. {alias_data['target']}."
    ]
    assert admin_client.post(change_url(models.Alias.objects.get()), data).status_code == 302


@pytest.mark.parametrize("target", ["0", "x", "9" * 30])
def test_alias_of_nothing(target: str, alias_data: dict[str, Any], admin_client: Client):
    assert errors(admin_client, url(models.Alias, "add"), alias_data | {"target": target}) == [
        f"No author has the number “{target}”."
    ]


def test_alias_links_to_its_record(alias_data: dict[str, Any], admin_client: Client):
    admin_client.post(url(models.Alias, "add"), alias_data)
    target = models.Author.objects.get()
    page = admin_client.get(url(models.Alias, "changelist")).content.decode()
    assert f'<a href="{change_url(target)}">{target.pk}</a>' in page


def test_import_links_to_its_rejected_rows(record: models.ImportRecord, admin_client: Client):
    address = f"{url(models.RejectedRow, 'changelist')}?import_record__id__exact={record.pk}"
    for page in (url(models.ImportRecord, "changelist"), change_url(record)):
        assert f'<a href="{address}">2</a>' in admin_client.get(page).content.decode()
    assert [row.line for row in listed(admin_client, address)] == [2, 9]


def test_imports_are_read_only_but_may_be_deleted(
    record: models.ImportRecord, admin_client: Client
):
    row = record.rejected_rows.first()
    assert [admin_client.post(change_url(obj), {}).status_code for obj in (record, row)] == [
        403,
        403,
    ]
    page = admin_client.get(change_url(record)).context
    assert (page["has_change_permission"], page["has_delete_permission"]) == (False, True)
    admin_client.post(url(models.ImportRecord, "delete", record.pk), {"post": "yes"})
    assert list(models.ImportRecord.objects.values_list("file")) == [("b.csv",)]
