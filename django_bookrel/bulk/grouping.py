"""
Which rows of a file are about one record: one rule for all of them.

Rows that share an identity, directly, through other rows or through a record, are one group. Its
last row counts, and keeps every identity of the group. What is wrong with a row takes no other
along: the others are grouped as if it was not there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import Any, NamedTuple

from .batch import RECORD, UNSET, Batch, Candidate, ForNew, Policy
from .history import History
from .layout import Layout
from .relations import Identity, said_column

__all__ = (
    "LACKS",
    "OVERWRITES",
    "TORN",
    "Group",
    "Grouping",
    "Member",
    "Unfit",
    "adopt",
    "components",
)


TORN = "matches another record than a row with which it shares an identity"
OVERWRITES = "would change all by which another row is found"
LACKS = "lacks what a new record needs, beside a row that does not"


class Member(NamedTuple):
    """A row, as far as it matters which others are about the same record."""

    line: int
    candidates: tuple[Candidate, ...]
    """Those that join rows."""
    record: Any = None
    """Primary key of the record that it means, if that was there before the import."""
    by: frozenset[Candidate] = frozenset()
    """The candidates that mean it."""
    made: tuple[Any, ...] = ()
    """Primary keys of records that it means and that this import has made."""
    lacks: bool = False
    """Whether it does not say what a new record needs."""
    label: Any = None
    """What tells its record apart for people."""
    said: tuple[tuple[Any, ...], ...] = ()
    """For each of the candidates the values of the columns that say it."""


class Group(NamedTuple):
    """Rows about one record."""

    last: Member
    """The one that counts."""
    others: tuple[Member, ...]


class Unfit(NamedTuple):
    """A row that is rejected for what other rows say, and those that speak against it."""

    why: str
    """TORN, OVERWRITES or LACKS."""
    member: Member
    others: tuple[Member, ...] = ()
    """None of them: rows of which no more is known than that they are there."""
    identity: int = 0
    """The identity of the record that it would change."""


class Grouping:
    """
    The rule.

    :param past: gives what is known of rows that are not among the members.
    """

    def __init__(self, layout: Layout, policy: Policy, past: Callable[[], History | None]) -> None:
        self.past = past
        joining = [(i, identity) for i, identity in enumerate(layout.identities) if identity.joins]
        kept = {child.model for child in layout.children if child.name in policy.keep}
        self.overwritten = {
            index
            for index, identity in joining
            if identity.parent is None and policy.existing == "update"
            if not any(said_column(column).name in policy.keep for column in identity.columns)
        }
        """Identities whose columns are overwritten."""
        self.added = {
            index
            for index, identity in joining
            if identity.parent is not None and identity.model not in kept
            if policy.existing != "skip"
        }
        """Identities that are added to what a record has."""

    def groups(self, members: Iterable[Member]) -> tuple[list[Group], list[Unfit]]:
        """
        Return the groups of rows, and the rows that contradict others.

        :param members: rows in the order of their lines; none means several records by itself.
        """
        good = list(members)
        unfit: list[Unfit] = []
        while True:
            free = [[*m.made, *(c for c in m.candidates if c not in m.by)] for m in good]
            bad = [u for some in _parts(good, free) for u in self._torn(some)]
            parts = _parts(good, [[*m.made, *m.candidates, _record(m)] for m in good])
            if not bad:
                bad = [u for some in parts for u in self._lacking(some) or self._overwriting(some)]
            if not bad:
                return [Group(some[-1], tuple(some[:-1])) for some in parts], unfit
            unfit += bad
            out = {one.member.line for one in bad}
            good = [member for member in good if member.line not in out]

    @staticmethod
    def _torn(some: list[Member]) -> list[Unfit]:
        """Return the rows that match different records, and share what matches none."""
        matching = [member for member in some if member.record is not None]
        if len({member.record for member in matching}) < 2:
            return []
        return [
            Unfit(TORN, member, tuple(o for o in matching if o.record != member.record))
            for member in matching
        ]

    def _overwriting(self, some: list[Member]) -> list[Unfit]:
        """Return the row that would change all by which another one is found."""
        record = next((member.record for member in some if member.record is not None), None)
        if record is None:
            return []
        written = {c[0]: (m, c) for m in some for c in m.candidates if c[0] in self.overwritten}
        stays = {candidate for _member, candidate in written.values()}
        lost = [
            m
            for m in some
            if m.by
            and not any(
                c[0] in self.added or c in stays or (c in m.by and c[0] not in written)
                for c in m.candidates
            )
        ]
        past = self.past()
        for index, (member, candidate) in written.items():
            found = tuple(m for m in lost if any(c[0] == index for c in m.by))
            is_sole = past is not None and past.is_sole(index, record)
            if candidate not in member.by and (found or is_sole):
                return [Unfit(OVERWRITES, member, found, index)]
        return []

    def _lacking(self, some: list[Member]) -> list[Unfit]:
        """Return the rows that lack what others have that are about the same record."""
        lacking = [member for member in some if member.lacks]
        if not lacking:
            return []
        past, whole = self.past(), tuple(member for member in some if not member.lacks)
        known = {pk for member in some for pk in (member.record, *member.made)} - {None}
        if whole or (past is not None and any(pk in past for pk in known)):
            return [Unfit(LACKS, member, whole) for member in lacking]
        return []


def components(keys: Sequence[Iterable[Hashable]]) -> list[list[int]]:
    """Return the indexes of lists that share a key, directly or through others, in their order."""
    parent = list(range(len(keys)))
    holder: dict[Hashable, int] = {}

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for index, some in enumerate(keys):
        for key in some:
            one, other = root(holder.setdefault(key, index)), root(index)
            parent[max(one, other)] = min(one, other)
    found: dict[int, list[int]] = {}
    for index in range(len(keys)):
        found.setdefault(root(index), []).append(index)
    return list(found.values())


def adopt(
    layout: Layout, batch: Batch, row: int, group: Group, overwritten: Collection[int]
) -> bool:
    """
    Let a row that counts keep the identities of the others of its group.

    :param overwritten: the identities whose columns are overwritten in records that are there.
    :returns: whether its record is then found by all of them.
    """
    for cells in batch.children:
        if type(cells[row]) is ForNew:
            cells[row] = list(cells[row])
    known, is_found = set(group.last.candidates), True
    records = {m.record for m in (*group.others, group.last) if m.record is not None}
    batch.candidates[row] = [*batch.candidates[row], *((RECORD, (pk,)) for pk in records)]
    for member in reversed(group.others):
        for candidate, said in zip(member.candidates, member.said, strict=True):
            if candidate not in known:
                known.add(candidate)
                batch.candidates[row] = [*batch.candidates[row], candidate]
                further = not records or candidate[0] in overwritten
                is_found &= _take(layout, batch, row, candidate[0], said, further=further)
    return is_found


def said_values(layout: Layout, batch: Batch, row: int, candidate: Candidate) -> tuple[Any, ...]:
    """Return the values of the columns that say a candidate of a row."""
    identity = layout.identities[candidate[0]]
    if identity.parent is not None:
        return candidate[1]
    return tuple(batch.columns[place][row] for place in _places(layout, identity))


def _take(
    layout: Layout, batch: Batch, row: int, index: int, said: tuple[Any, ...], *, further: bool
) -> bool:
    """Put what identifies another row into a row; return whether its record is found by it."""
    identity, is_found = layout.identities[index], True
    if identity.parent is None:
        places = _places(layout, identity)
        if all(batch.columns[place][row] in (None, UNSET) for place in places):
            for place, value in zip(places, said, strict=True):
                batch.columns[place][row] = value
            return True
        # A record has but one, and the last row says which.
        is_found = False
        if identity.further is None or not further:
            return False
        said = (*identity.further, *said)
        identity = next(other for other in layout.identities if other.parent is not None)
    for child, cells in zip(layout.children, batch.children, strict=True):
        if child.model is identity.model and (child.add_only or cells[row] is not UNSET):
            entries = [] if cells[row] is UNSET else cells[row]
            cells[row] = [*entries, *([] if said in entries else [said])]
    return is_found


def _places(layout: Layout, identity: Identity) -> list[int]:
    """Return which columns of a batch say an identity."""
    fields = layout.fields
    said = dict.fromkeys(map(said_column, identity.columns))
    return [fields.index(column) for column in said if column in fields]


def _parts(members: list[Member], keys: list[list[Any]]) -> list[list[Member]]:
    return [[members[index] for index in some] for some in components(keys)]


def _record(member: Member) -> Any:
    # No two rows without a record share one.
    return ("record", member.record) if member.record is not None else ("line", member.line)
