"""Rows that refer to rows which are not in yet, put into an order in which they can be written."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator

from .batch import Batch, Candidate, Need, Row
from .numbers import code_of
from .ordering import Edges, circles
from .staging import Stage

__all__ = ("Census", "Waiting")

MadeBy = Callable[[list[Candidate]], list[Candidate]]
"""Which of a row's candidates are names that other rows may use."""


class Census:
    """
    How many rows of a file that were not rejected have an identity, by which others name them.

    It takes 8 bytes of memory for each of them.
    """

    def __init__(self) -> None:
        self._codes = array("q")
        self._is_sorted = True
        self._lost: dict[int, int] = {}
        self._lost_lines: set[int] = set()

    def add(self, candidates: Iterable[Candidate]) -> None:
        """Count a row in."""
        self._codes.extend(map(code_of, candidates))
        self._is_sorted = False

    def lose(self, line: int, candidates: Iterable[Candidate]) -> None:
        """Count a row out that is rejected."""
        if line not in self._lost_lines:
            self._lost_lines.add(line)
            for code in map(code_of, candidates):
                self._lost[code] = self._lost.get(code, 0) + 1

    def has(self, candidate: Candidate) -> bool:
        """Return whether there is such a row."""
        if not self._is_sorted:
            self._codes, self._is_sorted = array("q", sorted(self._codes)), True
        code = code_of(candidate)
        place = bisect_left(self._codes, code)
        count = bisect_right(self._codes, code, place) - place
        return count > self._lost.get(code, 0)


class Waiting:
    """
    Rows that wait; they are on disk, and take about 60 bytes of memory each while they are ordered.

    :param made_by: which of a row's candidates are names that other rows may use.
    """

    def __init__(self, made_by: MadeBy) -> None:
        self.made_by = made_by
        self._rows: Stage[tuple[Row, list[Need]]] = Stage()

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, batch: Batch, needs: Iterable[list[Need]]) -> None:
        """Add rows, each with what it refers to and is not in."""
        for row, some in zip(batch.rows(), needs, strict=True):
            self._rows.add((row, some))

    def close(self) -> None:
        """Forget everything."""
        self._rows.close()

    def batches(self, size: int, census: Census) -> Iterator[Batch]:
        """
        Yield all rows so that none comes before those that it needs, but for circles.

        A circle is never split. Rows that need what nobody makes, and those that need these, are
        counted out of the census.

        :param size: rows of a batch, if there is no larger circle.
        """
        edges = self._edges()
        self._lose(edges, census)
        found: list[int] = []
        for circle in circles(edges):
            found += circle
            if len(found) >= size:
                yield Batch.of(self._rows[place][0] for place in found)
                found = []
        if found:
            yield Batch.of(self._rows[place][0] for place in found)

    def _edges(self) -> Edges:
        codes, makers = array("q"), array("l")
        for place, (row, _needs) in enumerate(self._rows):
            for candidate in self.made_by(row[-1]):
                codes.append(code_of(candidate))
                makers.append(place)
        order = sorted(range(len(codes)), key=codes.__getitem__)
        codes = array("q", map(codes.__getitem__, order))
        makers = array("l", map(makers.__getitem__, order))

        def makers_of(needs: list[Need]) -> Iterator[int]:
            for candidate, _is_fatal in needs:
                code = code_of(candidate)
                first, last = bisect_left(codes, code), bisect_right(codes, code)
                yield from makers[first:last]

        return Edges(makers_of(needs) for _row, needs in self._rows)

    def _lose(self, edges: Edges, census: Census) -> None:
        def is_lost(place: int) -> bool:
            return any(fatal and not census.has(c) for c, fatal in self._rows[place][1])

        worklist = [place for place in range(len(self)) if is_lost(place)]
        needed_by = edges.reversed() if worklist else edges
        lost = set(worklist)
        while worklist:
            place = worklist.pop()
            row = self._rows[place][0]
            census.lose(row[0], self.made_by(row[-1]))
            more = [other for other in needed_by.of(place) if other not in lost and is_lost(other)]
            lost.update(more)
            worklist += more
