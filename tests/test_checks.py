"""Each mistake of a host's subclass is one message that says what to write instead."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps.registry import Apps
from django.core.checks import CheckMessage, Error, Tags, registry
from django.db import OperationalError, models
from django.db.models.functions import Lower
from django.db.models.lookups import GreaterThan
from django.test.utils import isolate_apps
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget

import django_bookrel
from django_bookrel import abstract, checks
from django_bookrel.fields import KeyField, SortField
from django_bookrel.models import Author
from django_bookrel.querysets import NamedQuerySet
from django_bookrel.resources import (
    BookResource,
    ForeignKeyField,
    ManyToManyField,
    RelationalResource,
)

PACKAGE = Path(django_bookrel.__path__[0])


@pytest.fixture
def host() -> Apps:
    with isolate_apps("tests") as apps:
        yield apps


def found(host: Apps) -> list[Error]:
    return checks.check_models(host.get_app_configs())


def test_checks_are_registered():
    assert checks.check_models in registry.registry.get_checks()
    assert Tags.models in checks.check_models.tags
    assert checks.check_resources in registry.registry.get_checks()
    assert checks.check_settings in registry.registry.get_checks()


def test_the_package_and_the_hosts_of_these_tests_are_clean():
    assert checks.check_models() == []


def test_ids_are_unique():
    modules = sorted(Path(checks.__file__).parent.glob("*.py"))
    ids = re.findall(r"django_bookrel\.[EW]\d+", "".join(module.read_text() for module in modules))
    assert sorted(ids) == sorted(set(ids))


def test_lost_constraints(host: Apps):
    class Author(abstract.AbstractAuthor):
        class Meta:
            app_label = "tests"

    assert found(host) == [
        Error(
            "tests.Author is missing constraints of AbstractAuthor: "
            "UniqueConstraint over key, CheckConstraint over born and died.",
            hint=(
                "Write class Meta(AbstractAuthor.Meta): in Author. If it defines its own "
                "constraints, include these or ones that cover the same fields and more."
            ),
            obj=Author,
            id="django_bookrel.E001",
        )
    ]


def test_lost_constraints_through_an_abstract_model_of_the_host(host: Apps):
    class Named(abstract.AbstractSubject):
        books = None

        class Meta:
            app_label = "tests"
            abstract = True

    class Genre(Named):
        class Meta:
            app_label = "tests"

    assert [(message.id, message.obj) for message in found(host)] == [
        ("django_bookrel.E001", Genre)
    ]


@pytest.mark.parametrize("filled", [~models.Q(key=""), GreaterThan(models.F("key"), "")])
def test_a_check_replaces_no_unique_constraint(host: Apps, filled: Any):
    class Series(abstract.AbstractSeries):
        class Meta:
            app_label = "tests"
            constraints = (models.CheckConstraint(condition=filled, name="key_is_filled"),)

    assert [message.id for message in found(host)] == ["django_bookrel.E001"]


class UniqueKey(models.UniqueConstraint):
    pass


def test_constraints_may_be_replaced(host: Apps):
    class Inherited(abstract.AbstractSeries):
        class Meta(abstract.AbstractSeries.Meta):
            app_label = "tests"

    class PerTenant(abstract.AbstractSeries):
        tenant = models.IntegerField()

        class Meta:
            app_label = "tests"
            constraints = (models.UniqueConstraint(fields=("tenant", "key"), name="per_tenant"),)

    class PerShelf(abstract.AbstractSeries):
        shelf = models.CharField(max_length=9)

        class Meta:
            app_label = "tests"
            constraints = (models.UniqueConstraint(Lower("shelf"), "key", name="per_shelf"),)

    class OfTheHost(abstract.AbstractSeries):
        class Meta:
            app_label = "tests"
            constraints = (UniqueKey(fields=("key",), name="of_the_host"),)

    class Together(abstract.AbstractSeries):
        tenant = models.IntegerField()

        class Meta:
            app_label = "tests"
            unique_together = (("tenant", "key"),)

    class Overridden(abstract.AbstractSeries):
        key = KeyField(source="name", kind="text", unique=True)

        class Meta:
            app_label = "tests"

    class Narrow(Inherited):
        class Meta:
            app_label = "tests"

    class Proxy(Inherited):
        class Meta:
            app_label = "tests"
            proxy = True

    assert found(host) == []


def test_manager_that_keeps_no_keys(host: Apps):
    class Series(abstract.AbstractSeries):
        objects = models.Manager()
        named = NamedQuerySet.as_manager()

        class Meta(abstract.AbstractSeries.Meta):
            app_label = "tests"

    assert found(host) == [
        Error(
            "The default manager of tests.Series is not based on DerivedQuerySet, "
            "so update() and bulk_update() would leave “key” stale.",
            hint=(
                "Subclass the queryset of the abstract base, and create the manager with "
                "as_manager() or Manager.from_queryset()."
            ),
            obj=Series,
            id="django_bookrel.E003",
        )
    ]


def history(**columns: Any) -> type[models.Model]:
    """Make a model that holds former states of a series, as packages of histories do."""
    attributes = {
        "__module__": __name__,
        "Meta": type("Meta", (), {"app_label": "tests"}),
        "name": models.CharField(max_length=255),
        "key": KeyField(source="name", kind="text"),
    }
    return type("SeriesState", (models.Model,), {**attributes, **columns})


@pytest.mark.parametrize(
    "columns",
    [
        {"number": models.AutoField(primary_key=True), "id": models.BigIntegerField()},
        {
            "name": None,
            "series": models.ForeignKey(
                "tests.Series", models.DO_NOTHING, db_constraint=False, related_name="+"
            ),
        },
    ],
    ids=["plain", "foreign-key"],
)
def test_histories_may_have_any_manager(host: Apps, columns: dict[str, Any]):
    class Series(abstract.AbstractSeries):
        class Meta(abstract.AbstractSeries.Meta):
            app_label = "tests"

    history(**columns)
    assert found(host) == []


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"series": models.ForeignKey("tests.Series", models.CASCADE, related_name="+")},
        {"id": models.BigIntegerField(primary_key=True)},
        {
            "number": models.AutoField(primary_key=True),
            "id": models.BigIntegerField(),
            "sort": SortField(source="name", kind="title"),
        },
    ],
    ids=["alone", "foreign-key", "own-key", "another-column"],
)
def test_records_that_only_look_like_a_history(host: Apps, columns: dict[str, Any]):
    class Series(abstract.AbstractSeries):
        class Meta(abstract.AbstractSeries.Meta):
            app_label = "tests"

    history(**columns)
    assert [message.id for message in found(host)] == ["django_bookrel.E003"]


def test_missing_target(host: Apps):
    class Contribution(abstract.AbstractContribution):
        class Meta(abstract.AbstractContribution.Meta):
            app_label = "tests"

    class Publisher(abstract.AbstractPublisher):
        class Meta(abstract.AbstractPublisher.Meta):
            app_label = "tests"

    def missing(model: type[models.Model], field: str, target: str) -> Error:
        return Error(
            f"tests.{model.__name__}.{field} refers to “{target}”, "
            "which the app “tests” does not define.",
            hint=(
                f"Define {target}(Abstract{target}) in that app, or override {field} in "
                f"{model.__name__} to point at your own model."
            ),
            obj=model._meta.get_field(field),
            id="django_bookrel.E004",
        )

    assert found(host) == [
        missing(Contribution, "book", "Book"),
        missing(Contribution, "author", "Author"),
        missing(Publisher, "books", "Book"),
    ]


def test_a_target_that_the_host_wrote_is_left_to_django(host: Apps):
    class Publisher(abstract.AbstractPublisher):
        books = models.ManyToManyField("tests.Novel")

        class Meta(abstract.AbstractPublisher.Meta):
            app_label = "tests"

    assert found(host) == []


def test_missing_source(host: Apps):
    class Genre(abstract.Derived):
        label = models.CharField(max_length=9)
        key = KeyField(source="name", kind="text")

        class Meta:
            app_label = "tests"

    assert found(host) == [
        Error(
            "tests.Genre.key is derived from “name”, which tests.Genre does not have.",
            hint="Set source to a field of the same model.",
            obj=Genre._meta.get_field("key"),
            id="django_bookrel.E005",
        )
    ]


class Desk(models.Model):
    """Many ways to be one of several."""

    name = models.CharField(max_length=50)
    city = models.CharField(max_length=50)
    code = models.CharField(max_length=50)
    is_closed = models.BooleanField(default=False)

    class Meta:
        app_label = "tests"
        abstract = True
        unique_together = (("name", "city"),)
        constraints = (
            models.UniqueConstraint(Lower("code"), name="%(class)s_code"),
            models.CheckConstraint(condition=GreaterThan("city", "name"), name="%(class)s_city"),
        )


def resource_of(host: Apps, *, options: Any = None, **attributes: Any) -> list[CheckMessage]:
    """Give what is found in a resource of a model that refers to desks."""

    class OurDesk(Desk):  # noqa: DJ008
        class Meta(Desk.Meta):
            pass

    class Story(models.Model):  # noqa: DJ008
        slug = models.SlugField(unique=True)
        desk = models.ForeignKey(OurDesk, models.CASCADE, null=True)
        desks = models.ManyToManyField(OurDesk, related_name="+")

        class Meta:
            app_label = "tests"

    meta = type("Meta", (), {"model": Story, "import_id_fields": ["slug"], **(options or {})})
    kind = type(RelationalResource)(
        "StoryResource", (RelationalResource,), {"Meta": meta, **attributes}
    )
    found = checks.check_resources(host.get_app_configs())
    assert all(message.obj is kind for message in found)
    return found


@pytest.mark.parametrize(
    "by", ["id", "pk", "code", ("name", "city"), ("city", "name", "is_closed")]
)
@pytest.mark.parametrize("name", ["desk", "desks"])
def test_names_that_one_record_has(host: Apps, name: str, by: str | tuple[str, ...]):
    field = {"desk": ForeignKeyField, "desks": ManyToManyField}[name]
    assert resource_of(host, **{name: field(by=by)}) == []


@pytest.mark.parametrize("by", ["name", "city", ("city", "is_closed")])
@pytest.mark.parametrize("name", ["desk", "desks"])
def test_names_that_several_may_share(host: Apps, name: str, by: str | tuple[str, ...]):
    field = {"desk": ForeignKeyField, "desks": ManyToManyField}[name]
    [message] = resource_of(host, **{name: field(by=by)})
    said = by if isinstance(by, str) else " and ".join(by)
    assert message.id == "django_bookrel.W103"
    assert message.msg == (
        f"StoryResource.{name} looks up tests.OurDesk by {said}, which is not unique."
    )


def test_records_that_cannot_be_created(host: Apps):
    [message] = resource_of(host, desk=ForeignKeyField(by="code", create=True))
    assert message.msg == (
        "StoryResource.desk cannot create a tests.OurDesk, "
        "which requires more than code: name, city."
    )


def with_argument(self: Any, tenant: int) -> None:
    raise AssertionError


def with_database(self: Any) -> None:
    raise OperationalError("no such table")


@pytest.mark.parametrize("init", [with_argument, with_database])
def test_resource_that_only_its_host_can_make(host: Apps, init: Callable[..., None]):
    assert resource_of(host, desk=ForeignKeyField(by="name"), __init__=init) == []


def test_relation_that_is_not_there(host: Apps):
    [message] = resource_of(host, people=ManyToManyField(by="name"))
    assert message.msg == "StoryResource cannot import: tests.Story has no relation “people”."


def test_name_that_is_no_field(host: Apps):
    [message] = resource_of(host, desk=ForeignKeyField(by="nmae"))
    assert message.msg == (
        "StoryResource cannot import: by='nmae': tests.OurDesk has no such field; "
        "the fields are: id, name, city, code, is_closed."
    )


ATTRIBUTES = {"city": Field("desk__city", "city"), "mood": Field("mood", "mood")}


def test_attributes_that_nothing_saves(host: Apps):
    found = resource_of(host, **ATTRIBUTES)
    assert {message.id for message in found} == {"django_bookrel.W106"}
    assert [message.msg for message in found] == [
        f"StoryResource.{name} sets {declared.attribute}, which is not a field of tests.Story, "
        "and nothing saves it."
        for name, declared in ATTRIBUTES.items()
    ]


def test_attributes_that_code_of_the_host_may_save(host: Apps):
    def after_save_instance(self: Any, instance: Any, row: Any, **kwargs: Any) -> None:
        instance.desk.save()

    assert resource_of(host, after_save_instance=after_save_instance, **ATTRIBUTES) == []


def test_attributes_of_exports(host: Apps):
    assert resource_of(host, city=Field("desk__city", "city", readonly=True)) == []


def test_names_that_options_list(host: Apps):
    title = Field("slug", "Title of the story")
    options = {"fields": ("id", "slug", "titel", "desk__city", "Title of the story")}
    [message] = resource_of(host, title=title, options=options)
    assert (message.id, message.msg) == (
        "django_bookrel.W107",
        "StoryResource lists “titel” in Meta.fields, which is neither a field nor a column.",
    )


@pytest.mark.parametrize("lookup", ["name__iexact", "books__title"])
def test_lookups_of_widgets(host: Apps, lookup: str):
    """Which django-import-export hands to the database."""
    [message] = resource_of(host, desk=Field("desk", "desk", ForeignKeyWidget(Author, lookup)))
    assert message.id == "django_bookrel.E101"
    assert message.msg.startswith(
        f"StoryResource cannot import: by={lookup!r}: django_bookrel.Author has no such field; "
    )


def test_methods_that_are_not_called(host: Apps):
    def bulk_create(self: Any, *args: Any, **kwargs: Any) -> None:
        raise AssertionError

    [message] = resource_of(host, bulk_create=bulk_create)
    assert (message.id, message.msg) == (
        "django_bookrel.W108",
        "StoryResource overrides bulk_create(), which imports do not call.",
    )


def test_resources_of_other_apps(host: Apps):
    resource_of(host, desk=ForeignKeyField(by="name"))
    with isolate_apps("tests") as others:
        assert checks.check_resources(others.get_app_configs()) == []


def test_our_own_resource_is_clean():
    assert not [m for m in checks.check_resources() if m.obj is BookResource]


HOST = """
from django.db import OperationalError, models
from django_bookrel.abstract import AbstractBook
class Book(AbstractBook):
    author = models.ForeignKey("django_bookrel.Author", models.CASCADE, related_name="books")
class Shelf(models.Model):
    books = models.ManyToManyField("django_bookrel.Book", related_name="publishers")
    authors = models.ManyToManyField("django_bookrel.Author", related_name="shelves")
"""
CHECK = """
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django_bookrel", "host"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3"}},
)
django.setup()
from django_bookrel.checks import check_models
for message in check_models():
    print(message.id, message.obj, message.msg, message.hint, sep="; ")
"""


def test_harmless_receivers(settings: Any):
    settings.BOOKREL_HARMLESS_RECEIVERS = [
        "django.contrib.auth.models.update_last_login",
        "tests.hostcode.connect.<locals>.receiver",
    ]
    assert checks.check_settings() == []


@pytest.mark.parametrize(
    "value, problem",
    [
        ("tests.hostcode.heard", "must be a list of dotted paths, not “tests.hostcode.heard”."),
        (["tests.hostcode.herd"], "“tests.hostcode.herd” cannot be imported."),
        (["tests.hostcodes.heard"], "“tests.hostcodes.heard” cannot be imported."),
        (["heard it"], "“heard it” cannot be imported."),
        (["tests.hostcode"], "“tests.hostcode” is a module, not a receiver."),
        ([None], "“None” cannot be imported."),
    ],
)
def test_receivers_that_cannot_be(settings: Any, value: Any, problem: str):
    settings.BOOKREL_HARMLESS_RECEIVERS = value
    assert checks.check_settings() == [
        Error(
            f"BOOKREL_HARMLESS_RECEIVERS: {problem}",
            hint="Name receivers as the summary of an import does when it saves row by row.",
            id="django_bookrel.E202",
        )
    ]


def test_limits_that_cannot_be(settings: Any):
    settings.BOOKREL_LIMITS = {"columns": "many"}
    problem = "The limit \"columns\" must be a whole number of at least 1, not 'many'."
    assert checks.check_settings() == [
        Error(
            f"BOOKREL_LIMITS: {problem}",
            hint="A limit is a whole number of at least 1, or None for no limit.",
            id="django_bookrel.E203",
        )
    ]


def test_taken_reverse_name(tmp_path: Path):
    # In a process of its own: the field would take the place of ours.
    (tmp_path / "host").mkdir()
    (tmp_path / "host" / "__init__.py").touch()
    (tmp_path / "host" / "models.py").write_text(HOST)
    path = os.pathsep.join([str(tmp_path), str(PACKAGE.parent)])
    done = subprocess.run(
        [sys.executable, "-c", CHECK],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
        encoding="utf-8",
    )
    assert done.stderr == ""
    message = (
        "django_bookrel.E002; {0}; "
        "{0} uses the reverse name “{1}”, which {2} already uses for {3}.; "
        'Set a different one, such as related_name="host_{1}".'
    )
    author, book, publisher = (f"django_bookrel.{name}" for name in ("Author", "Book", "Publisher"))
    assert done.stdout.splitlines() == [
        message.format("host.Book.author", "books", author, book),
        message.format("host.Shelf.books", "publishers", book, publisher),
    ]
