"""Columns of hosts as hosts have them: defaults in any form, empty cells, lengths, own fields."""

from __future__ import annotations

import datetime
import warnings
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import models
from django.utils import timezone

from django_bookrel.models import Book, Identifier
from django_bookrel.resources import (
    ForeignKeyField,
    RelatedRowsField,
    RelationalResource,
    Result,
    load,
)
from django_bookrel.resources.exporting import Exporter
from django_bookrel.values import needs_value
from django_bookrel.values.moments import OUT_OF_YEARS
from tests.hosts.cabinet.models import Made, Numbers, Structures, Texts
from tests.hosts.garden.models import Bed, Herb, Kind, Leaflet, Plant, Step, Watering
from tests.hosts.newsdesk.models import Article
from tests.importing import counts

pytestmark = pytest.mark.django_db


def resource_of(host: type[models.Model], key: str, *columns: str) -> type[RelationalResource]:
    class HostResource(RelationalResource):
        class Meta:
            model = host
            import_id_fields = (key,)
            fields = (key, *columns)

    return HostResource


def import_text(
    folder: Path, text: str, resource: type[RelationalResource], **options: Any
) -> Result:
    path = folder / "rows.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return load(path, resource=resource, **{"source": "native", **options})


def rejected(result: Result) -> list[tuple[int, str, str]]:
    return [(r.line, r.column, r.reason) for r in result.rejections]


# Defaults.

CAN_BE_EMPTY = ("motto", "word", "hint", "note")
HAVE_DEFAULTS = ("price", "height", "sown", "seen", "label")


@pytest.mark.parametrize("batch_size", [1, 100])
@pytest.mark.parametrize("bulk", [True, False])
def test_defaults_as_hosts_write_them(tmp_path: Path, bulk: bool, batch_size: int):  # noqa: FBT001
    """Whether a cell is empty or the column missing; and what was written stays as it is."""
    columns = (*HAVE_DEFAULTS, *CAN_BE_EMPTY)
    resource = resource_of(Plant, "code", *columns)
    resource._meta.bulk = bulk
    header = f"code,{','.join(columns)}\n"
    rows = f"{header}a,1.50,{',' * (len(columns) - 2)}\nb{',' * len(columns)}\n"
    options = {"batch_size": batch_size}
    assert counts(import_text(tmp_path, rows, resource, **options)) == {"rows": 2, "new": 2}
    assert counts(import_text(tmp_path, "code\nc\n", resource)) == {"rows": 1, "new": 1}
    today = timezone.localdate() if settings.USE_TZ else datetime.date.today()  # noqa: DTZ011
    given = [today, "plain"]
    prices = {"a": Decimal("1.50"), "b": Decimal(0), "c": Decimal(0)}
    for plant in Plant.objects.all():
        assert (plant.price, plant.height) == (prices[plant.code], 3)
        assert [plant.sown, plant.seen, plant.label] == [datetime.date(2020, 1, 1), *given]
    emptied = Plant.objects.exclude(code="c").values_list(*CAN_BE_EMPTY)
    assert list(emptied) == [("", "", "", None)] * 2
    assert Plant.objects.values_list(*CAN_BE_EMPTY).get(code="c") == ("tba", "foo", "", None)
    again = import_text(tmp_path, rows, resource, **options)
    assert counts(again) == {"rows": 2, "unchanged": 2}


def test_default_that_its_field_does_not_read():
    defaults = {"3": False, 3: False, "three": True}
    found = {default: needs_value(models.IntegerField(default=default)) for default in defaults}
    assert found == defaults


def test_empty_cell_leaves_what_a_default_would_make_anew(tmp_path: Path):
    resource = resource_of(Plant, "code", "seen", "height")
    import_text(tmp_path, "code,seen,height\na,2001-01-01,9\n", resource)
    import_text(tmp_path, "code,seen,height\na,,\n", resource)
    [plant] = Plant.objects.all()
    assert (plant.seen, plant.height) == (datetime.date(2001, 1, 1), 3)


def test_empty_text_where_none_would_do_is_not_changed(tmp_path: Path):
    Plant.objects.create(code="a", motto="", note="")
    resource = resource_of(Plant, "code", "motto", "note")
    path = tmp_path / "plants.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        Exporter(resource()).write(file, "csv")
    result = load(path, resource=resource, source="native")
    assert counts(result) == {"rows": 1, "unchanged": 1}
    assert Plant.objects.values_list("motto", "note").get() == ("", "")


def test_columns_that_each_save_sets_are_passed_over(tmp_path: Path):
    resource = resource_of(Plant, "code", "motto", "changed_at")
    row = "code,motto,changed_at\na,{},2001-01-01 00:00:00\n"
    import_text(tmp_path, row.format("old"), resource)
    made = Plant.objects.get().changed_at
    import_text(tmp_path, row.format("old"), resource)
    assert Plant.objects.get().changed_at == made
    import_text(tmp_path, row.format("new"), resource)
    assert Plant.objects.get().changed_at > made
    assert made.year > 2001


def test_proxy(tmp_path: Path):
    resource = resource_of(Herb, "code", "height")
    assert counts(import_text(tmp_path, "code,height\na,5\n", resource)) == {"rows": 1, "new": 1}
    assert Plant.objects.values_list("height", "motto", "label").get() == (5, "tba", "plain")


# What a column takes.


def test_lengths(tmp_path: Path):
    resource = resource_of(Plant, "code", "hint", "picture")
    rows = "code,hint,picture\na,much too long,\nb,short,a/very/long.path\nc,short,a.png\n"
    result = import_text(tmp_path, rows, resource)
    assert rejected(result) == [
        (2, "hint", "Ensure this value has at most 5 characters (it has 13)."),
        (3, "picture", "has 16 characters; the maximum is 10"),
    ]
    assert Plant.objects.get().code == "c"


@pytest.mark.parametrize("cell", ["heavy", "1.2.3", "nan", "--1"])
def test_what_is_no_decimal_number(tmp_path: Path, cell: str):
    resource = resource_of(Plant, "code", "price")
    result = import_text(tmp_path, f"code,price\na,{cell}\nb,2\n", resource)
    assert rejected(result) == [(2, "price", "is not a number")]
    assert Plant.objects.get().price == 2


@pytest.mark.parametrize("source", ["native", "generic"])
def test_key_that_people_make_must_be_said(tmp_path: Path, source: str):
    resource = resource_of(Bed, "code", "place")
    rows = "code,place\na,1\n,2\nb,3\n"
    result = import_text(tmp_path, rows, resource, source=source, mapping={"code": "code"})
    assert [line for line, _column, _reason in rejected(result)] == [3]
    assert sorted(Bed.objects.values_list("code", "place")) == [("a", 1), ("b", 3)]


# Rows without what they are found by.


def found_by(host: type[models.Model], *keys: list[str], columns: Any) -> type[RelationalResource]:
    class FoundResource(RelationalResource):
        class Meta:
            model = host
            candidate_keys = keys
            fields = columns

    return FoundResource


@pytest.mark.parametrize("bulk", [True, False])
@pytest.mark.parametrize("name", ["char", "email"])
def test_empty_identity(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    bulk: bool,  # noqa: FBT001
):
    if not bulk:
        monkeypatch.setattr(Texts, "clean", lambda self: None)
    resource = found_by(Texts, [name], columns=(name, "code"))
    rows = f"code,{name}\na,x@y.de\nb,\n"
    for expected in ({"new": 1}, {"unchanged": 1}):
        result = import_text(tmp_path, rows, resource)
        assert rejected(result) == [(3, name, "is empty, so every import would add the row again")]
        assert counts(result) == {"rows": 2, "rejected": 1} | expected
    Texts.objects.create(code="b")
    path = tmp_path / "out.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        Exporter(resource()).write(file, "csv")
    again = load(path, resource=resource, source="native")
    assert counts(again) == {"rows": 2, "unchanged": 1, "rejected": 1}


def test_empty_identity_beside_another(tmp_path: Path):
    columns = ("code", "char", "email")
    resource = found_by(Texts, ["char"], ["email"], columns=columns)
    rows = "code,char,email\na,x,\nb,,x@y.de\nc,,\n"
    for expected in ({"new": 2}, {"unchanged": 2}):
        result = import_text(tmp_path, rows, resource)
        assert rejected(result) == [
            (4, "", "char and email are empty, so every import would add the row again")
        ]
        assert counts(result) == {"rows": 3, "rejected": 1} | expected


def test_empty_identity_of_several_columns(tmp_path: Path):
    resource = found_by(Texts, ["char", "email"], columns=("code", "char", "email"))
    rows = "code,char,email\na,x,\nb,,x@y.de\nc,x,x@y.de\n"
    assert counts(import_text(tmp_path, rows, resource)) == {"rows": 3, "new": 3}
    assert counts(import_text(tmp_path, rows, resource)) == {"rows": 3, "unchanged": 3}


@pytest.mark.parametrize("name", ["rank", "token"])
def test_empty_identity_of_which_the_database_knows_the_default(tmp_path: Path, name: str):
    resource = resource_of(Made, name, "code")
    result = import_text(tmp_path, f"code,{name}\na,7\nb,\n", resource)
    assert counts(result) == {"rows": 2, "new": 1, "rejected": 1}
    assert Made.objects.values_list("code").get() == ("a",)


@pytest.mark.parametrize("batch_size", [1, 100])
def test_identity_in_two_forms(tmp_path: Path, batch_size: int):
    resource = resource_of(Numbers, "price", "code")
    rows = "price,code\n1.5,a\n1.50,b\n"
    result = import_text(tmp_path, rows, resource, batch_size=batch_size)
    assert counts(result) == {"rows": 2, "new": 1, "duplicates": 1}
    assert Numbers.objects.values_list("code").get() == ("b",)


def test_blanks_that_a_column_of_ours_drops(tmp_path: Path):
    Book.objects.create(title="A", isbn="9780553383041")

    class IdentifierResource(RelationalResource):
        book = ForeignKeyField(by="isbn")

        class Meta:
            model = Identifier
            fields = ("scheme", "value", "book")
            import_id_fields = ("scheme", "value")

    rows = "scheme,value,book\nx, a ,9780553383041\n"
    assert counts(import_text(tmp_path, rows, IdentifierResource)) == {"rows": 1, "new": 1}
    assert Identifier.objects.values_list("value").get() == ("a",)
    assert counts(import_text(tmp_path, rows, IdentifierResource)) == {"rows": 1, "unchanged": 1}


def test_empty_bytes_where_none_would_do_are_not_changed(tmp_path: Path):
    Structures.objects.create(code="a", data=b"")
    resource = resource_of(Structures, "code", "data")
    result = import_text(tmp_path, "code,data\na,\n", resource)
    assert counts(result) == {"rows": 1, "unchanged": 1}
    assert bytes(Structures.objects.get().data) == b""


def test_empty_number_of_a_new_record(tmp_path: Path):
    resource = resource_of(Texts, "id", "code")
    assert counts(import_text(tmp_path, "id,code\n,a\n", resource)) == {"rows": 1, "new": 1}


# Fields that see to their values.


def test_own_pre_save(tmp_path: Path):
    resource = resource_of(Leaflet, "code", "title", "mail")
    rows = "code,title,mail\na,Hello World,Foo@Example.COM\n"
    result = import_text(tmp_path, rows, resource)
    assert counts(result) == {"rows": 1, "new": 1}
    assert "Leaflet.mail overrides pre_save()" in result.reasons
    leaflet = Leaflet.objects.get()
    assert (leaflet.mail, leaflet.slug) == ("foo@example.com", "hello-world")


@pytest.mark.parametrize("bulk", [True, False])
def test_own_pre_save_of_columns_that_the_file_lacks(tmp_path: Path, bulk: bool):  # noqa: FBT001
    Leaflet.objects.create(code="a", title="Hello World", mail="foo@example.com")
    other = resource_of(Leaflet, "code", "mail")
    result = import_text(tmp_path, "code,mail\na,bar@example.com\n", other, bulk=bulk)
    assert counts(result) == {"rows": 1, "updated": 1}
    leaflet = Leaflet.objects.get()
    assert (leaflet.title, leaflet.mail) == ("Hello World", "bar@example.com")
    assert leaflet.slug == "hello-world"


# Related rows.


class PlantResource(RelationalResource):
    waterings = RelatedRowsField(
        columns=("at", "litres"),
        key=("at",),
        parse=lambda cell: [tuple(part.split("=")) for part in cell.split(";") if part],
        render=lambda rows: ";".join("=".join(map(str, row)) for row in rows),
    )

    class Meta:
        model = Plant
        import_id_fields = ("code",)
        fields = ("code", "waterings")


def test_moments_of_related_rows(tmp_path: Path):
    rows = "code,waterings\na,2024-05-01 10:00=2;2024-05-02T10:00:00+00:00=3\n"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        import_text(tmp_path, rows, PlantResource)
        before = list(Watering.objects.values_list("pk", flat=True))
        again = import_text(tmp_path, rows, PlantResource)
    assert counts(again) == {"rows": 1, "unchanged": 1}
    assert len(before) == 2
    assert list(Watering.objects.values_list("pk", flat=True)) == before


class SteppedResource(RelationalResource):
    steps = RelatedRowsField(
        columns=("name", "place"),
        key=("name",),
        parse=lambda cell: [(name, place) for place, name in enumerate(cell.split(), 1)],
        render=lambda rows: " ".join(name for name, _place in sorted(rows, key=lambda row: row[1])),
    )

    class Meta:
        model = Plant
        import_id_fields = ("code",)
        fields = ("code", "steps")


def test_rows_that_change_places(tmp_path: Path):
    """No two may have one place, and rows are updated one after the other."""
    resource = SteppedResource
    import_text(tmp_path, "code,steps\na,sow water weed\nb,sow weed\n", resource)
    before = dict(Step.objects.values_list("name", "pk").filter(plant__code="a"))
    lists = ["water weed sow", "sow water weed", "dig sow water weed", "weed dig sow", "weed"]
    for steps in lists:
        result = import_text(tmp_path, f"code,steps\na,{steps}\nb,weed sow\n", resource)
        assert rejected(result) == []
        found = Step.objects.order_by("plant__code", "place").values_list("name", flat=True)
        assert " ".join(found) == f"{steps} weed sow"
    assert Step.objects.get(plant__code="a").pk == before["weed"]


class ParsedResource(RelationalResource):
    waterings = RelatedRowsField(
        columns=("at", "litres"),
        key=("at",),
        parse=lambda cell: [PARSED[part] for part in cell.split(";")],
        render=lambda entries: ";".join(str(entry) for entry in entries),
    )

    class Meta:
        model = Plant
        fields = ("code", "waterings")
        import_id_fields = ("code",)


NOON = datetime.datetime(2024, 7, 1, 12, tzinfo=datetime.UTC)
PARSED = {
    "good": (NOON, 1),
    "text": ("2024-07-01 12:00Z", "2"),
    "none": (None, 1),
    "day": (NOON.date(), 1),
    "early": (NOON.replace(1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=13))), 1),
    "many": (NOON, 2**31),
    "half": (NOON, 1.5),
    "few": (NOON,),
}


@pytest.mark.parametrize(
    "cell, reason",
    [
        ("none", "“” is empty"),
        ("early", f"“0001-01-01 12:00:00+13:00” {OUT_OF_YEARS}"),
        ("many", "must be at most 2147483647"),
        ("half", "“1.5” is not a whole number"),
        ("few", "zip() argument 2 is shorter than argument 1"),
        ("other", "KeyError: 'other'"),
    ],
)
def test_values_of_related_rows_that_code_of_the_host_reads(tmp_path: Path, cell: str, reason: str):
    for code in "ab":
        Plant.objects.create(code=code)
    rows = f"code,waterings\na,{cell}\nb,good\n"
    result = import_text(tmp_path, rows, ParsedResource)
    assert rejected(result) == [(2, "waterings", reason)]
    assert [(w.plant.code, w.litres) for w in Watering.objects.all()] == [("b", 1)]
    assert counts(import_text(tmp_path, "code,waterings\nb,good\n", ParsedResource))["unchanged"]


# The last row of an identity.


@pytest.mark.parametrize("batch_size", [1, 2, 100])
@pytest.mark.parametrize("existing", ["update", "skip", "fill"])
@pytest.mark.parametrize("host, key, column", [(Bed, "code", "place"), (Article, "slug", "words")])
def test_last_row_counts_beside_one_that_the_database_rejects(
    tmp_path: Path,
    host: type[models.Model],
    key: str,
    column: str,
    existing: str,
    batch_size: int,
):
    """For keys that are whole numbers, and for others."""
    resource = resource_of(host, key, column, *(["headline"] if host is Article else []))
    host._default_manager.create(**{key: "old", column: 99})
    bad = 99 if host is Bed else 10_001
    rows = f"{key},{column}\na,1\nb,4\nbad,{bad}\nc,5\na,2\n"
    if host is Article:
        rows = rows.replace("\n", ",A\n").replace(",A", ",headline", 1)
    options = {"existing": existing, "batch_size": batch_size}
    result = import_text(tmp_path, rows, resource, **options)
    assert [line for line, _column, _reason in rejected(result)] == [4]
    expected = [("a", 2), ("b", 4), ("c", 5), ("old", 99)]
    assert sorted(host._default_manager.values_list(key, column)) == expected
    assert counts(result) == {"rows": 5, "new": 3, "duplicates": 1, "rejected": 1}
    again = import_text(tmp_path, rows, resource, **options)
    assert counts(again) == {"rows": 5, "unchanged": 3, "duplicates": 1, "rejected": 1}


# Trees.


def tree(create: bool) -> type[RelationalResource]:  # noqa: FBT001
    class KindResource(RelationalResource):
        parent = ForeignKeyField(Kind, by="name", create=create)
        stock = ForeignKeyField(Kind, by="name", create=create)

        class Meta:
            model = Kind
            import_id_fields = ("name",)
            fields = ("name", "parent", "stock")

    return KindResource


@pytest.mark.parametrize("batch_size", [1, 2, 3, 100])
@pytest.mark.parametrize("bulk", [True, False])
@pytest.mark.parametrize("rows", [["Plant,,", "Flower,Plant,Plant", "Tulip,Flower,Plant"]])
@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("create", [True, False])
def test_tree(
    tmp_path: Path,
    rows: list[str],
    order: int,
    batch_size: int,
    bulk: bool,  # noqa: FBT001
    create: bool,  # noqa: FBT001
):
    """A record that a row makes is made once, whether its children come before it or after."""
    resource = tree(create)
    resource._meta.bulk = bulk
    text = "\n".join(["name,parent,stock", *rows[::order], ""])
    dry = import_text(tmp_path, text, resource, batch_size=batch_size, dry_run=True)
    result = import_text(tmp_path, text, resource, batch_size=batch_size)
    assert counts(dry) == counts(result) == {"rows": 3, "new": 3}
    assert sorted(Kind.objects.values_list("name", "parent__name", "stock__name")) == [
        ("Flower", "Plant", "Plant"),
        ("Plant", None, None),
        ("Tulip", "Flower", "Plant"),
    ]
    again = import_text(tmp_path, text, resource, batch_size=batch_size)
    assert counts(again) == {"rows": 3, "unchanged": 3}


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_tree_whose_roots_no_row_makes(tmp_path: Path, batch_size: int):
    text = "name,parent\nRose,Flower\nOak,Tree\nTulip,Flower\nFlower,Plant\n"
    result = import_text(tmp_path, text, tree(create=True), batch_size=batch_size)
    assert counts(result) == {"rows": 4, "new": 4}
    assert sorted(Kind.objects.values_list("name", "parent__name")) == [
        ("Flower", "Plant"),
        ("Oak", "Tree"),
        ("Plant", None),
        ("Rose", "Flower"),
        ("Tree", None),
        ("Tulip", "Flower"),
    ]
    again = import_text(tmp_path, text, tree(create=True), batch_size=batch_size)
    assert counts(again) == {"rows": 4, "unchanged": 4}


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_tree_whose_root_has_a_bad_row_later(tmp_path: Path, batch_size: int):
    """The row before it counts then, and what refers to it is in order."""
    text = (
        "name,parent,token\nRose,Flower,\nFlower,Plant,\nTulip,Flower,\nPlant,,\n"
        "Flower,,this is no UUID\nLily,Flower,\n"
    )

    class TokenResource(tree(create=False)):
        class Meta:
            fields = ("name", "parent", "token")

    result = import_text(tmp_path, text, TokenResource, batch_size=batch_size)
    assert [line for line, _column, _reason in rejected(result)] == [6]
    assert counts(result) == {"rows": 6, "new": 5, "rejected": 1}
    parents = dict(Kind.objects.values_list("name", "parent__name"))
    assert parents.pop("Plant") is None
    assert parents.pop("Flower") == "Plant"
    assert parents == dict.fromkeys(["Rose", "Tulip", "Lily"], "Flower")


@pytest.mark.parametrize("batch_size", [1, 100])
def test_circle(tmp_path: Path, batch_size: int):
    text = "name,parent\nEgg,Hen\nHen,Egg\nOne,One\n"
    import_text(tmp_path, text, tree(create=True), batch_size=batch_size)
    assert sorted(Kind.objects.values_list("name", "parent__name")) == [
        ("Egg", "Hen"),
        ("Hen", "Egg"),
        ("One", "One"),
    ]
