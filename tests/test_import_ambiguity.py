"""A value that several records have says nothing of which of them a row is about, or names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget, ManyToManyWidget

from django_bookrel.resources import ForeignKeyField, ManyToManyField, RelationalResource
from tests.hostrows import import_rows, rejected
from tests.hosts.custom.models import Bulletin, Tag
from tests.hosts.newsdesk.models import Article, Reporter
from tests.importing import counts

pytestmark = pytest.mark.django_db


class HeadlineResource(RelationalResource):
    class Meta:
        model = Article
        fields = ("headline", "words")
        import_id_fields = ("headline",)


class HookedHeadlineResource(HeadlineResource):
    class Meta:
        model = Article

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        """Run."""


class PreparedHeadlineResource(HeadlineResource):
    class Meta:
        model = Article

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        """Run."""


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    "resource", [HeadlineResource, HookedHeadlineResource, PreparedHeadlineResource]
)
def test_several_records_of_one_identity(
    tmp_path: Path,
    resource: type[RelationalResource],
    dry_run: bool,  # noqa: FBT001
):
    # Small letters, as they are looked up where the database takes all for equal.
    one, two, _three = [
        Article.objects.create(slug=slug, headline=headline)
        for slug, headline in (("a", "flood"), ("b", "flood"), ("c", "Fire"))
    ]
    rows = [{"headline": "flood", "words": "1"}, {"headline": "Fire", "words": "2"}]
    result = import_rows(tmp_path, rows, resource, dry_run=dry_run)
    assert counts(result) == {"rows": 2, "updated": 1, "rejected": 1}
    reason = (
        f"The row matches more than one record: headline flood is “{one}” (no. {one.pk}); "
        f"headline flood is “{two}” (no. {two.pk})."
    )
    assert [(r.line, r.column, r.reason) for r in result.rejections] == [(2, "", reason)]
    found = Article.objects.order_by("slug").values_list("words", flat=True)
    assert list(found) == [0, 0, 0 if dry_run else 2]


def resource_of(declared: Any) -> type[RelationalResource]:
    class ReportedResource(RelationalResource):
        reporter = declared

        class Meta:
            model = Article
            fields = ("slug", "headline", "reporter")
            import_id_fields = ("slug",)

    return ReportedResource


@pytest.mark.parametrize(
    "declared",
    [
        Field("reporter", "reporter", ForeignKeyWidget(Reporter, "name")),
        ForeignKeyField(by="name"),
        ForeignKeyField(by="name", create=True),
    ],
)
def test_several_records_of_one_name(tmp_path: Path, declared: Any):
    emails = ("a@example.com", "b@example.com")
    ann, other = (Reporter.objects.create(email=email, name="Ann") for email in emails)
    Reporter.objects.create(email="bo@example.com", name="Bo")
    rows = [
        {"slug": "a", "headline": "A", "reporter": "Ann"},
        {"slug": "b", "headline": "B", "reporter": "Bo"},
        {"slug": "c", "headline": "C", "reporter": "Ann"},
    ]
    result = import_rows(tmp_path, rows, resource_of(declared))
    reason = f"2 reporters have this name: no. {ann.pk}, no. {other.pk}."
    assert rejected(result) == [(line, "reporter", "Ann", reason) for line in (2, 4)]
    assert list(Article.objects.values_list("slug", "reporter__name")) == [("b", "Bo")]


@pytest.mark.parametrize(
    "declared",
    [
        Field("tags", "tags", ManyToManyWidget(Bulletin, "|", "title")),
        ManyToManyField(Bulletin, by="title"),
    ],
)
def test_several_records_of_one_name_in_a_list(tmp_path: Path, declared: Any):
    """Of which django-import-export would link both."""

    class NamingResource(RelationalResource):
        bulletin_set = declared

        class Meta:
            model = Tag
            fields = ("name", "bulletin_set")
            import_id_fields = ("name",)

    declared.attribute = declared.column_name = "bulletin_set"
    pks = [Bulletin.objects.create(code=code, title="A").pk for code in "ab"]
    result = import_rows(tmp_path, [{"name": "x", "bulletin_set": "A"}], NamingResource)
    reason = f"2 bulletins have this title: no. {pks[0]}, no. {pks[1]}."
    assert rejected(result) == [(2, "bulletin_set", "A", reason)]


@pytest.mark.parametrize("base", [HeadlineResource, HookedHeadlineResource])
def test_instances_that_are_all_new(tmp_path: Path, base: type[RelationalResource]):
    """With ``force_init_instance``: no record is looked for, and no row is a duplicate."""

    class NewResource(base):  # type: ignore[misc,valid-type]
        class Meta:
            model = Article
            fields = ("slug", "headline")
            import_id_fields = ("headline",)
            force_init_instance = True

    Article.objects.create(slug="a", headline="A")
    rows = [{"slug": slug, "headline": "A"} for slug in "bca"]
    result = import_rows(tmp_path, rows, NewResource)
    assert counts(result) == {"rows": 3, "new": 2, "rejected": 1}
    assert [r.line for r in result.rejections] == [4]
    assert set(Article.objects.values_list("slug", "headline")) == {(s, "A") for s in "abc"}


class AnnsHeadlineResource(HeadlineResource):
    class Meta:
        model = Article

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(slug__in="bc")


def test_only_one_record_within_the_queryset(tmp_path: Path):
    """Where several have an identity."""
    for slug in "abcd":
        Article.objects.create(slug=slug, headline="Fire" if slug > "b" else "Flood")
    rows = [{"headline": name, "words": "1"} for name in ("Flood", "Fire")]
    assert counts(import_rows(tmp_path, rows, AnnsHeadlineResource)) == {"rows": 2, "updated": 2}
    found = Article.objects.filter(words=1).order_by("slug").values_list("slug", flat=True)
    assert list(found) == ["b", "c"]


def test_only_one_record_within_the_queryset_of_a_field(tmp_path: Path):
    """Where several have a name; none at all is one that is not there."""
    emails = ("a@example.com", "b@example.com")
    for email in emails:
        Reporter.objects.create(email=email, name="Ann")
        Reporter.objects.create(email=f"o{email}", name="Bo")
    declared = ForeignKeyField(by="name", queryset=Reporter.objects.filter(email="b@example.com"))
    rows = [{"slug": name, "headline": "A", "reporter": name} for name in ("Ann", "Bo")]
    result = import_rows(tmp_path, rows, resource_of(declared))
    assert rejected(result) == [
        (3, "reporter", "Bo", "No reporter that this column may name has this name.")
    ]
    assert list(Article.objects.values_list("slug", "reporter__email")) == [("Ann", emails[1])]
