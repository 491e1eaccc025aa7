"""
People as libraries write them in headings: ``Wells, H. G. (Herbert George), 1866-1946 [Editor]``.

The surname comes first, so commas never separate people. A role stands in brackets at the end; one
that we do not know is a contributor's. Forenames that are written out behind their initials are
left out, as other catalogues do not have them and the life dates tell two persons apart as well;
so is a full stop at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..base import Column, Record, Row, Source
from .described import DescribedSource
from .draft import Draft
from .isbd import without_stop
from .mapped import People
from .people import Commas

__all__ = ("NOT_OF_THE_BOOK", "HeadingSource", "without_fuller_form")

NOT_OF_THE_BOOK = frozenset(
    {
        *("publisher", "distributor", "printer", "bookseller", "binder", "former owner", "owner"),
        *("donor", "inscriber", "signer", "annotator of copy", "degree granting institution"),
        *("pbl", "dst", "prt", "bsl", "bnd", "fmo", "own", "dnr", "ins", "bkp", "asn", "dgg"),
    }
)
"""Roles of those who brought out a book or had a copy of it, with their MARC relator codes."""

_UNKNOWN_ROLE = re.compile(r"(.*\S)\s*\[[^\[\]]+\]", re.DOTALL)


def without_fuller_form(heading: str) -> str:
    """
    Leave out the forenames in brackets that only spell out those before them.

    :returns: ``Barrie, J. M., 1860-1937`` for ``Barrie, J. M. (James Matthew), 1860-1937``; any
        other bracket stays.
    """
    if "(" not in heading:
        return heading
    name, _, rest = heading.partition("(")
    full, closing, rest = rest.partition(")")
    surname, _, short = name.rpartition(",")
    is_fuller = surname and short and full and closing and ")" not in name and "(" not in full
    if not is_fuller or _initials(short) != _initials(full):
        return heading
    return (name.rstrip() if short.strip() else name) + rest


def _initials(names: str) -> list[str]:
    return [word[0].casefold() for word in re.findall(r"[^\W\d_]+", names)]


class HeadingSource(DescribedSource):
    """A format whose people are written as headings, and whose subjects hold commas, too."""

    def records(self, rows: Iterable[Row]) -> Iterator[Record]:
        self._commas = {column.position: Commas.WITHIN_NAMES for column in self.columns}
        # There is nothing to be learned from the first rows.
        return Source.records(self, map(self._within, rows))

    def read_people(self, draft: Draft, column: Column) -> People:
        if not draft.cells[column.position]:
            return []
        found: People = []
        for heading, role in super().read_people(draft, column):
            if role is None and (match := _UNKNOWN_ROLE.fullmatch(heading)):
                heading, role = match[1], "contributor"
            name = without_fuller_form(heading)
            if name != heading:
                draft.repaired("fuller-form", column, heading, name)
            found.append((without_stop(name), role))
        return found
