"""The records that an import has met and made before it knew the whole file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from .numbers import Marks, Numbers
from .plan import Plan

__all__ = ("History",)

MET = 1


class History:
    """
    Records by whole-number primary key, some bits for each.

    :param identities: the identities whose values are columns of the record itself.
    """

    def __init__(self, identities: Collection[int]) -> None:
        self.made = Numbers()
        self._said = {index: 2 << 2 * place for place, index in enumerate(identities)}
        """Identity -> the bit of records that a row has meant by it; the next: by nothing else."""
        self._marks = Marks(1 + 2 * len(identities))

    def note(self, plan: Plan, made: Iterable[int]) -> None:
        """Take note of a batch that was written, and of the keys of its new rows."""
        self.made.update(made)
        self._marks.add(self._bits(plan))

    def _bits(self, plan: Plan) -> Iterator[tuple[int, int]]:
        candidates, bit = plan.batch.candidates, self._said.get
        for row, pk in plan.known.items():
            some = candidates[row]
            if len(some) == 1:
                yield pk, MET | 3 * bit(some[0][0], 0)
            else:
                yield pk, MET | sum({bit(index, 0) for index, _key in some})

    def counted_again(self, plan: Plan) -> Counter[str]:
        """Return what to add to the counts of a plan, so that no record is counted twice."""
        again = sum(self.has_met(pk) for pk in plan.known.values())
        merged = sum(map(len, plan.merged.values()))
        return Counter(duplicates=again + merged, unchanged=-again, new=-merged)

    def among(self, keys: Iterable[int | None]) -> list[int]:
        """Return those of the records that were met or made."""
        return [key for key in keys if key is not None and key in self]

    def is_disjoint(self, keys: Collection[int]) -> bool:
        """Return whether none of the records was met or made."""
        return self.made.is_disjoint(keys) and self._marks.lacks(keys)

    def __contains__(self, key: int) -> bool:
        return key in self.made or self.has_met(key)

    def has_met(self, key: int) -> bool:
        """Return whether a row was about a record that was there."""
        return self._marks.of(key) > 0

    def is_sole(self, index: int, key: int) -> bool:
        """Return whether a row has meant a record by nothing but an identity."""
        return bool(self._marks.of(key) & 2 * self._said.get(index, 0))

    def has_said(self, index: int, key: int) -> bool:
        """Return whether a row has meant a record by an identity, maybe among others."""
        return bool(self._marks.of(key) & self._said.get(index, 0))
