from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from django_bookrel.models import Author, Book, Publisher

pytestmark = pytest.mark.django_db

GOOD = """\
isbn,title,author,year
9780141439587,Emma,Jane Austen,1815
9780141183633,Kim,Kipling,1901
"""
BOOKS = "admin:django_bookrel_book"


def inlines(page: Any) -> dict[str, Any]:
    """Give what a browser sends of the inlines of a page without changing them."""
    sent: dict[str, Any] = {}
    for inline in page.context["inline_admin_formsets"]:
        forms = inline.formset.initial_forms
        for form in (inline.formset.management_form, *forms):
            sent |= {
                form.add_prefix(name): value
                for name in form.fields
                if (value := form.get_initial_for_field(form.fields[name], name)) is not None
            }
        sent[inline.formset.management_form.add_prefix("TOTAL_FORMS")] = len(forms)
    return sent


def test_inlines(admin_client: Client):
    book = Book.objects.create(title="Emma", author=Author.objects.create(name="Jane Austen"))
    publisher = Publisher.objects.create(name="Virago")
    url = reverse(f"{BOOKS}_change", args=[book.pk])
    page = admin_client.get(url)
    row = {"Publisher_books-TOTAL_FORMS": 1, "Publisher_books-0-publisher": publisher.pk}
    said = admin_client.post(
        url, {"title": "Emma!", "author": book.author_id, **inlines(page), **row}
    )
    assert said.status_code == 302
    book.refresh_from_db()
    assert (book.title, list(book.publishers.all())) == ("Emma!", [publisher])


def preview(client: Client, text: str) -> Any:
    file = SimpleUploadedFile("books.csv", text.encode())
    sent = {"import_file": file, "format": "0", "resource": "0"}
    return client.post(reverse(f"{BOOKS}_import"), sent)


def test_pages(admin_client: Client):
    book = Book.objects.create(title="Emma", author=Author.objects.create(name="Jane Austen"))
    for name, *args in (
        (f"{BOOKS}_changelist",),
        (f"{BOOKS}_add",),
        (f"{BOOKS}_change", book.pk),
        ("admin:django_bookrel_author_change", book.author_id),
        ("admin:django_bookrel_publisher_changelist",),
    ):
        page = admin_client.get(reverse(name, args=args))
        assert (page.status_code, "unfold/" in page.text) == (200, True)


def test_import(admin_client: Client):
    page = preview(admin_client, GOOD)
    assert [row.import_type for row in page.context["result"].valid_rows()] == ["new", "new"]
    assert "Jane Austen" in page.text
    confirmed = page.context["confirm_form"].initial
    page = admin_client.post(reverse(f"{BOOKS}_process_import"), confirmed, follow=True)
    [message] = page.context["messages"]
    assert str(message).startswith("Import finished: 2 new, 0 updated,")
    found = Book.objects.values_list("title", "author__name")
    assert list(found) == [("Emma", "Jane Austen"), ("Kim", "Kipling")]


def test_rejected_rows(admin_client: Client):
    page = preview(admin_client, GOOD.replace("1901", "MCMI"))
    assert "is not a whole number" in page.text
    assert "confirm_form" not in page.context
    assert not Book.objects.exists()


def test_export(admin_client: Client):
    Book.objects.create(title="Emma", isbn="9780141439587")
    page = admin_client.get(reverse(f"{BOOKS}_export"))
    assert "unfold/" in page.text
    fields = {f"bookresource_{name}": "on" for name in ("isbn", "title")}
    exported = admin_client.post(
        reverse(f"{BOOKS}_export"), {"format": "0", "resource": "0", **fields}
    )
    assert exported.text.splitlines() == ["isbn,title", "9780141439587,Emma"]
