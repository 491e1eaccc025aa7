"""Which rows are about one record, against a naive rule, and what the last of them keeps."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_bookrel.bulk.batch import RECORD, UNSET, Batch, Candidate, ForNew
from django_bookrel.bulk.grouping import (
    LACKS,
    OVERWRITES,
    TORN,
    Group,
    Grouping,
    Member,
    Unfit,
    adopt,
    components,
    said_values,
)
from django_bookrel.bulk.history import History
from tests.members import ASIN, LAYOUT, OCLC, ONE, TWO, known, new, plan_of, rows, rule

# Rows of one record.


def test_rows_that_share_nothing():
    members = [new(2, OCLC), new(3, ONE), new(4), new(5), known(6, 1, TWO)]
    assert rule().groups(members) == ([Group(member, ()) for member in members], [])


def test_rows_that_share_an_identity_directly_and_through_others():
    first, alone, through, last = new(2, ONE), new(3, TWO), new(4, ONE, OCLC), new(5, OCLC)
    groups = [Group(last, (first, through)), Group(alone, ())]
    assert rule().groups([first, alone, through, last]) == (groups, [])


def test_rows_that_share_a_record():
    first, last = known(2, 1, OCLC), known(3, 1, ONE)
    assert rule().groups([first, last]) == ([Group(last, (first,))], [])


def test_rows_that_share_a_record_which_the_import_has_made():
    members = [new(2, OCLC, made=(7,)), new(3, ASIN, made=(7, 8)), new(4, ONE, made=(8,))]
    assert rule().groups(members) == ([Group(members[2], tuple(members[:2]))], [])


# Rows that contradict others.


def test_rows_of_two_records_that_share_an_identity_of_neither():
    one, other, free = known(2, 1, ONE, ASIN), known(3, 2, TWO, ASIN), new(4, ASIN)
    assert rule().groups([one, other, free]) == (
        [Group(free, ())],
        [Unfit(TORN, one, (other,)), Unfit(TORN, other, (one,))],
    )


def test_rows_of_two_records_that_share_one_through_another_row():
    one, other, between = known(2, 1, ONE, OCLC), known(3, 2, TWO, ASIN), new(4, OCLC, ASIN)
    again = known(5, 1, ONE)
    assert rule().groups([one, other, between, again]) == (
        [Group(between, ()), Group(again, ())],
        [Unfit(TORN, one, (other,)), Unfit(TORN, other, (one,))],
    )


def test_row_that_would_change_all_by_which_another_is_found():
    found, other = known(2, 1, ONE), known(3, 1, OCLC, TWO)
    assert rule().groups([found, other]) == (
        [Group(found, ())],
        [Unfit(OVERWRITES, other, (found,), 1)],
    )


@pytest.mark.parametrize(
    "grouping",
    [rule("fill"), rule("skip"), rule(keep=["isbn"])],
    ids=["fill", "skip", "keep"],
)
def test_nothing_is_lost_where_nothing_is_overwritten(grouping: Grouping):
    found, other = known(2, 1, ONE), known(3, 1, OCLC, TWO)
    assert grouping.groups([found, other]) == ([Group(other, (found,))], [])


def test_row_that_is_found_by_something_else_too_loses_nothing():
    found, other = known(2, 1, ONE, ASIN), known(3, 1, OCLC, TWO)
    assert rule().groups([found, other]) == ([Group(other, (found,))], [])
    # Its identifier is not kept.
    unfit = Unfit(OVERWRITES, other, (found,), 1)
    grouping = rule(keep=["identifiers"])
    assert grouping.groups([found, other]) == ([Group(found, ())], [unfit])


def test_row_that_is_found_by_what_the_last_row_says_loses_nothing():
    first, other, last = known(2, 1, ONE), known(3, 1, OCLC, TWO), known(4, 1, ONE)
    assert rule().groups([first, other, last]) == ([Group(last, (first, other))], [])


def test_row_that_would_change_all_by_which_an_earlier_batch_has_found_the_record():
    past = History([1])
    past.note(plan_of((1, [ONE])), made=[])
    row = known(3, 1, OCLC, TWO)
    assert rule(past=past).groups([row]) == ([], [Unfit(OVERWRITES, row, (), 1)])
    assert rule(past=History([1])).groups([row]) == ([Group(row, ())], [])


def test_row_that_lacks_what_another_has():
    whole, lacking = new(2, ONE), new(3, ONE, lacks=True)
    assert rule().groups([whole, lacking]) == (
        [Group(whole, ())],
        [Unfit(LACKS, lacking, (whole,))],
    )


def test_rows_that_all_lack_the_same():
    members = [known(2, 1, ONE, lacks=True), known(3, 1, ONE, lacks=True)]
    assert rule().groups(members) == ([Group(members[1], (members[0],))], [])


@pytest.mark.parametrize("row", [known(3, 1, ONE, lacks=True), new(3, ONE, made=(1,), lacks=True)])
def test_row_that_lacks_what_an_earlier_batch_has_said(row: Member):
    past = History([1])
    assert rule(past=past).groups([row]) == ([Group(row, ())], [])
    past.note(plan_of((1, [ONE])), made=[])
    assert rule(past=past).groups([row]) == ([], [Unfit(LACKS, row)])


def test_rejected_row_takes_no_other_along():
    """Without the row between them the others share nothing."""
    one, between, other = new(2, ONE), new(3, ONE, OCLC, lacks=True), new(4, OCLC)
    assert rule().groups([one, between, other]) == (
        [Group(one, ()), Group(other, ())],
        [Unfit(LACKS, between, (one, other))],
    )


@pytest.mark.parametrize(
    "existing, keep, overwritten, added",
    [
        ("update", [], {1}, {0}),
        ("fill", [], set(), {0}),
        ("skip", [], set(), set()),
        ("update", ["isbn"], set(), {0}),
        ("update", ["identifiers"], {1}, set()),
    ],
)
def test_identities_that_records_get(
    existing: str, keep: list[str], overwritten: set[int], added: set[int]
):
    grouping = rule(existing, keep)
    assert (grouping.overwritten, grouping.added) == (overwritten, added)


# Any rows.


def naive_components(keys: Sequence[set[Hashable]]) -> list[list[int]]:
    """Join lists until no two have a key in common."""
    found = [([index], some) for index, some in enumerate(keys)]
    while True:
        pairs = [(a, b) for a in found for b in found if a is not b and a[1] & b[1]]
        if not pairs:
            return sorted(numbers for numbers, _keys in found)
        one, other = pairs[0]
        found = [some for some in found if some is not one and some is not other]
        found.append((sorted(one[0] + other[0]), one[1] | other[1]))


@given(st.lists(st.sets(st.integers(0, 8), max_size=3), max_size=9))
def test_components(keys: list[set[Hashable]]) -> None:
    assert components(keys) == naive_components(keys)


@given(
    rows(), st.sampled_from([rule(), rule("fill"), rule(keep=["isbn"]), rule(keep=["identifiers"])])
)
def test_any_rows(members: list[Member], grouping: Grouping) -> None:
    groups, unfit = grouping.groups(members)
    grouped = [[*group.others, group.last] for group in groups]
    # Each row has one fate, and of a group the last row counts.
    fates = [member for some in grouped for member in some] + [one.member for one in unfit]
    assert sorted(fates) == sorted(members)
    assert [sorted(some) for some in grouped] == grouped
    # Groups are what shares something once the rejected rows are gone.
    good = [member for member in members if member not in [one.member for one in unfit]]
    keys = [{m.line, *m.candidates, *([("record", m.record)] * bool(m.record))} for m in good]
    assert grouped == [[good[index] for index in some] for some in naive_components(keys)]
    # Nothing is wrong with any of them, then.
    assert grouping.groups(good) == (groups, [])
    assert all(len({m.record for m in some} - {None}) < 2 for some in grouped)
    assert all(len({m.lacks for m in some}) == 1 for some in grouped)


# What the last row keeps.

NOTHING: Any = UNSET


def batch_of(isbn: Any, entries: Any, *candidates: Candidate) -> Batch:
    return Batch([9], [[]], [["T"], [isbn]], [[entries]], [list(candidates)])


def earlier(*candidates: Candidate, record: int | None = None) -> Member:
    return Member(2, candidates, record, said=tuple(values for _index, values in candidates))


def adopted(
    batch: Batch, *others: Member, overwritten: Sequence[int] = (1,)
) -> tuple[bool, Any, Any, list[Candidate]]:
    """Return whether the record is found by all, and the ISBN, entries and candidates of a row."""
    last = Member(9, tuple(batch.candidates[0]))
    is_found = adopt(LAYOUT, batch, 0, Group(last, others), overwritten)
    return is_found, batch.columns[1][0], batch.children[0][0], batch.candidates[0]


@pytest.mark.parametrize("isbn", [None, NOTHING])
def test_row_without_an_isbn_takes_that_of_the_others(isbn: Any):
    batch = batch_of(isbn, [OCLC[1]], OCLC)
    expected = (True, *ONE[1], [OCLC[1]], [OCLC, ONE])
    assert adopted(batch, earlier(OCLC, ONE)) == expected


def test_row_has_the_isbn_of_the_latest_of_the_others():
    entries = [OCLC[1], ("isbn", *ONE[1])]
    expected = (False, *TWO[1], entries, [OCLC, TWO, ONE])
    assert adopted(batch_of(None, [OCLC[1]], OCLC), earlier(ONE), earlier(TWO)) == expected


def test_other_isbn_is_kept_among_the_identifiers():
    batch = batch_of(*ONE[1], [OCLC[1]], OCLC, ONE)
    entries = [OCLC[1], ("isbn", *TWO[1])]
    assert adopted(batch, earlier(OCLC, TWO)) == (False, *ONE[1], entries, [OCLC, ONE, TWO])


def test_isbn_that_a_record_keeps_is_not_put_among_its_identifiers():
    other = earlier(OCLC, TWO, record=5)
    candidates = [OCLC, ONE, (RECORD, (5,)), TWO]
    batch = batch_of(*ONE[1], [OCLC[1]], OCLC, ONE)
    assert adopted(batch, other, overwritten=()) == (False, *ONE[1], [OCLC[1]], candidates)
    batch = batch_of(*ONE[1], [OCLC[1]], OCLC, ONE)
    entries = [OCLC[1], ("isbn", *TWO[1])]
    assert adopted(batch, other) == (False, *ONE[1], entries, candidates)


def test_identifiers_are_added_once():
    batch = batch_of(*ONE[1], NOTHING, ONE)
    expected = (True, *ONE[1], [ASIN[1], OCLC[1]], [ONE, ASIN, OCLC])
    assert adopted(batch, earlier(ONE, OCLC), earlier(OCLC, ASIN)) == (
        True,
        *ONE[1],
        [OCLC[1], ASIN[1]],
        [ONE, OCLC, ASIN],
    )
    batch = batch_of(*ONE[1], NOTHING, ONE)
    assert adopted(batch, earlier(ONE, OCLC), earlier(ASIN)) == expected


def test_record_of_the_others_is_a_candidate():
    batch = batch_of(*ONE[1], [], ONE)
    expected = (True, *ONE[1], [], [ONE, (RECORD, (5,))])
    assert adopted(batch, earlier(ONE, record=5), earlier(ONE)) == expected


def test_cells_of_other_batches_stay_as_they_are():
    entries, candidates = ForNew([("fingerprint", "x")]), [ASIN]
    batch = Batch([9], [[]], [["T"], [None]], [[entries]], [candidates])
    found = adopted(batch, earlier(ASIN, OCLC))
    assert found == (True, None, [("fingerprint", "x"), OCLC[1]], [ASIN, OCLC])
    assert (entries, candidates) == ([("fingerprint", "x")], [ASIN])


def test_what_only_a_new_record_would_get_a_record_of_the_group_gets():
    batch = Batch([9], [[]], [["T"], [None]], [[ForNew([ASIN[1]])]], [[ASIN]])
    assert adopted(batch, earlier(ASIN)) == (True, None, [ASIN[1]], [ASIN])
    assert type(batch.children[0][0]) is list


def test_values_that_say_a_candidate():
    batch = batch_of(*ONE[1], [OCLC[1]], OCLC, ONE)
    assert [said_values(LAYOUT, batch, 0, candidate) for candidate in (OCLC, ONE)] == [
        ("oclc", "1"),
        ONE[1],
    ]
