"""Forms, formsets and the admin answer a name or ISBN that exists with a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.db import models
from django.forms import inlineformset_factory, modelform_factory, modelformset_factory
from django.test import Client
from django.urls import path, reverse

from django_bookrel.models import Author, Book, Publisher, Series, Subject
from tests.hosts.mirror import models as mirror
from tests.hosts.novels.models import House, Novel, Person
from tests.hosts.tenants import models as tenants

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

ISBN = "9780306406157"
ISBN_10 = "0-306-40615-2"
NAME_EXISTS = (
    "{kind} “{name}” (no. {pk}) already has this name. Choose that record, or add a "
    "qualifier that tells the two apart: “{other} (physicist)”."
)


# A plain admin: nothing in it knows of keys.

site = admin.AdminSite()


class BookInline(admin.TabularInline):
    model = Book
    fields = ["title", "isbn"]


@admin.register(Author, site=site)
class AuthorAdmin(admin.ModelAdmin):
    inlines = [BookInline]
    list_display = ["pk", "name"]
    list_editable = ["name"]
    fields = ["name", "born", "died"]


@admin.register(Book, site=site)
class BookAdmin(admin.ModelAdmin):
    list_display = ["pk", "title", "isbn"]
    list_editable = ["title", "isbn"]


class SeriesInline(admin.TabularInline):
    model = tenants.Series


@admin.register(tenants.Tenant, site=site)
class TenantAdmin(admin.ModelAdmin):
    inlines = [SeriesInline]


urlpatterns = [path("admin/", site.urls)]


def rows(prefix: str, initial: int, *rows: dict[str, Any]) -> dict[str, Any]:
    """Return what a browser posts for a formset; ``initial`` rows were there before."""
    counts = {"TOTAL_FORMS": len(rows), "INITIAL_FORMS": initial}
    return {
        **{f"{prefix}-{name}": count for name, count in counts.items()},
        **{
            f"{prefix}-{number}-{name}": value
            for number, row in enumerate(rows)
            for name, value in row.items()
        },
    }


def errors_of(formset: forms.BaseFormSet) -> list[str]:
    return [
        *formset.non_form_errors(),
        *(text for form in formset for texts in form.errors.values() for text in texts),
    ]


# One record.


@pytest.mark.parametrize(
    "model, kind, name, other",
    [
        (Author, "Author", "J. R. R. Tolkien", "tolkien, jrr"),
        (Person, "Author", "J. R. R. Tolkien", "TOLKIEN, J.R.R."),
        (mirror.Author, "Author", "Søren Kierkegaard", "Soren Kierkegaard"),
        (Publisher, "Publisher", "Allen & Unwin", "allen and unwin"),
        (House, "Publisher", "Allen & Unwin", "ALLEN AND UNWIN"),
        (Series, "Series", "Middle-earth", "Middle Earth"),
        (Subject, "Subject", "Fantasy", "  fantasy "),
    ],
)
def test_name_that_exists(model: type[models.Model], kind: str, name: str, other: str):
    one = model.objects.create(name=name)
    form = modelform_factory(model, fields=["name"])({"name": other})
    assert form.errors == {
        "name": [
            NAME_EXISTS.format(kind=kind, name=name, pk=one.pk, other=other.strip()),
        ]
    }


def test_name_with_a_qualifier_is_another_record():
    Author.objects.create(name="John Smith")
    form = modelform_factory(Author, fields=["name"])({"name": "John Smith (poet)"})
    author = form.save()
    assert (author.name, author.key) == ("John Smith (poet)", "john smith poet")


def test_new_name():
    form = modelform_factory(Author, fields=["name", "born"])({"name": " Anna ", "born": "1900"})
    author = form.save()
    assert (author.name, type(author.name), author.key) == ("Anna", str, "anna")


def test_record_keeps_its_name_in_another_spelling():
    tolkien = Author.objects.create(name="J. R. R. Tolkien")
    form = modelform_factory(Author, fields=["name"])
    assert not form({"name": "J. R. R. Tolkien"}, instance=tolkien).has_changed()
    changed = form({"name": "Tolkien, J. R. R."}, instance=tolkien)
    assert (changed.has_changed(), changed.errors) == (True, {})
    changed.save()
    assert Author.objects.values_list("name", "key").get() == ("Tolkien, J. R. R.", "jrr tolkien")


def test_record_cannot_take_the_name_of_another():
    woolf = Author.objects.create(name="Virginia Woolf")
    other = Author.objects.create(name="Leonard Woolf")
    form = modelform_factory(Author, fields=["name"])({"name": "woolf, virginia"}, instance=other)
    assert form.errors["name"][0].startswith(
        f"Author “Virginia Woolf” (no. {woolf.pk}) already has "
    )


@pytest.mark.parametrize("name", ["", "  "])
def test_empty_name(name: str):
    form = modelform_factory(Author, fields=["name"])({"name": name})
    assert form.errors == {"name": ["This field is required."]}


def test_name_that_is_too_long():
    form = modelform_factory(Author, fields=["name"])({"name": "a" * 256})
    assert form.errors == {"name": ["Ensure this value has at most 255 characters (it has 256)."]}


def test_form_without_the_name():
    woolf = Author.objects.create(name="Virginia Woolf")
    form = modelform_factory(Author, fields=["born"])({"born": "1882"}, instance=woolf)
    form.save()
    assert Author.objects.values_list("name", "key", "born").get() == (
        "Virginia Woolf",
        "virginia woolf",
        1882,
    )


def test_form_with_a_field_of_its_own_for_the_name():
    Author.objects.create(name="Virginia Woolf")
    form = modelform_factory(Author, fields=["name"], field_classes={"name": forms.CharField})
    assert not form({"name": "WOOLF, VIRGINIA"}).is_valid()


def test_death_before_birth():
    form = modelform_factory(Author, fields=["name", "born", "died"])(
        {"name": "Anna", "born": "1941", "died": "1882"}
    )
    assert form.errors == {"__all__": ["The year of death must not be before the year of birth."]}


@pytest.mark.parametrize("model", [Book, Novel, mirror.Book])
@pytest.mark.parametrize("isbn", [ISBN, ISBN_10, "ISBN 978-0-306-40615-7", " 0306406152 "])
def test_isbn_that_exists(model: type[models.Model], isbn: str):
    book = model.objects.create(title="The Waves", isbn=ISBN)
    form = modelform_factory(model, fields=["title", "isbn"])({"title": "Other", "isbn": isbn})
    assert form.errors == {
        "isbn": [f"Book “The Waves” (no. {book.pk}) already has the ISBN 978-0-306-40615-7."]
    }


@pytest.mark.parametrize(
    "isbn, stored",
    [
        (ISBN, ISBN),
        (ISBN_10, ISBN),
        ("ISBN 978-0-306-40615-7", ISBN),
        ("978 - 0 - 306 - 40615 - 7", ISBN),
        ("", None),
        ("  ", None),
    ],
)
def test_new_isbn(isbn: str, stored: str | None):
    Book.objects.create(title="Another without ISBN")
    form = modelform_factory(Book, fields=["title", "isbn"])({"title": "A book", "isbn": isbn})
    assert form.save().isbn == stored
    assert Book.objects.values_list("isbn", flat=True).get(title="A book") == stored


@pytest.mark.parametrize(
    "isbn, sentence",
    [
        ("hello", "hello"),
        ("9780306406158", "check digit"),
        ("978-0-306-40615-8", "check digit"),
        ("97803064", "10 or 13"),
        ("9" * 41, "at most 40 characters"),
    ],
)
def test_invalid_isbn(isbn: str, sentence: str):
    form = modelform_factory(Book, fields=["title", "isbn"])({"title": "A book", "isbn": isbn})
    (text,) = form.errors["isbn"]
    assert sentence in text


def test_book_keeps_its_isbn_in_another_form():
    book = Book.objects.create(title="A book", isbn=ISBN)
    form = modelform_factory(Book, fields=["isbn"])({"isbn": ISBN_10}, instance=book)
    assert (form.errors, form.save().isbn) == ({}, ISBN)


def test_position_may_be_left_empty():
    book = Book.objects.create(title="A book")
    author = Author.objects.create(name="Anna")
    model = book.contributions.model
    form = modelform_factory(model, fields=["book", "author", "role", "position"])
    data = {"book": book.pk, "author": author.pk, "role": "editor", "position": ""}
    assert form(data).save().position == 1


# A host whose names are unique within a tenant.


def test_name_that_exists_in_the_same_tenant():
    north, south = (tenants.Tenant.objects.create(name=n) for n in ("North", "South"))
    poems = tenants.Series.objects.create(tenant=north, name="Poems & Letters", shelf="A")
    form = modelform_factory(tenants.Series, fields=["tenant", "name", "shelf"])
    data = {"name": "POEMS AND LETTERS", "shelf": "B"}
    assert form({**data, "tenant": north.pk}).errors == {
        "name": [
            NAME_EXISTS.format(
                kind="Series", name="Poems & Letters", pk=poems.pk, other="POEMS AND LETTERS"
            ),
        ]
    }
    assert form({**data, "tenant": south.pk}).save().key == "poems and letters"


def test_get_or_create_in_a_tenant():
    north, south = (tenants.Tenant.objects.create(name=n) for n in ("North", "South"))
    get_or_create = tenants.Series.objects.get_or_create
    poems, _is_new = get_or_create(tenant=north, name="Poems & Letters")
    assert get_or_create(tenant=north, name="POEMS AND LETTERS") == (poems, False)
    assert get_or_create(tenant=south, name="POEMS AND LETTERS")[1] is True
    assert north.series_set.get_or_create(name="Poems and Letters") == (poems, False)


# Several records in one form.


@pytest.mark.parametrize("model", [Author, Person])
def test_formset_with_one_name_twice(model: type[models.Model]):
    formset = modelformset_factory(model, fields=["name"], extra=2)(
        rows("form", 0, {"name": "J. R. R. Tolkien"}, {"name": "Tolkien, J.R.R."}),
        queryset=model.objects.none(),
    )
    assert errors_of(formset) == [
        "Please correct the duplicate data for name.",
        "Please correct the duplicate values below.",
    ]


def test_formset_with_an_isbn_twice():
    formset = modelformset_factory(Book, fields=["title", "isbn"], extra=2)(
        rows("form", 0, {"title": "One", "isbn": ISBN}, {"title": "Two", "isbn": ISBN_10}),
        queryset=Book.objects.none(),
    )
    assert errors_of(formset) == [
        "Please correct the duplicate data for isbn.",
        "Please correct the duplicate values below.",
    ]


def test_formset_with_a_name_that_exists():
    Author.objects.create(name="J. R. R. Tolkien")
    formset = modelformset_factory(Author, fields=["name"], extra=2)(
        rows("form", 0, {"name": "Virginia Woolf"}, {"name": "Tolkien, J.R.R."}),
        queryset=Author.objects.none(),
    )
    (text,) = errors_of(formset)
    assert text.startswith("Author “J. R. R. Tolkien” (no. ")


def test_formset_with_different_names():
    formset = modelformset_factory(Author, fields=["name"], extra=3)(
        rows("form", 0, {"name": "Virginia Woolf"}, {"name": "Leonard Woolf"}, {"name": ""}),
        queryset=Author.objects.none(),
    )
    assert [author.key for author in formset.save()] == ["virginia woolf", "leonard woolf"]


def test_formset_of_books_without_isbn():
    formset = modelformset_factory(Book, fields=["title", "isbn"], extra=2)(
        rows("form", 0, {"title": "One", "isbn": ""}, {"title": "Two", "isbn": ""}),
        queryset=Book.objects.none(),
    )
    assert [book.isbn for book in formset.save()] == [None, None]


def test_inline_formset_with_an_isbn_twice():
    anna = Author.objects.create(name="Anna")
    formset = inlineformset_factory(Author, Book, fields=["title", "isbn"])(
        rows("books", 0, {"title": "One", "isbn": ISBN}, {"title": "Two", "isbn": ISBN_10}),
        instance=anna,
    )
    assert errors_of(formset) == [
        "Please correct the duplicate data for isbn.",
        "Please correct the duplicate values below.",
    ]


def test_inline_formset_with_one_name_twice_in_a_tenant():
    north = tenants.Tenant.objects.create(name="North")
    formset = inlineformset_factory(tenants.Tenant, tenants.Series, fields=["name", "shelf"])(
        rows("series_set", 0, {"name": "A & B", "shelf": "1"}, {"name": "A and B", "shelf": "2"}),
        instance=north,
    )
    assert errors_of(formset) == [
        "Please correct the duplicate data for name.",
        "Please correct the duplicate values below.",
    ]


# The admin.


@pytest.fixture
def tolkien() -> Author:
    return Author.objects.create(name="J. R. R. Tolkien")


def test_admin_add_page_with_a_name_that_exists(admin_client: Client, tolkien: Author):
    response = admin_client.post(
        reverse("admin:django_bookrel_author_add"),
        {"name": "Tolkien, J. R. R.", **rows("books", 0)},
    )
    assert response.status_code == 200
    assert f"Author “J. R. R. Tolkien” (no. {tolkien.pk}) already has this name" in response.text
    assert Author.objects.count() == 1


def test_admin_change_page_saves_record_and_inlines(admin_client: Client, tolkien: Author):
    response = admin_client.post(
        reverse("admin:django_bookrel_author_change", args=[tolkien.pk]),
        {
            "name": "Tolkien, J. R. R.",
            **rows("books", 0, {"title": "The Hobbit", "isbn": ISBN_10}),
        },
    )
    assert response.status_code == 302
    assert Author.objects.values_list("name", "key").get() == ("Tolkien, J. R. R.", "jrr tolkien")
    assert list(Book.objects.values_list("title", "sort_title", "isbn")) == [
        ("The Hobbit", "hobbit", ISBN)
    ]


def test_admin_inlines_with_an_isbn_twice(admin_client: Client, tolkien: Author):
    response = admin_client.post(
        reverse("admin:django_bookrel_author_change", args=[tolkien.pk]),
        {
            "name": tolkien.name,
            **rows("books", 0, {"title": "One", "isbn": ISBN_10}, {"title": "2", "isbn": ISBN}),
        },
    )
    assert response.status_code == 200
    assert "Please correct the duplicate data for isbn." in response.text
    assert not Book.objects.exists()


def test_admin_inlines_with_one_name_twice_in_a_tenant(admin_client: Client):
    series = [{"name": "A & B", "shelf": "1"}, {"name": "A and B", "shelf": "2"}]
    response = admin_client.post(
        reverse("admin:tenants_tenant_add"), {"name": "North", **rows("series_set", 0, *series)}
    )
    assert response.status_code == 200
    assert "Please correct the duplicate data for name." in response.text
    assert not tenants.Series.objects.exists()


def test_admin_list_with_one_name_twice(admin_client: Client):
    first, second = (Author.objects.create(name=name) for name in ("Anna", "Bert"))
    posted = [
        {"id": first.pk, "name": "J. R. R. Tolkien"},
        {"id": second.pk, "name": "TOLKIEN, J.R.R."},
    ]
    url = reverse("admin:django_bookrel_author_changelist")
    response = admin_client.post(url, {"_save": "Save", **rows("form", 2, *posted)})
    assert response.status_code == 200
    assert "Please correct the duplicate values below." in response.text
    assert [author.name for author in Author.objects.all()] == ["Anna", "Bert"]


def test_admin_list_with_a_name_that_exists(admin_client: Client, tolkien: Author):
    anna = Author.objects.create(name="Anna")
    posted = [{"id": anna.pk, "name": "TOLKIEN, J.R.R."}, {"id": tolkien.pk, "name": tolkien.name}]
    url = reverse("admin:django_bookrel_author_changelist")
    response = admin_client.post(url, {"_save": "Save", **rows("form", 2, *posted)})
    assert response.status_code == 200
    assert f"Author “J. R. R. Tolkien” (no. {tolkien.pk}) already has this name" in response.text
    assert Author.objects.filter(name="Anna").exists()


def test_admin_list_with_new_names(admin_client: Client):
    first, second = (Author.objects.create(name=name) for name in ("Anna", "Bert"))
    posted = [{"id": first.pk, "name": "Virginia Woolf"}, {"id": second.pk, "name": "L. Woolf"}]
    url = reverse("admin:django_bookrel_author_changelist")
    response = admin_client.post(url, {"_save": "Save", **rows("form", 2, *posted)})
    assert response.status_code == 302
    assert set(Author.objects.values_list("name", "key", "sort_name")) == {
        ("Virginia Woolf", "virginia woolf", "woolf virginia"),
        ("L. Woolf", "l woolf", "woolf l"),
    }


def test_admin_list_with_an_isbn_twice(admin_client: Client):
    first, second = (Book.objects.create(title=title) for title in ("One", "Two"))
    posted = [
        {"id": first.pk, "title": "One", "isbn": ISBN},
        {"id": second.pk, "title": "Two", "isbn": ISBN_10},
    ]
    url = reverse("admin:django_bookrel_book_changelist")
    response = admin_client.post(url, {"_save": "Save", **rows("form", 2, *posted)})
    assert response.status_code == 200
    assert "Please correct the duplicate values below." in response.text
    assert [book.isbn for book in Book.objects.all()] == [None, None]
