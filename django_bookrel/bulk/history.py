"""The records that an import has met and made before it knew the whole file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from .numbers import Numbers
from .plan import Plan

__all__ = ("History",)


class History:
    """
    Records by whole-number primary key, a bit for each.

    :param identities: the identities whose values are columns of the record itself.
    """

    def __init__(self, identities: Iterable[int]) -> None:
        self.met, self.made = Numbers(), Numbers()
        self.said = {index: Numbers() for index in identities}
        """Identity -> the records that a row has meant by it."""
        self.sole = {index: Numbers() for index in identities}
        """Identity -> the records that a row has meant by nothing else."""

    def note(self, plan: Plan, made: Iterable[int]) -> None:
        """Take note of a batch that was written, and of the keys of its new rows."""
        self.made.update(made)
        self.met.update(plan.known.values())
        known = [(pk, plan.batch.candidates[row]) for row, pk in plan.known.items()]
        for index in self.said:
            said = [(pk, some) for pk, some in known if index in [place for place, _key in some]]
            self.said[index].update(pk for pk, _some in said)
            self.sole[index].update(pk for pk, some in said if len(some) == 1)

    def counted_again(self, plan: Plan) -> Counter[str]:
        """Return what to add to the counts of a plan, so that no record is counted twice."""
        again = sum(pk in self.met for pk in plan.known.values())
        merged = sum(map(len, plan.merged.values()))
        return Counter(duplicates=again + merged, unchanged=-again, new=-merged)

    def among(self, keys: Iterable[int | None]) -> list[int]:
        """Return those of the records that were met or made."""
        return [key for key in keys if key is not None and key in self]

    def is_disjoint(self, keys: Iterable[int]) -> bool:
        """Return whether none of the records was met or made."""
        return self.made.is_disjoint(keys) and self.met.is_disjoint(keys)

    def __contains__(self, key: int) -> bool:
        return key in self.made or key in self.met

    def is_sole(self, index: int, key: int) -> bool:
        """Return whether a row has meant a record by nothing but an identity."""
        return index in self.sole and key in self.sole[index]

    def has_said(self, index: int, key: int) -> bool:
        """Return whether a row has meant a record by an identity, maybe among others."""
        return index in self.said and key in self.said[index]
