"""Sources of formats that some program writes: every column of theirs is known by its name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from .mapped import MappedSource
from .targets import Target

__all__ = ("DescribedSource",)

_FOREIGN_COLUMN = 1_000


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

    left_out: ClassVar[Mapping[str, str]] = {}
    """Column to the reason why it is not kept."""

    @classmethod
    def identify(cls, header: Sequence[str], fields: Collection[str]) -> int:
        names = set(header)
        if not cls.signature <= names:
            return 0
        return 21 + len(names & (cls.places.keys() | cls.left_out.keys()))

    def find_target(self, name: str, fields: Collection[str]) -> tuple[int, Target] | str:
        if name in self.places:
            field, _, qualifier = self.places[name].partition(":")
            if field in fields:
                return list(self.places).index(name), Target(field, qualifier)
            return f"there is no field {field}"
        if name in self.left_out:
            return self.left_out[name]
        if name in fields:
            return _FOREIGN_COLUMN, Target(name)
        return f"no column of {self.title}"
