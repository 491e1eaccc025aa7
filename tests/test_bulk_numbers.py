"""Sets of numbers, and which codes of a file occur more than once, against Python's own."""

from __future__ import annotations

import tracemalloc
from array import array
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_bookrel.bulk.numbers import Marks, Numbers, Repeats, code_of

# Around the edges of the blocks of a set.
NUMBERS = st.one_of(
    st.integers(0, 20), st.integers(2**15 - 3, 2**15 + 3), st.integers(-(2**62), 2**62)
)
CODES = st.integers(-3, 3) | st.integers(-(2**63), 2**63 - 1)


@pytest.fixture(scope="module", autouse=True)
def short_runs() -> Iterator[None]:
    """Let a few codes make several runs on disk, each read in several blocks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django_bookrel.bulk.numbers.RUN", 5)
        patch.setattr("django_bookrel.bulk.numbers.READ", 2)
        yield


@given(added=st.lists(st.lists(NUMBERS)), asked=st.lists(NUMBERS))
def test_numbers_are_a_set(added: list[list[int]], asked: list[int]) -> None:
    numbers, naive = Numbers(), set[int]()
    for some in added:
        numbers.update(some)
        naive.update(some)
    every = [*asked, *naive]
    assert [number in numbers for number in every] == [number in naive for number in every]
    assert numbers.is_disjoint(asked) == naive.isdisjoint(asked)


@given(added=st.lists(st.tuples(NUMBERS, st.integers(0, 7))), asked=st.lists(NUMBERS))
def test_marks_are_bits_of_numbers(added: list[tuple[int, int]], asked: list[int]) -> None:
    marks, naive = Marks(3), dict[int, int]()
    marks.add(added)
    for number, bits in added:
        naive[number] = naive.get(number, 0) | bits
    every = [*asked, *naive]
    assert [marks.of(number) for number in every] == [naive.get(number, 0) for number in every]


@pytest.mark.parametrize("step, most", [(1, 1), (2**22, 300)], ids=["close", "far apart"])
def test_memory_that_a_number_takes(step: int, most: int) -> None:
    """Keys that carry a time lie far apart."""
    count = 100_000
    tracemalloc.start()
    try:
        numbers = Numbers()
        numbers.update(range(10**9, 10**9 + count * step, step))
        assert tracemalloc.get_traced_memory()[0] < count * most
    finally:
        tracemalloc.stop()


@given(added=st.lists(st.lists(CODES, max_size=12), max_size=6))
def test_codes_that_occur_more_than_once(added: list[list[int]]) -> None:
    repeats, counts = Repeats(), Counter[int]()
    for some in added:
        repeats.add(some)
        counts.update(some)
    repeats.find()
    several = sorted(code for code, count in counts.items() if count > 1)
    assert repeats.codes == array("q", several)
    assert repeats.counts == array("L", [counts[code] for code in several])
    assert [repeats.place(code) for code in several] == list(range(len(several)))
    assert {repeats.place(code) for code in counts if counts[code] == 1} <= {None}
    assert repeats.place(2**63 - 1 if counts[2**63 - 1] < 2 else -(2**63) + 1) is None


def test_repeats_may_be_closed_before_and_after_they_are_found():
    repeats = Repeats()
    repeats.close()
    repeats.add(range(20))
    repeats.close()
    repeats.close()


def test_equal_keys_have_one_code():
    assert code_of((1, ("oclc", "7"))) == code_of((1, tuple(["oclc", "7"])))  # noqa: C409 (another)
    assert code_of((1, ("oclc", "7"))) != code_of((0, ("oclc", "7")))
