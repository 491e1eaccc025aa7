"""The order of things that need one another, against a naive search for what each can reach."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from django_bookrel.bulk.ordering import Edges, circles

GRAPHS = st.integers(0, 8).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, size - 1), max_size=4) if size else st.nothing(),
        min_size=size,
        max_size=size,
    )
)


def reach(needs: list[list[int]]) -> list[set[int]]:
    """Give for each thing what it needs, directly or through others, and itself."""
    found = [{thing} for thing in range(len(needs))]
    for _step in needs:
        found = [some.union(*(needs[other] for other in some)) for some in found]
    return found


def in_order(needs: list[list[int]]) -> list[list[int]]:
    return list(circles(Edges(needs)))


def test_needs_come_first():
    assert in_order([]) == []
    assert in_order([[1], [2], []]) == [[2], [1], [0]]
    assert in_order([[], [0], [1]]) == [[0], [1], [2]]
    assert in_order([[2, 1], [], []]) == [[2], [1], [0]]


def test_things_that_need_nothing_stay_in_their_order():
    assert in_order([[], [], []]) == [[0], [1], [2]]


def test_circles_come_together_and_in_their_order():
    assert in_order([[3], [1], [1, 3], [2]]) == [[1], [2, 3], [0]]
    assert in_order([[2], [0], [1]]) == [[0, 1, 2]]


def test_long_chains_need_no_recursion():
    size = 20_000
    newest_first = [[thing + 1] for thing in range(size - 1)] + [[]]
    assert in_order(newest_first) == [[thing] for thing in reversed(range(size))]
    assert in_order([*newest_first[:-1], [0]]) == [list(range(size))]


@given(GRAPHS)
def test_order_of_any_things(needs: list[list[int]]) -> None:
    found = in_order(needs)
    reached = reach(needs)
    together = {
        thing: [o for o in sorted(reached[thing]) if thing in reached[o]]
        for thing in range(len(needs))
    }
    assert sorted(found) == sorted({tuple(some): some for some in together.values()}.values())
    place = {thing: index for index, circle in enumerate(found) for thing in circle}
    assert [
        (thing, other)
        for thing, some in enumerate(needs)
        for other in some
        if place[other] > place[thing]
    ] == []


@given(GRAPHS)
def test_edges(needs: list[list[int]]) -> None:
    edges = Edges(needs)
    assert [list(edges.of(thing)) for thing in range(len(edges))] == needs
    turned = edges.reversed()
    assert [list(turned.of(thing)) for thing in range(len(turned))] == [
        [other for other, some in enumerate(needs) for need in some if need == thing]
        for thing in range(len(needs))
    ]
