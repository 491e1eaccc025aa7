"""Sources of formats that some program writes: every column of theirs is known by its name."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import ClassVar

from ...showing import short
from ..base import Column, Record, Row, Target
from ..files.undecodable import issue
from .credits import credited
from .draft import Draft
from .mapped import MappedSource, People
from .people import split_people_at

__all__ = ("COMMA", "PIPE", "SEMICOLON", "SINGLE", "DescribedSource", "no_book", "rejected")

SINGLE = re.compile("(?!)")
"""Separator of a column that holds one person in each cell."""

COMMA = re.compile(",")
SEMICOLON = re.compile(";")
PIPE = re.compile(r"\|")

_FOREIGN_COLUMN = 1_000


def rejected(row: Row, kind: str, column: Column, message: str) -> Record:
    """Reject a row because of what a column says."""
    error = issue(kind, column.name, row.cells[column.position].strip(), message)
    return Record(row.line, {}, row.cells, (error,))


def no_book(row: Row, column: Column) -> Record:
    """Reject a row because a column says that it is about something else than a book."""
    what = row.cells[column.position].strip()
    return rejected(row, "no-book", column, f'"{short(what)}" is not a book.')


class DescribedSource(MappedSource):
    """
    A format with fixed names of columns, in any order; a subclass lists them.

    A header is of the format if it has all of ``signature``. Columns that the format does not know
    go to the host's field of the same name, if there is one, else nowhere.
    """

    signature: ClassVar[frozenset[str]]
    """Columns that every file of the format has and that together no other format has."""

    places: ClassVar[Mapping[str, str]]
    """Column to ``FIELD`` or ``FIELD:QUALIFIER``; the first of several for one value first."""

    ignored: ClassVar[Mapping[str, str]] = {}
    """Column to the reason why it is ignored."""

    looked_at: ClassVar[Mapping[str, str]] = {}
    """Column that goes nowhere itself, but is needed to read the row, to what for."""

    separators: ClassVar[Mapping[str, re.Pattern[str]]] = {}
    """Column of people to what stands between two; where there is none, it has to be learned."""

    @classmethod
    def identify(cls, header: Sequence[str], fields: Collection[str]) -> int:
        names = set(header)
        if not cls.signature <= names:
            return 0
        return 21 + len(names & (cls.places.keys() | cls.ignored.keys() | cls.looked_at.keys()))

    def find_target(self, name: str, fields: Collection[str]) -> tuple[int, Target] | str:
        if name in self.places:
            field, _, qualifier = self.places[name].partition(":")
            if field in fields:
                return list(self.places).index(name), Target(field, qualifier)
            return f"the model has no field {field}"
        if reason := self.ignored.get(name) or self.looked_at.get(name):
            return reason
        if name in fields:
            return _FOREIGN_COLUMN, Target(name)
        return f"not a column of {self.title}"

    @cached_property
    def named(self) -> dict[str, Column]:
        """Name to column, of the columns that the file has."""
        return {column.name: column for column in self.columns}

    def _parses(self, column: Column) -> bool:
        return column.name in self.looked_at or super()._parses(column)

    def _needs(self, column: Column) -> bool:
        return column.name in self.looked_at or super()._needs(column)

    def read_people(self, draft: Draft, column: Column) -> People:
        separator = self.separators.get(column.name)
        if separator is None:
            return super().read_people(draft, column)
        cell = draft.cells[column.position]
        if not cell:
            return []
        text = " ".join(cell.split())
        if text != cell.strip():
            draft.repaired("spaces", column, cell, text)
        people = split_people_at(text, separator) if separator.search(text) else [text]
        return credited(name for name in dict.fromkeys(people) if name)
