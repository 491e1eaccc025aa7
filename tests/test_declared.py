"""What a resource declares and cannot be is said by a check and before an import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps.registry import Apps
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.db.models.fields.related import RelatedField
from django.db.models.functions import Upper
from django.test.utils import isolate_apps
from import_export.fields import Field

from django_bookrel import checks
from django_bookrel.abstract import Derived
from django_bookrel.fields import KeyField
from django_bookrel.resources import (
    ForeignKeyField,
    ManyToManyField,
    RelatedRowsField,
    RelationalResource,
    load,
)


@pytest.fixture
def host() -> Apps:
    with isolate_apps("tests", "django.contrib.contenttypes") as apps:
        yield apps


class TagsField(RelatedField):
    """Looks like a ManyToManyField and is none, as that of django-taggit."""

    many_to_many, many_to_one, one_to_many, one_to_one = True, False, False, False

    def __init__(self, to: type[models.Model]) -> None:
        rel = models.ManyToManyRel(self, to, through=None)
        super().__init__(rel=rel, null=True, serialize=False)

    def get_internal_type(self) -> str:
        return "ManyToManyField"

    def contribute_to_class(self, cls: Any, name: str, **kwargs: Any) -> None:
        self.set_attributes_from_name(name)
        self.model = cls
        cls._meta.add_field(self)


def resource_of(
    host: Apps, *, keys: Any = ("slug",), exclude: Any = ("id", "tags"), **attributes: Any
) -> type[RelationalResource]:
    """Give a resource of a model that has everything."""

    class Desk(models.Model):  # noqa: DJ008
        code = models.CharField(max_length=5, unique=True)
        extra = models.JSONField(null=True)
        data = models.BinaryField(null=True)

        class Meta:
            app_label = "tests"

    class Story(Derived):
        slug = models.SlugField(unique=True)
        title = models.CharField(max_length=50)
        key = KeyField(source="title", kind="text")
        shout = models.GeneratedField(
            expression=Upper("slug"), output_field=models.CharField(max_length=50), db_persist=True
        )
        changed_at = models.DateTimeField(auto_now=True)
        desk = models.ForeignKey(Desk, models.CASCADE, null=True, related_name="stories")
        desks = models.ManyToManyField(Desk, related_name="+")
        extra = models.JSONField(null=True)
        data = models.BinaryField(null=True)
        kind = models.ForeignKey(ContentType, models.CASCADE, null=True, related_name="+")
        number = models.IntegerField(null=True)
        about = GenericForeignKey("kind", "number")
        abouts = GenericRelation("tests.Story", "number", "kind")
        tags = TagsField(Desk)

        class Meta:
            app_label = "tests"

    class Comment(models.Model):  # noqa: DJ008
        story = models.ForeignKey(Story, models.CASCADE, related_name="comments")
        text = models.CharField(max_length=50)

        class Meta:
            app_label = "tests"

    meta = {"model": Story, "import_id_fields": keys, "exclude": exclude}
    metaclass: Any = type(RelationalResource)
    attributes["Meta"] = type("Meta", (), meta)
    made: type[RelationalResource] = metaclass("StoryResource", (RelationalResource,), attributes)
    return made


def found(host: Apps) -> list[tuple[str, str]]:
    return [(m.id, m.msg) for m in checks.check_resources(host.get_app_configs())]


def rows(**options: Any) -> RelatedRowsField:
    given = {"columns": ("text",), "key": ("text",), "parse": list, "render": str, **options}
    return RelatedRowsField(**given)


NO_FK, NO_M2M = "not a foreign key", "not a many-to-many relation"
NO_ROWS = "not the reverse of a foreign key"
RELATIONS = {
    "desk is a foreign key, {}; declare a ForeignKeyField.": [
        (ManyToManyField(by="code"), NO_M2M),
        (rows(), NO_ROWS),
    ],
    "desks is a many-to-many relation, {}; declare a ManyToManyField.": [
        (ForeignKeyField(by="code"), NO_FK),
        (rows(), NO_ROWS),
    ],
    "comments is the reverse of a foreign key, {}; declare a RelatedRowsField.": [
        (ForeignKeyField(by="text"), NO_FK),
        (ManyToManyField(by="text"), NO_M2M),
    ],
    "slug is a column, {}.": [(ForeignKeyField(), NO_FK), (ManyToManyField(), NO_M2M)],
    "about is a GenericForeignKey, {}.": [(ForeignKeyField(), NO_FK), (rows(), NO_ROWS)],
    "abouts is a GenericRelation, {}.": [(ManyToManyField(), NO_M2M), (rows(), NO_ROWS)],
    "tags is a TagsField, {}.": [(ManyToManyField(by="code"), NO_M2M)],
}


@pytest.mark.parametrize(
    "said, field", [(said.format(no), f) for said, fs in RELATIONS.items() for f, no in fs]
)
def test_relation_of_another_kind(host: Apps, said: str, field: Any):
    name = said.split()[0]
    field.attribute = None
    resource = resource_of(
        host, exclude=("id",) if name == "tags" else ("id", "tags"), **{name: field}
    )
    message = f"tests.Story.{said}"
    assert found(host) == [("django_bookrel.E101", f"StoryResource cannot import: {message}")]
    with pytest.raises(ImproperlyConfigured) as caught:
        resource().layout(["slug", name])
    assert str(caught.value) == message


@pytest.mark.parametrize("field", [ForeignKeyField(), ManyToManyField(), rows()], ids=repr)
def test_relation_that_is_not_there(host: Apps, field: Any):
    resource = resource_of(host, people=field)
    message = "StoryResource cannot import: tests.Story has no relation “people”."
    assert found(host) == [("django_bookrel.E101", message)]
    assert resource.fields["people"] is field


@pytest.mark.parametrize(
    "field, said",
    [
        (
            ForeignKeyField(by="nmae"),
            "by='nmae': tests.Desk has no such field; the fields are: id, code, extra, data.",
        ),
        (
            ForeignKeyField(by="stories"),
            "by='stories': tests.Desk has no such field; the fields are: id, code, extra, data.",
        ),
        (
            ForeignKeyField(by=("code", "extra")),
            "by='extra': tests.Desk cannot be looked up by a field whose values are JSON.",
        ),
        (
            ForeignKeyField(by="data"),
            "by='data': tests.Desk cannot be looked up by a field whose values are bytes.",
        ),
    ],
)
def test_name_by_which_nothing_is_found(host: Apps, field: Any, said: str):
    resource = resource_of(host, desk=field)
    assert found(host) == [("django_bookrel.E101", f"StoryResource cannot import: {said}")]
    assert resource.fields["desk"] is field


@pytest.mark.parametrize(
    "field, said",
    [
        (
            rows(columns=("text", "colour"), key=("text",)),
            "columns='colour': tests.Comment has no such field; the fields are: id, story, text.",
        ),
        (rows(key=("colour",)), "key=colour is not among columns=text."),
    ],
)
def test_rows_of_columns_that_are_not_there(host: Apps, field: Any, said: str):
    resource = resource_of(host, comments=field)
    assert found(host) == [("django_bookrel.E101", f"StoryResource cannot import: {said}")]
    assert resource.fields["comments"] is field


IDENTITIES = {
    "nothing": "because it is not an importable column",
    "key": "because it is not an importable column",
    "desks": "because it is not an importable column",
    "abouts": "because it is not an importable column",
    "shout": "which imports do not write",
    "changed_at": "which imports do not write",
    "title": "which imports do not write",
    "extra": "whose values are JSON",
    "data": "whose values are bytes",
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_identity_that_cannot_be(host: Apps, tmp_path: Path, name: str):
    title = Field("title", "title", readonly=True)
    resource = resource_of(host, keys=("slug", name), title=title)
    said = f"StoryResource: rows cannot be identified by “{name}”, {IDENTITIES[name]}."
    [message] = found(host)
    assert message == ("django_bookrel.E101", f"StoryResource cannot import: {said}")
    path = tmp_path / "stories.csv"
    path.write_text("slug\na\n")
    with pytest.raises(ImproperlyConfigured) as caught:
        load(path, resource=resource, source="native")
    assert str(caught.value) == said


@pytest.mark.parametrize("keys", [("slug",), ("desk", "number")])
def test_identity_that_can_be(host: Apps, keys: tuple[str, ...]):
    resource = resource_of(host, keys=keys, desk=ForeignKeyField(by="code"))
    assert found(host) == []
    assert resource().candidate_keys() == [list(keys)]


def test_relation_that_is_left_out(host: Apps):
    resource = resource_of(host, exclude=("id",))
    why = "tests.Story.tags is a TagsField, not a many-to-many relation."
    message = f"StoryResource excludes tags from imports and exports: {why}"
    assert found(host) == [("django_bookrel.W104", message)]
    names = ["slug", "title", "key", "shout", "changed_at", "desk", "desks", "extra", "data"]
    assert list(resource().columns()) == [*names, "kind", "number"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has such a column")
@pytest.mark.django_db
def test_column_that_is_left_out(tmp_path: Path):
    from tests.hosts.vitrine.models import Searched

    class SearchedResource(RelationalResource):
        class Meta:
            model = Searched
            exclude = ("id",)
            import_id_fields = ("code",)

    [message] = [m for m in checks.check_resources() if m.obj is SearchedResource]
    assert (message.id, message.msg) == (
        "django_bookrel.W104",
        (
            "SearchedResource excludes search from imports and exports: PostgreSQL computes its "
            "values and does not return them as they were written."
        ),
    )
    path = tmp_path / "searched.csv"
    path.write_text("code,text\na,fat cats\n")
    assert load(path, resource=SearchedResource, source="native").counts.new == 1
    assert Searched.objects.values_list("text", "search").get() == ("fat cats", None)


def test_resource_that_finds_no_row(host: Apps):
    resource_of(host, keys=("id",))
    message = (
        "StoryResource has no columns that identify rows, so every import of a file adds all of "
        "its rows."
    )
    assert found(host) == [("django_bookrel.W105", message)]


def test_identity_by_the_name_of_a_field_whose_column_has_another(host: Apps):
    resource = resource_of(host, keys=("slug",), slug=Field("slug", "Short name"))
    assert found(host) == []
    assert resource().candidate_keys() == [["Short name"]]
