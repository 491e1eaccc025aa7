"""Rows as the rule of ``bulk.grouping`` sees them: about books, made by hand or at random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from django_bookrel.bulk.batch import Batch, Candidate, Policy
from django_bookrel.bulk.grouping import Grouping, Member
from django_bookrel.bulk.history import History
from django_bookrel.bulk.plan import Plan
from django_bookrel.resources import BookResource

LAYOUT = BookResource().layout(["title", "isbn", "identifiers"])
OCLC, ASIN = (0, ("oclc", "1")), (0, ("asin", "1"))
ONE, TWO = (1, ("9780306406157",)), (1, ("9780061120084",))
"""Candidates: two identifiers, of which a book may have many, and two ISBNs: it has one."""


def rule(
    existing: str = "update", keep: Sequence[str] = (), past: History | None = None
) -> Grouping:
    return Grouping(LAYOUT, Policy(existing, frozenset(keep)), lambda: past)


def new(line: int, *candidates: Candidate, **values: Any) -> Member:
    return Member(line, candidates, **values)


def known(line: int, record: int, by: Candidate, *candidates: Candidate, **values: Any) -> Member:
    """Make a row that means a record by the first of its candidates."""
    return Member(line, (by, *candidates), record, frozenset([by]), **values)


def plan_of(*known: tuple[int, list[Candidate]], new: int = 0) -> Plan:
    """Plan rows about records that are there, and new ones before them."""
    candidates = [*([ONE] for _row in range(new)), *(some for _pk, some in known)]
    lines = list(range(2, 2 + len(candidates)))
    batch = Batch(lines, [[]] * len(lines), [], [], candidates)
    known_rows = {row: pk for row, (pk, _some) in enumerate(known, new)}
    return Plan(batch, new=list(range(new)), known=known_rows)


CANDIDATES = [OCLC, ASIN, ONE, TWO]


@st.composite
def rows(draw: st.DrawFn) -> list[Member]:
    """Make rows; whatever has a candidate of a record means the record."""
    record_of = draw(st.dictionaries(st.sampled_from(CANDIDATES), st.integers(1, 3)))
    members = []
    for line in range(2, 2 + draw(st.integers(0, 6))):
        some = draw(st.lists(st.sampled_from(CANDIDATES), max_size=3, unique=True))
        by = frozenset(candidate for candidate in some if candidate in record_of)
        records = {record_of[candidate] for candidate in by}
        if len(records) < 2:
            record = records.pop() if records else None
            members.append(Member(line, tuple(some), record, by, lacks=draw(st.booleans())))
    return members
