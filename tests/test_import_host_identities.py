"""By what the rows of a newspaper's own models are found."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import F
from django.test.utils import isolate_apps
from import_export.fields import Field
from tablib import Dataset

from django_bookrel.exceptions import MissingColumns
from django_bookrel.fields import KeyField, PositionField
from django_bookrel.resources import (
    ForeignKeyField,
    ManyToManyField,
    RelatedRowsField,
    RelationalResource,
    load,
)
from django_bookrel.values import needs_value
from tests.hostrows import export, import_rows, rejected
from tests.hosts.newsdesk.models import (
    Article,
    Issue,
    Note,
    Photo,
    Reporter,
    Section,
    Topic,
)
from tests.hosts.newsdesk.resources import (
    IssueResource,
    NoteResource,
    PhotoResource,
    SectionResource,
)
from tests.hosts.tenants.models import Box, Series, Tenant
from tests.importing import capture_writes, counts, stored, write_csv

pytestmark = pytest.mark.django_db


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
    """The resource says that it may be changed."""

    class EveryNote(NoteResource):
        def get_queryset(self) -> Any:
            return Note._base_manager.all()

    if save_one_by_one:
        monkeypatch.setattr(Note, "clean", lambda self: None)
    Note.objects.create(slug="a", text="old", is_deleted=True)
    rows = [{"slug": "a", "text": "new"}, {"slug": "b", "text": "new"}]
    result = import_rows(tmp_path, rows, EveryNote)
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
