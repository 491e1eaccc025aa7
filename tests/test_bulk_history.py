"""The records that an import has met and made before it knew the whole file."""

from __future__ import annotations

from django_bookrel.bulk.history import History
from tests.members import OCLC, plan_of
from tests.members import ONE as ISBN


def test_records_that_were_met_and_made():
    history = History([1])
    history.note(plan_of((7, [ISBN]), new=2), made=[8, 9])
    history.note(plan_of((5, [])), made=[])
    keys = [4, 5, 6, 7, 8, 9, None]
    assert history.among(keys) == [5, 7, 8, 9]
    assert [key in history.made for key in keys[:-1]] == [False, False, False, False, True, True]
    assert [history.has_met(key) for key in keys[:-1]] == [False, True, False, True, False, False]
    assert (history.is_disjoint([4, 6]), history.is_disjoint([4, 8])) == (True, False)
    assert history.is_disjoint([6, 7]) is False


def test_records_that_a_row_has_meant_by_nothing_else():
    history = History([1])
    history.note(plan_of((5, [ISBN]), (6, [OCLC, ISBN]), (7, [OCLC])), made=[])
    assert [history.is_sole(1, key) for key in (5, 6, 7)] == [True, False, False]
    assert [history.has_said(1, key) for key in (5, 6, 7)] == [True, True, False]
    # Identifiers are a record's for good: only what is overwritten is noted.
    assert [history.has_said(0, key) for key in (5, 6, 7)] == [False, False, False]
    assert [history.is_sole(0, key) for key in (5, 6, 7)] == [False, False, False]


def test_row_that_meant_it_by_more_takes_nothing_back():
    history = History([1])
    history.note(plan_of((5, [ISBN])), made=[])
    history.note(plan_of((5, [OCLC, ISBN])), made=[])
    assert history.is_sole(1, 5) is True
