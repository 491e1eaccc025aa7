"""Hooks of django-import-export run for each row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db.models import signals
from import_export.fields import Field
from import_export.instance_loaders import CachedInstanceLoader, ModelInstanceLoader
from import_export.widgets import ForeignKeyWidget
from tablib import Dataset

from django_bookrel.resources import RelationalResource
from tests.hostcode import counts, reports
from tests.hostrows import import_rows, rejected
from tests.hosts.custom.models import (
    Bulletin,
    Correspondent,
    Friend,
    Report,
    Tag,
    ran,
)
from tests.hosts.custom.resources import (
    BulletinResource,
    FriendResource,
    ReportResource,
    hooked,
)
from tests.importing import capture_writes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_ran")]

Row = dict[str, Any]

BULLETINS = [
    {"code": "a", "title": "A", "tags": "x|y"},
    {"code": "b", "title": "B", "tags": "y"},
    {"code": "c", "title": "", "tags": ""},
]


def bulletins() -> set[tuple[Any, ...]]:
    found = Bulletin.objects.prefetch_related("tags")
    return {(b.code, b.title, *sorted(tag.name for tag in b.tags.all())) for b in found}


ONCE = (
    "import_row",
    "before_import_row",
    "get_or_init_instance",
    "get_instance",
    "init_instance",
    "after_init_instance",
    "for_delete",
    "import_instance",
    "skip_row",
    "validate_instance",
    "save_instance",
    "before_save_instance",
    "do_instance_save",
    "after_save_instance",
    "save_m2m",
    "after_import_row",
)

ON_WRITTEN_ROWS = {
    "init_instance",
    "validate_instance",
    "save_instance",
    "before_save_instance",
    "do_instance_save",
    "after_save_instance",
    "save_m2m",
}


@pytest.mark.parametrize("hook", ONCE)
@pytest.mark.parametrize("batch_size", [2, 100])
def test_hook_runs_once_for_each_row(tmp_path: Path, hook: str, batch_size: int):
    resource = hooked(hook)
    result = import_rows(tmp_path, BULLETINS, resource, batch_size=batch_size)
    assert result.reasons == [f"HookedResource.{hook}() is overridden"]
    assert counts(result) == {"rows": 3, "new": 3}
    assert resource.calls == [hook] * 3
    assert bulletins() == {("a", "A", "x", "y"), ("b", "B", "y"), ("c", "")}
    resource.calls.clear()
    with capture_writes() as written:
        again = import_rows(tmp_path, BULLETINS, resource, batch_size=batch_size)
    assert counts(again) == {"rows": 3, "unchanged": 3}
    assert written == []
    assert resource.calls == ([] if hook in ON_WRITTEN_ROWS else [hook] * 3)
    resource.calls.clear()
    changed = [dict(BULLETINS[0], tags="z"), dict(BULLETINS[1], title="BB"), BULLETINS[2]]
    again = import_rows(tmp_path, changed, resource, batch_size=batch_size)
    assert counts(again) == {"rows": 3, "updated": 2, "unchanged": 1}
    assert bulletins() == {("a", "A", "z"), ("b", "BB", "y"), ("c", "")}


def test_hook_of_fields(tmp_path: Path):
    resource = hooked("import_field")
    assert counts(import_rows(tmp_path, BULLETINS, resource)) == {"rows": 3, "new": 3}
    assert resource.calls == ["import_field"] * 9


@pytest.mark.parametrize("hook", ONCE)
def test_dry_run_calls_no_hook_that_writes(tmp_path: Path, hook: str):
    resource = hooked(hook)
    with capture_writes() as written:
        result = import_rows(tmp_path, BULLETINS, resource, dry_run=True)
    assert (counts(result), result.path) == ({"rows": 3, "new": 3}, "row")
    assert resource.calls == [hook] * 3 * (hook in ("before_import_row", "for_delete"))
    assert written == []


@pytest.mark.parametrize("hook", ONCE)
def test_bulk_passes_hooks_over(tmp_path: Path, hook: str):
    resource = hooked(hook)
    result = import_rows(tmp_path, BULLETINS, resource, bulk=True)
    assert (counts(result), result.path, result.reasons) == ({"rows": 3, "new": 3}, "bulk", [])
    assert resource.calls == []


class PreparingResource(BulletinResource):
    """Repairs cells, and reads some that are no field's."""

    class Meta:
        model = Bulletin

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        row["code"] = row["code"].strip("!")
        row["title"] = f"{row['title']} {row['Place']} {kwargs['row_number']}"
        row["tags"] = row["tags"].replace(";", "|")


def test_hook_that_changes_rows(tmp_path: Path):
    rows = [
        {"code": "!a", "title": "A", "tags": "x;y", "Place": "Rome"},
        {"code": "b!", "title": "B", "tags": "", "Place": "Oslo"},
    ]
    options = {"source": "generic"}
    dry = import_rows(tmp_path, rows, PreparingResource, dry_run=True, **options)
    assert counts(dry) == {"rows": 2, "new": 2}
    assert counts(import_rows(tmp_path, rows, PreparingResource, **options)) == {
        "rows": 2,
        "new": 2,
    }
    assert bulletins() == {("a", "A Rome 2", "x", "y"), ("b", "B Oslo 3")}
    assert counts(import_rows(tmp_path, rows, PreparingResource, **options)) == {
        "rows": 2,
        "unchanged": 2,
    }
    dry = import_rows(tmp_path, rows, PreparingResource, dry_run=True, **options)
    assert counts(dry) == {"rows": 2, "unchanged": 2}


def test_row_by_row_as_import_export_is_called():
    dataset = Dataset(["!a", "A", "x;y", "Rome"], headers=["code", "title", "tags", "Place"])
    result = PreparingResource().import_data(dataset, user="ann")
    assert (result.totals["new"], result.path) == (1, "row")
    assert bulletins() == {("a", "A Rome 1", "x", "y")}


class ChoosyResource(BulletinResource):
    """Passes rows over, deletes others, and rejects some."""

    class Meta:
        model = Bulletin

    def skip_row(self, instance: Any, original: Any, row: Any, *args: Any) -> bool:
        return row["title"] == "skip" or super().skip_row(instance, original, row, *args)

    def for_delete(self, row: Any, instance: Any) -> bool:
        return row["title"] == "delete"

    def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        if row["title"] == "reject":
            raise ValueError("not today")


@pytest.mark.parametrize("batch_size", [1, 100])
def test_hooks_that_decide(tmp_path: Path, batch_size: int):
    Bulletin.objects.create(code="d", title="D")
    rows = [
        {"code": "a", "title": "A", "tags": "x"},
        {"code": "b", "title": "skip", "tags": "y"},
        {"code": "c", "title": "reject", "tags": "z"},
        {"code": "d", "title": "delete", "tags": ""},
        {"code": "e", "title": "delete", "tags": ""},
        {"code": "f", "title": "F", "tags": "y"},
    ]
    result = import_rows(tmp_path, rows, ChoosyResource, batch_size=batch_size)
    assert counts(result) == {"rows": 6, "new": 2, "unchanged": 2, "deleted": 1, "rejected": 1}
    assert rejected(result) == [(4, "", "", "ValueError: not today")]
    assert bulletins() == {("a", "A", "x"), ("f", "F", "y")}
    assert sorted(tag.name for tag in Tag.objects.all()) == ["x", "y"]
    assert (result.totals["delete"], result.totals["new"]) == (1, 2)


class DeletingResource(ReportResource):
    """As django-import-export shows it: the rest of the row is empty."""

    class Meta:
        model = Report

    def for_delete(self, row: Any, instance: Any) -> bool:
        ran.append(f"{row['code']} {instance.pk is None}")
        return row["delete"] == "1"


def test_deleting_rows_need_no_other_cells(tmp_path: Path):
    """Also in a dry run."""
    Report.objects.create(code="a", title="One")
    ran.clear()
    header = ("code", "title", "correspondent", "delete")
    cells = [("a", "", "", "1"), ("b", "", "", "1"), ("c", "", "", ""), ("d", "D", "", "")]
    rows = [dict(zip(header, row, strict=True)) for row in cells]
    expected = {"rows": 4, "new": 1, "unchanged": 1, "deleted": 1, "rejected": 1}
    asked = ["a False", "b True", "c True", "d True"]
    dry = import_rows(tmp_path, rows, DeletingResource, dry_run=True, source="generic")
    assert (counts(dry), ran) == (expected, asked)
    ran.clear()
    result = import_rows(tmp_path, rows, DeletingResource, source="generic")
    assert (counts(result), ran) == (
        expected,
        ["a False", "b True", "c True", "save c", "d True", "save d"],
    )
    reason = (4, "title", "", "is required for a new report")
    assert (reason in rejected(dry), reason in rejected(result)) == (True, True)
    assert reports() == {("d", "D", "d", None, None)}


class SkippingResource(ReportResource):
    class Meta:
        model = Report

    def skip_row(self, instance: Any, original: Any, row: Any, *args: Any) -> bool:
        return row["title"] == "skip"


def test_skipped_row_leaves_nothing_behind(tmp_path: Path):
    rows = [
        {"code": "a", "title": "skip", "correspondent": "ann@example.com"},
        {"code": "b", "title": "Two", "correspondent": "bo@example.com"},
    ]
    result = import_rows(tmp_path, rows, SkippingResource)
    assert counts(result) == {"rows": 2, "new": 1, "unchanged": 1}
    assert [c.email for c in Correspondent.objects.all()] == ["bo@example.com"]


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_last_row_wins_where_hooks_leave_rows_alone(tmp_path: Path, batch_size: int):
    Bulletin.objects.create(code="a", title="Old")
    rows = [
        {"code": "a", "title": "One", "tags": "x"},
        {"code": "b", "title": "B", "tags": ""},
        {"code": "a", "title": "Two", "tags": ""},
    ]
    resource = hooked("after_save_instance")
    result = import_rows(tmp_path, rows, resource, batch_size=batch_size)
    assert counts(result) == {"rows": 3, "new": 1, "updated": 1, "duplicates": 1}
    assert bulletins() == {("a", "Two"), ("b", "B")}
    assert len(resource.calls) == 2
    again = import_rows(tmp_path, rows, resource, batch_size=batch_size)
    assert counts(again) == {"rows": 3, "unchanged": 2, "duplicates": 1}


class HeadingResource(RelationalResource):
    heading = Field("heading", "heading")

    class Meta:
        model = Bulletin
        fields = ("code", "heading")
        import_id_fields = ("code",)


def test_property_that_a_column_sets(tmp_path: Path):
    rows = [{"code": "a", "heading": "ONE TWO"}]
    result = import_rows(tmp_path, rows, HeadingResource)
    assert (counts(result), bulletins()) == ({"rows": 1, "new": 1}, {("a", "One two")})
    assert result.reasons == ["HeadingResource.heading sets a property"]
    assert counts(import_rows(tmp_path, rows, HeadingResource)) == {"rows": 1, "unchanged": 1}


def test_cached_instance_loader(tmp_path: Path):
    """Which needs a data set; what it does batches do anyway."""
    resource = hooked("before_save_instance")
    resource._meta.instance_loader_class = CachedInstanceLoader
    Bulletin.objects.create(code="a", title="Old")
    assert counts(import_rows(tmp_path, BULLETINS[:2], resource)) == {
        "rows": 2,
        "new": 1,
        "updated": 1,
    }


class SilentInitResource(BulletinResource):
    """Leaves out what django-import-export sets for an import."""

    class Meta:
        model = Bulletin

    def __init__(self) -> None:
        pass

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        ran.append(instance.code)


def test_resource_that_calls_no_init(tmp_path: Path):
    assert counts(import_rows(tmp_path, BULLETINS, SilentInitResource)) == {"rows": 3, "new": 3}
    assert (ran, SilentInitResource()._pk_supplied_on_create) == (["a", "b", "c"], False)


@pytest.mark.parametrize("hook", ["before_import_row", "after_save_instance"])
def test_use_bulk_leaves_hooks_but_not_what_the_model_has(tmp_path: Path, hook: str, connect: Any):
    """As django-import-export's ``use_bulk``, which writes no relations either."""
    heard: list[Any] = []

    def receive(sender: Any, **kwargs: Any) -> None:
        heard.append(sender)

    for sender in (Report, Correspondent, Tag):
        connect(signals.pre_save, receive, sender)
        connect(signals.post_save, receive, sender)
    connect(signals.m2m_changed, receive, Report.tags.through)
    rows = [
        {"code": "a", "title": "One", "slug": "s", "correspondent": "ann@example.com", "tags": "x"},
        {"code": "b", "title": "Two", "slug": "t", "correspondent": "", "tags": ""},
    ]
    base = type(ReportResource)(
        "UseBulkResource", (ReportResource,), {"Meta": type("Meta", (), {"use_bulk": True})}
    )
    bulk = import_rows(tmp_path, rows[:1], base)
    assert (counts(bulk), bulk.reasons) == ({"rows": 1, "new": 1}, [])
    resource = hooked(hook, base=base)
    result = import_rows(tmp_path, [dict(rows[0], title="Uno", tags="x|y"), rows[1]], resource)
    assert counts(result) == {"rows": 2, "new": 1, "updated": 1}
    assert result.reasons == [f"HookedResource.{hook}() is overridden"]
    assert resource.calls == [hook] * 2
    assert reports() == {("a", "Uno", "s", "", None, "x", "y"), ("b", "Two", "t", None, None)}
    assert (heard, ran) == ([], [])
    assert resource._meta.use_bulk is True


def test_bulk_bypasses_hooks_too(tmp_path: Path):
    resource = hooked("before_import_row")
    resource._meta.bulk = True
    import_rows(tmp_path, BULLETINS, resource)
    assert resource.calls == []


class PathResource(RelationalResource):
    """Changes a record that is referred to, as django-import-export shows it."""

    handle = Field("correspondent__handle", "handle")
    mood = Field("mood", "mood")

    class Meta:
        model = Report
        fields = ("code", "title", "handle", "mood")
        import_id_fields = ("code",)

    def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        ran.append(f"mood {getattr(instance, 'mood', '')}")
        Correspondent.objects.filter(pk=instance.correspondent_id).update(
            handle=instance.correspondent.handle
        )


def test_attributes_that_code_of_the_host_saves(tmp_path: Path):
    """Those of related records and those that no column has; unchanged where they are not set."""
    ann = Correspondent.objects.create(email="ann@example.com")
    Report.objects.create(code="a", title="One", correspondent=ann)
    Report.objects.create(code="b", title="Two")
    ran.clear()
    rows = [{"code": "a", "handle": "Annie"}, {"code": "b", "handle": "Bo"}]
    result = import_rows(tmp_path, rows, PathResource)
    assert result.reasons == [
        "PathResource.after_save_instance() is overridden",
        "PathResource.handle sets correspondent__handle, which is not a field of the model",
        "Report.save() is overridden",
    ]
    assert counts(result) == {"rows": 2, "updated": 1, "rejected": 1}
    assert rejected(result) == [
        (3, "handle", "Bo", "cannot be set because the report has no correspondent")
    ]
    assert Correspondent.objects.values_list("handle").get() == ("Annie",)
    assert ran == ["save a", "mood "]
    assert counts(import_rows(tmp_path, rows[:1], PathResource)) == {"rows": 1, "unchanged": 1}
    mood = import_rows(tmp_path, [{"code": "a", "mood": "sad"}], PathResource)
    assert (counts(mood), ran[2:]) == ({"rows": 1, "updated": 1}, ["save a", "mood sad"])


class CreatingWidget(ForeignKeyWidget):
    """Creates what is not there, as hosts of django-import-export write it."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        ran.append(f"widget {value}")
        return Correspondent.objects.get_or_create(email=f"{value}@example.com")[0]


class WidgetResource(RelationalResource):
    correspondent = Field("correspondent", "correspondent", CreatingWidget(Correspondent, "email"))

    class Meta:
        model = Report
        fields = ("code", "title", "correspondent")
        import_id_fields = ("code",)


def test_widget_of_the_host(tmp_path: Path):
    rows = [{"code": "a", "title": "One", "correspondent": "ann"}]
    result = import_rows(tmp_path, rows, WidgetResource)
    assert result.reasons[0] == "WidgetResource.correspondent has custom code"
    assert counts(result) == {"rows": 1, "new": 1}
    assert reports() == {("a", "One", "one", "ann", None)}
    assert counts(import_rows(tmp_path, rows, WidgetResource)) == {"rows": 1, "unchanged": 1}


class ByTitle(ModelInstanceLoader):
    def get_instance(self, row: Any) -> Any:
        return Bulletin.objects.filter(title=row["title"]).first()


class LoaderResource(BulletinResource):
    class Meta:
        model = Bulletin
        instance_loader_class = ByTitle


def test_instance_loader_of_the_host(tmp_path: Path):
    Bulletin.objects.create(code="old", title="A")
    rows = [{"code": "a", "title": "A"}, {"code": "b", "title": "B"}]
    result = import_rows(tmp_path, rows, LoaderResource)
    assert result.reasons == ["LoaderResource has a custom instance loader"]
    assert counts(result) == {"rows": 2, "new": 1, "updated": 1}
    assert bulletins() == {("a", "A"), ("b", "B")}


@pytest.mark.parametrize(
    "cells, column",
    [
        ({"title": "x" * 51}, "title"),
        ({"code": ""}, "code"),
        ({"tags": "x|" + "y" * 51}, "tags"),
    ],
    ids=str,
)
@pytest.mark.parametrize("hook", ["before_import_row", "after_import_row"])
def test_bad_cell(tmp_path: Path, hook: str, cells: Row, column: str):
    rows = [BULLETINS[0], {"code": "bad", "title": "Bad", "tags": "new"} | cells]
    by_sets = import_rows(tmp_path, rows, BulletinResource, dry_run=True)
    result = import_rows(tmp_path, rows, hooked(hook))
    assert counts(result) == {"rows": 2, "new": 1, "rejected": 1}
    assert rejected(result) == rejected(by_sets)
    assert [(line, where) for line, where, *_ in rejected(result)] == [(3, column)]
    assert Bulletin.objects.count() == 1
    assert not Tag.objects.filter(name="new").exists()


def test_names_that_are_not_there(tmp_path: Path):
    rows = [
        {"name": "Ann", "friends": "Nobody"},
        {"name": "Bo", "friends": "Cy"},
        {"name": "Cy", "friends": ""},
    ]
    for hook in ("before_import_row", "after_import_row"):
        Friend.objects.all().delete()
        result = import_rows(tmp_path, rows, hooked(hook, base=FriendResource))
        assert counts(result) == {"rows": 3, "new": 2, "rejected": 1}
        reason = "No friend has this name."
        assert rejected(result) == [(2, "friends", "Nobody", reason)]
        assert [f.name for f in Friend.objects.get(name="Bo").friends.all()] == ["Cy"]


@pytest.mark.parametrize("hook", ["before_import_row", "after_import_row"])
def test_existing_rows_with_hooks(tmp_path: Path, hook: str):
    resource = hooked(hook)
    import_rows(tmp_path, BULLETINS, BulletinResource)
    rows = [
        {"code": "a", "title": "Z", "tags": "z"},
        {"code": "b", "title": "B", "tags": "y"},
        {"code": "c", "title": "C", "tags": "z"},
    ]
    skipped = import_rows(tmp_path, rows, resource, existing="skip")
    assert counts(skipped) == {"rows": 3, "unchanged": 3}
    filled = import_rows(tmp_path, rows, resource, existing="fill")
    assert counts(filled) == {"rows": 3, "updated": 2, "unchanged": 1}
    assert bulletins() == {("a", "A", "x", "y", "z"), ("b", "B", "y"), ("c", "C", "z")}
    kept = import_rows(tmp_path, rows, resource, keep=["title"])
    assert counts(kept) == {"rows": 3, "updated": 1, "unchanged": 2}
    assert bulletins() == {("a", "A", "z"), ("b", "B", "y"), ("c", "C", "z")}
    assert Tag.objects.count() == 3


@pytest.mark.parametrize(
    "options", [{"existing": "skip"}, {"existing": "fill"}, {"keep": ["title"]}]
)
@pytest.mark.parametrize("hook", ["", "before_import_row", "after_import_row"])
@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_last_row_of_a_record_that_the_import_made(
    tmp_path: Path, hook: str, options: dict[str, Any], batch_size: int
):
    import_rows(tmp_path, BULLETINS[:1], BulletinResource)
    [first] = bulletins()
    rows = [
        {"code": "n", "title": "Old", "tags": "x"},
        {"code": "m", "title": "M", "tags": "x"},
        {"code": "n", "title": "New", "tags": "y"},
        {"code": "a", "title": "Kept", "tags": "|".join(first[2:])},
    ]
    resource = hooked(hook) if hook else BulletinResource
    import_rows(tmp_path, rows, resource, batch_size=batch_size, **options)
    assert bulletins() == {first, ("n", "New", "y"), ("m", "M", "x")}


def test_import_row_outside_of_an_import():
    resource = hooked("after_save_instance")()
    row = {"code": "a", "title": "A", "tags": "x|y"}
    for _time in range(2):
        loader = ModelInstanceLoader(resource)
        result = resource.import_row(row, loader, row_number=1)
        assert not result.errors
        assert not result.validation_error
    assert bulletins() == {("a", "A", "x", "y")}
    assert resource.calls == ["after_save_instance"]
