"""The host's own code runs when an import saves, and what only Django can write is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.models import signals
from django.test.utils import CaptureQueriesContext

from django_bookrel.exceptions import MissingColumns
from django_bookrel.models import Book
from django_bookrel.resources import (
    RelationalResource,
    bookresource_factory,
)
from django_bookrel.resources.books import BaseBookResource
from tests.hostcode import REPORTS, counts, reports
from tests.hostrows import import_rows, rejected
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
from tests.importing import capture_writes, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_ran")]


# save()


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
