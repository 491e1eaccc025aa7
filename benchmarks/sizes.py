"""Files of a million of something."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

__all__ = ("SIZES", "Size")


class Size(NamedTuple):
    """What a file has much of."""

    what: str
    share: float
    """How many of it for each row that is asked for."""
    lines: Callable[[int], Iterable[str]]
    """Gives the lines of a file with a number of it."""
    suffix: str = ".csv"


def rejected_rows(number: int) -> Iterator[str]:
    yield "title,author,year,subjects\n"
    yield from (f"Title {n},Author {n % 1000},nineteen,A|B\n" for n in range(number))


def subjects(number: int) -> Iterator[str]:
    yield "title,subjects\n"
    for n in range(0, number, 10):
        yield f"Title {n},{'|'.join(f'Subject {n + i}' for i in range(10))}\n"


def contributors(number: int) -> Iterator[str]:
    # A line has less than a million characters.
    people = [{"name": f"P {n:x}"} for n in range(number)]
    said = json.dumps({"title": "Many", "contributors": people}, separators=(",", ":"))
    yield f"/type/edition\t/books/OL1M\t1\t2026-11-01T00:00:00\t{said}\n"


def empty_lines(number: int) -> Iterator[str]:
    yield "title,subjects\n"
    yield from ("\n" for _ in range(number))
    yield "Title,A|B\n"


def short_lines(number: int) -> Iterator[str]:
    yield "title\n"
    yield from (f"{n:x}\n" for n in range(number))


def rows_of_a_book(number: int) -> Iterator[str]:
    yield "BL record ID,Name,Role,All names,Title\n"
    yield from (f'"00001","Person {n}","editor","Person {n}, editor",T\n' for n in range(number))


SIZES = (
    Size("rejected rows", 1, rejected_rows),
    Size("distinct subjects", 1, subjects),
    Size("contributors of one book", 0.05, contributors, ".txt"),
    Size("empty lines", 10, empty_lines),
    Size("short lines", 2, short_lines),
    Size("rows about one book", 0.05, rows_of_a_book),
)
