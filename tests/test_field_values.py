"""
Every field of Django's and of a host's: what its cells mean, that they come back, what it rejects.

Each kind of column is imported, saved, read, exported, imported again, found by and referred to.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import DecimalField
from tablib import Dataset

from django_bookrel.resources import ForeignKeyField, RelationalResource, Result, load
from django_bookrel.resources.exporting import Exporter
from django_bookrel.values import differs
from tests import kinds
from tests.hosts.cabinet.models import Made
from tests.importing import capture_writes, counts, write_csv
from tests.kinds import Kind

pytestmark = pytest.mark.django_db

KINDS = kinds.KINDS
if connection.vendor == "postgresql":
    from tests import kinds_postgres

    KINDS = [*KINDS, *kinds_postgres.KINDS]


@pytest.fixture(autouse=True)
def zone(settings: Any) -> None:
    settings.TIME_ZONE = kinds.ZONE


every_kind = pytest.mark.parametrize("kind", KINDS, ids=str)
HOOK = {"before_save_instance": lambda self, *args, **kwargs: None}
FINDING = [kind for kind in KINDS if kind.finds]
every_finding = pytest.mark.parametrize("kind", FINDING, ids=str)


def resource_of(kind: Any, key: str, *columns: str, **attributes: Any) -> type[RelationalResource]:
    meta = type("Meta", (), {"model": kind, "import_id_fields": (key,), "fields": (key, *columns)})
    metaclass: Any = type(RelationalResource)
    made: type[RelationalResource]
    made = metaclass(
        "KindResource", (RelationalResource,), {"Meta": meta, "__module__": __name__, **attributes}
    )
    return made


def import_rows(folder: Path, rows: list[dict[str, str]], resource: Any) -> Result:
    path = write_csv(folder / "rows.csv", rows, list(rows[0]))
    return load(path, resource=resource, source="native")


def export(folder: Path, resource: Any) -> Path:
    path = folder / "out.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        Exporter(resource()).write(file, "csv")
    return path


def assert_stored(kind: Kind, values: list[Any]) -> None:
    found = list(kind.model.objects.order_by("pk").values_list(kind.name, flat=True))
    assert found == values
    assert not differs([kind.field] * len(found))(found, values)


def rows_of(kind: Kind) -> list[dict[str, str]]:
    return [{"code": f"c{n}", kind.name: text} for n, (text, _value) in enumerate(kind.texts)]


@every_kind
def test_texts_become_values_that_come_back(kind: Kind):
    [column] = resource_of(kind.model, kind.name)().layout([kind.name]).columns
    values, reasons = column.clean([text for text, _value in kind.texts])
    assert (values, reasons) == (kind.values, {})
    if isinstance(kind.field, DecimalField):
        assert list(map(str, values)) == list(map(str, kind.values))
    for n, value in enumerate(values):
        kind.model(code=f"c{n}", **{kind.name: value}).save()
    assert_stored(kind, values)


@pytest.mark.parametrize("way", ["bulk", "row", "hook"])
@every_kind
def test_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind, way: str):
    if way == "row":
        monkeypatch.setattr(kind.model, "clean", lambda self: None)
    hook = HOOK if way == "hook" else {}
    resource, rows = resource_of(kind.model, "code", kind.name, **hook), rows_of(kind)
    result = import_rows(tmp_path, rows, resource)
    assert result.path == ("bulk" if way == "bulk" else "row")
    assert counts(result) == {"rows": len(rows), "new": len(rows)}
    assert_stored(kind, kind.values)
    exported = export(tmp_path, resource)
    with capture_writes() as written:
        unchanged = {"rows": len(rows), "unchanged": len(rows)}
        assert counts(import_rows(tmp_path, rows, resource)) == unchanged
        assert counts(load(exported, resource=resource, source="native")) == unchanged
    assert written == []
    kind.model.objects.all().delete()
    assert counts(load(exported, resource=resource, source="native"))["new"] == len(rows)
    assert_stored(kind, kind.values)


@every_kind
@pytest.mark.parametrize("hook", [{}, HOOK], ids=["bulk", "hook"])
def test_value_is_replaced_by_another(tmp_path: Path, kind: Kind, hook: Any):
    resource = resource_of(kind.model, "code", kind.name, **hook)
    texts = [text for text, _value in kind.texts]
    import_rows(tmp_path, rows_of(kind), resource)
    turned = [{"code": f"c{n}", kind.name: t} for n, t in enumerate([*texts[1:], texts[0]])]
    import_rows(tmp_path, turned, resource)
    assert_stored(kind, [*kind.values[1:], kind.values[0]])


@every_kind
def test_bad_cells(kind: Kind):
    rows = [{"code": f"b{n}", kind.name: text} for n, (text, _said) in enumerate(kind.bad)]
    every = [*rows, *rows_of(kind)]
    cells = Dataset(*[list(row.values()) for row in every], headers=list(every[0]))
    result = resource_of(kind.model, "code", kind.name)().import_data(cells)
    found = [(r.line, r.column, r.reason) for r in result.rejections]
    assert found == [(line, kind.name, said) for line, (_text, said) in enumerate(kind.bad, 1)]
    assert_stored(kind, kind.values)


@every_finding
def test_identity(tmp_path: Path, kind: Kind):
    rows = [{kind.name: row[kind.name], "code": row["code"]} for row in rows_of(kind)]
    resource = resource_of(kind.model, kind.name, "code")
    assert counts(import_rows(tmp_path, rows, resource)) == {"rows": len(rows), "new": len(rows)}
    again = import_rows(tmp_path, [{**row, "code": f"{row['code']}x"} for row in rows], resource)
    assert counts(again) == {"rows": len(rows), "updated": len(rows)}
    assert_stored(kind, kind.values)
    exported = load(export(tmp_path, resource), resource=resource, source="native")
    assert counts(exported) == {"rows": len(rows), "unchanged": len(rows)}


@every_finding
def test_reference(tmp_path: Path, kind: Kind):
    import_rows(tmp_path, rows_of(kind), resource_of(kind.model, "code", kind.name))
    [key] = [f for f in kind.pointer._meta.fields if f.related_model is kind.model]
    to = ForeignKeyField(by=kind.name, attribute=key.name)
    resource = resource_of(kind.pointer, "code", "to", to=to)
    rows = [{"code": row["code"], "to": row[kind.name]} for row in rows_of(kind)]
    assert counts(import_rows(tmp_path, rows, resource)) == {"rows": len(rows), "new": len(rows)}
    found = kind.pointer.objects.values_list("code", f"{key.name}__code")
    assert sorted(found) == sorted((row["code"], row["code"]) for row in rows)
    exported = load(export(tmp_path, resource), resource=resource, source="native")
    assert counts(exported) == {"rows": len(rows), "unchanged": len(rows)}


def test_columns_that_the_database_makes(tmp_path: Path):
    resource = resource_of(Made, "code", "name", "since", "rank", "token", "shout", "due")
    names = ("since", "rank", "token", "shout", "due")
    made = (datetime.date(2020, 1, 1), 5, "none", "A", datetime.date(2020, 1, 1))
    rows = [{"code": "a", "name": "a", "shout": "?", "due": "?"}]
    assert counts(import_rows(tmp_path, rows, resource)) == {"rows": 1, "new": 1}
    assert Made.objects.values_list(*names).get() == made
    path = export(tmp_path, resource)
    assert path.read_text().splitlines()[1] == "a,a,2020-01-01,5,none,A,2020-01-01"
    result = load(path, resource=resource, source="native")
    assert counts(result) == {"rows": 1, "unchanged": 1}


@every_kind
def test_json_lines(tmp_path: Path, kind: Kind):
    resource = resource_of(kind.model, "code", kind.name)
    import_rows(tmp_path, rows_of(kind), resource)
    if kind.field.null:
        kind.model.objects.create(code="none")
        kind.model.objects.filter(code="none").update(**{kind.name: None})
    with (tmp_path / "out.jsonl").open("w", encoding="utf-8") as file:
        Exporter(resource()).write(file, "jsonl")
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    cells = [json.loads(line)[kind.name] for line in lines]
    assert [cell for cell in cells if cell is None] == [None] * kind.field.null
