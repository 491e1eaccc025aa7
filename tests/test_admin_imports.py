"""django-import-export's admin pages over our resources: the preview, and how an import ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import path
from django.utils.html import strip_tags
from import_export.admin import ImportExportModelAdmin

from django_bookrel.admin import BookAdminMixin, ImportOutcomeMixin
from django_bookrel.models import Book, ImportRecord
from django_bookrel.resources import BookResource
from tests.hosts.newsdesk.models import Article
from tests.hosts.newsdesk.resources import ArticleResource

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("urls")]

site = admin.AdminSite(name="imports")
HEADER = "slug,headline,words\n"


@admin.register(Article, site=site)
class ArticleAdmin(ImportOutcomeMixin, ImportExportModelAdmin):
    resource_classes = (ArticleResource,)


@admin.register(Book, site=site)
class BookAdmin(BookAdminMixin, ImportExportModelAdmin):
    resource_classes = (BookResource,)


urlpatterns = [path("imports/", site.urls)]


@pytest.fixture
def urls() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__):
        yield


def upload(client: Client, text: str, model: str = "newsdesk/article") -> Any:
    file = SimpleUploadedFile("rows.csv", text.encode(), "text/csv")
    data = {"import_file": file, "format": "0", "resource": ""}
    return client.post(f"/imports/{model}/import/", data)


def confirm(client: Client, preview: Any, model: str = "newsdesk/article") -> Any:
    data = preview.context["confirm_form"].initial
    return client.post(f"/imports/{model}/process_import/", data)


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_preview_shows_the_rows(admin_client: Client):
    Article.objects.create(slug="old", headline="Old")
    preview = upload(admin_client, HEADER + "new,<b>,1\nold,Older,2\n")
    page = preview.content.decode()
    assert "confirm_form" in preview.context
    text = " ".join(strip_tags(page).split())
    assert ("New new &lt;b&gt;" in text, "Update old Older" in text) == (True, True)
    assert "<b>,1" not in page
    assert Article.objects.count() == 1


def test_preview_names_the_columns_that_go_nowhere(admin_client: Client):
    preview = upload(admin_client, "slug,headline,colour\nnew,A,red\n")
    assert "Columns not imported: colour" in preview.content.decode()
    assert "Columns not imported" not in upload(admin_client, HEADER + "a,A,1\n").content.decode()


@pytest.mark.parametrize("row", ["bad,B,20000", "bad,B,many"], ids=["database", "cell"])
def test_preview_of_a_file_with_a_bad_row_has_no_way_on(admin_client: Client, row: str):
    preview = upload(admin_client, f"{HEADER}good,A,1\n{row}\n")
    assert "confirm_form" not in preview.context
    result = preview.context["result"]
    assert (result.has_errors() or result.has_validation_errors()) is True


def test_confirmed_import(admin_client: Client):
    response = confirm(admin_client, upload(admin_client, HEADER + "new,A,1\n"))
    assert said(response) == [
        "Import finished: 1 new, 0 updated, 0 deleted and 0 skipped articles."
    ]
    [record] = ImportRecord.objects.all()
    assert (record.file, record.user, record.new) == ("rows.csv", "admin", 1)
    [entry] = admin.models.LogEntry.objects.all()
    assert (entry.object_repr, entry.action_flag) == ("A", admin.models.ADDITION)


@pytest.mark.parametrize("together", [True, False], ids=["one transaction", "row by row"])
def test_row_that_is_lost_after_the_preview(
    admin_client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch, *, together: bool
):
    settings.IMPORT_EXPORT_USE_TRANSACTIONS = together
    preview = upload(admin_client, HEADER + "good,A,1\nbad,B,2\n")

    def save(article: Article, *args: Any, **kwargs: Any) -> None:
        if article.slug == "bad":
            raise RuntimeError("locked by the editor")
        super(Article, article).save(*args, **kwargs)

    monkeypatch.setattr(Article, "save", save)
    response = confirm(admin_client, preview)
    assert response["Location"] == "/imports/newsdesk/article/import/"
    first = "Nothing was imported; rows rejected: 1 of 2."
    if not together:
        first = "Rows imported: 1 of 2; rejected: 1."
    assert said(response) == [first, "Row 2: locked by the editor"]
    assert Article.objects.count() == (0 if together else 1)
    assert admin.models.LogEntry.objects.count() == (0 if together else 1)


def test_book_admin_says_it_too(admin_client: Client, monkeypatch: pytest.MonkeyPatch):
    model = "django_bookrel/book"
    preview = upload(admin_client, "title,isbn\nDune,9780306406157\n", model)

    def clean(book: Book) -> None:
        raise RuntimeError("no more books")

    monkeypatch.setattr(Book, "clean", clean)
    response = confirm(admin_client, preview, model)
    assert said(response) == [
        "Nothing was imported; rows rejected: 1 of 1.",
        "Row 1: no more books",
    ]


def test_file_of_another_kind(admin_client: Client):
    preview = upload(admin_client, "Title,Author\nDune,Herbert\n", "django_bookrel/book")
    assert "confirm_form" not in preview.context
    assert preview.context["result"].has_errors()
    assert Book.objects.count() == 0
