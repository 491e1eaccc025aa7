"""Imports into tables that Django did not make, from file to file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model

from django_bookrel.bulk import ImportStopped
from django_bookrel.resources import ManyToManyField, RelationalResource, load
from tests.hosts.legacy import models as m
from tests.importing import counts, write_csv
from tests.test_writers_legacy import content, each, model

__all__ = ("model",)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("legacy")]

VENDOR = connection.vendor


def resource(model: type[Model], identity: str = "code", **fields: Any) -> type[RelationalResource]:
    meta = type("Meta", (), {"model": model, "import_id_fields": [identity], "exclude": ("id",)})
    return type(f"{model.__name__}Resource", (RelationalResource,), {**fields, "Meta": meta})


HEADER = ("code", "name", "n")
ROWS = [{"code": f"c{n}", "name": "AB"[n % 2], "n": n} for n in range(1, 13)]


@each(
    m.Plain,
    m.Fixed,
    m.Domain,
    m.Choice,
    m.Caseless,
    m.Citext,
    m.Latin,
    m.Ascii,
    m.OldUnicode,
    m.Orphan,
    m.Adopted,
    m.Computed,
    m.Identity,
    m.Hidden,
    m.Renumbering,
    m.Stamping,
    m.View,
    m.Instead,
    m.Partitioned,
    m.Quoted,
)
def test_second_import_writes_nothing(tmp_path: Path, model: type[Model]):
    path = write_csv(tmp_path / "in.csv", ROWS, HEADER)
    kind = resource(model)
    assert counts(load(path, resource=kind, batch_size=5)) == {"rows": 12, "new": 12}
    there = content(model)
    assert sorted(there.values()) == sorted(tuple(row.values()) for row in ROWS)
    assert counts(load(path, resource=kind, batch_size=5)) == {"rows": 12, "unchanged": 12}
    assert content(model) == there
    changed = [row | {"name": "C", "n": ""} if row["n"] == 3 else row for row in ROWS]
    path = write_csv(tmp_path / "changed.csv", changed, HEADER)
    assert counts(load(path, resource=kind)) == {"rows": 12, "updated": 1, "unchanged": 11}
    assert {key: row for key, row in content(model).items() if row != there[key]} == {
        key: ("c3", "C", None) for key, row in there.items() if row[0] == "c3"
    }


@each(m.Caseless, m.Citext)
def test_codes_that_a_column_takes_for_equal_are_one(tmp_path: Path, model: type[Model]):
    rows = [{"code": "a", "n": 1}, {"code": "b", "n": 2}, {"code": "A", "n": 3}]
    path = write_csv(tmp_path / "in.csv", rows, HEADER)
    result = load(path, resource=resource(model))
    assert counts(result) == {"rows": 3, "new": 2, "duplicates": 1}
    assert sorted(content(model).values()) == [("A", "", 3), ("b", "", 2)]


@each(m.Refusing, m.Swallowing)
def test_rows_that_a_trigger_keeps_out_are_rejected_alone(tmp_path: Path, model: type[Model]):
    rows = [*ROWS, {"code": "bad", "n": 13}]
    result = load(write_csv(tmp_path / "in.csv", rows, HEADER), resource=resource(model))
    assert counts(result) == {"rows": 13, "new": 12, "rejected": 1}
    [rejection] = result.rejections
    left = "0 of 1 rows of legacy_swallowing were inserted: the others are gone, or a trigger, a "
    reason = "no thirteens" if model is m.Refusing else f"{left}rule or a policy keeps them"
    assert (rejection.line, rejection.reason) == (14, f"The database rejected the row: {reason}")
    assert len(content(model)) == 12


NEEDS = "The table legacy_needy needs a value for its column colour, which the model does not have."


@pytest.mark.parametrize(
    "model, said",
    [
        (m.Missing, "The table legacy_missing does not exist."),
        (m.Narrow, "The table legacy_narrow has no column n."),
        (m.Needy, NEEDS),
    ],
)
def test_import_stops_at_once_where_no_row_can_go_in(tmp_path: Path, model: type[Model], said: str):
    path = write_csv(tmp_path / "in.csv", ROWS, HEADER)
    with pytest.raises(ImportStopped) as raised:
        load(path, resource=resource(model))
    stopped = raised.value
    assert (str(stopped), stopped.is_lasting) == (f"Stopped after 0 rows: {said}", True)


def test_links_that_point_at_a_number(tmp_path: Path):
    kind = resource(m.Shelf, "number", labels=ManyToManyField(by="name", create=True))

    def links() -> list[tuple[int, str]]:
        return sorted(m.Labelling.objects.values_list("shelf_id", "label__name"))

    header = ("number", "labels")
    rows = [{"number": n, "labels": "x|q" if n == 3 else "x"} for n in (3, 1, 2)]
    load(write_csv(tmp_path / "in.csv", rows, header), resource=kind)
    assert links() == [(1, "x"), (2, "x"), (3, "q"), (3, "x")]
    # The key 3 is number 2's.
    rows = [{"number": n, "labels": "q" if n == 3 else "x"} for n in (3, 1, 2)]
    result = load(write_csv(tmp_path / "less.csv", rows, header), resource=kind)
    assert counts(result) == {"rows": 3, "updated": 1, "unchanged": 2}
    assert links() == [(1, "x"), (2, "x"), (3, "q")]
