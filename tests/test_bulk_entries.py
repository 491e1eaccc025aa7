"""What a row leaves open of the entries of its record."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from django_bookrel.bulk.batch import Bare
from django_bookrel.bulk.entries import Entry, Said, whole, with_what_is_open
from django_bookrel.resources import BookResource
from tests.doubling import MOST, growth

CONTRIBUTORS, SERIES = BookResource().layout(("contributors", "series")).children[:2]
WAS = [(1, "editor", 10), (2, "translator", 20), (3, "contributor", 30)]


def said(*entries: Entry, bare: int = 0, beside: int | None = None) -> Said:
    """Say entries, of which the last ones are bare."""
    places = range(len(entries) - bare, len(entries))
    return Said(list(entries), frozenset(places), beside)


def test_cells():
    cell = [(Bare(("Ann",)), "co-author", 1), (("Bo",), "editor", 2)]
    entries = [(1, "co-author", 1), (2, "editor", 2)]
    assert Said.of(CONTRIBUTORS, cell, entries, 7) == Said(entries, frozenset({0}), 7)
    assert Said.of(SERIES, [(("Sea",), "1")], [(5, "1")], 7) == Said([(5, "1")])


@pytest.mark.parametrize(
    "what, entries",
    [
        (said((1, "narrator", 1)), [(1, "narrator", 1)]),
        (said((2, "co-author", 1), bare=1), [(2, "translator", 1)]),
        (said((4, "co-author", 1), bare=1), [(4, "co-author", 1)]),
        (said((4, "co-author", 1), bare=1, beside=4), []),
        (said((1, "narrator", 1), (1, "co-author", 2), bare=1), [(1, "narrator", 1)]),
    ],
)
def test_whole(what: Said, entries: list[Entry]):
    assert list(whole(CONTRIBUTORS, what, WAS)) == entries


@pytest.mark.parametrize(
    "what, entries",
    [
        (said(), WAS),
        (said((3, "co-author", 1), (1, "co-author", 2), bare=2), WAS),
        (said((4, "co-author", 1), bare=1, beside=4), WAS),
        (
            said((4, "co-author", 1), (5, "co-author", 2), bare=2),
            [*WAS, (4, "co-author", 31), (5, "co-author", 32)],
        ),
        # Of those in the role that the row names.
        (said((4, "editor", 1)), [*WAS[1:], (4, "editor", 31)]),
        (said((1, "editor", 1), (2, "co-author", 2), bare=1), WAS),
        (said((3, "narrator", 1)), [*WAS[:2], (3, "narrator", 21)]),
        # Whoever has lost a role has a part in the book all the same.
        (
            said((4, "editor", 1), (1, "co-author", 2), bare=1),
            [*WAS[1:], (4, "editor", 31), (1, "co-author", 32)],
        ),
    ],
)
def test_with_what_is_open(what: Said, entries: list[Entry]):
    assert with_what_is_open(CONTRIBUTORS, what, WAS) == entries


def test_values_that_are_empty():
    was = [(1, "7"), (2, "8"), (3, "9")]
    entries = with_what_is_open(SERIES, said((2, ""), (1, "1"), (4, "")), was)
    assert entries == [(1, "1"), (2, "8"), (4, "")]


@pytest.mark.parametrize("function", [whole, with_what_is_open])
def test_many_entries(function: Callable[..., object]):
    def people(number: int) -> list[Entry]:
        return [(n, "co-author", n) for n in range(number)]

    def compare(entries: list[Entry]) -> None:
        function(CONTRIBUTORS, said(*entries, bare=len(entries)), entries)

    assert growth(compare, people) < MOST
