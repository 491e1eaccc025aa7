"""A newspaper's own models come in and go out: every kind of column, key and relation."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import F
from django.test.utils import isolate_apps
from django.utils import timezone
from import_export.fields import Field
from import_export.widgets import DateWidget, DecimalWidget, IntegerWidget, JSONWidget
from tablib import Dataset

from django_bookrel.exceptions import MissingColumns
from django_bookrel.fields import KeyField, PositionField
from django_bookrel.models import Alias, Book
from django_bookrel.names import text_key
from django_bookrel.resources import (
    ForeignKeyField,
    ManyToManyField,
    RelatedRowsField,
    RelationalResource,
    Result,
    load,
)
from django_bookrel.resources.exporting import Exporter
from django_bookrel.values import needs_value
from tests.hosts.newsdesk.models import (
    Article,
    Issue,
    Note,
    Photo,
    Reporter,
    Sample,
    Section,
    Topic,
)
from tests.hosts.newsdesk.resources import (
    AddingArticleResource,
    ArticleResource,
    IssueResource,
    NoteResource,
    PhotoResource,
    SampleResource,
    SectionResource,
    StrictArticleResource,
    StrictSequelResource,
    UndeclaredArticleResource,
)
from tests.hosts.tenants.models import Box, Series, Tenant
from tests.importing import capture_writes, counts, moment, stored, write_csv

pytestmark = pytest.mark.django_db

UTC = datetime.UTC

FULL = {
    "slug": "moon",
    "headline": "A walk on the moon",
    "reporter": "ann@example.com",
    "editor": "bo@example.com",
    "topics": "Space|Travel",
    "section": "Science & Nature",
    "published": "1969-07-21",
    "embargo": "1969-07-20 20:17:40Z",
    "fee": "1234.50",
    "is_free": "1",
    "kind": "essay",
    "words": "900",
    "extra": '{"a": [1, null, "é"]}',
    "rank": "7",
}


def import_rows(
    tmp_path: Path,
    rows: list[dict[str, Any]],
    resource: type[RelationalResource] = ArticleResource,
    **options: Any,
) -> Result:
    header = list(dict.fromkeys(name for row in rows for name in row))
    path = write_csv(tmp_path / "rows.csv", rows, header)
    return load(path, resource=resource, **{"source": "native", **options})


def rejected(result: Result) -> list[tuple[int, str, str, str]]:
    return [(r.line, r.column, r.value, r.reason) for r in result.rejections]


def export(path: Path, resource: type[RelationalResource]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        Exporter(resource()).write(file, "csv")
    return path


# Columns.


def test_every_kind_of_column(tmp_path: Path):
    assert counts(import_rows(tmp_path, [FULL])) == {"rows": 1, "new": 1}
    article = Article.objects.get()
    assert article.reporter == Reporter.objects.get(email="ann@example.com")
    assert article.editor == Reporter.objects.get(email="bo@example.com")
    assert sorted(topic.name for topic in article.topics.all()) == ["Space", "Travel"]
    assert article.section == Section.objects.get(key="science and nature")
    assert article.published == datetime.date(1969, 7, 21)
    embargo = datetime.datetime(1969, 7, 20, 20, 17, 40, tzinfo=UTC)
    assert article.embargo == (embargo if settings.USE_TZ else timezone.make_naive(embargo))
    assert (article.fee, article.is_free, article.kind) == (Decimal("1234.50"), True, "essay")
    assert (article.words, article.extra) == (900, {"a": [1, None, "é"]})
    assert article.rank == 7
    assert article.changed_at is not None


def test_column_of_which_the_database_knows_the_default(tmp_path: Path):
    rows = [{"slug": "a", "headline": "A"}, {"slug": "b", "headline": "B"}]
    import_rows(tmp_path, rows)
    assert list(Article.objects.values_list("rank", flat=True)) == [5, 5]
    rows = [{"slug": "c", "headline": "C", "rank": ""}, {"slug": "d", "headline": "D", "rank": "7"}]
    assert counts(import_rows(tmp_path, rows)) == {"rows": 2, "new": 2}
    assert dict(Article.objects.values_list("slug", "rank")) == {"a": 5, "b": 5, "c": 5, "d": 7}
    # The database alone knows it, so an empty cell says nothing of a row that exists.
    rows[1]["rank"] = ""
    assert counts(import_rows(tmp_path, rows)) == {"rows": 2, "unchanged": 2}


def test_second_import_writes_nothing(tmp_path: Path):
    rows = [FULL, {"slug": "sun", "headline": "The sun", "words": "1", "rank": "1"}]
    import_rows(tmp_path, rows)
    before = stored("newsdesk")
    with capture_writes() as written:
        assert counts(import_rows(tmp_path, rows)) == {"rows": 2, "unchanged": 2}
    assert written == []
    assert stored("newsdesk") == before


@pytest.mark.parametrize(
    "values",
    [
        {"embargo": moment(2024, 10, 27, 1, 30)},
        {"embargo": moment(2024, 10, 27, 0, 30, 15, 123456)},
        {"published": datetime.date(33, 4, 3)},
        {"fee": Decimal("0.00")},
        {"fee": Decimal("-1234.50")},
        {"is_free": True},
        {"is_free": False},
        {"words": 0},
        {"words": 1234},
        {"extra": {}},
        {"extra": []},
        {"extra": ""},
        {"extra": "text"},
        {"extra": "1"},
        {"extra": 0},
        {"extra": False},
        {"extra": {"it's": 'a "quote"', "n": 1.5, "deep": [{}]}},
    ],
    ids=repr,
)
@pytest.mark.parametrize("use_thousand_separator", [False, True])
def test_values_that_go_out_come_in(
    tmp_path: Path, settings: Any, values: dict[str, Any], *, use_thousand_separator: bool
):
    settings.USE_THOUSAND_SEPARATOR = use_thousand_separator
    settings.TIME_ZONE = "Europe/Berlin"
    Article.objects.create(slug="a", headline="A", **values)
    path = export(tmp_path / "out.csv", ArticleResource)
    before = stored("newsdesk")
    assert counts(load(path, resource=ArticleResource)) == {"rows": 1, "unchanged": 1}
    assert stored("newsdesk") == before
    Article.objects.all().delete()
    assert counts(load(path, resource=ArticleResource)) == {"rows": 1, "new": 1}
    article = Article.objects.get()
    assert {name: getattr(article, name) for name in values} == values


@pytest.mark.parametrize(
    "cells, column",
    [
        ({"published": "yesterday"}, "published"),
        ({"published": "2024-02-30"}, "published"),
        ({"embargo": "soon"}, "embargo"),
        ({"fee": "a lot"}, "fee"),
        ({"fee": "1.999"}, "fee"),
        ({"fee": "12345678.00"}, "fee"),
        ({"fee": "NaN"}, "fee"),
        ({"is_free": "perhaps"}, "is_free"),
        ({"kind": "poem"}, "kind"),
        ({"words": "-1"}, "words"),
        ({"words": "many"}, "words"),
        ({"words": "1.5"}, "words"),
        ({"extra": "{"}, "extra"),
        ({"headline": "x" * 101}, "headline"),
        ({"headline": ""}, "headline"),
        ({"slug": "not a slug"}, "slug"),
        ({"reporter": "nobody"}, "reporter"),
        ({"topics": "x" * 51}, "topics"),
        ({"section": "x" * 51}, "section"),
        ({"follows": "nothing"}, "follows"),
    ],
    ids=str,
)
def test_bad_cell(tmp_path: Path, cells: dict[str, str], column: str):
    bad = {"slug": "bad", "headline": "Bad"} | cells
    result = import_rows(tmp_path, [{"slug": "good", "headline": "Good"}, bad])
    assert counts(result) == {"rows": 2, "new": 1, "rejected": 1}
    [(line, where, value, reason)] = rejected(result)
    assert (line, where, value) == (3, column, cells[column])
    assert reason
    assert [article.slug for article in Article.objects.all()] == ["good"]
    assert Reporter.objects.count() + Topic.objects.count() + Section.objects.count() == 0


def test_every_bad_cell_of_a_row_is_reported(tmp_path: Path):
    rows = [{"slug": "a", "headline": "", "words": "x", "kind": "poem", "published": "never"}]
    result = import_rows(tmp_path, rows)
    assert counts(result) == {"rows": 1, "rejected": 1}
    assert sorted(column for _line, column, _value, _reason in rejected(result)) == [
        "headline",
        "kind",
        "published",
        "words",
    ]


def test_empty_cells(tmp_path: Path):
    import_rows(tmp_path, [FULL])
    empty = dict.fromkeys(FULL, "") | {"slug": "moon", "headline": "Left", "rank": "7"}
    assert counts(import_rows(tmp_path, [empty])) == {"rows": 1, "updated": 1}
    article = Article.objects.get()
    values = ("reporter", "editor", "section", "published", "embargo", "fee")
    assert [getattr(article, name) for name in values] == [None] * 6
    # What cannot be empty has its default.
    assert (article.is_free, article.kind, article.words) == (False, "news", 0)
    assert article.extra == {}
    assert article.topics.count() == 0


def test_columns_that_a_file_lacks(tmp_path: Path):
    import_rows(tmp_path, [FULL])
    before = Article.objects.values().get()
    result = import_rows(tmp_path, [{"slug": "moon", "headline": "New"}])
    assert counts(result) == {"rows": 1, "updated": 1}
    after = Article.objects.values().get()
    assert after.pop("changed_at") > before.pop("changed_at")
    assert after == before | {"headline": "New"}
    assert Article.objects.get().topics.count() == 2


def test_stamp_of_a_row_of_which_only_a_link_changed(tmp_path: Path):
    import_rows(tmp_path, [FULL])
    before = Article.objects.get()
    assert counts(import_rows(tmp_path, [FULL | {"topics": "Space"}])) == {"rows": 1, "updated": 1}
    after = Article.objects.get()
    assert after.changed_at > before.changed_at
    assert [topic.name for topic in after.topics.all()] == ["Space"]


def test_columns_of_rarer_kinds(tmp_path: Path, settings: Any):
    row = {
        "slug": "a",
        "number": "{12345678-1234-5678-1234-567812345678}",
        "address": "0:0::00ff",
        "lasts": "1 02:03:04.000005",
        "starts": "23:59:58.5",
        "weight": "1e-3",
        "is_true": "true",
        "url": "https://example.com/",
        "picture": "a/b.png",
    }
    rows = [row, {"slug": "b"}]
    assert counts(import_rows(tmp_path, rows, SampleResource)) == {"rows": 2, "new": 2}
    names = list(row)
    assert list(Sample.objects.order_by("slug").values_list(*names)) == [
        (
            "a",
            uuid.UUID("12345678-1234-5678-1234-567812345678"),
            "::ff",
            datetime.timedelta(days=1, hours=2, minutes=3, seconds=4, microseconds=5),
            datetime.time(23, 59, 58, 500_000),
            0.001,
            True,
            "https://example.com/",
            "a/b.png",
        ),
        ("b", None, None, None, None, None, None, "", ""),
    ]
    assert counts(import_rows(tmp_path, rows, SampleResource)) == {"rows": 2, "unchanged": 2}
    path = export(tmp_path / "out.csv", SampleResource)
    assert counts(load(path, resource=SampleResource)) == {"rows": 2, "unchanged": 2}
    # A locale that tells thousands by a point.
    settings.LANGUAGE_CODE, settings.USE_THOUSAND_SEPARATOR = "de", True
    assert counts(load(path, resource=SampleResource)) == {"rows": 2, "unchanged": 2}
    import_rows(tmp_path, [{"slug": "a", "weight": "1.125"}], SampleResource)
    import_rows(tmp_path, [{"slug": "b", "weight": "1.234,5"}], SampleResource)
    assert set(Sample.objects.values_list("weight", flat=True)) == {1.125, 1234.5}
    bad = [{"slug": "a", name: "nan" if name == "weight" else "?"} for name in names[1:7]]
    found = [import_rows(tmp_path, [row], SampleResource) for row in bad]
    assert [rejected(result)[0][:2] for result in found] == [(2, name) for name in names[1:7]]


def test_default_that_differs_from_row_to_row(tmp_path: Path):
    rows = [{"slug": slug, "token": ""} for slug in "abc"]
    assert counts(import_rows(tmp_path, rows, SampleResource)) == {"rows": 3, "new": 3}
    assert len(set(Sample.objects.values_list("token", flat=True))) == 3
    assert counts(import_rows(tmp_path, rows, SampleResource)) == {"rows": 3, "unchanged": 3}


class DefaultingResource(RelationalResource):
    kind = Field("kind", "kind", default="essay")
    words = Field("words", "words", widget=IntegerWidget(), default=lambda: 7)
    published = Field("published", "published", widget=DateWidget(), saves_null_values=False)
    fee = Field("fee", "fee", widget=DecimalWidget())

    class Meta:
        model = Article
        fields = ("slug", "headline", "kind", "words", "published", "fee")
        import_id_fields = ("slug",)


@pytest.mark.parametrize("save_one_by_one", [False, True])
def test_what_fields_of_a_resource_say_of_empty_cells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, save_one_by_one: bool
):
    if save_one_by_one:
        monkeypatch.setattr(Article, "clean", lambda self: None)
    values = {"published": datetime.date(2024, 1, 1), "fee": Decimal("1.50"), "words": 9}
    Article.objects.create(slug="a", headline="A", **values)
    empty = {"headline": "New", "kind": "", "words": "", "published": "", "fee": ""}
    rows = [{"slug": "a"} | empty, {"slug": "b"} | empty]
    result = import_rows(tmp_path, rows, DefaultingResource)
    assert counts(result) == {"rows": 2, "new": 1, "updated": 1}
    found = Article.objects.order_by("slug").values_list("kind", "words", "published", "fee")
    assert list(found) == [("essay", 7, values["published"], None), ("essay", 7, None, None)]
    rows = [{"slug": "a"} | empty | {"words": " "}]
    assert counts(import_rows(tmp_path, rows, DefaultingResource)) == {"rows": 1, "unchanged": 1}


# Relations.


def test_key_to_a_field_that_is_not_the_primary_one(tmp_path: Path):
    Reporter.objects.create(email="first@example.com")
    import_rows(tmp_path, [{"slug": "a", "headline": "A", "editor": "bo@example.com"}])
    assert Article.objects.values_list("editor_id").get() == ("bo@example.com",)
    again = import_rows(tmp_path, [{"slug": "a", "headline": "A", "editor": "bo@example.com"}])
    assert counts(again) == {"rows": 1, "unchanged": 1}


def test_records_by_any_spelling_of_their_name(tmp_path: Path):
    names = ["Science & Nature", "science and nature", "SCIENCE  AND  NATURE"]
    rows = [{"slug": f"a{n}", "headline": "A", "section": name} for n, name in enumerate(names)]
    import_rows(tmp_path, rows, batch_size=2)
    assert [section.name for section in Section.objects.all()] == ["Science & Nature"]
    assert Section.objects.get().article_set.count() == 3


def test_names_that_must_be_there(tmp_path: Path):
    Reporter.objects.create(email="ann@example.com")
    Topic.objects.create(name="Space")
    rows = [
        {"slug": "a", "headline": "A", "reporter": "ann@example.com", "topics": "Space"},
        {"slug": "b", "headline": "B", "reporter": "bo@example.com", "topics": "Space"},
        {"slug": "c", "headline": "C", "reporter": "", "topics": "Space|Time"},
    ]
    result = import_rows(tmp_path, rows, StrictArticleResource)
    assert counts(result) == {"rows": 3, "new": 1, "rejected": 2}
    assert rejected(result) == [
        (3, "reporter", "bo@example.com", "No reporter has this email."),
        (4, "topics", "Time", "No topic has this name."),
    ]
    assert (Reporter.objects.count(), Topic.objects.count()) == (1, 1)
    assert Article.objects.count() == 1


class EditedResource(RelationalResource):
    reporter = ForeignKeyField(Reporter, by="email", create=True)
    editor = ForeignKeyField(Reporter, by="email")

    class Meta:
        model = Article
        import_id_fields = ("slug",)
        fields = ("slug", "headline", "reporter", "editor")


class SavedEditedResource(EditedResource):
    class Meta:
        bulk = False


@pytest.mark.parametrize("resource", [EditedResource, SavedEditedResource])
@pytest.mark.parametrize("options", [{}, {"dry_run": True}])
@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_names_that_another_row_creates(
    tmp_path: Path, batch_size: int, options: dict[str, Any], resource: type[EditedResource]
):
    """What a row creates is there for all others, whatever their order."""
    people = ["an/", "bo/an", "cy/bo", "bo/dee", "dee/an", "eve/eve", "dee/dee", "/eve"]
    pairs = [pair.split("/") for pair in people]
    rows = [
        {"slug": f"a{n}", "headline": "A", "reporter": address(one), "editor": address(other)}
        for n, (one, other) in enumerate(pairs)
    ]
    result = import_rows(tmp_path, rows, resource, batch_size=batch_size, **options)
    assert counts(result) == {"rows": 8, "new": 6, "rejected": 2}
    reason = "No reporter has this email."
    assert rejected(result) == [
        (7, "editor", address("eve"), reason),
        (9, "editor", address("eve"), reason),
    ]
    found = Article.objects.order_by("slug").values_list("reporter__email", "editor_id")
    written = [] if options else [pairs[n] for n in (0, 1, 2, 3, 4, 6)]
    assert [list(map(name_at, pair)) for pair in found] == written
    again = import_rows(tmp_path, rows, resource, batch_size=batch_size)
    assert again.counts.rejected == 2


def address(name: str) -> str:
    return name and f"{name}@example.com"


def name_at(address: str | None) -> str:
    return (address or "").partition("@")[0]


@pytest.mark.parametrize("batch_size", [1, 100])
def test_rows_that_refer_to_one_another(tmp_path: Path, batch_size: int):
    rows = [
        {"slug": "a", "headline": "A", "follows": ""},
        {"slug": "b", "headline": "B", "follows": "a"},
    ]
    result = import_rows(tmp_path, rows, batch_size=batch_size)
    assert counts(result) == {"rows": 2, "new": 2}
    assert Article.objects.get(slug="b").follows == Article.objects.get(slug="a")
    again = import_rows(tmp_path, rows, batch_size=batch_size)
    assert counts(again) == {"rows": 2, "unchanged": 2}


@pytest.mark.parametrize("batch_size", [1, 100])
def test_rows_that_refer_to_later_ones_and_in_a_circle(tmp_path: Path, batch_size: int):
    rows = [
        {"slug": "a", "headline": "A", "follows": "c"},
        {"slug": "b", "headline": "B", "follows": "b"},
        {"slug": "c", "headline": "C", "follows": "a"},
    ]
    result = import_rows(tmp_path, rows, batch_size=batch_size)
    assert counts(result) == {"rows": 3, "new": 3}
    expected = {("a", "c"), ("b", "b"), ("c", "a")}
    assert set(Article.objects.values_list("slug", "follows__slug")) == expected
    again = import_rows(tmp_path, rows, batch_size=batch_size)
    assert counts(again) == {"rows": 3, "unchanged": 3}


@pytest.mark.parametrize("batch_size", [1, 100])
def test_row_that_refers_to_a_rejected_one(tmp_path: Path, batch_size: int):
    rows = [
        {"slug": "a", "headline": "A", "follows": "b", "words": "1"},
        {"slug": "b", "headline": "B", "follows": "", "words": "10001"},
        {"slug": "c", "headline": "C", "follows": "", "words": "1"},
    ]
    result = import_rows(tmp_path, rows, batch_size=batch_size)
    assert counts(result) == {"rows": 3, "new": 1, "rejected": 2}
    assert sorted(line for line, *_ in rejected(result)) == [2, 3]
    # What is said to be rejected is not in.
    assert [article.slug for article in Article.objects.all()] == ["c"]


@pytest.mark.parametrize("save_one_by_one", [False, True])
@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_rows_that_refer_to_repeated_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch_size: int, *, save_one_by_one: bool
):
    if save_one_by_one:
        monkeypatch.setattr(Article, "clean", lambda self: None)
    Reporter.objects.create(email="ann@example.com")
    Article.objects.create(slug="d", headline="D")
    rows = [
        {"slug": "x", "headline": "X", "follows": "", "reporter": "nobody@example.com"},
        {"slug": "a", "headline": "A 1", "follows": "c"},
        {"slug": "d", "headline": "D 1", "follows": "a"},
        {"slug": "a", "headline": "A 2", "follows": "b"},
        {"slug": "b", "headline": "B 1", "follows": "b"},
        {"slug": "d", "headline": "D 2", "follows": "b"},
        {"slug": "b", "headline": "B 2", "follows": "c"},
        {"slug": "c", "headline": "C", "follows": "a"},
    ]
    expected = {("A 2", "b"), ("B 2", "c"), ("C", "a"), ("D 2", "b")}
    options = {"batch_size": batch_size}
    dry = import_rows(tmp_path, rows, StrictSequelResource, dry_run=True, **options)
    result = import_rows(tmp_path, rows, StrictSequelResource, **options)
    assert set(Article.objects.values_list("headline", "follows__slug")) == expected
    assert rejected(result)[0][:3] == (2, "reporter", "nobody@example.com")
    totals = {"rows": 8, "new": 3, "updated": 1, "duplicates": 3, "rejected": 1}
    assert (counts(result), counts(dry)) == (totals, totals)
    again = import_rows(tmp_path, rows, StrictSequelResource, **options)
    assert counts(again) == {"rows": 8, "unchanged": 4, "duplicates": 3, "rejected": 1}


def test_relations_by_primary_key(tmp_path: Path):
    reporter = Reporter.objects.create(email="ann@example.com")
    topics = [Topic.objects.create(name=name) for name in ("Space", "Time")]
    said = {"reporter": str(reporter.pk), "topics": f"{topics[0].pk},{topics[1].pk}"}
    rows = [{"slug": "a", "headline": "A"} | said]
    assert counts(import_rows(tmp_path, rows, UndeclaredArticleResource)) == {"rows": 1, "new": 1}
    article = Article.objects.get()
    assert (article.reporter, set(article.topics.all())) == (reporter, set(topics))
    path = export(tmp_path / "out.csv", UndeclaredArticleResource)
    again = load(path, resource=UndeclaredArticleResource)
    assert counts(again) == {"rows": 1, "unchanged": 1}


def test_links_are_added_to(tmp_path: Path):
    row = {"slug": "a", "headline": "A", "topics": "Space"}
    import_rows(tmp_path, [row], AddingArticleResource)
    row["topics"] = "Time|Space"
    assert counts(import_rows(tmp_path, [row], AddingArticleResource)) == {"rows": 1, "updated": 1}
    row["topics"] = ""
    again = import_rows(tmp_path, [row], AddingArticleResource)
    assert counts(again) == {"rows": 1, "unchanged": 1}
    assert Article.objects.get().topics.count() == 2


class CommaResource(RelationalResource):
    topics = ManyToManyField(Topic, by="name", separator=",", create=True)

    class Meta:
        model = Article
        fields = ("slug", "headline", "topics")
        import_id_fields = ("slug",)


def test_other_separator(tmp_path: Path):
    row = {"slug": "a", "headline": "A", "topics": "Space, Time,a|b,c\\,d"}
    import_rows(tmp_path, [row], CommaResource)
    names = {topic.name for topic in Article.objects.get().topics.all()}
    assert names == {"Space", "Time", "a|b", "c,d"}
    path = export(tmp_path / "out.csv", CommaResource)
    assert counts(load(path, resource=CommaResource)) == {"rows": 1, "unchanged": 1}


def test_relation_that_is_not_there(tmp_path: Path):
    class Resource(RelationalResource):
        tags = ManyToManyField(Topic)

        class Meta:
            model = Article
            fields = ("slug", "tags")
            import_id_fields = ("slug",)

    with pytest.raises(ImproperlyConfigured, match=r"newsdesk\.Article has no relation “tags”"):
        import_rows(tmp_path, [{"slug": "a", "tags": "x"}], Resource)


# Identity.


def test_key_that_python_makes(tmp_path: Path):
    rows = [
        {"code": "p1", "credit": "NASA", "topics": "Space"},
        {"code": "p2", "credit": "ESA", "topics": "Space|Time"},
    ]
    assert counts(import_rows(tmp_path, rows, PhotoResource)) == {"rows": 2, "new": 2}
    assert all(isinstance(photo.pk, uuid.UUID) for photo in Photo.objects.all())
    assert Photo.objects.get(code="p2").topics.count() == 2
    before = stored("newsdesk")
    assert counts(import_rows(tmp_path, rows, PhotoResource)) == {"rows": 2, "unchanged": 2}
    assert stored("newsdesk") == before
    rows[0] |= {"credit": "N. A. S. A.", "topics": "Time"}
    assert counts(import_rows(tmp_path, rows, PhotoResource)) == {
        "rows": 2,
        "updated": 1,
        "unchanged": 1,
    }
    assert Photo.objects.get(code="p1").credit == "N. A. S. A."
    path = export(tmp_path / "out.csv", PhotoResource)
    assert counts(load(path, resource=PhotoResource)) == {"rows": 2, "unchanged": 2}


class NumberedTopicResource(RelationalResource):
    class Meta:
        model = Topic


class TopicResource(RelationalResource):
    class Meta:
        model = Topic
        fields = ("name",)
        import_id_fields = ("name",)


@pytest.mark.parametrize("save_one_by_one", [False, True])
def test_keys_of_a_file_are_not_given_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, save_one_by_one: bool
):
    if save_one_by_one:
        monkeypatch.setattr(Topic, "clean", lambda self: None)
    last = Topic.objects.create(name="0").pk
    numbers = [last + 3, last + 1, last + 2]
    rows = [{"id": number, "name": f"{number}"} for number in numbers]
    result = import_rows(tmp_path, rows, NumberedTopicResource)
    assert counts(result) == {"rows": 3, "new": 3}
    assert set(Topic.objects.values_list("pk", flat=True)) == {last, *numbers}
    assert Topic.objects.create(name="b").pk > last + 3
    result = import_rows(tmp_path, [{"name": "c"}, {"name": "d"}], TopicResource)
    assert counts(result) == {"rows": 2, "new": 2}
    # Smaller numbers than those that were given already.
    Topic.objects.filter(pk__in=numbers).delete()
    result = import_rows(tmp_path, rows, NumberedTopicResource)
    assert counts(result) == {"rows": 3, "new": 3}
    assert Topic.objects.create(name="e").pk > last + 3


def test_column_that_a_new_row_must_say(tmp_path: Path):
    Photo.objects.create(code="p1", credit="NASA")
    rows = [
        {"code": "p1", "credit": ""},
        {"code": "p2", "credit": ""},
        {"code": "p3", "credit": "X"},
    ]
    result = import_rows(tmp_path, rows, PhotoResource)
    assert counts(result) == {"rows": 3, "new": 1, "rejected": 2}
    assert [(line, column) for line, column, *_ in rejected(result)] == [
        (2, "credit"),
        (3, "credit"),
    ]


def test_file_without_a_column_that_a_row_must_say(tmp_path: Path):
    with pytest.raises(MissingColumns, match="no column for credit"):
        import_rows(tmp_path, [{"code": "p1"}], PhotoResource)


@pytest.mark.parametrize("save_one_by_one", [False, True])
@pytest.mark.parametrize("dry_run", [True, False])
def test_relation_that_a_row_must_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, save_one_by_one: bool, dry_run: bool
):
    class Resource(RelationalResource):
        section = ForeignKeyField(by="name", create=True)

        class Meta:
            model = Issue
            exclude = ()
            import_id_fields = ("id",)

    if save_one_by_one:
        monkeypatch.setattr(Issue, "clean", lambda self: None)
    issue = Issue.objects.create(section=Section.objects.create(name="Law"), number=1)
    rows = [
        {"id": issue.pk, "section": "", "number": "2"},
        {"id": issue.pk + 1, "section": "", "number": "3"},
        {"id": issue.pk + 2, "section": "Sport", "number": "4"},
    ]
    result = import_rows(tmp_path, rows, Resource, dry_run=dry_run)
    assert rejected(result) == [(2, "section", "", "is empty"), (3, "section", "", "is empty")]
    assert counts(result) == {"rows": 3, "new": 1, "rejected": 2}
    # In a foreign format an empty cell says nothing.
    path = write_csv(tmp_path / "rows.csv", rows, ["id", "section", "number"])
    result = load(path, resource=Resource, source="generic", dry_run=dry_run)
    assert rejected(result) == [(3, "section", "", "is required for a new issue")]
    new = {"new": 1, "updated": 1} if dry_run else {"updated": 1, "unchanged": 1}
    assert counts(result) == {"rows": 3, "rejected": 1} | new


class BarePhotoResource(RelationalResource):
    """Does not know of the credit that every photo needs."""

    topics = ManyToManyField(Topic, by="name", create=True)

    class Meta:
        model = Photo
        fields = ("code", "topics")
        import_id_fields = ("code",)


@pytest.mark.parametrize("batch_size", [1, 100])
@pytest.mark.parametrize("dry_run", [True, False])
def test_column_that_a_new_row_needs_and_no_resource_has(
    tmp_path: Path, batch_size: int, *, dry_run: bool
):
    Photo.objects.create(code="p1", credit="NASA")
    rows = [{"code": "p1", "topics": "Space"}, {"code": "p2", "topics": "Time"}]
    options = {"batch_size": batch_size, "dry_run": dry_run}
    result = import_rows(tmp_path, rows, BarePhotoResource, **options)
    assert counts(result) == {"rows": 2, "updated": 1, "rejected": 1}
    reason = "A new photo requires credit, for which there is no column."
    assert rejected(result) == [(3, "", "", reason)]
    assert [topic.name for topic in Topic.objects.all()] == ([] if dry_run else ["Space"])


@pytest.mark.parametrize("save_one_by_one", [False, True])
def test_record_that_cannot_be_created_from_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, save_one_by_one: bool
):
    class Resource(RelationalResource):
        photos = ManyToManyField(by="code", create=True, attribute="photo_set")

        class Meta:
            model = Topic
            fields = ("name", "photos")
            import_id_fields = ("name",)

    if save_one_by_one:
        monkeypatch.setattr(Topic, "clean", lambda self: None)
    photo = Photo.objects.create(code="p1", credit="NASA")
    rows = [{"name": "Space", "photos": "p1"}, {"name": "Time", "photos": "p1|p2"}]
    result = import_rows(tmp_path, rows, Resource)
    assert counts(result) == {"rows": 2, "new": 1, "rejected": 1}
    reason = "No photo has this code, and a new one requires credit."
    assert rejected(result) == [(3, "photos", "p2", reason)]
    assert [topic.name for topic in photo.topics.all()] == ["Space"]


def read_articles(cell: str) -> list[tuple[str, str, str]]:
    return [(slug, "A", section) for slug, section in [text.split(":") for text in cell.split()]]


def write_articles(entries: Iterable[tuple[str, str, str]]) -> str:
    return " ".join(f"{slug}:{section}" for slug, _headline, section in sorted(entries))


@pytest.mark.parametrize("m2m_add", [False, True])
def test_related_rows_that_name_no_record_are_left_alone(tmp_path: Path, *, m2m_add: bool):
    class Resource(RelationalResource):
        articles = RelatedRowsField(
            attribute="article_set",
            columns=("slug", "headline", "section"),
            key=("slug",),
            create=True,
            m2m_add=m2m_add,
            parse=read_articles,
            render=write_articles,
        )

        class Meta:
            model = Reporter
            fields = ("email", "articles")
            import_id_fields = ("email",)

    ann = Reporter.objects.create(email="ann@example.com")
    Article.objects.create(slug="a", headline="A", reporter=ann)
    Article.objects.create(
        slug="b", headline="A", reporter=ann, section=Section.objects.create(name="Law")
    )
    path = export(tmp_path / "out.csv", Resource)
    assert path.read_text(encoding="utf-8").splitlines()[1:] == ["ann@example.com,b:Law"]
    assert counts(load(path, resource=Resource)) == {"rows": 1, "unchanged": 1}
    rows = [{"email": "ann@example.com", "articles": "b:Art c:Law"}]
    dry = import_rows(tmp_path, rows, Resource, dry_run=True)
    after = "b:Law c:Law" if m2m_add else "b:Art c:Law"
    assert dry.changes[0].cells == {"articles": ("b:Law", after)}
    assert counts(import_rows(tmp_path, rows, Resource)) == {"rows": 1, "updated": 1}
    sections = set(Article.objects.values_list("slug", "section__name"))
    assert sections == {("a", None), ("b", after[2:5]), ("c", "Law")}


def test_related_rows_that_need_more_than_is_read(tmp_path: Path):
    class Resource(RelationalResource):
        issues = RelatedRowsField(
            attribute="issue_set",
            columns=("title",),
            key=("title",),
            parse=lambda cell: [(cell,)],
            render=lambda entries: "|".join(title for (title,) in entries),
        )

        class Meta:
            model = Section
            fields = ("name", "issues")
            import_id_fields = ("name",)

    message = r"Resource\.issues: a new issue requires number; declare a RelatedRowsField"
    with pytest.raises(ImproperlyConfigured, match=message):
        import_rows(tmp_path, [{"name": "Law", "issues": "A"}], Resource)
    assert Section.objects.count() == 0
    assert counts(import_rows(tmp_path, [{"name": "Law"}], Resource)) == {"rows": 1, "new": 1}
    result = Resource().import_data(Dataset(["Law", "A"], headers=["name", "issues"]))
    [error] = result.base_errors
    assert isinstance(error.error, ImproperlyConfigured)


@isolate_apps("tests.hosts.newsdesk")
def test_what_a_new_row_needs():
    class Sheet(models.Model):  # noqa: DJ008
        number = models.IntegerField()
        name = models.CharField(max_length=5)
        day = models.DateField()
        parent = models.ForeignKey("self", models.CASCADE)
        photo = models.FileField()
        # The others have a value if nobody says one.
        maybe = models.IntegerField(null=True)
        blank = models.CharField(max_length=5, blank=True)
        picture = models.FileField(blank=True)
        zero = models.IntegerField(default=0)
        one = models.IntegerField(db_default=1)
        double = models.GeneratedField(
            expression=F("number") * 2, output_field=models.IntegerField(), db_persist=True
        )
        changed = models.DateTimeField(auto_now=True)
        made = models.DateField(auto_now_add=True)
        key = KeyField(source="name", kind="text")
        place = PositionField(of="parent")

        class Meta:
            app_label = "newsdesk"
            order_with_respect_to = "parent"

    needed = [field.name for field in Sheet._meta.concrete_fields if needs_value(field)]
    assert needed == ["number", "name", "day", "parent", "photo"]


@pytest.mark.parametrize("batch_size", [1, 100])
def test_identity_of_two_columns(tmp_path: Path, batch_size: int):
    rows = [
        {"section": "Sport", "number": "-1", "title": "A"},
        {"section": "Sport", "number": "-2", "title": "B"},
        {"section": "Law", "number": "-1", "title": "C"},
        {"section": "SPORT", "number": "-1", "title": "D"},
    ]
    expected = {("Sport", -1, "D"), ("Sport", -2, "B"), ("Law", -1, "C")}
    result = import_rows(tmp_path, rows, IssueResource, batch_size=batch_size)
    assert set(Issue.objects.values_list("section__name", "number", "title")) == expected
    assert counts(result) == {"rows": 4, "new": 3, "duplicates": 1}
    with capture_writes() as written:
        again = import_rows(tmp_path, rows, IssueResource, batch_size=batch_size)
    assert counts(again) == {"rows": 4, "unchanged": 3, "duplicates": 1}
    assert written == []


@pytest.mark.parametrize("save_one_by_one", [False, True])
@pytest.mark.parametrize("batch_size", [1, 100])
def test_identity_by_any_spelling_of_a_name(
    tmp_path: Path, batch_size: int, monkeypatch: pytest.MonkeyPatch, *, save_one_by_one: bool
):
    if save_one_by_one:
        monkeypatch.setattr(Section, "clean", lambda self: None)
    Section.objects.create(name="Science & Nature")
    names = ["SCIENCE AND NATURE", "Sport", "Straße", "spórt", "Strasse", "Law"]
    rows = [{"name": name} for name in names]
    expected = {"rows": 6, "new": 3, "updated": 1, "duplicates": 2}
    dry = import_rows(tmp_path, rows, SectionResource, batch_size=batch_size, dry_run=True)
    assert counts(dry) == expected
    result = import_rows(tmp_path, rows, SectionResource, batch_size=batch_size)
    assert (counts(result), result.path) == (expected, "row" if save_one_by_one else "bulk")
    found = set(Section.objects.values_list("name", "key"))
    assert found == {
        ("SCIENCE AND NATURE", "science and nature"),
        ("spórt", "sport"),
        ("Strasse", "strasse"),
        ("Law", "law"),
    }
    again = import_rows(tmp_path, rows, SectionResource, batch_size=batch_size)
    assert counts(again) == {"rows": 6, "unchanged": 4, "duplicates": 2}


def test_identity_that_no_file_can_say(tmp_path: Path):
    class Resource(RelationalResource):
        class Meta:
            model = Section
            fields = ("name", "key")
            import_id_fields = ("key",)

    with pytest.raises(ImproperlyConfigured, match="Resource: rows cannot be identified by “key”"):
        import_rows(tmp_path, [{"name": "Law", "key": "law"}], Resource)


def test_identity_that_a_file_lacks(tmp_path: Path):
    with pytest.raises(MissingColumns):
        import_rows(tmp_path, [{"number": "1", "title": "A"}], IssueResource)
    assert Issue.objects.count() == 0


@pytest.mark.parametrize("save_one_by_one", [False, True])
def test_row_that_the_default_manager_hides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, save_one_by_one: bool
):
    if save_one_by_one:
        monkeypatch.setattr(Note, "clean", lambda self: None)
    Note.objects.create(slug="a", text="old", is_deleted=True)
    rows = [{"slug": "a", "text": "new"}, {"slug": "b", "text": "new"}]
    result = import_rows(tmp_path, rows, NoteResource)
    assert counts(result) == {"rows": 2, "new": 1, "updated": 1}
    assert set(Note._base_manager.values_list("slug", "text", "is_deleted")) == {
        ("a", "new", True),
        ("b", "new", False),
    }


class WholeNoteResource(RelationalResource):
    """Has columns that no import writes, and one under another name."""

    text = Field("text", column_name="What is said")
    label = Field("_meta__label", readonly=True)
    is_deleted = Field("is_deleted", "is_deleted", readonly=True)

    class Meta:
        model = Note
        exclude = ("id",)
        export_order = ("slug", "text", "shout")
        import_id_fields = ("slug",)


@pytest.mark.parametrize("save_one_by_one", [False, True])
def test_columns_that_no_import_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, save_one_by_one: bool
):
    if save_one_by_one:
        monkeypatch.setattr(Note, "clean", lambda self: None)
    Note.objects.create(slug="a", text="old")
    path = export(tmp_path / "out.csv", WholeNoteResource)
    header = "slug,What is said,shout,is_deleted"
    assert path.read_text(encoding="utf-8").splitlines() == [header, "a,old,OLD,0"]
    path.write_text(f"{header}\na,new,OLD,1\nb,new,?,1\n", encoding="utf-8")
    result = load(path, resource=WholeNoteResource)
    assert (result.source, counts(result)) == ("native", {"rows": 2, "new": 1, "updated": 1})
    values = Note.objects.values_list("slug", "text", "shout", "is_deleted")
    assert set(values) == {("a", "new", "NEW", False), ("b", "new", "NEW", False)}


def test_export_starts_from_the_default_manager(tmp_path: Path):
    Note.objects.create(slug="a", text="gone", is_deleted=True)
    Note.objects.create(slug="b", text="here")
    path = export(tmp_path / "out.csv", NoteResource)
    assert path.read_text(encoding="utf-8").splitlines() == ["slug,text", "b,here"]


# The database rejects.


@pytest.mark.parametrize("batch_size", [1, 7, 100])
def test_only_the_row_that_the_database_rejects(tmp_path: Path, batch_size: int):
    rows = [
        {"slug": f"a{n}", "headline": "A", "words": str(n), "topics": f"T{n}"} for n in range(50)
    ]
    for guilty in (20, 33):
        rows[guilty]["words"] = "10000"
    result = import_rows(tmp_path, rows, batch_size=batch_size)
    assert counts(result) == {"rows": 50, "new": 48, "rejected": 2}
    assert [(line, column) for line, column, *_ in rejected(result)] == [(22, ""), (35, "")]
    assert all("newsdesk_article_words" in reason for *_, reason in rejected(result))
    assert not Article.objects.filter(slug__in=["a20", "a33"]).exists()
    assert Article.objects.count() == 48
    # Nor do names come in that only the rejected rows have.
    assert Topic.objects.count() == 48
    rows[20]["words"] = rows[33]["words"] = "9999"
    again = import_rows(tmp_path, rows, batch_size=batch_size)
    assert counts(again) == {"rows": 50, "new": 2, "unchanged": 48}


def test_change_that_the_database_rejects(tmp_path: Path):
    Article.objects.create(slug="a", headline="A", words=1)
    rows = [
        {"slug": "a", "headline": "A", "words": "10001"},
        {"slug": "b", "headline": "B", "words": "2"},
    ]
    result = import_rows(tmp_path, rows)
    assert counts(result) == {"rows": 2, "new": 1, "rejected": 1}
    assert set(Article.objects.values_list("slug", "words")) == {("a", 1), ("b", 2)}


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_row_that_refers_to_one_with_an_unknown_name(tmp_path: Path, batch_size: int):
    names = [("a", "b"), ("c", "a"), ("d", "e"), ("b", ""), ("e", "d"), ("f", "c"), ("g", "e")]
    names += [("h", ""), ("i", "h"), ("j", "k"), ("k", "")]
    rows = [
        {"slug": slug, "headline": "A", "follows": follows, "reporter": ""}
        for slug, follows in names
    ]
    rows[3]["reporter"] = "nobody@example.com"
    options = {"batch_size": batch_size}
    dry = import_rows(tmp_path, rows, StrictSequelResource, dry_run=True, **options)
    result = import_rows(tmp_path, rows, StrictSequelResource, **options)
    totals = {"rows": 11, "new": 7, "rejected": 4}
    assert (counts(dry), counts(result)) == (totals, totals)
    assert sorted(rejected(dry)) == sorted(rejected(result))
    assert {article.slug for article in Article.objects.all()} == set("deghijk")


# Tenants.


def box_resource(tenant: Tenant) -> type[RelationalResource]:
    class SeriesField(ForeignKeyField):
        def names(self, cell: str) -> tuple[str, str]:
            return (str(tenant.pk), cell)

        def said(self, names: Sequence[Any]) -> str:
            return names[-1]

    class BoxResource(RelationalResource):
        tenant = ForeignKeyField(by="id")
        series = SeriesField(by=("tenant", "name"))

        class Meta:
            model = Box
            fields = ("tenant", "code", "series")
            import_id_fields = ("tenant", "code")

    return BoxResource


@pytest.mark.parametrize("batch_size", [1, 100])
def test_records_of_one_tenant(tmp_path: Path, batch_size: int):
    tenants = [Tenant.objects.create(name=name) for name in "ab"]
    for tenant in tenants:
        Series.objects.create(tenant=tenant, name="Earthsea", shelf="1")
    Series.objects.create(tenant=tenants[0], name="Dune", shelf="2")
    Box.objects.create(tenant=tenants[0], code="1")
    rows = [{"code": "1", "series": "EARTHSEA"}, {"code": "2", "series": "Dune"}]
    options = {"batch_size": batch_size, "set_values": {"tenant": str(tenants[1].pk)}}
    resource = box_resource(tenants[1])
    result = import_rows(tmp_path, rows, resource, **options)
    assert counts(result) == {"rows": 2, "new": 1, "rejected": 1}
    assert rejected(result)[0][:2] == (3, "series")
    found = Box.objects.values_list("tenant__name", "code", "series__tenant__name")
    assert set(found) == {("a", "1", None), ("b", "1", "b")}
    again = import_rows(tmp_path, rows, resource, **options)
    assert counts(again) == {"rows": 2, "unchanged": 1, "rejected": 1}


# Columns that are called like fields of books.


class NamesakeResource(RelationalResource):
    isbn = Field("slug", column_name="isbn")
    title = Field("headline", column_name="title")
    author = ForeignKeyField(Reporter, by="email", create=True, attribute="reporter")
    contributors = ManyToManyField(by="name", create=True, separator=",", attribute="topics")
    series = ForeignKeyField(by="name", create=True, attribute="section")
    identifiers = Field("extra", column_name="identifiers", widget=JSONWidget())
    language = Field("kind", column_name="language")
    year = Field("words", column_name="year", widget=IntegerWidget())
    pages = Field("published", column_name="pages", widget=DateWidget())

    class Meta:
        model = Article
        fields = (
            *("isbn", "title", "author", "contributors", "series"),
            *("identifiers", "language", "year", "pages"),
        )
        import_id_fields = ("isbn",)


@pytest.mark.parametrize("save_one_by_one", [False, True])
@pytest.mark.parametrize("source", ["native", "generic"])
def test_columns_that_are_called_like_fields_of_books(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, *, save_one_by_one: bool
):
    if save_one_by_one:
        monkeypatch.setattr(Article, "clean", lambda self: None)
    row = {
        "isbn": "no-isbn",
        "title": "One (Law #1)",
        "author": "ann@example.com",
        "contributors": "Ann (editor),b|c; d",
        "series": "Law #1",
        "identifiers": '{"a": 1}',
        "language": "essay",
        "year": "1969",
        "pages": "1969-07-21",
    }
    assert counts(import_rows(tmp_path, [row], NamesakeResource, source=source)) == {
        "rows": 1,
        "new": 1,
    }
    article = Article.objects.get()
    values = ("slug", "headline", "extra", "kind", "words", "published")
    assert [getattr(article, name) for name in values] == [
        "no-isbn",
        "One (Law #1)",
        {"a": 1},
        "essay",
        1969,
        datetime.date(1969, 7, 21),
    ]
    assert (article.reporter.email, article.section.name) == ("ann@example.com", "Law #1")
    assert {topic.name for topic in article.topics.all()} == {"Ann (editor)", "b|c; d"}
    path = export(tmp_path / "out.csv", NamesakeResource)
    result = load(path, resource=NamesakeResource, source=source)
    assert counts(result) == {"rows": 1, "unchanged": 1}
    options = {"source": source, "set_values": {"series": "Art #2", "contributors": "e,f|g"}}
    result = load(path, resource=NamesakeResource, **options)
    assert counts(result) == {"rows": 1, "updated": 1}
    article = Article.objects.get()
    assert article.section.name == "Art #2"
    assert {topic.name for topic in article.topics.all()} == {"e", "f|g"}


class PagesResource(RelationalResource):
    """Knows of books what no resource of books has to read."""

    class Meta:
        model = Book
        fields = ("isbn", "pages")
        import_id_fields = ("isbn",)


def test_books_without_the_resource_of_books(tmp_path: Path):
    Book.objects.create(title="A", isbn="9780306406157")
    rows = [{"isbn": "0-306-40615-2", "pages": "7"}, {"isbn": "9780306406158", "pages": "8"}]
    result = import_rows(tmp_path, rows, PagesResource)
    assert counts(result) == {"rows": 2, "updated": 1, "rejected": 1}
    [(line, column, value, reason)] = rejected(result)
    assert (line, column, value) == (3, "isbn", "9780306406158")
    assert "check digit" in reason
    assert Book.objects.get().pages == 7


def test_records_named_by_primary_key(tmp_path: Path):
    class ByKeyResource(RelationalResource):
        reporter = ForeignKeyField(by="pk")
        topics = ManyToManyField(by="pk")

        class Meta:
            model = Article
            fields = ("slug", "headline", "reporter", "topics")
            import_id_fields = ("slug",)

    reporter = Reporter.objects.create(email="a@example.org")
    topics = [Topic.objects.create(name=name) for name in "xy"]
    listed = "|".join(str(topic.pk) for topic in topics)
    row = {"slug": "a", "headline": "A", "reporter": str(reporter.pk), "topics": listed}
    rows = [row, {**row, "slug": "b", "reporter": "0"}]
    path = write_csv(tmp_path / "in.csv", rows, list(row))
    result = load(path, resource=ByKeyResource, source="native")
    assert (result.counts.new, result.counts.rejected) == (1, 1)
    article = Article.objects.get()
    assert (article.reporter, set(article.topics.all())) == (reporter, set(topics))


class TwoReportersResource(RelationalResource):
    reporter = ForeignKeyField(by="email", create=True)
    # Its column holds the address, that of the reporter a number.
    editor = ForeignKeyField(by="email", create=True)

    class Meta:
        model = Article
        fields = ("slug", "headline", "reporter", "editor")
        import_id_fields = ("slug",)


class HookedTwoReportersResource(TwoReportersResource):
    def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        pass


@pytest.mark.parametrize("batch_size", [1, 2, 100])
@pytest.mark.parametrize("resource", [TwoReportersResource, HookedTwoReportersResource])
def test_one_new_record_by_two_references(tmp_path: Path, resource: Any, batch_size: int):
    people = [("x", "x"), ("y", "x"), ("z", "y"), ("x", "w"), ("w", "z")]
    rows = [
        {"slug": f"s{n}", "headline": "H", "reporter": f"{a}@e.org", "editor": f"{b}@e.org"}
        for n, (a, b) in enumerate(people)
    ]
    path = write_csv(tmp_path / "in.csv", rows, list(rows[0]))
    options = {"resource": resource, "source": "native", "batch_size": batch_size}
    assert load(path, **options).counts.new == 5
    assert Reporter.objects.count() == 4
    found = Article.objects.order_by("slug").values_list("reporter__email", "editor__email")
    assert list(found) == [(f"{a}@e.org", f"{b}@e.org") for a, b in people]
    assert load(path, **options).counts.unchanged == 5


def test_aliases_of_records_of_a_host(tmp_path: Path):
    section = Section.objects.create(name="Sport")
    Alias.objects.create(
        kind="newsdesk.section", name="Games", key=text_key("Games"), target=str(section.pk)
    )
    # Of another model.
    Alias.objects.create(
        kind="newsdesk.topic", name="Chess", key=text_key("Chess"), target=str(section.pk)
    )
    rows = [
        {"slug": f"s{number}", "headline": "H", "section": name}
        for number, name in enumerate(["GAMES", "sport", "Chess"])
    ]
    path = write_csv(tmp_path / "in.csv", rows, list(rows[0]))
    assert load(path, resource=ArticleResource, source="native").counts.new == 3
    found = Article.objects.order_by("slug").values_list("section__name", flat=True)
    assert list(found) == ["Sport", "Sport", "Chess"]
