from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from django_bookrel.resources import Result

from .models import Author, Book
from .resources import AuthorResource, BookResource

HEADER = "isbn,title,topics,year"
EMMA = "9780141439587"
LOCALE = "wagtail.models.i18n.set_locale_on_new_instance"


def links() -> list[tuple[Any, ...]]:
    return [(book.year, *sorted(t.name for t in book.topics.all())) for book in Book.objects.all()]


@pytest.mark.parametrize("options", [{}, {"bulk": True}])
def test_parental_many_to_many_field(take: Callable[..., Result], options: dict[str, Any]):
    result = take([HEADER, f"{EMMA},Emma,Love|Money,1815"], resource=BookResource, **options)
    assert (result.counts.new, result.rejections, links()) == (1, [], [(1815, "Love", "Money")])
    result = take([HEADER, f"{EMMA},Emma,Love|England,1816"], resource=BookResource, **options)
    assert (result.counts.updated, links()) == (1, [(1816, "England", "Love")])
    again = take([HEADER, f"{EMMA},Emma,Love|England,1816"], resource=BookResource, **options)
    assert again.counts.unchanged == 1
    index = "Book has post_save receivers (wagtail.signal_handlers.update_reference_index_on_save)"
    reasons = ["Book.save() is overridden", index]
    said = (result.reasons, result.notes)
    assert said == (([], [f"bypassed: {'; '.join(reasons)}"]) if options else (reasons, []))


def test_receiver_of_every_model(take: Callable[..., Result], settings: Any):
    lines = ["name,born", "Jane Austen,1775"]
    assert settings.BOOKREL_HARMLESS_RECEIVERS == [LOCALE]
    result = take(lines, resource=AuthorResource)
    assert (result.path, result.reasons, result.counts.new) == ("bulk", [], 1)
    settings.BOOKREL_HARMLESS_RECEIVERS = []
    result = take(lines, resource=AuthorResource)
    assert result.reasons == [f"Author has pre_save receivers ({LOCALE})"]


def test_snippets(admin_client: Client):
    author = Author.objects.create(name="Ursula K. Le Guin")
    snippets = "/cms/snippets/with_wagtail/author"
    index = admin_client.get(f"{snippets}/")
    assert (index.status_code, "Ursula K. Le Guin" in index.text) == (200, True)
    added = admin_client.post(f"{snippets}/add/", {"name": "LE GUIN, Ursula K."})
    assert f"“Ursula K. Le Guin” (no. {author.pk}) already has this name." in added.text
    assert admin_client.post(f"{snippets}/add/", {"name": "Kipling"}).status_code == 302
    assert sorted(Author.objects.values_list("key", flat=True)) == ["kipling", "ursula k le guin"]
