"""The groups of a whole file, on disk, are those of the rule in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given

from django_bookrel.bulk.batch import Candidate
from django_bookrel.bulk.grouping import LACKS, TORN, Group, Member, Unfit
from django_bookrel.bulk.groups import FileGroups, Verdict
from tests.members import ASIN, OCLC, ONE, TWO, known, new, rows, rule


def keys_of(member: Member) -> list[Any]:
    """Give what a row may share: whoever has an identity of a record means the record."""
    free: list[Candidate] = [c for c in member.candidates if c not in member.by]
    return free if member.record is None else [("record", member.record), *free]


def judged(members: Iterable[Member]) -> FileGroups:
    groups = FileGroups(rule())
    members = list(members)
    for member in members:
        groups.note(keys_of(member))
    if groups.find():
        sharing = [member for member in members if groups.join(keys_of(member))]
        groups.add((member, keys_of(member)) for member in sharing)
        groups.judge()
    return groups


@pytest.fixture
def groups() -> Iterator[FileGroups]:
    with closing(FileGroups(rule())) as groups:
        yield groups


def test_rows_that_share_nothing(groups: FileGroups):
    groups.note([OCLC, ONE])
    groups.note([ASIN])
    assert groups.find() is False
    assert groups.verdicts([2, 3]) == {}


def test_each_row_of_a_group_has_a_verdict():
    first, alone, through, last = new(2, ONE), new(3, TWO), new(4, ONE, OCLC), new(5, OCLC)
    with closing(judged([first, alone, through, last])) as groups:
        group = Group(last, (first, through))
        assert groups.verdicts([2, 5]) == {2: None, 4: None, 5: group}
        assert groups.verdicts([3, 4]) == {4: None}
        assert (groups.verdicts([2]), groups.verdicts([3]), groups.verdicts([5])) == (
            {2: None},
            {},
            {5: group},
        )


def test_rows_that_contradict_one_another():
    one, other, free = known(2, 1, ONE, ASIN), known(3, 2, TWO, ASIN), new(4, ASIN)
    with closing(judged([one, other, free])) as groups:
        assert groups.verdicts([2, 4]) == {
            2: Unfit(TORN, one, (other,)),
            3: Unfit(TORN, other, (one,)),
            4: Group(free, ()),
        }


def test_row_before_a_rejected_one_counts():
    first, second, last = new(2, ONE), new(3, ONE), new(4, ONE)
    with closing(judged([first, second, last])) as groups:
        assert groups.reopen(4) == [3]
        assert groups.verdicts([2, 4]) == {
            2: None,
            3: Group(second, (first,)),
            4: Group(last, (first, second)),
        }
        assert groups.reopen(3) == [2]
        assert groups.reopen(2) == []
        # A row that does not count takes no other's place.
        assert groups.reopen(5) == []


def test_rows_that_only_the_rejected_one_held_together():
    one, other, last = new(2, ONE), new(3, OCLC), new(4, ONE, OCLC)
    with closing(judged([one, other, last])) as groups:
        assert groups.reopen(4) == [2, 3]
        assert groups.verdicts([2, 3]) == {2: Group(one, ()), 3: Group(other, ())}


def test_rows_that_are_rejected_with_the_one_that_counted():
    lacking, whole = known(2, 1, ONE, lacks=True), known(3, 1, ONE)
    with closing(judged([lacking, whole])) as groups:
        assert groups.verdicts([2]) == {2: Unfit(LACKS, lacking, (whole,))}
        assert groups.reopen(3) == []


@given(rows())
def test_any_rows(members: list[Member]) -> None:
    found, unfit = rule().groups(members)
    expected: dict[int, Verdict] = {member.line: None for member in members}
    expected |= {one.member.line: one for one in unfit}
    expected |= {group.last.line: group for group in found}
    with closing(judged(members)) as groups:
        verdicts = groups.verdicts([2, 9])
    # Of rows that share nothing nothing is said.
    alone = {member.line: Group(member, ()) for member in members}
    assert alone | verdicts == expected
