"""Rows for statements that a server takes only up to a size."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import DataError

from .database import Row, Rows

__all__ = ("packets", "portions")

BYTES_OF_A_CHARACTER = 4
"""At most: of UTF-8, or a backslash before it."""
BYTES_OF_A_VALUE = 40
"""Of what is no text, or of what stands around one; at most."""


def packets(rows: Rows, usual: int, most: int, exact: Callable[[Row], int]) -> Iterator[Rows]:
    """
    Yield rows in parts of which each takes ``usual`` bytes in a statement at most, or is one row.

    :param most: the bytes that the server takes.
    :param exact: returns the bytes of a row, exactly, which takes its time.
    :raises DataError: a row alone is larger.
    """
    if not rows:
        return
    if _estimate(rows) <= usual:
        yield rows
        return
    start, size = 0, 0
    for index, row in enumerate(rows):
        more = _estimate([row])
        if more > usual and (more := exact(row)) > most:
            raise DataError(f"The row takes {more:,} bytes, and the server takes {most:,} at once")
        if start < index and size + more > usual:
            yield rows[start:index]
            start, size = index, 0
        size += more
    yield rows[start:]


def portions(rows: Rows, values: int) -> Iterator[Rows]:
    """Yield rows in parts of which each has so many values at most."""
    size = max(1, values // max(1, len(rows[0])))
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _estimate(rows: Rows) -> int:
    """Return how many bytes the values of rows take at most."""
    characters = sum(map(_characters, zip(*rows, strict=True)))
    return BYTES_OF_A_CHARACTER * characters + BYTES_OF_A_VALUE * len(rows) * len(rows[0])


def _characters(column: Row) -> int:
    texts = [issubclass(kind, str | bytes) for kind in set(map(type, column))]
    if all(texts):
        return sum(map(len, column))
    if not any(texts):
        return 0
    return sum(len(value) for value in column if isinstance(value, str | bytes))
