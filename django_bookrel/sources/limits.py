"""
How much of a file is read: limits that real files stay far below, in ``BOOKREL_LIMITS``.

What is over the limit of a row rejects the row; what is over that of a file ends the reading. In
both cases time and memory stay small, whatever a file claims to be.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from ..exceptions import InvalidOption, suggestion

__all__ = ("DEFAULT_LIMITS", "SETTING", "Limits")

SETTING = "BOOKREL_LIMITS"


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits by name; a limit of ``sys.maxsize`` allows any number."""

    unpacked: int = 100_000_000_000
    """Bytes that a gzip file, a zip file or a part of a workbook unpacks to."""
    ratio: int = 200
    """How many times its packed size something may unpack to; only beyond 10 MB."""
    members: int = 10_000
    """Files in a zip file or workbook."""
    rows: int = 1_000_000_000
    """Rows or records of a file, without the header."""
    columns: int = 2_000
    """Columns of a header."""
    line: int = 1_000_000
    """Characters of a line, or of a row of several lines."""
    cell: int = 131_072
    """Characters of a cell."""
    parsed_cell: int = 10_000
    """Characters of a cell that is read as names, a list, a date or a number."""
    record: int = 10_000_000
    """Bytes of a MARC record, also as XML."""
    elements: int = 200_000
    """Fields and subfields of a MARC record, or its XML elements."""
    part: int = 50_000_000
    """Bytes of each part of a workbook beside its sheet and shared texts, such as its styles."""
    shared_texts: int = 10_000_000
    """Texts that the cells of a workbook share."""
    shared_bytes: int = 150_000_000
    """Bytes of those texts in UTF-8, which are held in memory."""

    @classmethod
    def of(cls, given: Mapping[str, int | None]) -> Self:
        """
        Make limits of the given ones and, for all others, the defaults.

        :param given: name to limit; None allows any number.
        :raises InvalidOption: a name is unknown or a limit is not a whole number.
        """
        for problem in cls.problems(given):
            raise InvalidOption(problem)
        return cls(**{n: sys.maxsize if limit is None else limit for n, limit in given.items()})

    @classmethod
    def problems(cls, given: Any) -> Iterator[str]:
        """Say what is wrong with given limits, in a sentence each."""
        if not isinstance(given, Mapping):
            yield f"Limits must be a dict of names and numbers, not {given!r}."
            return
        known = [field.name for field in fields(cls)]
        for name, limit in given.items():
            if name not in known:
                yield (
                    f'Unknown limit "{name}"{suggestion(str(name), known)}. '
                    f"The limits are: {', '.join(known)}."
                )
            elif limit is not None and (type(limit) is not int or limit < 1):
                yield f'The limit "{name}" must be a whole number of at least 1, not {limit!r}.'

    def allowed(self, name: str) -> str:
        """Say how many a limit allows and where to raise it: 'the 2,000 that ... allows'."""
        return f'the {getattr(self, name):,} that {SETTING}["{name}"] allows'


DEFAULT_LIMITS = Limits()
