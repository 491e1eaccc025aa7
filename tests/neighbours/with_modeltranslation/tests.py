from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import translation

from django_bookrel.resources import Result, bookresource_factory

from .models import Book

BookResource = bookresource_factory(Book)

EMMA = "9780141439587"
POST_INIT = "modeltranslation.translator.delete_mt_init"
EXPORT = ("bookrel_export", f"--resource={__name__}.BookResource", "--fields")


def titles() -> list[tuple[Any, ...]]:
    books = Book.objects.rewrite(mode=False)
    return list(books.values_list("title", "title_en", "title_de", "sort_title"))


def test_title_is_that_of_the_active_language(take: Callable[..., Result]):
    result = take(["isbn,title", f"{EMMA},Emma"], resource=BookResource)
    assert result.reasons == [f"Book has post_init receivers ({POST_INIT})"]
    assert titles() == [("Emma", "Emma", None, "emma")]
    german = ["isbn,title", f"{EMMA},Die Emma"]
    with translation.override("de"):
        assert take(german, resource=BookResource).counts.updated == 1
        assert titles() == [("Die Emma", "Emma", "Die Emma", "die emma")]
        assert take(german, resource=BookResource).counts.unchanged == 1


def test_every_language(take: Callable[..., Result], said: Callable[..., str]):
    lines = ["isbn,title,title_en,title_de", f"{EMMA},Emma,Emma,Die Emma"]
    assert take(lines, resource=BookResource).counts.new == 1
    assert titles() == [("Emma", "Emma", "Die Emma", "emma")]
    assert said(*EXPORT, lines[0]).splitlines() == lines
    assert take(lines, resource=BookResource).counts.unchanged == 1


def test_bulk_writes_the_columns_of_the_file_only(take: Callable[..., Result], settings: Any):
    settings.BOOKREL_HARMLESS_RECEIVERS = [POST_INIT]
    lines = ["isbn,title,title_en,title_de", f"{EMMA},Emma,Emma,Die Emma"]
    result = take(lines, resource=BookResource)
    assert (result.path, titles()) == ("bulk", [("Emma", "Emma", "Die Emma", "emma")])
    take(["isbn,title", f"{EMMA},Emma (1815)"], resource=BookResource)
    assert titles() == [("Emma (1815)", "Emma", "Die Emma", "emma 1815")]
