"""Sets of whole numbers, and the codes that several rows of a file share, in little memory."""

from __future__ import annotations

import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator
from heapq import merge
from typing import Any

from django.db import models

__all__ = ("Marks", "Numbers", "Repeats", "code_of", "key_set")

RUN = 2**20
"""Codes that are sorted in memory at a time."""
READ = 2**14
"""Codes of a run that are read at a time."""


def code_of(key: Hashable) -> int:
    """Return a number that equal keys share, and unequal ones hardly ever, in this process."""
    return hash(key)


class Marks:
    """
    Whole numbers with some bits for each, in little memory where they lie close together.

    A number that lies alone takes some 250 bytes.

    :param width: how many bits a number has.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._blocks: dict[int, int] = {}

    def add(self, marks: Iterable[tuple[int, int]]) -> None:
        """Set bits of numbers; those that are set stay set."""
        blocks, width = self._blocks, self.width
        get = blocks.get
        for number, bits in marks:
            place = number >> 8
            blocks[place] = get(place, 0) | bits << (number & 0xFF) * width

    def of(self, number: int) -> int:
        """Return the bits of a number; 0 if none was set."""
        block = self._blocks.get(number >> 8, 0)
        return block >> (number & 0xFF) * self.width & (1 << self.width) - 1

    def lacks(self, numbers: Iterable[int]) -> bool:
        """Return whether no bit of any of the numbers was set."""
        get, width, mask = self._blocks.get, self.width, (1 << self.width) - 1
        if not self._blocks:
            return True
        for number in numbers:
            block = get(number >> 8)
            if block is not None and block >> (number & 0xFF) * width & mask:
                return False
        return True


class Numbers:
    """A set of whole numbers."""

    def __init__(self) -> None:
        self._marks = Marks(1)

    def update(self, numbers: Iterable[int]) -> None:
        self._marks.add((number, 1) for number in numbers)

    def is_disjoint(self, numbers: Iterable[int]) -> bool:
        """Return whether none of the numbers is in the set."""
        return self._marks.lacks(numbers)

    def __contains__(self, number: Any) -> bool:
        return not self._marks.lacks((number,))


def key_set(pk: models.Field[Any, Any]) -> set[Any] | Numbers:
    """Return an empty set for values of a primary key."""
    return Numbers() if isinstance(pk, models.IntegerField) else set()


class Repeats:
    """
    Which of many 64-bit numbers occur more than once.

    They are sorted in runs, on disk but for the last; memory grows by 12 bytes for each number that
    occurs more than once, and by nothing for the others.
    """

    def __init__(self) -> None:
        self._last = array("q")
        self._file: Any = None
        self._runs = 0
        self.codes = array("q")
        """Those that occur more than once, in order, once they were found."""
        self.counts = array("L")
        """How often each of them occurs."""

    def add(self, codes: Iterable[int]) -> None:
        """Take note of numbers."""
        self._last.extend(codes)
        while len(self._last) >= RUN:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="bookrel-")  # noqa: SIM115
            array("q", sorted(self._last[:RUN])).tofile(self._file)
            self._last = self._last[RUN:]
            self._runs += 1

    def find(self) -> None:
        """Find the numbers that occur more than once; no number is added later."""
        before, count = None, 0
        for code in merge(*map(self._run, range(self._runs)), sorted(self._last)):
            if code == before:
                count += 1
                continue
            if count > 1 and before is not None:
                self.codes.append(before)
                self.counts.append(count)
            before, count = code, 1
        if count > 1 and before is not None:
            self.codes.append(before)
            self.counts.append(count)
        self._last = array("q")
        self.close()

    def close(self) -> None:
        """Remove what is on disk."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def place(self, code: int) -> int | None:
        """Return the index of a number in ``codes``; None if it occurs once."""
        place = bisect_left(self.codes, code)
        return place if place < len(self.codes) and self.codes[place] == code else None

    def _run(self, number: int) -> Iterator[int]:
        size = self._last.itemsize
        for start in range(number * RUN, (number + 1) * RUN, READ):
            block = array("q")
            self._file.seek(start * size)
            block.fromfile(self._file, min(READ, (number + 1) * RUN - start))
            yield from block
