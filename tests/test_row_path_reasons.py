"""Why an import saves row by row, and what is said of it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections
from django.db.models import signals

from django_bookrel.bulk.writers import Database, orm
from django_bookrel.models import ImportRecord
from django_bookrel.resources import (
    BookResource,
    RelationalResource,
    load,
    loading,
)
from django_bookrel.resources.rowpath import paths
from tests.hostcode import HEARD, REPORTS, counts, heard
from tests.hostrows import import_rows
from tests.hosts.custom.models import (
    Bulletin,
    Chapter,
    Report,
    Special,
    Tag,
)
from tests.hosts.custom.resources import (
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
from tests.importing import capture_writes, write_csv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_ran")]


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


def test_harmless_receivers_are_no_reasons(
    tmp_path: Path, connect: Callable[..., None], settings: Any
):
    connect(signals.pre_save, heard)
    connect(signals.post_save, heard, Bulletin)
    settings.BOOKREL_HARMLESS_RECEIVERS = [HEARD]
    assert import_rows(tmp_path, [{"code": "a", "tags": "x"}], BulletinResource).reasons == []
    settings.BOOKREL_HARMLESS_RECEIVERS = [HEARD[:-1]]
    result = import_rows(tmp_path, [{"code": "b", "tags": "x"}], BulletinResource)
    assert result.reasons == [
        f"Bulletin, Tag have pre_save receivers ({HEARD})",
        f"Bulletin has post_save receivers ({HEARD})",
    ]


@pytest.mark.parametrize("signal", ["pre_delete", "post_delete"])
def test_receivers_of_deleted_children_are_reasons(
    tmp_path: Path, connect: Callable[..., None], signal: str
):
    connect(getattr(signals, signal), heard, Chapter)
    result = import_rows(tmp_path, [{"code": "a", "chapters": "x"}], ChaptersResource)
    assert f"Chapter has {signal} receivers ({HEARD})" in result.reasons


def test_database_without_a_bulk_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def get_writer(using: str) -> orm.Writer:
        return orm.Writer(orm.Instances(Database(connections[using])))

    for module in (loading, paths):
        monkeypatch.setattr(module, "get_writer", get_writer)
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


BYPASSED = "Report.save() is overridden"


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
    said = json.loads(run_command(path, "--json", "--bulk"))
    assert (said["path"], said["notes"]) == ("bulk", [f"bypassed: {BYPASSED}"])
    record = ImportRecord.objects.latest("pk")
    assert (record.path, record.message) == ("bulk", f"bypassed: {BYPASSED}")


def test_summary_says_what_bulk_has_bypassed(tmp_path: Path):
    path = write_csv(tmp_path / "in.csv", [{"code": "a", "title": "A"}], ["code", "title"])
    said = run_command(path, "--bulk", resource="BulletinResource")
    assert "bypassed" not in said
    said = run_command(path, "--bulk", resource="CleanedBulletinResource")
    assert said.splitlines()[-1] == "  bypassed: CleanedBulletinResource sets clean_model_instances"


@pytest.mark.parametrize(
    "resource, note",
    [
        (hooked("skip_row"), ["bypassed: HookedResource.skip_row() is overridden"]),
        # Saved, with all of its code.
        (SpecialResource, []),
    ],
)
def test_code_that_bulk_bypasses(
    tmp_path: Path,
    connect: Callable[..., None],
    resource: type[RelationalResource],
    note: list[str],
):
    connect(signals.pre_save, heard, Special)
    rows = [{"code": "a", "title": "A"}]
    assert import_rows(tmp_path, rows, resource, bulk=True).notes == note


def test_summary_of_what_bulk_cannot_do(tmp_path: Path):
    path = write_csv(tmp_path / "in.csv", [{"hall": "A", "number": "1"}], ["hall", "number"])
    said = run_command(path, resource="SeatResource")
    assert said.splitlines()[-1] == "  saved row by row because Seat has a composite primary key"
