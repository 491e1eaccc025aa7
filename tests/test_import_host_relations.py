"""Relations of a newspaper's own models, and rows that refer to one another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_bookrel.resources import (
    ForeignKeyField,
    ManyToManyField,
    RelationalResource,
    load,
)
from tests.hostrows import address, export, import_rows, rejected
from tests.hosts.newsdesk.models import (
    Article,
    Reporter,
    Section,
    Topic,
)
from tests.hosts.newsdesk.resources import (
    AddingArticleResource,
    StrictArticleResource,
    StrictSequelResource,
    UndeclaredArticleResource,
)
from tests.importing import counts

pytestmark = pytest.mark.django_db


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
