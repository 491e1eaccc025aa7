"""The host's own code runs when an import saves, and what only Django can write is written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections
from django.db.models import signals
from django.test.utils import CaptureQueriesContext
from import_export.fields import Field
from import_export.instance_loaders import ModelInstanceLoader
from import_export.widgets import ForeignKeyWidget
from tablib import Dataset

from django_bookrel.bulk.writers import orm
from django_bookrel.exceptions import MissingColumns
from django_bookrel.models import (
    Author,
    Book,
    Identifier,
    ImportRecord,
    Publisher,
    Series,
    Subject,
)
from django_bookrel.resources import (
    BookResource,
    RelationalResource,
    Result,
    bookresource_factory,
    load,
    loading,
)
from django_bookrel.resources.books import BaseBookResource
from django_bookrel.resources.rowpath import paths
from django_bookrel.testing import catalogue
from tests.hosts.custom.models import (
    Bulletin,
    Chapter,
    Correspondent,
    Event,
    Footnote,
    Friend,
    Line,
    Membership,
    Report,
    Seat,
    Special,
    Tag,
    ran,
)
from tests.hosts.custom.resources import (
    BulkReportResource,
    BulletinResource,
    ChaptersResource,
    CleanedBulletinResource,
    ClubResource,
    EventResource,
    FriendResource,
    LinesResource,
    ReportResource,
    SeatResource,
    SpecialResource,
    hooked,
)
from tests.hosts.newsdesk.resources import ArticleResource
from tests.importing import books, capture_writes, stored, write_csv

pytestmark = pytest.mark.django_db

EXAMPLES = Path(__file__).parent.parent / "example_project" / "data"

Row = dict[str, Any]


@pytest.fixture(autouse=True)
def empty_ran() -> None:
    ran.clear()


def import_rows(
    tmp_path: Path, rows: list[Row], resource: type[RelationalResource], **options: Any
) -> Result:
    header = list(dict.fromkeys(name for row in rows for name in row))
    path = write_csv(tmp_path / "rows.csv", rows, header)
    return load(path, resource=resource, **{"source": "native", **options})


def counts(result: Result) -> dict[str, int]:
    """Give the totals that are not zero."""
    names = ("rows", "new", "updated", "unchanged", "deleted", "duplicates", "rejected")
    return {name: n for name in names if (n := getattr(result.counts, name))}


def rejected(result: Result) -> list[tuple[int, str, str, str]]:
    return [(r.line, r.column, r.value, r.reason) for r in result.rejections]


@pytest.fixture
def connect() -> Iterator[Callable[..., None]]:
    """Connect receivers until the test is over."""
    connected: list[tuple[Any, Any, Any]] = []

    def connect(signal: Any, receiver: Any, sender: Any = None) -> None:
        signal.connect(receiver, sender=sender)
        connected.append((signal, receiver, sender))

    yield connect
    for signal, receiver, sender in connected:
        signal.disconnect(receiver, sender=sender)


def heard(sender: Any, **kwargs: Any) -> None:
    """Receive."""


HEARD = f"{__name__}.heard"


# Which path, and why.


@pytest.mark.parametrize(
    "resource, reasons",
    [
        (
            ReportResource,
            ["Report.save() is overridden", "Correspondent.save() is overridden"],
        ),
        (EventResource, ["Event.clean() is overridden"]),
        (BulletinResource, []),
        (
            CleanedBulletinResource,
            ["CleanedBulletinResource sets clean_model_instances"],
        ),
        (SpecialResource, ["Special is a multi-table child"]),
        (LinesResource, ["Line.bulletin does not point at the primary key"]),
        (ChaptersResource, ["deleting rows of Chapter cascades to other models"]),
        (SeatResource, ["Seat has a composite primary key"]),
        (
            ClubResource,
            ["Correspondent.save() is overridden", "Membership.save() is overridden"],
        ),
        (FriendResource, ["Friend_friends is symmetrical"]),
        (BookResource, []),
        (ArticleResource, []),
        (
            hooked("after_save_instance", "before_import_row"),
            [
                "HookedResource.before_import_row() is overridden",
                "HookedResource.after_save_instance() is overridden",
            ],
        ),
    ],
)
def test_reasons(tmp_path: Path, resource: type[RelationalResource], reasons: list[str]):
    header = list(resource().columns())
    result = load(write_csv(tmp_path / "in.csv", [], header), resource=resource, source="native")
    assert result.reasons == reasons
    assert result.path == ("row" if reasons else "bulk")


@pytest.mark.parametrize(
    "signal, sender, said",
    [
        ("pre_init", Bulletin, "Bulletin has pre_init receivers"),
        ("post_init", Bulletin, "Bulletin has post_init receivers"),
        ("pre_save", Bulletin, "Bulletin has pre_save receivers"),
        ("post_save", Tag, "Tag has post_save receivers"),
        ("post_save", None, "Bulletin, Tag have post_save receivers"),
        ("m2m_changed", Bulletin.tags.through, "Bulletin_tags has m2m_changed receivers"),
        ("m2m_changed", None, "Bulletin_tags has m2m_changed receivers"),
        ("post_save", Report, None),
        ("post_delete", Bulletin, None),
        ("m2m_changed", Report.tags.through, None),
    ],
)
def test_receivers_are_reasons(
    tmp_path: Path, connect: Callable[..., None], signal: str, sender: Any, said: str | None
):
    connect(getattr(signals, signal), heard, sender)
    result = import_rows(tmp_path, [{"code": "a", "tags": "x"}], BulletinResource)
    assert result.reasons == ([f"{said} ({HEARD})"] if said else [])


@pytest.mark.parametrize("signal", ["pre_delete", "post_delete"])
def test_receivers_of_deleted_children_are_reasons(
    tmp_path: Path, connect: Callable[..., None], signal: str
):
    connect(getattr(signals, signal), heard, Chapter)
    result = import_rows(tmp_path, [{"code": "a", "chapters": "x"}], ChaptersResource)
    assert f"Chapter has {signal} receivers ({HEARD})" in result.reasons


def test_database_without_a_bulk_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for module in (loading, paths):
        monkeypatch.setattr(module, "get_writer", lambda using: orm.Writer(connections[using]))
    result = import_rows(tmp_path, [{"code": "a", "tags": "x|y"}], BulletinResource)
    assert [reason.partition(" ")[2] for reason in result.reasons] == ["has no bulk writer"]
    assert counts(result) == {"rows": 1, "new": 1}
    again = import_rows(tmp_path, [{"code": "a", "tags": "y"}], BulletinResource)
    assert counts(again) == {"rows": 1, "updated": 1}
    assert [tag.name for tag in Bulletin.objects.get().tags.all()] == ["y"]
    with capture_writes() as written:
        again = import_rows(tmp_path, [{"code": "a", "tags": "y"}], BulletinResource)
    assert counts(again) == {"rows": 1, "unchanged": 1}
    assert written == []


# save()


REPORTS = [
    {"code": "a", "title": "One", "correspondent": "ann@example.com", "tags": "x|y"},
    {"code": "b", "title": "Two", "correspondent": "bo@example.com", "tags": "y"},
    {"code": "c", "title": "Three", "correspondent": "ann@example.com", "tags": ""},
]


def reports() -> set[tuple[Any, ...]]:
    found = Report.objects.select_related("correspondent", "follows").prefetch_related("tags")
    return {
        (
            report.code,
            report.title,
            report.slug,
            report.correspondent and report.correspondent.handle,
            report.follows and report.follows.code,
            *sorted(tag.name for tag in report.tags.all()),
        )
        for report in found
    }


class TitleResource(RelationalResource):
    """Leaves the slug to ``save()``."""

    class Meta:
        model = Report
        fields = ("code", "title")
        import_id_fields = ("code",)


def test_column_that_no_resource_has_is_filled_by_save(tmp_path: Path):
    rows = [{"code": "a", "title": "One Two"}, {"code": "b", "title": "?"}]
    dry = import_rows(tmp_path, rows, TitleResource, dry_run=True)
    assert counts(dry) == {"rows": 2, "new": 2}
    result = import_rows(tmp_path, rows, TitleResource)
    assert counts(result) == {"rows": 2, "new": 1, "rejected": 1}
    assert rejected(result) == [(3, "", "", "slug: is required for a new report")]
    assert Report.objects.get().slug == "one-two"
    by_sets = import_rows(tmp_path, [{"code": "c", "title": "C"}], TitleResource, bulk=True)
    reason = "A new report requires slug, for which there is no column."
    assert rejected(by_sets) == [(2, "", "", reason)]


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_save_runs_once_for_each_row(tmp_path: Path, batch_size: int):
    result = import_rows(tmp_path, REPORTS, ReportResource, batch_size=batch_size)
    assert counts(result) == {"rows": 3, "new": 3}
    assert ran == ["save ann@example.com", "save a", "save bo@example.com", "save b", "save c"]
    assert reports() == {
        ("a", "One", "one", "ann", None, "x", "y"),
        ("b", "Two", "two", "bo", None, "y"),
        ("c", "Three", "three", "ann", None),
    }
    ran.clear()
    before = stored("custom")
    with capture_writes() as written:
        again = import_rows(tmp_path, REPORTS, ReportResource, batch_size=batch_size)
    assert counts(again) == {"rows": 3, "unchanged": 3}
    assert (ran, written) == ([], [])
    assert stored("custom") == before
    changed = [dict(REPORTS[0], tags="x"), dict(REPORTS[1], title="Deux"), REPORTS[2]]
    again = import_rows(tmp_path, changed, ReportResource, batch_size=batch_size)
    assert counts(again) == {"rows": 3, "updated": 2, "unchanged": 1}
    assert ran == ["save a", "save b"]
    assert reports() == {
        ("a", "One", "one", "ann", None, "x"),
        ("b", "Deux", "deux", "bo", None, "y"),
        ("c", "Three", "three", "ann", None),
    }


def test_dry_run_saves_nothing(tmp_path: Path):
    result = import_rows(tmp_path, REPORTS, ReportResource, dry_run=True)
    assert counts(result) == {"rows": 3, "new": 3}
    assert (ran, reports(), result.path) == ([], set(), "row")


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_row_whose_save_fails(tmp_path: Path, batch_size: int, caplog: pytest.LogCaptureFixture):
    rows = [
        {"code": "a", "title": "One", "correspondent": "ann@example.com", "tags": "x"},
        {"code": "b", "title": "Forbidden", "correspondent": "bo@example.com", "tags": "y"},
        {"code": "c", "title": "Broken", "correspondent": "bo@example.com", "tags": "y"},
        {"code": "d", "title": "one", "correspondent": "bo@example.com", "tags": "y"},
        {"code": "e", "title": "Two", "correspondent": "bo@example.com", "tags": "y|x"},
    ]
    result = import_rows(tmp_path, rows, ReportResource, batch_size=batch_size)
    assert counts(result) == {"rows": 5, "new": 2, "rejected": 3}
    [forbidden, broken, (line, *_, reason)] = rejected(result)
    assert forbidden == (3, "title", "Forbidden", "is forbidden")
    assert broken == (4, "", "", "RuntimeError: no title service")
    assert (line, reason[:31]) == (5, "The database rejected the row: ")
    assert "Traceback" in caplog.text
    assert reports() == {
        ("a", "One", "one", "ann", None, "x"),
        ("e", "Two", "two", "bo", None, "x", "y"),
    }
    # The rows that are in were saved once; so was what only rejected rows had asked for, in vain.
    assert [name for name in ran if name in ("save a", "save e")] == ["save a", "save e"]
    assert Correspondent.objects.count() == Tag.objects.count() == 2


def test_names_that_only_rejected_rows_have(tmp_path: Path):
    rows = [{"code": "b", "title": "Forbidden", "correspondent": "bo@example.com", "tags": "y"}]
    assert counts(import_rows(tmp_path, rows, ReportResource)) == {"rows": 1, "rejected": 1}
    assert Correspondent.objects.count() + Tag.objects.count() + Report.objects.count() == 0


def test_change_whose_save_fails(tmp_path: Path):
    import_rows(tmp_path, REPORTS, ReportResource)
    before = stored("custom")
    rows = [dict(REPORTS[0], title="Forbidden", tags="z"), dict(REPORTS[1], title="One")]
    result = import_rows(tmp_path, rows, ReportResource)
    assert counts(result) == {"rows": 2, "rejected": 2}
    assert stored("custom") == before


def test_column_that_save_fills(tmp_path: Path):
    # It is needed where nothing fills it.
    with pytest.raises(MissingColumns, match="slug"):
        import_rows(tmp_path, REPORTS, BulkReportResource)
    rows = [{"code": "a", "title": "!?"}, {"code": "b", "title": "Two"}]
    result = import_rows(tmp_path, rows, ReportResource)
    assert counts(result) == {"rows": 2, "new": 1, "rejected": 1}
    assert rejected(result) == [(2, "", "", "slug: is required for a new report")]
    assert reports() == {("b", "Two", "two", None, None)}


def test_column_that_identifies_a_row_is_needed(tmp_path: Path):
    with pytest.raises(MissingColumns, match="code"):
        import_rows(tmp_path, [{"title": "One"}], ReportResource)


@pytest.mark.parametrize("options", [{"bulk": True}, {"resource": BulkReportResource}])
def test_bulk_passes_the_code_over(tmp_path: Path, options: dict[str, Any]):
    rows = [dict(row, slug=f"s{n}") for n, row in enumerate(REPORTS)]
    result = import_rows(tmp_path, rows, **{"resource": ReportResource, **options})
    assert (counts(result), result.path, result.reasons) == ({"rows": 3, "new": 3}, "bulk", [])
    assert ran == []
    assert ("a", "One", "s0", "", None, "x", "y") in reports()
    # The next import is its own.
    assert import_rows(tmp_path, rows, ReportResource).path == "row"


def test_rows_that_refer_to_one_another(tmp_path: Path):
    rows = [
        {"code": "a", "title": "A", "follows": "c"},
        {"code": "b", "title": "B", "follows": "b"},
        {"code": "c", "title": "C", "follows": "d"},
        {"code": "d", "title": "D", "follows": ""},
        {"code": "e", "title": "E", "follows": "f"},
        {"code": "f", "title": "F", "follows": "e"},
    ]
    expected = {
        (row["code"], row["title"], row["title"].lower(), None, row["follows"] or None)
        for row in rows
    }
    for batch_size in (100, 1):
        Report.objects.all().delete()
        ran.clear()
        result = import_rows(tmp_path, rows, ReportResource, batch_size=batch_size)
        assert counts(result) == {"rows": 6, "new": 6}
        assert reports() == expected
        # Rows that are needed come first, so each is saved once; in a circle that cannot be.
        assert sorted(ran) == [f"save {code}" for code in "abbcdeeff"]
    assert counts(import_rows(tmp_path, rows, ReportResource)) == {"rows": 6, "unchanged": 6}


def test_rows_that_refer_to_a_rejected_row(tmp_path: Path):
    rows = [
        {"code": "a", "title": "A", "follows": "b"},
        {"code": "b", "title": "B", "follows": "c"},
        {"code": "c", "title": "Forbidden", "follows": ""},
        {"code": "d", "title": "D", "follows": ""},
    ]
    result = import_rows(tmp_path, rows, ReportResource)
    assert counts(result) == {"rows": 4, "new": 1, "rejected": 3}
    assert [(line, column) for line, column, *_ in sorted(rejected(result))] == [
        (2, "follows"),
        (3, "follows"),
        (4, "title"),
    ]
    assert [report.code for report in Report.objects.all()] == ["d"]


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_rejected_row_does_not_take_the_one_before_it_along(tmp_path: Path, batch_size: int):
    rows = [
        {"code": "a", "title": "One"},
        {"code": "a", "title": "Two"},
        {"code": "a", "title": "Forbidden"},
        {"code": "b", "title": "Three"},
        {"code": "b", "title": "Four"},
    ]
    result = import_rows(tmp_path, rows, ReportResource, batch_size=batch_size)
    assert result.counts.rows == 5
    assert [line for line, *_ in rejected(result)] == [4]
    assert {title for _code, title, *_ in reports()} == {"Two", "Four"}
    again = import_rows(tmp_path, rows, ReportResource, batch_size=batch_size)
    assert counts(again) == {"rows": 5, "unchanged": 2, "duplicates": 2, "rejected": 1}


def test_unchanged_rows_cost_no_queries_of_their_own(tmp_path: Path):
    found = []
    for count in (10, 50):
        rows = [
            {
                "code": f"c{n}",
                "title": f"Title {n}",
                "correspondent": f"{n}@example.com",
                "tags": "x",
            }
            for n in range(count)
        ]
        import_rows(tmp_path, rows, ReportResource)
        with CaptureQueriesContext(connections["default"]) as captured:
            import_rows(tmp_path, rows, ReportResource)
        found.append(len(captured))
    assert found[0] == found[1]


# clean()


EVENTS = [
    {"code": "a", "starts": "1", "ends": "2"},
    {"code": "b", "starts": "3", "ends": "2"},
    {"code": "c", "starts": "1", "ends": "200"},
    {"code": "d", "starts": "1", "ends": "1"},
]


def test_clean_rejects_rows(tmp_path: Path):
    result = import_rows(tmp_path, EVENTS, EventResource)
    assert counts(result) == {"rows": 4, "new": 2, "rejected": 2}
    assert rejected(result) == [(3, "ends", "2", "is before the start"), (4, "", "", "is too long")]
    assert ran == [f"clean {code}" for code in "abcd"]
    ran.clear()
    good = [EVENTS[0], EVENTS[3]]
    assert counts(import_rows(tmp_path, good, EventResource)) == {"rows": 2, "unchanged": 2}
    assert ran == []
    bad = [dict(EVENTS[0], ends="0"), EVENTS[3]]
    result = import_rows(tmp_path, bad, EventResource)
    assert counts(result) == {"rows": 2, "unchanged": 1, "rejected": 1}
    assert Event.objects.get(code="a").ends == 2


def test_model_is_cleaned_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cleaned = []
    full_clean = Bulletin.full_clean

    def noting(self: Bulletin, *args: Any, **kwargs: Any) -> None:
        cleaned.append(self.code)
        full_clean(self, *args, **kwargs)

    rows = [{"code": "a", "title": "A", "tags": "x"}, {"code": "b", "title": "B", "tags": "x"}]
    import_rows(tmp_path, [dict(rows[0], title="Old")], BulletinResource)
    monkeypatch.setattr(Bulletin, "full_clean", noting)
    result = import_rows(tmp_path, rows, CleanedBulletinResource)
    assert counts(result) == {"rows": 2, "new": 1, "updated": 1}
    assert cleaned == ["a", "b"]


def test_model_of_ours_is_cleaned_whole(tmp_path: Path):
    class Resource(BaseBookResource):
        class Meta:
            clean_model_instances = True

    resource = bookresource_factory(Book, Resource)
    rows = [{"title": "A", "author": "Ann", "isbn": "9780306406157", "publishers": "P"}]
    assert counts(import_rows(tmp_path, rows, resource)) == {"rows": 1, "new": 1}
    rows[0]["title"] = "B"
    assert counts(import_rows(tmp_path, rows, resource)) == {"rows": 1, "updated": 1}


@pytest.mark.parametrize("hook", ["before_import_row", "after_import_row"])
def test_clean_runs_beside_hooks(tmp_path: Path, hook: str):
    result = import_rows(tmp_path, EVENTS, hooked(hook, base=EventResource))
    assert counts(result) == {"rows": 4, "new": 2, "rejected": 2}
    assert rejected(result) == [(3, "ends", "2", "is before the start"), (4, "", "", "is too long")]
    assert ran == [f"clean {code}" for code in "abcd"]


# Receivers.


def test_receivers_hear_each_row_once(tmp_path: Path, connect: Callable[..., None]):
    told: list[tuple[Any, ...]] = []

    def saved(sender: Any, instance: Any, created: bool, **kwargs: Any) -> None:  # noqa: FBT001
        told.append(("saved", str(instance), created))

    def linked(sender: Any, instance: Any, action: str, pk_set: Any, **kwargs: Any) -> None:
        if action.startswith("post"):
            names = sorted(Tag.objects.get(pk=pk).name for pk in pk_set)
            told.append((action, str(instance), *names))

    connect(signals.post_save, saved, Bulletin)
    connect(signals.m2m_changed, linked, Bulletin.tags.through)
    rows = [{"code": "a", "title": "A", "tags": "x|y"}, {"code": "b", "title": "B", "tags": ""}]
    assert counts(import_rows(tmp_path, rows, BulletinResource)) == {"rows": 2, "new": 2}
    assert told == [("saved", "a", True), ("post_add", "a", "x", "y"), ("saved", "b", True)]
    told.clear()
    rows = [dict(rows[0], tags="z|x"), dict(rows[1], title="BB")]
    assert counts(import_rows(tmp_path, rows, BulletinResource)) == {"rows": 2, "updated": 2}
    assert told == [
        ("saved", "a", False),
        ("post_remove", "a", "y"),
        ("post_add", "a", "z"),
        ("saved", "b", False),
    ]
    told.clear()
    assert counts(import_rows(tmp_path, rows, BulletinResource)) == {"rows": 2, "unchanged": 2}
    assert told == []


def test_receiver_that_rejects(tmp_path: Path, connect: Callable[..., None]):
    def saved(sender: Any, instance: Any, **kwargs: Any) -> None:
        if instance.name == "y":
            raise ValueError("no such topic")

    connect(signals.post_save, saved, Tag)
    rows = [{"code": "a", "tags": "x"}, {"code": "b", "tags": "x|y"}, {"code": "c", "tags": "z|x"}]
    result = import_rows(tmp_path, rows, BulletinResource)
    assert counts(result) == {"rows": 3, "new": 2, "rejected": 1}
    assert rejected(result) == [(3, "", "", "ValueError: no such topic")]
    assert sorted(tag.name for tag in Tag.objects.all()) == ["x", "z"]
    links = set(Bulletin.objects.values_list("code", "tags__name"))
    assert links == {("a", "x"), ("c", "x"), ("c", "z")}


# What only Django can write.


def test_multi_table_child(tmp_path: Path):
    rows = [
        {"code": "a", "title": "A", "sponsor": "S", "tags": "x"},
        {"code": "b", "title": "B", "sponsor": "", "tags": ""},
    ]
    assert counts(import_rows(tmp_path, rows, SpecialResource)) == {"rows": 2, "new": 2}
    with capture_writes() as written:
        again = import_rows(tmp_path, rows, SpecialResource, bulk=True)
    assert (counts(again), written) == ({"rows": 2, "unchanged": 2}, [])
    assert again.path == "row"
    rows = [dict(rows[0], sponsor="T"), dict(rows[1], title="BB", tags="x|y")]
    assert counts(import_rows(tmp_path, rows, SpecialResource)) == {"rows": 2, "updated": 2}
    found = set(Special.objects.values_list("code", "title", "sponsor", "tags__name"))
    assert found == {("a", "A", "T", "x"), ("b", "BB", "", "x"), ("b", "BB", "", "y")}
    # A parent's row that is no child yet is not taken for one.
    Bulletin.objects.create(code="c")
    result = import_rows(tmp_path, [{"code": "c", "title": "C"}], SpecialResource)
    assert counts(result) == {"rows": 1, "rejected": 1}


def test_composite_primary_key(tmp_path: Path):
    rows = [
        {"hall": "A", "number": "1", "holder": "Ann"},
        {"hall": "A", "number": "2", "holder": "Bo"},
        {"hall": "B", "number": "1", "holder": "Cy"},
        {"hall": "A", "number": "1", "holder": "Dee"},
    ]
    result = import_rows(tmp_path, rows, SeatResource)
    assert counts(result) == {"rows": 4, "new": 3, "duplicates": 1}
    expected = {("A", 1, "Dee"), ("A", 2, "Bo"), ("B", 1, "Cy")}
    assert set(Seat.objects.values_list("hall", "number", "holder")) == expected
    again = import_rows(tmp_path, rows, SeatResource)
    assert counts(again) == {"rows": 4, "unchanged": 3, "duplicates": 1}
    rows[1]["holder"] = "Ed"
    again = import_rows(tmp_path, rows[1:], SeatResource)
    assert counts(again) == {"rows": 3, "updated": 1, "unchanged": 2}
    assert Seat.objects.get(hall="A", number=2).holder == "Ed"


def test_children_that_do_not_point_at_the_primary_key(tmp_path: Path):
    rows = [{"code": "a", "lines": "one;two"}, {"code": "b", "lines": "one"}]
    assert counts(import_rows(tmp_path, rows, LinesResource)) == {"rows": 2, "new": 2}
    again = import_rows(tmp_path, rows, LinesResource)
    assert counts(again) == {"rows": 2, "unchanged": 2}
    rows[0]["lines"] = "two;three"
    again = import_rows(tmp_path, rows, LinesResource)
    assert counts(again) == {"rows": 2, "updated": 1, "unchanged": 1}
    found = set(Line.objects.values_list("bulletin_id", "text"))
    assert found == {("a", "two"), ("a", "three"), ("b", "one")}


def test_children_with_rows_of_their_own(tmp_path: Path):
    rows = [{"code": "a", "chapters": "one;two"}]
    import_rows(tmp_path, rows, ChaptersResource)
    for chapter in Chapter.objects.all():
        Footnote.objects.create(chapter=chapter, text=f"on {chapter}")
    rows[0]["chapters"] = "two"
    assert counts(import_rows(tmp_path, rows, ChaptersResource)) == {"rows": 1, "updated": 1}
    assert [note.text for note in Footnote.objects.all()] == ["on two"]


def test_links_with_code_of_their_own(tmp_path: Path):
    rows = [{"name": "Chess", "members": "ann@example.com|bo@example.com"}]
    assert counts(import_rows(tmp_path, rows, ClubResource)) == {"rows": 1, "new": 1}
    assert ran[2:] == ["save Chess/ann@example.com", "save Chess/bo@example.com"]
    rows[0]["members"] = "bo@example.com"
    assert counts(import_rows(tmp_path, rows, ClubResource)) == {"rows": 1, "updated": 1}
    assert [membership.card for membership in Membership.objects.all()] == ["Chess/bo@example.com"]
    assert len(ran) == 4
    assert counts(import_rows(tmp_path, rows, ClubResource)) == {"rows": 1, "unchanged": 1}


def test_links_both_ways(tmp_path: Path):
    rows = [{"name": "Ann", "friends": ""}, {"name": "Bo", "friends": "Ann"}]
    assert counts(import_rows(tmp_path, rows, FriendResource)) == {"rows": 2, "new": 2}
    assert [f.name for f in Friend.objects.get(name="Ann").friends.all()] == ["Bo"]


# The same as in bulk.


def catalogue_values() -> dict[str, Any]:
    """Give the whole catalogue without keys and times that differ from one import to the next."""
    return {
        "books": books(),
        "sorted": sorted(Book.objects.values_list("title", "sort_title", "isbn")),
        "authors": sorted(Author.objects.values_list("name", "key", "sort_name"), key=repr),
        "years": sorted(Author.objects.values_list("key", "born", "died"), key=repr),
        "publishers": sorted(Publisher.objects.values_list("name", "key")),
        "series": sorted(Series.objects.values_list("name", "key")),
        "subjects": sorted(Subject.objects.values_list("name", "key")),
        "identifiers": sorted(Identifier.objects.values_list("book__title", "scheme", "value")),
    }


def both_ways(
    files: list[Path], connect: Callable[..., None], resource: Any = BookResource, **options: Any
) -> list[tuple[Any, ...]]:
    """Import files in bulk, then row by row into an empty catalogue; give what comes of each."""
    found = []
    for row_by_row in (False, True):
        for model in (Book, Author, Publisher, Series, Subject):
            model.objects.all().delete()
        results = []
        for path in files:
            result = load(path, resource=resource, bulk=not row_by_row, **options)
            assert result.path == ("row" if row_by_row else "bulk")
            results.append((counts(result), rejected(result)))
        found.append((results, catalogue_values()))
        connect(signals.post_save, heard)
        connect(signals.m2m_changed, heard)
    return found


class HookedBookResource(BaseBookResource):
    def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        ran.append("hook")


class RawBookResource(BaseBookResource):
    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        ran.append("hook")


BOOK_RESOURCES = {
    "receivers": BookResource,
    "late hook": bookresource_factory(Book, HookedBookResource),
    "early hook": bookresource_factory(Book, RawBookResource),
}


@pytest.mark.parametrize("resource", BOOK_RESOURCES.values(), ids=BOOK_RESOURCES)
def test_examples_come_in_the_same(tmp_path: Path, connect: Callable[..., None], resource: Any):
    with (EXAMPLES / "catalogue.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    path = write_csv(tmp_path / "in.csv", rows[::4])
    by_sets, row_by_row = both_ways([path, path], connect, resource)
    assert row_by_row == by_sets


@pytest.mark.parametrize("resource", BOOK_RESOURCES.values(), ids=BOOK_RESOURCES)
def test_years_of_persons(tmp_path: Path, connect: Callable[..., None], resource: Any):
    connect(signals.post_save, heard)
    rows = [{"title": "A", "author": "John Smith"}, {"title": "B", "contributors": "Jane Roe"}]
    path = write_csv(tmp_path / "in.csv", rows)
    assert counts(load(path, resource=resource)) == {"rows": 2, "new": 2}
    rows = [
        {"title": "A", "author": "John Smith (1820-1891)"},
        {"title": "B", "contributors": "Jane Roe (1830-1901)"},
        {"title": "C", "author": "John Smith (1900-1950)"},
    ]
    path = write_csv(tmp_path / "in.csv", rows)
    assert load(path, resource=resource).counts.new == 1
    assert set(Author.objects.values_list("name", "born", "died")) == {
        ("John Smith", 1820, 1891),
        ("Jane Roe", 1830, 1901),
        ("John Smith (1900-1950)", 1900, 1950),
    }


@pytest.mark.parametrize("batch_size", [1, 100])
def test_persons_of_rejected_rows(tmp_path: Path, connect: Callable[..., None], batch_size: int):
    def saved(sender: Any, instance: Any, **kwargs: Any) -> None:
        if instance.title.startswith("Bad"):
            raise ValueError("not this one")

    for name in ("Jane Roe", "Max Mo"):
        Author.objects.create(name=name)
    people = "Jane Roe (1830-1901)|Max Mo (1800-1850)"
    connect(signals.post_save, saved, Book)
    rows = [
        {"title": "Bad 1", "author": "John Smith", "contributors": people},
        {"title": "Bad 2", "author": "John Smith (1820-1891)"},
        {"title": "Good 1", "author": "John Smith (1820-1891)", "contributors": "Jane Roe"},
        {"title": "Good 2", "author": "Smith, John", "contributors": "Jane Roe (1830-1901)"},
    ]
    result = load(write_csv(tmp_path / "in.csv", rows), batch_size=batch_size)
    assert counts(result) == {"rows": 4, "new": 2, "rejected": 2}
    assert set(Author.objects.values_list("name", "born", "died")) == {
        ("John Smith", 1820, 1891),
        ("Jane Roe", 1830, 1901),
        ("Max Mo", None, None),
    }
    assert {book.author.name for book in Book.objects.all()} == {"John Smith"}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"batch_size": 7},
        {"existing": "fill"},
        {"existing": "skip"},
        {"keep": ("title", "publishers")},
    ],
    ids=str,
)
@pytest.mark.parametrize("resource", BOOK_RESOURCES.values(), ids=BOOK_RESOURCES)
def test_random_files_come_in_the_same(
    tmp_path: Path,
    connect: Callable[..., None],
    seed: int,
    options: dict[str, Any],
    resource: Any,
):
    files = []
    for changed in (0, 0.3):
        path = tmp_path / f"{changed}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            catalogue.write_csv(
                file, 40, seed=seed, isbn_share=0.6, changed=changed, bad_lines={5, 17}
            )
        files.append(path)
    by_sets, row_by_row = both_ways([*files, files[1]], connect, resource, **options)
    assert row_by_row == by_sets


# Hooks of django-import-export.

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
    assert resource.calls == (["before_import_row"] * 3 if hook == "before_import_row" else [])
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


# What is said of it.


def run_command(path: Path, *options: str, resource: str = "ReportResource") -> str:
    out = io.StringIO()
    call_command(
        "bookrel_import",
        str(path),
        "--source=native",
        f"--resource=tests.hosts.custom.resources.{resource}",
        "--no-progress",
        *options,
        stdout=out,
        stderr=io.StringIO(),
    )
    return out.getvalue()


def test_summary_says_why(tmp_path: Path):
    path = write_csv(tmp_path / "in.csv", REPORTS, ["code", "title", "correspondent", "tags"])
    said = run_command(path)
    assert said.splitlines()[-1] == (
        "  saved row by row because Report.save() is overridden; Correspondent.save() is "
        "overridden; use --bulk to bypass it"
    )
    assert json.loads(run_command(path, "--json"))["path"] == "row"
    assert [record.path for record in ImportRecord.objects.all()] == ["row", "row"]
    path = write_csv(tmp_path / "in.csv", REPORTS, ["code", "title", "slug"])
    with pytest.raises(CommandError):
        run_command(path, "--bulk")
    rows = [{"code": "z", "title": "Z", "slug": "z"}]
    path = write_csv(tmp_path / "in.csv", rows, ["code", "title", "slug"])
    assert "row by row" not in run_command(path, "--bulk")
    assert json.loads(run_command(path, "--json", "--bulk"))["path"] == "bulk"
    assert ImportRecord.objects.latest("pk").path == "bulk"


def test_summary_of_what_bulk_cannot_do(tmp_path: Path):
    path = write_csv(tmp_path / "in.csv", [{"hall": "A", "number": "1"}], ["hall", "number"])
    said = run_command(path, resource="SeatResource")
    assert said.splitlines()[-1] == "  saved row by row because Seat has a composite primary key"
