"""Rows that wait for rows come in an order that works, and none waits for what will not come."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_bookrel.bulk.batch import Batch, Candidate
from django_bookrel.bulk.waiting import Census, Waiting

Named = tuple[str, str, bool]
"""Slug of a row, slugs of those that it refers to, whether it cannot do without them."""


def slug_is(slug: str) -> Candidate:
    return (0, (slug,))


def waiting_for(rows: Sequence[Named]) -> tuple[Waiting, Census]:
    """Let rows wait, numbered from line 2; all of them are counted in."""
    # What stands behind 1 are no names.
    waiting, census = Waiting(lambda some: [c for c in some if c[0] == 0]), Census()
    for line, (slug, others, is_fatal) in enumerate(rows, 2):
        candidates = [slug_is(slug), (1, ("other",))]
        batch = Batch([line], [[slug]], [[slug]], [], [candidates])
        waiting.add(batch, [[(slug_is(other), is_fatal) for other in others]])
        census.add([slug_is(slug)])
    return waiting, census


def batches(rows: Sequence[Named], size: int) -> list[str]:
    waiting, census = waiting_for(rows)
    with closing(waiting):
        return ["".join(batch.columns[0]) for batch in waiting.batches(size, census)]


def test_newest_first():
    rows = [("d", "c", True), ("c", "b", True), ("b", "a", True), ("a", "", True)]
    assert batches(rows, 2) == ["ab", "cd"]
    assert batches(rows, 3) == ["abc", "d"]
    assert batches(rows[::-1], 9) == ["abcd"]


def test_circle_is_never_split():
    rows = [("x", "", True), ("a", "b", True), ("y", "", True), ("b", "c", True), ("c", "a", True)]
    assert batches(rows, 2) == ["xabc", "y"]
    assert batches(rows, 1) == ["x", "abc", "y"]


def test_every_row_of_a_name_comes_first():
    rows = [("b", "a", True), ("a", "", True), ("a", "", True)]
    assert batches(rows, 1) == ["a", "a", "b"]


def test_rows_are_as_they_were_added():
    waiting, census = waiting_for([])
    rows = Batch(
        [2, 5], [["x"], ["y"]], [["a", "b"], [1, None]], [[[], [()]]], [[], [slug_is("b")]]
    )
    with closing(waiting):
        waiting.add(rows, [[], []])
        assert len(waiting) == 2
        assert list(waiting.batches(5, census)) == [rows]


@pytest.mark.parametrize("is_fatal, left", [(True, "d"), (False, "abcd")])
def test_rows_that_need_what_nobody_makes_are_counted_out(
    is_fatal: bool,  # noqa: FBT001
    left: str,
):
    rows = [("a", "b", is_fatal), ("b", "-", is_fatal), ("c", "a", is_fatal), ("d", "d", is_fatal)]
    waiting, census = waiting_for(rows)
    with closing(waiting):
        assert [len(batch) for batch in waiting.batches(9, census)] == [4]
    assert [slug for slug in "abcd" if census.has(slug_is(slug))] == list(left)


def test_census():
    census = Census()
    assert census.has(slug_is("a")) is False
    census.add([slug_is("a"), slug_is("b")])
    census.add([slug_is("a")])
    census.lose(2, [slug_is("a"), slug_is("b")])
    assert [census.has(slug_is(slug)) for slug in "abc"] == [True, False, False]
    # A row is counted out once, for however many reasons it is rejected.
    census.lose(2, [slug_is("a")])
    assert census.has(slug_is("a")) is True
    census.lose(3, [slug_is("a")])
    assert census.has(slug_is("a")) is False
    census.add([slug_is("a")])
    assert census.has(slug_is("a")) is True


SLUGS = "abcdef"


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(SLUGS), st.text(SLUGS + "-", max_size=2), st.booleans()),
        max_size=8,
    ),
    size=st.integers(1, 4),
)
def test_any_rows(rows: list[Any], size: int) -> None:
    waiting, census = waiting_for(rows)
    with closing(waiting):
        found = [[line - 2 for line in batch.lines] for batch in waiting.batches(size, census)]
    assert sorted(row for some in found for row in some) == list(range(len(rows)))
    # What each row reaches.
    needs = [{n for n, row in enumerate(rows) if row[0] in others} for _slug, others, _ in rows]
    reached = needs
    for _step in rows:
        reached = [some.union(*(needs[other] for other in some)) for some in reached]
    place = {row: index for index, some in enumerate(found) for row in some}
    order = {row: index for index, row in enumerate(row for some in found for row in some)}
    for row, others in enumerate(needs):
        for other in others:
            is_circle = row in reached[other]
            assert place[other] == place[row] if is_circle else order[other] < order[row]
    # A batch ends as soon as it is full, with the circle that fills it.
    circles = {row: {row} | {o for o in reached[row] if row in reached[o]} for row in order}
    for some in found[:-1]:
        assert len(some) - len(circles[some[-1]]) < size <= len(some)
    # Rows that need what nobody makes are lost, and those that need these.
    good = set(range(len(rows)))
    while bad := {
        row for row in good if rows[row][2] and not set(rows[row][1]) <= {rows[n][0] for n in good}
    }:
        good -= bad
    made = {rows[row][0] for row in good}
    assert {slug for slug in SLUGS if census.has(slug_is(slug))} == made
