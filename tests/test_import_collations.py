"""Columns whose collation takes capital and small letters for one: names are one, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from django_bookrel.bulk import get_writer
from django_bookrel.bulk.writers.folds import SAMPLES, as_it_is, caseless, caseless_ascii
from django_bookrel.resources import ForeignKeyField, ManyToManyField, RelationalResource, load
from tests.hosts.ties.models import Caseless, CaselessTag, Place
from tests.importing import code_of_the_host, counts, write_csv

pytestmark = pytest.mark.django_db


class CaselessResource(RelationalResource):
    parent = ForeignKeyField(by="name")
    tags = ManyToManyField(by="name", create=True)

    class Meta:
        model = Caseless
        import_id_fields = ("name",)
        fields = ("name", "note", "parent", "tags")


class TagResource(RelationalResource):
    class Meta:
        model = CaselessTag
        import_id_fields = ("name",)
        fields = ("name",)


def content() -> list[tuple[Any, ...]]:
    return sorted(
        (one.name, one.note, one.parent and one.parent.name, sorted(t.name for t in one.tags.all()))
        for one in Caseless.objects.select_related("parent")
    )


HEADER = ("name", "note", "parent", "tags")
ROWS = [
    {"name": "b", "note": "1", "parent": "A"},
    {"name": "A", "note": "2", "tags": "Rock|ROCK"},
    {"name": "a", "note": "3", "parent": "B", "tags": "rock|Pop"},
    {"name": "c", "note": "4", "parent": "a", "tags": "pop"},
]


@pytest.mark.parametrize("runs", [False, True], ids=["bulk", "row by row"])
@pytest.mark.parametrize("size", [1, 2, 5_000])
def test_names_that_differ_in_case_are_one(tmp_path: Path, size: int, runs: bool):  # noqa: FBT001
    path = write_csv(tmp_path / "in.csv", ROWS, HEADER)
    with code_of_the_host(Caseless, runs=runs):

        def imported(**options: Any) -> dict[str, int]:
            return counts(load(path, resource=CaselessResource, batch_size=size, **options))

        assert imported(dry_run=True) == {"rows": 4, "new": 3, "duplicates": 1}
        assert imported() == {"rows": 4, "new": 3, "duplicates": 1}
        found = content()
        assert [(name, note, parent) for name, note, parent, _tags in found] == [
            ("a", "3", "b"),
            ("b", "1", "a"),
            ("c", "4", "a"),
        ]
        assert sorted(map(str.lower, found[0][3])) == ["pop", "rock"]
        assert imported() == {"rows": 4, "unchanged": 3, "duplicates": 1}
        assert content() == found
    assert CaselessTag.objects.count() == 2


def test_last_spelling_counts_where_no_two_may_be(tmp_path: Path):
    names = ("Muller", "X", "muller", "MULLER")
    path = write_csv(tmp_path / "in.csv", [{"name": name} for name in names], ("name",))
    result = load(path, resource=TagResource)
    assert counts(result) == {"rows": 4, "new": 2, "duplicates": 2}
    assert sorted(CaselessTag.objects.values_list("name", flat=True)) == ["MULLER", "X"]


@pytest.mark.parametrize("fold", SAMPLES)
def test_what_is_folded_the_column_takes_for_equal(fold: Any):
    if get_writer("default").catalogue.fold(CaselessTag._meta.get_field("name")) is not fold:
        pytest.skip(f"columns of {connection.display_name} are compared otherwise")
    for letter in SAMPLES[fold]:
        CaselessTag.objects.create(name=letter)
        assert CaselessTag.objects.filter(name=fold(letter)).delete()[0] == 1


def test_columns_that_tell_letters_apart():
    fold = get_writer("default").catalogue.fold(Place._meta.get_field("name"))
    assert fold is (caseless if connection.vendor == "mysql" else None)


def test_folds():
    text = "ÀÉmile Ωδ ЖЗ ß ſ \u212a \u0130 \u0220"
    assert caseless(text) == "àémile ωδ жз ß ſ \u212a \u0130 \u0220"
    assert caseless_ascii(text) == text
    assert caseless_ascii("AbZ") == "abz"
    assert as_it_is(text) == text
