"""
Every promise, for models of every kind of relation and key: a file comes in, again, out and back.

The columns of every kind are in ``test_field_values``, tables that Django did not make in
``test_import_legacy``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import tablib
from django.db import models

from django_bookrel.resources import (
    ForeignKeyField,
    ManyToManyField,
    RelatedRowsField,
    RelationalResource,
    Result,
    load,
)
from django_bookrel.resources.exporting import Exporter
from tests.hosts.ties import models as ties
from tests.importing import code_of_the_host, counts

pytestmark = pytest.mark.django_db


@dataclass
class Case:
    """A model with the fields of its resource and a file of which all rows come in."""

    model: type[models.Model]
    text: str
    identity: Sequence[str] = ("slug",)
    fields: dict[str, Any] = field(default_factory=dict)
    more: Sequence[type[models.Model]] = ()
    """Models whose records stay when those of ``model`` are deleted."""

    def __str__(self) -> str:
        return self.model.__name__

    @property
    def resource(self) -> type[RelationalResource]:
        columns = tuple(self.text.partition("\n")[0].split(","))
        meta = {"model": self.model, "import_id_fields": list(self.identity), "fields": columns}
        attributes = {**self.fields, "Meta": type("Meta", (), meta), "__module__": __name__}
        return type(f"{self}Resource", (RelationalResource,), attributes)


def parse_counts(cell: str) -> list[tuple[Any, ...]]:
    pairs = (one.split(":") for one in cell.split("|") if one)
    return [(name, int(count)) for name, count in pairs]


def render_counts(entries: Any) -> str:
    return "|".join(f"{name}:{count}" for name, count in entries)


PLACES = "slug,place,note\na,North,x\nb,,\nc,South,y\nd,North,\n"
place = ForeignKeyField(by="name", create=True)
tags = ManyToManyField(by="name", create=True)
TAGS = "slug,tags\na,red|green\nb,\nc,green\nd,blue|red|green\n"
TREE = "code,parent\na,\nb,a\nd,c\nc,d\ne,e\nf,b\n"
CASES = [
    Case(ties.ByName, PLACES, fields={"place": place}),
    Case(ties.ByNeed, "slug,place\na,North\nb,South\nc,North\n", fields={"place": place}),
    Case(
        ties.ByCode, "slug,place\na,3\nb,\nc,4\nd,3\n", fields={"place": ForeignKeyField(by="code")}
    ),
    Case(
        ties.ByTwo,
        "slug,shelf\na,Hall|1\nb,Hall|2\nc,\n",
        fields={"shelf": ForeignKeyField(by=("room", "number"), create=True)},
    ),
    Case(
        ties.ByToken,
        "slug,token\na,t\nb,u\nc,t\nd,\n",
        fields={"token": ForeignKeyField(by="name", create=True)},
    ),
    Case(
        ties.ByCountry,
        "slug,country\na,fr\nb,de\nc,fr\nd,\n",
        fields={"country": ForeignKeyField(by="iso", create=True)},
    ),
    Case(ties.ByLoose, PLACES, fields={"place": place}),
    Case(ties.OneToOne, "slug,place\na,North\nb,\nc,South\nd,\n", fields={"place": place}),
    Case(
        ties.Twice,
        "slug,origin,target\na,North,Third\nb,South,North\nc,,South\n",
        fields={
            "origin": ForeignKeyField(by="name", create=True),
            "target": ForeignKeyField(by="name"),
        },
    ),
    Case(
        ties.Within,
        "place,name,note\nNorth,a,x\nSouth,a,y\nNorth,b,\n",
        identity=("place", "name"),
        fields={"place": place},
    ),
    Case(
        ties.Shadow, "place,note\nNorth,x\nSouth,\n", identity=("place",), fields={"place": place}
    ),
    Case(ties.KeyOfText, "id,note\na,x\nB,y\né,\n", identity=("id",)),
    Case(ties.KeyOfUUID, "slug,note\na,x\nb,y\nc,\n"),
    Case(ties.SmallKey, "slug,note\na,x\nb,y\nc,\n"),
    Case(ties.KeyOfHand, "number,note\n7,x\n-3,y\n100000,\n", identity=("number",)),
    Case(ties.KeyOfTwo, "room,number,note\na,1,x\na,2,y\nb,1,\n", identity=("room", "number")),
    Case(ties.OddNames, "slug,note\na,x\nb,y\nc,\n"),
    Case(ties.Tree, TREE, identity=("code",), fields={"parent": ForeignKeyField(by="code")}),
    Case(
        ties.Tree,
        "code,name,parent\na,A,\nb,B,C\nc,C,A\nd,D,E\ne,E,D\n",
        identity=("code",),
        fields={"parent": ForeignKeyField(by="name")},
    ),
    Case(ties.ProxyTree, TREE, identity=("code",), fields={"parent": ForeignKeyField(by="code")}),
    Case(
        ties.Page,
        "code,parent,body\na,,x\nb,a,\nd,c,y\nc,b,\n",
        identity=("code",),
        fields={"parent": ForeignKeyField(by="code")},
        more=[ties.Tree],
    ),
    Case(
        ties.Page,
        "code,parent,body\nd,c,y\na,,x\nb,a,\nc,b,\n",
        identity=("code",),
        fields={"parent": ForeignKeyField(by="code", create=True)},
        more=[ties.Tree],
    ),
    Case(ties.TreeByCode, TREE, identity=("code",), fields={"parent": ForeignKeyField(by="code")}),
    Case(
        ties.Friend,
        "name,friends\na,b|c\nb,a\nc,a|d\nd,c\n",
        identity=("name",),
        fields={"friends": ManyToManyField(by="name")},
    ),
    Case(
        ties.Follower,
        "name,follows\na,b|c\nb,b\nc,d\nd,\n",
        identity=("name",),
        fields={"follows": ManyToManyField(by="name")},
    ),
    Case(ties.Linked, TAGS, fields={"tags": tags}),
    Case(
        ties.LinkedByToken,
        "slug,tokens\na,t|u\nb,u\nc,\n",
        fields={"tokens": ManyToManyField(by="name", create=True)},
    ),
    Case(ties.TokenLinked, TAGS, fields={"tags": tags}),
    Case(
        ties.Numbered,
        "number,tags\n3,red|green\n1,red\n2,\n",
        identity=("number",),
        fields={"tags": tags},
    ),
    Case(ties.Labelled, TAGS, fields={"tags": tags}),
    Case(ties.InRoles, TAGS, fields={"tags": tags}),
    Case(
        ties.Owner,
        "slug,things\na,red:2|green:1\nb,\nc,red:5\n",
        fields={
            "things": RelatedRowsField(
                columns=("tag", "count"),
                key=("tag",),
                parse=parse_counts,
                render=render_counts,
                by="name",
                create=True,
                attribute="belonging_set",
            )
        },
    ),
    Case(
        ties.Hidden,
        "slug,parent\na,\nb,a\nd,c\nc,\n",
        fields={"parent": ForeignKeyField(by="slug")},
    ),
    Case(ties.Ordered, "slug,rank\na,3\nb,\nc,1\n"),
    Case(ties.Generated, "slug,note,double\na,x,a!\nb,,b!\n"),
    Case(ties.Derived, PLACES, fields={"place": place}),
]
MODELS = [m for m in vars(ties).values() if isinstance(m, type) and issubclass(m, models.Model)]
MODELS = [model for model in MODELS if not model._meta.abstract]


def content() -> dict[str, list[Any]]:
    """Give all records by what they say and what those say to which they refer."""
    return {
        model.__name__: sorted(
            (tuple(_said(one, f) for f in model._meta.concrete_fields) for one in _all(model)),
            key=repr,
        )
        for model in MODELS
    }


def _all(model: type[models.Model]) -> Any:
    return model._base_manager.all()


def _said(one: Any, column: Any) -> Any:
    """Give what a column says; keys that the database or Python gives are nothing to say."""
    if column.primary_key and not column.is_relation and column.name == "id":
        return one.pk if isinstance(column, models.CharField) else None
    if column.is_relation:
        target = column.related_model._base_manager.filter(
            **{column.target_field.attname: getattr(one, column.attname)}
        ).first()
        return target and next(
            (
                getattr(target, name)
                for name in ("slug", "code", "name", "number", "iso")
                if hasattr(target, name)
            ),
            None,
        )
    return getattr(one, column.attname)


def prepare() -> None:
    ties.Place.objects.bulk_create(
        [ties.Place(name="Third", code=3), ties.Place(name="4th", code=4)]
    )
    ties.Tag.objects.bulk_create([ties.Tag(name="red"), ties.Tag(name="green")])


@pytest.mark.parametrize("size", [2, 5_000])
@pytest.mark.parametrize("runs", [False, True], ids=["bulk", "row by row"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_file_comes_in_again_out_and_back(
    case: Case,
    runs: bool,  # noqa: FBT001
    size: int,
    tmp_path: Path,
):
    path = tmp_path / "in.csv"
    path.write_text(case.text, encoding="utf-8")
    rows = case.text.count("\n") - 1
    prepare()

    def imported(path: Path, **options: Any) -> Result:
        result = load(path, resource=case.resource, batch_size=size, **options)
        assert result.rejections == []
        return result

    with code_of_the_host(case.model, runs=runs):
        empty = content()
        assert counts(imported(path, dry_run=True)) == {"rows": rows, "new": rows}
        assert content() == empty
        result = imported(path)
        assert counts(result) == {"rows": rows, "new": rows}
        there = content()
        assert len(there[case.model.__name__]) == rows
        assert counts(imported(path)) == {"rows": rows, "unchanged": rows}
        assert content() == there
        out = exported(case, tmp_path / "out.csv")
        assert counts(imported(out)) == {"rows": rows, "unchanged": rows}
        assert content() == there
        for model in (case.model, *case.more):
            _all(model).all().delete()
        assert content() != there
        assert counts(imported(out)) == {"rows": rows, "new": rows}
        assert content() == there


def exported(case: Case, path: Path) -> Path:
    exporter = Exporter(case.resource())
    with path.open("w", encoding="utf-8", newline="") as file:
        exporter.write(file, "csv")
    return path


@pytest.mark.parametrize("runs", [False, True], ids=["bulk", "row by row"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_data_set_comes_in_and_again(case: Case, runs: bool):  # noqa: FBT001
    """Callers of django-import-export's entry points see each row."""
    data = tablib.Dataset().load(case.text, format="csv")
    prepare()

    def imported(**options: Any) -> list[tuple[int, str]]:
        result = case.resource().import_data(data, raise_errors=True, **options)
        assert all(len(row.diff) == len(result.diff_headers) for row in result.rows)
        assert all(row.object_id is not None for row in result.rows)
        return [(row.number, row.import_type) for row in result.rows]

    numbers = range(1, len(data) + 1)
    with code_of_the_host(case.model, runs=runs):
        empty = content()
        assert imported(dry_run=True) == [(number, "new") for number in numbers]
        assert content() == empty
        assert imported() == [(number, "new") for number in numbers]
        there = content()
        assert imported() == [(number, "skip") for number in numbers]
        assert content() == there
