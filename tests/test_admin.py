"""The admin's pages, what they query, and who may do what."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.models import Permission, User
from django.db import models as orm
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from django_bookrel import models
from django_bookrel.admin import BookAdminMixin, RelatedInline, register
from tests.adminpages import (
    ISBN,
    MODELS,
    READ_ONLY,
    add_row,
    catalogue,
    change_url,
    filled,
    url,
)
from tests.hosts.keeper import models as keeper
from tests.hosts.mirror import models as mirror
from tests.hosts.newsdesk import models as newsdesk
from tests.hosts.novels import models as novels
from tests.hosts.pair import models as pair
from tests.hosts.tenants import models as tenants

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.adminpages")]


def inline_names(client: Client, address: str) -> list[str]:
    formsets = client.get(address).context["inline_admin_formsets"]
    return [str(formset.opts.verbose_name_plural) for formset in formsets]


def staff(*permissions: str) -> Client:
    user = User.objects.create_user("librarian", is_staff=True)
    for permission in permissions:
        user.user_permissions.add(
            Permission.objects.get(codename=permission, content_type__app_label="django_bookrel")
        )
    client = Client()
    client.force_login(user)
    return client


# Pages.


def test_registered_models():
    found = {
        model: type(admin_).__name__
        for model, admin_ in admin.site._registry.items()
        if model._meta.app_label == "django_bookrel"
    }
    assert found == MODELS


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_list_opens(model: type[orm.Model], admin_client: Client):
    catalogue(models, 2)
    for query in ("", "?q=book 1", f"?q={ISBN}", "?q=%20"):
        assert admin_client.get(url(model, "changelist") + query).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_add_page_opens(model: type[orm.Model], admin_client: Client):
    expected = 403 if model in READ_ONLY else 200
    assert admin_client.get(url(model, "add")).status_code == expected


INLINES = {
    "author": ["books", "books (Keeper)", "contributions"],
    "book": ["contributions", "publishers", "series entries", "subjects", "identifiers"],
    "publisher": ["books"],
    "series": ["series entries"],
    "subject": ["books"],
}


@pytest.mark.parametrize("kind", INLINES)
def test_inlines_on_both_sides(kind: str, admin_client: Client):
    address = change_url(catalogue(models, 1)[kind])
    assert inline_names(admin_client, address) == INLINES[kind]


def test_inlines_of_hosts_are_those_that_they_have(admin_client: Client):
    pages = (
        (novels.Person, ["books"]),
        (novels.Novel, ["Imprints"]),
        (novels.House, ["books"]),
        (pair.Author, ["books"]),
        (pair.Book, []),
        (mirror.Author, ["books", "contributions"]),
        (mirror.Book, INLINES["book"]),
    )
    found = [(m, inline_names(admin_client, url(m, "add", site="hosts"))) for m, _names in pages]
    assert found == list(pages)


def test_a_relation_with_an_inline_is_no_field(admin_client: Client):
    form = admin_client.get(url(models.Publisher, "add")).context["adminform"].form
    assert list(form.fields) == ["name"]


def test_book_page_shows_what_is_typed_then_what_is_worked_out(
    odyssey: models.Book, admin_client: Client
):
    adminform = admin_client.get(change_url(odyssey)).context["adminform"]
    assert [
        (str(name or ""), list(options["fields"])) for name, options in adminform.fieldsets
    ] == [
        ("", ["title", "author", "isbn", "year", "language", "pages"]),
        ("Keys and dates", ["created_at", "updated_at", "sort_title"]),
    ]
    assert adminform.form["title"].field.widget.input_type == "text"


def test_a_host_says_what_is_on_the_form(admin_client: Client):
    class ShortAdmin(BookAdminMixin, admin.ModelAdmin):
        fields = ("title", "author")
        raw_id_fields = ("author",)

    page = ShortAdmin(models.Book, admin.site)
    request = admin_client.get(reverse("admin:index")).wsgi_request
    assert page.get_fieldsets(request) == [(None, {"fields": ("title", "author")})]
    assert page.get_autocomplete_fields(request) == []


def test_rows_are_in_the_order_of_their_books(odyssey: models.Book, admin_client: Client):
    norton = models.Publisher.objects.create(name="Norton")
    iliad = models.Book.objects.create(title="The Iliad")
    for book in (odyssey, iliad):
        norton.books.add(book)
        models.Contribution.objects.create(book=book, author=odyssey.author, role="editor")
    pages = ((norton, 0), (odyssey.author, 2))
    for obj, number in pages:
        formset = admin_client.get(change_url(obj)).context["inline_admin_formsets"][number].formset
        assert [form.instance.book for form in formset.forms] == [iliad, odyssey]


def test_unregistered_model_needs_a_base():
    with pytest.raises(LookupError, match=r"^tenants\.Tenant does not subclass a catalogue model;"):
        register(tenants.Tenant, site=admin.AdminSite())


# Queries.


# Session and user, the record, and two for each inline: the rows, and the labels in them.
QUERIES = {"author": 7, "book": 13, "publisher": 5, "series": 5, "subject": 5}


@pytest.mark.parametrize("size", [2, 12])
@pytest.mark.parametrize("kind", QUERIES)
def test_change_page_queries(
    kind: str, size: int, admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries
):
    address = change_url(catalogue(models, size)[kind])
    admin_client.get(address)
    with django_assert_num_queries(QUERIES[kind]):
        admin_client.get(address)


@pytest.mark.parametrize("size", [2, 12])
def test_change_page_queries_of_a_host(
    size: int, admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries
):
    address = change_url(catalogue(mirror, size)["book"], site="hosts")
    admin_client.get(address)
    with django_assert_num_queries(QUERIES["book"]):
        admin_client.get(address)


@pytest.mark.parametrize("size", [2, 12])
def test_change_page_queries_with_permission_to_view_only(
    size: int, django_assert_num_queries: DjangoAssertNumQueries
):
    client = staff("view_book", "view_contribution", "view_publisher", "view_seriesentry")
    address = change_url(catalogue(models, size)["book"])
    client.get(address)
    with django_assert_num_queries(12):
        client.get(address)


@pytest.mark.parametrize("size", [2, 12])
def test_labels_of_a_form_that_is_rejected(
    size: int, admin_client: Client, monkeypatch: pytest.MonkeyPatch
):
    # Each row that is posted costs queries to validate it; its label must cost none.
    asked = []
    optgroups = AutocompleteSelect.optgroups
    monkeypatch.setattr(
        AutocompleteSelect,
        "optgroups",
        lambda self, name, value, attr=None: (
            asked.append(value) or optgroups(self, name, value, attr)
        ),
    )
    address = change_url(catalogue(models, size)["book"])
    data = filled(admin_client, address) | {"title": ""}
    asked.clear()
    page = admin_client.post(address, data)
    assert page.status_code == 200
    # The book's author, and the empty row of each inline, for which Django asks nothing.
    empty = [value for value in asked if value in ([""], [])]
    assert (len(asked), len(empty)) == (5, 4)


@pytest.mark.parametrize("size", [2, 12])
def test_rows_share_the_choices_of_a_relation_that_cannot_be_searched(
    size: int, admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries
):
    address = change_url(catalogue(mirror, size)["book"], site="bare")
    admin_client.get(address)
    with django_assert_num_queries(7):
        response = admin_client.get(address)
    rows = response.context["inline_admin_formsets"][0].formset.forms
    offered = {tuple(str(value) for value, _label in row["author"].field.choices) for row in rows}
    assert offered == {("", *(str(a.pk) for a in mirror.Author.objects.all()))}


@pytest.mark.parametrize("size", [2, 12])
@pytest.mark.parametrize(
    "model",
    [m for m in MODELS if m not in READ_ONLY and m is not models.Alias],
    ids=lambda model: model.__name__,
)
def test_list_queries(
    model: type[orm.Model],
    size: int,
    admin_client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    catalogue(models, size)
    admin_client.get(url(model, "changelist"))
    with django_assert_num_queries(4):
        admin_client.get(url(model, "changelist"))


# Permissions.


def test_inlines_respect_permissions(odyssey: models.Book, wilson: models.Author):
    client = staff("change_book", "view_identifier")
    address = change_url(odyssey)
    assert inline_names(client, address) == ["identifiers"]
    data = filled(client, address) | {"title": "Odyssey"}
    prefixes = ("contributions", models.Publisher.books.through.__name__)
    data |= {
        f"{p}-{name}": n for p in prefixes for name, n in (("TOTAL_FORMS", 0), ("INITIAL_FORMS", 0))
    }
    norton = models.Publisher.objects.create(name="Norton")
    add_row(data, "contributions", author=wilson.pk, role="translator")
    add_row(data, prefixes[1], publisher=norton.pk)
    add_row(data, "identifiers", scheme="oclc", value="991")
    assert client.post(address, data).status_code == 302
    odyssey.refresh_from_db()
    assert odyssey.title == "Odyssey"
    assert not odyssey.contributions.exists()
    assert not odyssey.publishers.exists()
    assert not odyssey.identifiers.exists()


def test_links_to_publishers_need_the_permission_to_change_publishers(odyssey: models.Book):
    client = staff("change_book", "change_publisher")
    assert inline_names(client, change_url(odyssey)) == ["publishers"]


# Any model.


@pytest.mark.parametrize("size", [2, 12])
def test_inline_of_models_of_no_catalogue(
    size: int, admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries
):
    reporter = newsdesk.Reporter.objects.create(email="a@example.org")
    for n in range(size):
        editor = newsdesk.Reporter.objects.create(email=f"{n}@example.org")
        newsdesk.Article.objects.create(
            slug=str(n), headline=str(n), reporter=reporter, editor=editor
        )
    address = change_url(reporter, "hosts")
    admin_client.get(address)
    # Session, user, reporter, articles; the editors' labels; the choices of sections and of
    # articles to follow, for the rows and for the empty row.
    with django_assert_num_queries(9):
        context = admin_client.get(address).context
    (formset,) = context["inline_admin_formsets"]
    rows = [form["editor"] for form in formset.formset.forms]
    groups = [row.field.widget.widget.optgroups("editor", [row.value()]) for row in rows]
    found = [[(o["value"], o["label"]) for o in options] for ((_, options, _),) in groups]
    emails = [f"{n}@example.org" for n in range(size)]
    assert found == [[("", ""), (email, email)] for email in emails]
    assert "topics" not in formset.formset.form.base_fields


def test_inline_shows_many_to_many_fields_that_it_names(admin_client: Client):
    site = admin.AdminSite()
    inline = RelatedInline.create(newsdesk.Article, fk_name="reporter", fields=("slug", "topics"))
    formset = inline(newsdesk.Reporter, site).get_formset(
        admin_client.get(reverse("admin:index")).wsgi_request
    )
    assert list(formset.form.base_fields) == ["slug", "topics"]


def test_kept_authors_show_the_books_of_the_host(wilson: models.Author, admin_client: Client):
    keeper.Book.objects.create(title="Kept", author=wilson)
    formsets = admin_client.get(change_url(wilson)).context["inline_admin_formsets"]
    assert [[str(form.instance) for form in f.formset.forms] for f in formsets] == [
        [],
        ["Kept"],
        [],
    ]
