from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from django_bookrel.models import Author, Book


def test_graph_models(said: Callable[..., str]):
    graph = json.loads(said("graph_models", "django_bookrel", "--json"))["graphs"]
    names = {model["name"] for app in graph for model in app["models"]}
    assert {"Author", "Book", "Publisher", "SeriesEntry", "Alias"} <= names


def test_show_urls(said: Callable[..., str]):
    assert "/admin/django_bookrel/book/add/" in said("show_urls")


@pytest.mark.django_db
def test_admin_generator(said: Callable[..., str]):
    made = said("admin_generator", "django_bookrel")
    assert "class BookAdmin(admin.ModelAdmin)" in made
    compile(made, "admin.py", "exec")


def test_validate_templates(said: Callable[..., str]):
    assert "0 errors found" in said("validate_templates")


def test_list_model_info(said: Callable[..., str]):
    assert "sort_title" in said("list_model_info", "--model", "django_bookrel.Book")


@pytest.mark.django_db
def test_dumpscript(said: Callable[..., str]):
    Book.objects.create(title="Emma", author=Author.objects.create(name="Jane Austen"))
    made = said("dumpscript", "django_bookrel")
    assert "Jane Austen" in made
    compile(made, "script.py", "exec")
