"""The order in which things come that need one another."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

__all__ = ("Edges", "circles")


class Edges:
    """What each of the things 0, 1, 2 ... needs, in 8 bytes for each and for each need."""

    def __init__(self, needs: Iterable[Iterable[int]]) -> None:
        self.starts, self.targets = array("l", [0]), array("l")
        for some in needs:
            self.targets.extend(some)
            self.starts.append(len(self.targets))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, thing: int) -> array[int]:
        """Return what a thing needs."""
        return self.targets[self.starts[thing] : self.starts[thing + 1]]

    def reversed(self) -> Edges:
        """Return what each thing is needed by."""
        counts = array("l", [0]) * (len(self) + 1)
        for target in self.targets:
            counts[target + 1] += 1
        for place in range(1, len(counts)):
            counts[place] += counts[place - 1]
        turned = Edges(())
        turned.starts, free = counts, counts[:]
        turned.targets = array("l", [0]) * len(self.targets)
        for thing in range(len(self)):
            for target in self.of(thing):
                turned.targets[free[target]] = thing
                free[target] += 1
        return turned


def circles(edges: Edges) -> Iterator[list[int]]:
    """
    Yield the things so that none comes before what it needs; those of a circle come together.

    Tarjan's algorithm without recursion: time and memory are linear in things and needs.
    """
    size = len(edges)
    index, low = array("l", [-1]) * size, array("l", [0]) * size
    following = edges.starts[:]
    path, stack, is_open = array("l"), array("l"), bytearray(size)
    count = 0
    for start in range(size):
        if index[start] >= 0:
            continue
        path.append(start)
        while path:
            thing = path[-1]
            if index[thing] < 0:
                index[thing] = low[thing] = count
                count += 1
                stack.append(thing)
                is_open[thing] = 1
            if following[thing] < edges.starts[thing + 1]:
                other = edges.targets[following[thing]]
                following[thing] += 1
                if index[other] < 0:
                    path.append(other)
                elif is_open[other]:
                    low[thing] = min(low[thing], index[other])
                continue
            path.pop()
            if path:
                low[path[-1]] = min(low[path[-1]], low[thing])
            if low[thing] == index[thing]:
                yield _taken(stack, thing, is_open)


def _taken(stack: array[int], last: int, is_open: bytearray) -> list[int]:
    circle: list[int] = []
    while not circle or circle[-1] != last:
        circle.append(stack.pop())
        is_open[circle[-1]] = 0
    return sorted(circle)
