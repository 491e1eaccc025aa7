"""Rows mean records of the resource's queryset only, and names those of the field's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tablib
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from django_bookrel.checks.resources import check_resources
from django_bookrel.resources import ForeignKeyField, ManyToManyField, RelationalResource
from tests.hostrows import import_rows, rejected
from tests.hosts.newsdesk.models import Article, Note, Reporter, Topic
from tests.hosts.newsdesk.resources import ArticleResource

pytestmark = pytest.mark.django_db

OUTSIDE = "slug theirs belongs to a article that this import may not change."


class OwnArticles(RelationalResource):
    """The articles of one reporter, found by their address or number."""

    class Meta:
        model = Article
        fields = ("id", "slug", "headline")
        candidate_keys = (["id"], ["slug"])

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(reporter__email="ann@example.com")


class Hooked(OwnArticles):
    def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        pass


class Notes(RelationalResource):
    class Meta:
        model = Note
        fields = ("slug", "text")
        import_id_fields = ("slug",)


@pytest.fixture
def articles() -> dict[str, Article]:
    made = {}
    for slug, name in (("ours", "ann"), ("theirs", "bob")):
        reporter = Reporter.objects.create(email=f"{name}@example.com")
        made[slug] = Article.objects.create(slug=slug, headline="Old", reporter=reporter)
    return made


def headlines() -> dict[str, str]:
    return dict(Article.objects.values_list("slug", "headline"))


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("resource", [OwnArticles, Hooked])
@pytest.mark.parametrize("existing", ["update", "fill", "skip"])
@pytest.mark.usefixtures("articles")
def test_record_outside_of_the_queryset(
    tmp_path: Path, resource: type[RelationalResource], existing: str, *, dry_run: bool
):
    rows = [{"slug": slug, "headline": "New"} for slug in ("ours", "theirs", "third")]
    result = import_rows(tmp_path, rows, resource, existing=existing, dry_run=dry_run)
    [(line, column, _value, reason)] = rejected(result)
    assert (line, column, reason) == (3, "", OUTSIDE)
    new = {} if dry_run else {"third": "New"}
    ours = "Old" if dry_run or existing != "update" else "New"
    assert headlines() == {"ours": ours, "theirs": "Old"} | new
    assert result.counts.new == 1


@pytest.mark.parametrize("resource", [OwnArticles, Hooked])
@pytest.mark.parametrize("dry_run", [False, True])
def test_primary_key_outside_of_the_queryset(
    resource: type[RelationalResource], articles: dict[str, Article], *, dry_run: bool
):
    rows = [(articles["theirs"].pk, "mine", "New"), (articles["ours"].pk, "ours", "New")]
    data = tablib.Dataset(*rows, headers=["id", "slug", "headline"])
    result = resource().import_data(data, dry_run=dry_run, use_transactions=False)
    [(number, [error])] = result.row_errors()
    pk = articles["theirs"].pk
    assert (number, str(error.error)) == (
        1,
        f"id {pk} belongs to a article that this import may not change.",
    )
    assert headlines() == {"ours": "Old" if dry_run else "New", "theirs": "Old"}


def test_many_rows_ask_a_constant_number_of_times(tmp_path: Path):
    asked = []
    ann = Reporter.objects.create(email="ann@example.com")
    for size in (20, 400):
        slugs = [f"s{n}-{size}" for n in range(size)]
        Article.objects.bulk_create([Article(slug=s, headline="Old", reporter=ann) for s in slugs])
        rows = [{"slug": slug, "headline": "New"} for slug in slugs]
        with CaptureQueriesContext(connection) as queries:
            assert import_rows(tmp_path, rows, OwnArticles).counts.updated == size
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_rows_of_one_import_find_what_it_has_made(tmp_path: Path):
    rows = [{"slug": "new", "headline": "One"}, {"slug": "new", "headline": "Two"}]
    result = import_rows(tmp_path, rows, OwnArticles, batch_size=1)
    assert (rejected(result), headlines()) == ([], {"new": "Two"})


@pytest.mark.parametrize("dry_run", [False, True])
def test_record_that_the_default_manager_hides(tmp_path: Path, *, dry_run: bool):
    Note.objects.create(slug="gone", text="Old", is_deleted=True)
    rows = [{"slug": "gone", "text": "New"}]
    result = import_rows(tmp_path, rows, Notes, dry_run=dry_run)
    [(_line, _column, _value, reason)] = rejected(result)
    assert reason == "slug gone belongs to a note that this import may not change."
    assert [note.text for note in Note._base_manager.all()] == ["Old"]


@pytest.mark.parametrize("create", [False, True])
def test_names_mean_records_of_the_fields_queryset(tmp_path: Path, *, create: bool):
    class Narrow(RelationalResource):
        reporter = ForeignKeyField(
            by="email", create=create, queryset=Reporter.objects.filter(name="staff")
        )
        topics = ManyToManyField(
            by="name", create=create, queryset=lambda: Topic.objects.exclude(name="Secret")
        )

        class Meta:
            model = Article
            fields = ("slug", "headline", "reporter", "topics")
            import_id_fields = ("slug",)

    Reporter.objects.create(email="ann@example.com", name="staff")
    Reporter.objects.create(email="bob@example.com", name="guest")
    Topic.objects.create(name="Sea")
    Topic.objects.create(name="Secret")
    names = [("ann", "Sea"), ("bob", "Sea"), ("ann", "Sea|Secret"), ("cy", "Sky")]
    rows = [
        {"slug": f"s{n}", "headline": "A", "reporter": f"{who}@example.com", "topics": what}
        for n, (who, what) in enumerate(names)
    ]
    result = import_rows(tmp_path, rows, Narrow)
    outside = [
        (3, "reporter", "bob@example.com", "No reporter that this column may name has this email."),
        (4, "topics", "Secret", "No topic that this column may name has this name."),
    ]
    unknown = [
        (5, "reporter", "cy@example.com", "No reporter that this column may name has this email."),
        (5, "topics", "Sky", "No topic that this column may name has this name."),
    ]
    assert rejected(result) == outside + ([] if create else unknown)
    assert Reporter.objects.count() == Topic.objects.count() == (3 if create else 2)


def test_scope_is_asked_for_by_imports_only(tmp_path: Path):
    """A resource of one user, say, of whom system checks and exports of columns know nothing."""

    class Own(ArticleResource):
        def __init__(self, user: Any = None) -> None:
            super().__init__()
            self.user = user

        def get_queryset(self) -> models.QuerySet[Any]:
            return super().get_queryset().filter(reporter=self.user.pk)

    assert Own().layout(["slug"]).names == ["slug"]
    assert [check for check in check_resources(None) if "Own" in check.msg] == []
    data = tablib.Dataset(("a", "A"), headers=["slug", "headline"])
    [error] = Own().import_data(data).base_errors
    assert isinstance(error.error, AttributeError)
    reporter = Reporter.objects.create(email="ann@example.com")
    assert Own(reporter).import_data(data).totals["new"] == 1
