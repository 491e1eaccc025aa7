"""
A project of two databases with a router: the catalogue lives in the other one.

Where the tests run on a server, the other one is SQLite all the same: two kinds in one project.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connections
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from django_bookrel.models import Author, Book, ImportRecord, Publisher, Subject
from django_bookrel.resources import load
from tests.adminpages import filled
from tests.importing import write_csv

pytestmark = [
    pytest.mark.django_db(databases=["default", "other"]),
    pytest.mark.usefixtures("_catalogue_elsewhere"),
]

ROWS = [
    {"title": "Emma", "author": "Jane Austen", "publishers": "John Murray", "subjects": "Novels"},
    {"title": "Lady Susan", "author": "Austen, Jane", "publishers": "Longman|John  Murray"},
]


class CatalogueElsewhere:
    """Sends the catalogue to the database "other", and all else nowhere else."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return "other" if model._meta.app_label == "django_bookrel" else None

    db_for_write = db_for_read


@pytest.fixture
def _catalogue_elsewhere(settings: Any) -> None:
    settings.DATABASE_ROUTERS = [f"{__name__}.CatalogueElsewhere"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "books.csv", ROWS)


def titles(using: str) -> list[str]:
    return list(Book.objects.using(using).order_by("title").values_list("title", flat=True))


def test_import_goes_where_the_router_says(file: Path):
    with CaptureQueriesContext(connections["default"]) as queries:
        result = load(file)
    assert (result.counts.new, len(queries)) == (2, 0)
    assert (titles("other"), titles("default")) == (["Emma", "Lady Susan"], [])
    assert ImportRecord.objects.using("other").get().new == 2
    assert [author.name for author in Author.objects.using("other")] == ["Jane Austen"]
    murray = Publisher.objects.using("other").get(name="John Murray")
    assert murray.books.count() == 2
    assert load(file).counts.unchanged == 2


def test_import_goes_where_it_is_told(file: Path):
    assert load(file, using="default").counts.new == 2
    assert (titles("other"), titles("default")) == ([], ["Emma", "Lady Susan"])
    call_command("bookrel_import", str(file), database="other", verbosity=0)
    assert titles("other") == titles("default")


def test_export_comes_from_where_the_router_says(file: Path, tmp_path: Path):
    load(file)
    path = tmp_path / "out.csv"
    call_command("bookrel_export", str(path), verbosity=0)
    assert [line.split(",")[1] for line in path.read_text().splitlines()[1:]] == [
        "Emma",
        "Lady Susan",
    ]
    with CaptureQueriesContext(connections["other"]) as queries:
        call_command("bookrel_export", str(path), database="default", force=True, verbosity=0)
    assert (len(path.read_text().splitlines()), len(queries)) == (1, 0)


def test_models_use_one_database(file: Path):
    load(file)
    author = Author.objects.get()
    book = author.books.create(title="Persuasion")
    book.publishers.add(Publisher.objects.create(name="Penguin"))
    assert (author._state.db, book._state.db) == ("other", "other")
    assert titles("default") == []


def test_tags(file: Path):
    load(file)
    template = Template(
        "{% load bookrel %}{% related_prefetch authors 'books' limit=1 order_by='title' %}"
        "{% for author in authors %}{{ author|related_count:'books' }}"
        "{% related_list author 'books' limit=1 order_by='title' %}{% endfor %}"
    )
    with CaptureQueriesContext(connections["default"]) as queries:
        shown = template.render(Context({"authors": Author.objects.all()}))
    assert ("Emma" in shown, "and 1 more" in shown, len(queries)) == (True, True, 0)


def test_admin(client: Client, file: Path):
    load(file)
    client.force_login(User.objects.create_superuser("root"))
    book = Book.objects.get(title="Emma")
    page = client.get(reverse("admin:django_bookrel_book_change", args=[book.pk]))
    assert page.status_code == 200
    assert "Jane Austen" in page.content.decode()
    url = reverse("admin:django_bookrel_subject_add")
    assert client.post(url, filled(client, url) | {"name": "Comedies"}).status_code == 302
    assert Subject.objects.using("other").filter(name="Comedies").exists()
    assert titles("default") == []
    assert client.get(reverse("admin:django_bookrel_subject_changelist")).status_code == 200
