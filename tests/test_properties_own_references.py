"""Files of rows that refer to rows of the same file, in any order, in circles, some of them bad."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.batches import counts, parts, run
from tests.hosts.garden.models import Cross
from tests.hosts.garden.resources import CrossResource
from tests.importing import code_of_the_host, rolled_back

pytestmark = pytest.mark.django_db

NAMES = ("code", "mother", "father", "relatives", "year")
BAD, TOO_LATE = "soon", "9999"
"""Years that are none, and that only the database rejects: so only where they are written."""

CODES = ("a", "b", "c", "d", "e", "f")
"""Codes of rows; the last one in NAMED is no row's."""
NAMED = (*CODES, "z")

Row = dict[str, str]
Crosses = dict[str, tuple[Any, ...]]
"""Code -> codes of mother, father and relatives, year."""


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.sampled_from(CODES),
            "mother": st.sampled_from(["", "", *NAMED]),
            "father": st.sampled_from(["", "", "", *NAMED]),
            "relatives": st.lists(st.sampled_from(NAMED), max_size=2).map("|".join),
            "year": st.sampled_from(["", "1", "2", "2", BAD, TOO_LATE]),
        }
    ),
    min_size=1,
    max_size=12,
)


def named(row: Row) -> set[str]:
    return {row["mother"], row["father"], *row["relatives"].split("|")} - {""}


def naively(before: Crosses, rows: Sequence[Row]) -> tuple[Crosses, dict[str, int]]:
    """
    Import rows as if time were no matter; return what is there then, and the counts.

    The last row of a code counts, unless it is bad, or names what is not there in the end: then
    the one before it does.
    """
    out = {n for n, row in enumerate(rows) if row["year"] == BAD}
    while True:
        last = {row["code"]: n for n, row in enumerate(rows) if n not in out}
        there = {*before, *last}
        lost = {
            n for n in last.values() if rows[n]["year"] == TOO_LATE or not named(rows[n]) <= there
        }
        if not lost:
            break
        out |= lost
    after, found = dict(before), Counter(rows=len(rows), rejected=len(out))
    found["duplicates"] = len(rows) - len(out) - len(last)
    for code, n in last.items():
        row = rows[n]
        relatives = tuple(sorted({*row["relatives"].split("|")} - {""}))
        year = int(row["year"]) if row["year"] else None
        after[code] = (row["mother"] or None, row["father"] or None, relatives, year)
        is_same = before.get(code) == after[code]
        found["new" if code not in before else "unchanged" if is_same else "updated"] += 1
    return after, dict(+found)


def crosses() -> Crosses:
    links: dict[str, list[str]] = {}
    for code, other in Cross.relatives.through.objects.values_list(
        "from_cross__code", "to_cross__code"
    ):
        links.setdefault(code, []).append(other)
    found = Cross.objects.values_list("code", "mother__code", "father_id", "year")
    return {
        code: (*names, tuple(sorted(links.get(code, ()))), year) for code, *names, year in found
    }


def imported(rows: Sequence[Row], batch_size: int, **options: Any) -> dict[str, int]:
    return counts(run(parts(CrossResource, NAMES, **options), rows, batch_size=batch_size))


# What goes wrong in circles only is met in few files.
@settings(max_examples=max(200, settings.default.max_examples))
@given(
    files=st.lists(ROWS, min_size=1, max_size=2),
    batch_size=st.sampled_from([1, 2, 3, 5_000]),
    row_by_row=st.booleans(),
)
def test_rows_that_refer_to_rows(
    files: list[list[Row]],
    batch_size: int,
    row_by_row: bool,  # noqa: FBT001
) -> None:
    expected: Crosses = {}
    with rolled_back(), code_of_the_host(Cross, runs=row_by_row):
        for rows in files:
            before = expected
            expected, found = naively(before, rows)
            if all(row["year"] != TOO_LATE for row in rows):
                assert imported(rows, batch_size, dry_run=True) == found
                assert crosses() == before
            assert imported(rows, batch_size) == found
            assert crosses() == expected
            # What was rejected may mean something by now.
            expected, found = naively(expected, rows)
            assert imported(rows, batch_size) == found
            assert crosses() == expected


def test_naive_import() -> None:
    """A circle of which one row is bad, and a row that counts in the place of another."""
    blank = dict.fromkeys(NAMES, "")
    rows = [
        blank | {"code": "a", "mother": "b"},
        blank | {"code": "b", "father": "c", "year": TOO_LATE},
        blank | {"code": "c", "relatives": "a|c|c"},
        blank | {"code": "d", "year": "1"},
        blank | {"code": "d", "mother": "a", "year": "2"},
        blank | {"code": "e", "relatives": "e|d", "year": BAD},
    ]
    there = {"d": (None, None, (), 1)}
    assert naively({}, rows) == (there, {"rows": 6, "rejected": 5, "new": 1})
    rows[1]["year"] = ""
    there = {
        "a": ("b", None, (), None),
        "b": (None, "c", (), None),
        "c": (None, None, ("a", "c"), None),
        "d": ("a", None, (), 2),
    }
    totals = {"rows": 6, "rejected": 1, "new": 4, "duplicates": 1}
    assert naively({}, rows) == (there, totals)
