"""What an import says of tables: before it writes, when it stops, and how it wrote."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model

from django_bookrel.bulk import ImportStopped, TableWarning, get_writer
from django_bookrel.models import ImportRecord
from django_bookrel.resources import RelationalResource, load
from tests.commandline import Run
from tests.hosts.legacy import models as m
from tests.importing import counts, write_csv
from tests.test_import_legacy import HEADER, ROWS, resource
from tests.test_writers import insert
from tests.test_writers_legacy import NOTES, content

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("legacy")]

VENDOR = connection.vendor
postgresql_only = pytest.mark.skipif(VENDOR != "postgresql", reason="PostgreSQL tells")

NEEDS = "The table legacy_needy needs a value for its column colour, which the model does not have."
AFTERWARDS = "Nothing was imported; run it again after repairing this."
STOPPED = f"Stopped after 0 rows: {NEEDS}"

Needy, Refusing, Plain = map(resource, (m.Needy, m.Refusing, m.Plain))


class RowByRow:
    """What a resource inherits whose rows are saved one by one."""

    def before_save_instance(self, instance: Model, row: Any, **kwargs: Any) -> None:
        pass


class NeedyRowByRow(RowByRow, Needy):  # type: ignore[misc, valid-type]
    class Meta(Needy.Meta):
        pass


class PlainRowByRow(RowByRow, Plain):  # type: ignore[misc, valid-type]
    class Meta(Plain.Meta):
        pass


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "in.csv", ROWS, HEADER)


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def named(name: str) -> list[str]:
    return ["--resource", f"{__name__}.{name}", "--batch-size", "5"]


@pytest.mark.parametrize("kind", [Needy, NeedyRowByRow])
def test_warnings_come_before_anything_is_written(path: Path, kind: type[RelationalResource]):
    said: list[tuple[list[TableWarning], int]] = []
    with pytest.raises(ImportStopped) as raised:
        load(
            path,
            resource=kind,
            on_warnings=lambda found: said.append((found, m.Needy.objects.count())),
        )
    assert said == [([TableWarning(NEEDS)], 0)]
    assert (str(raised.value), raised.value.is_lasting) == (STOPPED, True)
    record = ImportRecord.objects.get()
    assert (record.status, record.message) == ("failed", f"{STOPPED}\n{NEEDS}")


def test_dry_run_warns_too(path: Path):
    result = load(path, resource=Needy, dry_run=True)
    assert (result.warnings, counts(result)) == ([TableWarning(NEEDS)], {"rows": 12, "new": 12})


def test_command_says_warnings_first(run: Callable[..., Run], path: Path):
    status, out, err = run(path, *named("Needy"), "--json")
    assert (status, err.splitlines()) == (
        1,
        [
            f"{path}: {NEEDS}",
            f"{path}: {STOPPED} {AFTERWARDS}",
        ],
    )
    assert json.loads(out)["warnings"] == [NEEDS]


@postgresql_only
def test_sequence_behind_the_keys(path: Path):
    insert(get_writer("default"), m.Plain, "id code", (1, "x"), (9999, "y"))
    execute("SELECT setval('legacy_plain_id_seq', 9900)")
    [warning] = load(path, resource=Plain, dry_run=True).warnings
    reason = "The sequence legacy_plain_id_seq gives {} next; legacy_plain has keys up to 9999."
    assert warning.reason == reason.format(9901)
    execute(warning.cure)
    result = load(path, resource=Plain)
    assert (result.warnings, counts(result)) == ([], {"rows": 12, "new": 12})
    assert sorted(content(m.Plain))[2:] == list(range(10000, 10012))


@postgresql_only
def test_sequence_that_comes_by_a_key(path: Path):
    insert(get_writer("default"), m.Plain, "id code", (9999, "y"))
    execute("SELECT setval('legacy_plain_id_seq', 9990)")
    with pytest.raises(ImportStopped) as raised:
        load(path, resource=Plain)
    said = "The sequence legacy_plain_id_seq gives keys that legacy_plain has."
    assert str(raised.value) == f"Stopped after 0 rows: {said}"
    # What was drawn does not come back.
    assert counts(load(path, resource=Plain)) == {"rows": 12, "new": 12}


def test_plainer_ways_are_said_once(run: Callable[..., Run], path: Path):
    returns_keys = VENDOR == "mysql" and connection.mysql_is_mariadb
    notes = [] if returns_keys else NOTES[m.Refusing, VENDOR]
    status, out, err = run(path, *named("Refusing"))
    assert (status, err) == (0, "")
    assert out.splitlines()[2:] == [f"  {note}" for note in notes]
    assert ImportRecord.objects.get().message == "\n".join(notes)
    changed = write_csv(path, [row | {"code": f"d{row['n']}"} for row in ROWS], HEADER)
    found = json.loads(run(changed, *named("Refusing"), "--json").out)
    assert (found["new"], found["warnings"], found["notes"]) == (12, [], notes)
