"""Rows of a child table: what of them is added, altered and deleted."""

from __future__ import annotations

from typing import Any

import pytest

from django_bookrel.bulk import UNSET, Batch, Children, get_writer
from django_bookrel.bulk.batch import ForNew
from django_bookrel.bulk.childplan import Alteration, ChildPlan
from django_bookrel.bulk.children import ChildComparison, Treatment
from django_bookrel.bulk.resolve import Pending
from tests.hosts.garden.models import Plant, Step, Watering
from tests.hosts.newsdesk.models import Article, Topic
from tests.hosts.newsdesk.resources import ArticleResource
from tests.importing import capture_writes, moment

pytestmark = pytest.mark.django_db

TOPICS = ArticleResource().layout(("slug", "topics")).children[0]
STEPS = Children(
    "steps",
    Step,
    Step._meta.get_field("plant"),
    (Step._meta.get_field("name"), Step._meta.get_field("place")),
    key=(0,),
)
WATERINGS = Children(
    "waterings",
    Watering,
    Watering._meta.get_field("plant"),
    (Watering._meta.get_field("at"), Watering._meta.get_field("litres")),
    key=(0,),
)


def compared(
    child: Children,
    cells: list[Any],
    keys: dict[Any, Any] | None = None,
    *,
    new: Any = (),
    **how: Any,
) -> tuple[ChildPlan, set[int]]:
    """Compare the cells of rows; by default the rows are about the records there are."""
    batch = Batch([*range(2, 2 + len(cells))], [[]] * len(cells), [], [cells], [])
    comparison = ChildComparison(child, 0, batch, keys or {}, get_writer("default"))
    comparison.add(new)
    touched: set[int] = set()
    with capture_writes() as written:
        if how:
            comparison.read(Treatment(**how))
            touched = comparison.compare(Treatment(**how), lock=False)
    assert written == []
    return comparison.plan, touched


def fate(plan: ChildPlan) -> tuple[list[Any], list[Alteration], list[Any]]:
    return list(zip(plan.added_rows, plan.added, strict=True)), plan.altered, plan.gone


def plant(code: str, *names: str) -> tuple[Plant, list[int]]:
    """Keep a plant and its steps; return their keys."""
    found = Plant.objects.create(code=code)
    steps = [found.steps.create(name=name, place=place) for place, name in enumerate(names, 1)]
    return found, [step.pk for step in steps]


def test_entries_of_new_records():
    cells = [[("dig", 1), ("sow", 2)], UNSET, [], [("dig", 1), ("dig", 3)], [("dig", 5)]]
    plan, _touched = compared(STEPS, cells, new=[0, 1, 2, 3])
    # Of several entries of one key the first.
    assert fate(plan) == ([(0, ("dig", 1)), (0, ("sow", 2)), (3, ("dig", 1))], [], [])


def test_entries_that_differ():
    known, (dig, sow, cut) = plant("rose", "dig", "sow", "cut")
    cells = [[("dig", 1), ("cut", 2), ("dry", 3)]]
    plan, touched = compared(STEPS, cells, rows=[0], pks=[known.pk])
    alteration = Alteration(0, cut, ("cut", 3), ("cut", 2))
    assert fate(plan) == ([(0, ("dry", 3))], [alteration], [(0, sow)])
    assert touched == {0}
    # In the order in which the database gives them.
    before, after = map(sorted, plan.before_and_after(0, known.pk))
    assert before == [("cut", 3), ("dig", 1), ("sow", 2)]
    assert after == [("cut", 2), ("dig", 1), ("dry", 3)]
    assert dig not in [one.pk for one in plan.altered]


@pytest.mark.parametrize("said", [UNSET, [("dig", 1), ("sow", 2)], ForNew([("cut", 9)])])
def test_entries_that_do_not_differ(said: Any):
    known, _steps = plant("rose", "dig", "sow")
    plan, touched = compared(STEPS, [said], rows=[0], pks=[known.pk])
    assert (fate(plan), touched) == (([], [], []), set())


def test_no_entries_delete_those_that_are_there():
    known, (dig, sow) = plant("rose", "dig", "sow")
    plan, touched = compared(STEPS, [[]], rows=[0], pks=[known.pk])
    assert (fate(plan), touched) == (([], [], [(0, dig), (0, sow)]), {0})


def test_records_that_are_filled_only_get_more():
    known, _steps = plant("rose", "dig", "sow")
    cells = [[("dig", 7), ("cut", 3)]]
    plan, touched = compared(STEPS, cells, rows=[0], pks=[known.pk], fill=True)
    assert (fate(plan), touched) == (([(0, ("cut", 3))], [], []), {0})
    plan, touched = compared(STEPS, [[]], rows=[0], pks=[known.pk], fill=True)
    assert (fate(plan), touched) == (([], [], []), set())


def test_children_that_are_kept():
    known, _steps = plant("rose", "dig")
    kept = frozenset(["steps"])
    plan, touched = compared(STEPS, [[("sow", 1)]], rows=[0], pks=[known.pk], keep=kept)
    assert (fate(plan), touched) == (([], [], []), set())


def test_row_that_counts_as_if_its_record_were_new():
    known, (dig,) = plant("rose", "dig")
    plan, touched = compared(STEPS, [UNSET], rows=[0], pks=[known.pk], whole=True)
    assert (fate(plan), touched) == (([], [], [(0, dig)]), {0})


def test_each_record_has_entries_of_its_own():
    (rose, (dig,)), (ivy, _steps) = plant("rose", "dig"), plant("ivy", "sow")
    cells = [[("sow", 1)], UNSET, [("sow", 1)]]
    plan, touched = compared(STEPS, cells, rows=[0, 2], pks=[rose.pk, ivy.pk])
    assert (fate(plan), touched) == (([(0, ("sow", 1))], [], [(0, dig)]), {0})


def test_names_are_resolved():
    article = Article.objects.create(slug="a", headline="A")
    sea, sky, sun = (Topic.objects.create(name=name) for name in ("Sea", "Sky", "Sun"))
    article.topics.set([sea, sky])
    gone = Article.topics.through.objects.get(topic=sea).pk
    new = Pending(("New",), ("New",))
    keys = {("Sky",): sky.pk, ("Sun",): sun.pk, ("sun",): sun.pk, ("New",): new}
    cells = [[(("Sky",),), (("sun",),), (("Sun",),), (("New",),)]]
    plan, touched = compared(TOPICS, cells, keys, rows=[0], pks=[article.pk])
    assert (fate(plan), touched) == (([(0, (sun.pk,)), (0, (new,))], [], [(0, gone)]), {0})
    assert list(plan.pending()) == [new]


def test_two_rows_of_one_key_go_together():
    known, _steps = plant("rose")
    at = moment(2024, 5, 1)
    keys = [known.waterings.create(at=at, litres=litres).pk for litres in (1, 2)]
    plan, _touched = compared(WATERINGS, [[(at, 1)]], rows=[0], pks=[known.pk])
    assert fate(plan) == ([], [], [])
    plan, _touched = compared(WATERINGS, [[]], rows=[0], pks=[known.pk])
    assert fate(plan) == ([], [], [(0, key) for key in keys])


def plan_with(**values: Any) -> ChildPlan:
    return ChildPlan(STEPS, **values)


def test_numbers_that_rows_take_from_each_other():
    one, other = Alteration(0, 1, ("a", 1), ("a", 2)), Alteration(0, 2, ("b", 2), ("b", 1))
    assert list(plan_with(altered=[one, other]).contended()) == [1]
    free = Alteration(0, 2, ("b", 2), ("b", 7))
    assert list(plan_with(altered=[free]).contended()) == []
    current = {5: {("c",): (3, ("c", 9))}}
    plan = plan_with(added_rows=[0], added=[("d", 11)], altered=[free], current=current)
    assert plan.free(1) == 12
    assert plan_with(altered=[free], current=current).free(1) == 10
    assert plan_with(altered=[free]).free(1) == 8


def test_part_of_some_rows():
    one, other = Alteration(0, 1, ("a", 1), ("a", 2)), Alteration(1, 2, ("b", 2), ("b", 1))
    plan = plan_with(
        added_rows=[0, 1, 1],
        added=[("x", 1), ("y", 2), ("z", 3)],
        altered=[one, other],
        gone=[(0, 7), (1, 8)],
    )
    assert plan.only({1}) == plan_with(
        added_rows=[1, 1], added=[("y", 2), ("z", 3)], altered=[other], gone=[(1, 8)]
    )
    assert plan.only({0, 1}) == plan


def test_part_without_links_to_what_other_rows_make():
    created, mine, other = (Pending(("x",), ("x",), line=line) for line in (0, 2, 3))
    entries = [(created,), (mine,), (other,), (7,)]
    plan = ChildPlan(TOPICS, added_rows=[0, 0, 0, 0], added=entries)
    expected = ChildPlan(TOPICS, added_rows=[0, 0, 0], added=[(created,), (mine,), (7,)])
    assert plan.alone(2) == expected
    assert plan_with(added_rows=[0], added=[("x", 1)]).alone(2).added == [("x", 1)]
