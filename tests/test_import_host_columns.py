"""Every kind of column of a newspaper's own models comes in and goes out."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from import_export.fields import Field
from import_export.widgets import DateWidget, DecimalWidget, IntegerWidget, JSONWidget

from django_bookrel.models import Alias, Book
from django_bookrel.names import text_key
from django_bookrel.resources import (
    ForeignKeyField,
    ManyToManyField,
    RelationalResource,
    load,
)
from tests.hostrows import export, import_rows, rejected
from tests.hosts.newsdesk.models import (
    Article,
    Reporter,
    Sample,
    Section,
    Topic,
)
from tests.hosts.newsdesk.resources import (
    ArticleResource,
    SampleResource,
)
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
