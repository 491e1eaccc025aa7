"""Exports by django-import-export and its admin, and models in several tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from django_bookrel.models import Author, Book
from django_bookrel.resources import (
    BookResource,
    ForeignKeyField,
    ManyToManyField,
    RelatedRowsField,
    RelationalResource,
    bookresource_factory,
    load,
)
from django_bookrel.resources.exporting import Exporter
from tests.exported import CELLS, write_distinct
from tests.hosts.custom import models as custom
from tests.hosts.newsdesk.models import Article, Reporter, Topic
from tests.hosts.newsdesk.resources import ArticleResource
from tests.hosts.novels.models import House, Novel, Person

pytestmark = pytest.mark.django_db


# django-import-export's own door.


@pytest.mark.usefixtures("book")
def test_upstream_export_gives_native_cells():
    dataset = BookResource().export()
    assert dataset.dict == [CELLS]
    assert [dict(row) for row in BookResource().export(Book.objects.none()).dict] == []
    assert BookResource().export(export_fields=["title", "author"]).headers == ["title", "author"]


def test_upstream_export_of_a_host():
    novel = Novel.objects.create(title="Emma", author=Person.objects.create(name="Jane Austen"))
    House.objects.create(name="a|b").books.add(novel)
    [row] = bookresource_factory(Novel)().export().dict
    assert (row["title"], row["author"], row["publishers"]) == ("Emma", "Jane Austen", "a\\|b")


def test_upstream_export_of_articles():
    article = Article.objects.create(
        slug="a", headline="A", editor=Reporter.objects.create(email="bo@example.com")
    )
    article.topics.add(Topic.objects.create(name="Space"))
    [row] = ArticleResource().export().dict
    assert (row["reporter"], row["editor"], row["topics"]) == ("", "bo@example.com", "Space")
    assert row["extra"] == "{}"


# Models of hosts that lie in several tables, or point at something else than a primary key.


def slashed(*columns: str) -> RelatedRowsField:
    """Give a field of rows that are written as "a/b"."""
    return RelatedRowsField(
        columns=columns,
        key=columns,
        parse=lambda cell: [(text,) for text in cell.split("/") if text],
        render=lambda entries: "/".join(text for (text,) in entries),
    )


class BulletinResource(RelationalResource):
    lines = slashed("text")
    chapters = slashed("name")

    class Meta:
        model = custom.Bulletin
        fields = ("code", "title", "lines", "chapters")
        import_id_fields = ("code",)


class SpecialResource(BulletinResource):
    class Meta:
        model = custom.Special
        fields = ("code", "title", "sponsor", "lines", "chapters")
        import_id_fields = ("code",)


class ReviewResource(RelationalResource):
    special = ForeignKeyField(by="code")
    also = ManyToManyField(by="code")

    class Meta:
        model = custom.Review
        fields = ("name", "special", "also")
        import_id_fields = ("name",)


class SeatResource(RelationalResource):
    class Meta:
        model = custom.Seat
        fields = ("hall", "number", "holder")
        import_id_fields = ("hall", "number")


@pytest.mark.parametrize("gap", [1, 1_000])
def test_models_in_several_tables(tmp_path: Path, settings: Any, gap: int):
    settings.BOOKREL_BATCH_SIZE = 2
    for number in range(5):
        special = custom.Special.objects.create(
            pk=gap * (number + 1), code=f"c{number}", title=f"t{number}", sponsor=f"s{number}"
        )
        for text in "xy"[: number % 3]:
            custom.Line.objects.create(bulletin=special, text=f"{text}{number}")
            custom.Chapter.objects.create(bulletin=special, name=f"{text}{number}")
        review = custom.Review.objects.create(special=special, name=f"r{number}")
        review.also.set(custom.Special.objects.filter(code__in=("c0", "c1")))
        custom.Seat.objects.create(hall="A", number=number, holder=f"h{number}")
    both = "x2/y2,x2/y2"
    wanted = {
        BulletinResource: ["c1,T1,x1,x1", f"c2,T2,{both}", "c3,T3,,"],
        SpecialResource: ["c1,T1,s1,x1,x1", f"c2,T2,s2,{both}", "c3,T3,s3,,"],
        ReviewResource: ["r1,c1,c0|c1", "r2,c2,c0|c1", "r3,c3,c0|c1"],
        SeatResource: ["A,1,h1", "A,2,h2", "A,3,h3"],
    }
    for resource, lines in wanted.items():
        path = tmp_path / f"{resource.__name__}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            assert Exporter(resource()).write(file, "csv") == 5
        found = path.read_text(encoding="utf-8").splitlines()
        assert [found[0].lower(), *map(str.lower, found[2:5])] == [
            ",".join(resource._meta.fields),
            *map(str.lower, lines),
        ]
        assert load(path, resource=resource, source="native").counts.unchanged == 5


def test_upstream_export_imports_again():
    Book.objects.create(title="Iliad", year=-750, author=Author.objects.create(name="Homer"))
    dataset = BookResource().export()
    result = BookResource().import_data(dataset)
    assert (result.totals["skip"], result.total_rows) == (1, 1)


def test_queries_of_upstream_export(tmp_path: Path):
    found = []
    for number in (5, 50):
        load(write_distinct(tmp_path / "in.csv", number))
        with CaptureQueriesContext(connection) as context:
            assert len(BookResource().export()) == number
        found.append(len(context))
        Book.objects.all().delete()
    assert found[0] == found[1]


# The pages of django-import-export's admin.


def post_import(client: Client, text: str) -> Any:
    file = SimpleUploadedFile("articles.csv", text.encode())
    data = {"format": "0", "resource": "0", "import_file": file}
    return client.post(reverse("admin:newsdesk_article_import"), data)


def test_preview_and_confirmation_in_the_admin(admin_client: Client):
    text = "slug,headline,reporter,topics,words\na,A,ann@example.com,Space|Time,1\n"
    preview = post_import(admin_client, text)
    assert preview.status_code == 200
    assert Article.objects.count() + Reporter.objects.count() + Topic.objects.count() == 0
    confirm = preview.context["confirm_form"].initial
    done = admin_client.post(reverse("admin:newsdesk_article_process_import"), confirm, follow=True)
    assert [str(message) for message in done.context["messages"]] == [
        "Import finished: 1 new, 0 updated, 0 deleted and 0 skipped articles."
    ]
    assert Article.objects.get().topics.count() == 2


def test_preview_of_rejected_rows_in_the_admin(admin_client: Client):
    preview = post_import(admin_client, "slug,headline,words\na,A,1\nb,B,many\n")
    assert preview.status_code == 200
    assert "is not a whole number" in preview.content.decode()
    assert "confirm_form" not in preview.context
    assert Article.objects.count() == 0


def test_export_page_of_the_admin(admin_client: Client):
    article = Article.objects.create(slug="a", headline="A")
    article.topics.add(Topic.objects.create(name="a|b"))
    url = reverse("admin:newsdesk_article_export")
    fields = {f"articleresource_{name}": "on" for name in ("slug", "topics")}
    data = {"format": "0", "resource": "0", **fields}
    response = admin_client.post(url, data)
    assert response.content.decode().splitlines() == ["slug,topics", "a,a\\|b"]
