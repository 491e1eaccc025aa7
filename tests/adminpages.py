"""The admin sites of the tests, their pages and what is on them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.db import models as orm
from django.test import Client
from django.urls import path, reverse

from django_bookrel import models
from django_bookrel.admin import BookAdminMixin, RelatedInline, register
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


def url(model: type[orm.Model], page: str, *args: Any, site: str = "admin") -> str:
    return reverse(f"{site}:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def change_url(obj: orm.Model, site: str = "admin") -> str:
    return url(type(obj), "change", obj.pk, site=site)


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


def listed(client: Client, address: str) -> list[orm.Model]:
    return list(client.get(address).context["cl"].result_list)


@pytest.fixture
def record() -> models.ImportRecord:
    record = models.ImportRecord.objects.create(file="a.csv", rejected=2)
    other = models.ImportRecord.objects.create(file="b.csv", rejected=1)
    for line, parent in ((9, record), (2, record), (1, other)):
        models.RejectedRow.objects.create(
            import_record=parent, line=line, reason="No ISBN", cells=["x"]
        )
    return record
