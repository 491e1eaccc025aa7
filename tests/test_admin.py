"""The admin pages: complete, a fixed number of queries, sentences in place of errors."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.models import Permission, User
from django.db import models as orm
from django.test import Client
from django.urls import path, reverse
from pytest_django import DjangoAssertNumQueries

from django_bookrel import models
from django_bookrel.admin import BookAdminMixin, RelatedInline, register
from tests.hosts.keeper import models as keeper
from tests.hosts.mirror import models as mirror
from tests.hosts.newsdesk import models as newsdesk
from tests.hosts.novels import models as novels
from tests.hosts.pair import models as pair
from tests.hosts.tenants import models as tenants

ISBN = "9780393089059"

hosts = admin.AdminSite("hosts")
register(*(m for m in vars(mirror).values() if isinstance(m, type)), site=hosts)
register(novels.Person, novels.House, pair.Author, pair.Book, site=hosts)


@admin.register(novels.Novel, site=hosts)
class NovelAdmin(BookAdminMixin, admin.ModelAdmin):
    """A host's own: searched by language too, and with its own inline for the houses."""

    search_fields = ("title", "=language")
    inlines = (RelatedInline.create(novels.House.books.through, verbose_name_plural="Imprints"),)


@admin.register(tenants.Tenant, site=hosts)
class TenantAdmin(admin.ModelAdmin):
    """Of a model that is none of a catalogue."""

    search_fields = ("name",)
    inlines = (RelatedInline.create(tenants.Series),)


@admin.register(tenants.Series, site=hosts)
class SeriesAdmin(admin.ModelAdmin):
    pass


@admin.register(newsdesk.Reporter, site=hosts)
class ReporterAdmin(admin.ModelAdmin):
    search_fields = ("name",)
    inlines = (RelatedInline.create(newsdesk.Article, fk_name="reporter"),)


bare = admin.AdminSite("bare")
bare.register(mirror.Book, inlines=[RelatedInline.create(mirror.Contribution)])

urlpatterns = [
    path("admin/", admin.site.urls),
    path("hosts/", hosts.urls),
    path("bare/", bare.urls),
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def url(model: type[orm.Model], page: str, *args: Any, site: str = "admin") -> str:
    return reverse(f"{site}:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def change_url(obj: orm.Model, site: str = "admin") -> str:
    return url(type(obj), "change", obj.pk, site=site)


def inline_names(client: Client, address: str) -> list[str]:
    formsets = client.get(address).context["inline_admin_formsets"]
    return [str(formset.opts.verbose_name_plural) for formset in formsets]


def filled(client: Client, address: str) -> dict[str, Any]:
    """Return what a browser posts if the form is sent as it came."""
    context = client.get(address).context
    forms = [context["adminform"].form]
    for formset in context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    fields = [field for form in forms for field in form]
    return {f.html_name: "" if f.value() is None else f.value() for f in fields}


def add_row(data: dict[str, Any], prefix: str, **values: Any) -> None:
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    data[f"{prefix}-TOTAL_FORMS"] = number + 1
    data.update({f"{prefix}-{number}-{name}": value for name, value in values.items()})


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


def catalogue(module: Any, size: int) -> dict[str, orm.Model]:
    """Make one record of each kind, each related to ``size`` rows on every side."""
    authors = [module.Author.objects.create(name=f"Author {n}") for n in range(size)]
    books = [module.Book.objects.create(title=f"Book {n}", author=authors[0]) for n in range(size)]
    publishers = [module.Publisher.objects.create(name=f"House {n}") for n in range(size)]
    series = [module.Series.objects.create(name=f"Series {n}") for n in range(size)]
    subjects = [module.Subject.objects.create(name=f"Subject {n}") for n in range(size)]
    first = (authors[0], books[0], publishers[0], series[0], subjects[0])
    for n in range(size):
        module.Contribution.objects.create(book=books[0], author=authors[n], role="editor")
        module.Contribution.objects.create(book=books[n], author=authors[0], role="translator")
        module.Identifier.objects.create(book=books[0], scheme="oclc", value=str(n))
        module.SeriesEntry.objects.get_or_create(series=series[0], book=books[n])
        module.SeriesEntry.objects.get_or_create(series=series[n], book=books[0])
    publishers[0].books.set(books)
    books[0].publishers.set(publishers)
    subjects[0].books.set(books)
    books[0].subjects.set(subjects)
    return dict(zip(("author", "book", "publisher", "series", "subject"), first, strict=True))


@pytest.fixture
def odyssey() -> models.Book:
    homer = models.Author.objects.create(name="Homer")
    return models.Book.objects.create(title="The Odyssey", author=homer, isbn=ISBN, year=2018)


@pytest.fixture
def wilson() -> models.Author:
    return models.Author.objects.create(name="Emily Wilson")


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

MODELS = {
    models.Alias: "AliasAdmin",
    models.Author: "AuthorAdmin",
    models.Book: "BookAdmin",
    models.Contribution: "ContributionAdmin",
    models.Identifier: "IdentifierAdmin",
    models.ImportRecord: "ImportRecordAdmin",
    models.Publisher: "PublisherAdmin",
    models.RejectedRow: "RejectedRowAdmin",
    models.Series: "SeriesAdmin",
    models.SeriesEntry: "SeriesEntryAdmin",
    models.Subject: "SubjectAdmin",
}
READ_ONLY = (models.ImportRecord, models.RejectedRow)


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


# Finding.


def listed(client: Client, address: str) -> list[orm.Model]:
    return list(client.get(address).context["cl"].result_list)


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


@pytest.fixture
def record() -> models.ImportRecord:
    record = models.ImportRecord.objects.create(file="a.csv", rejected=2)
    other = models.ImportRecord.objects.create(file="b.csv", rejected=1)
    for line, parent in ((9, record), (2, record), (1, other)):
        models.RejectedRow.objects.create(
            import_record=parent, line=line, reason="No ISBN", cells=["x"]
        )
    return record


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
