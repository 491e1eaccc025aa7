"""Where the cells of a column go: a field, perhaps with a role, a scheme or "number"."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from ..exceptions import MissingColumns, UnknownField
from ..roles import ROLES, find_role

__all__ = ("NOWHERE", "Target", "check_columns", "parse_mapping", "parse_target", "suggestion")


class Target(NamedTuple):
    """
    A field, or a part of it.

    The qualifier is a role for contributors, a scheme for identifiers, "number" for the column
    that numbers the series of another one, and "subtitle" for the one that goes behind a title.
    """

    field: str
    qualifier: str = ""

    def __str__(self) -> str:
        return f"{self.field}:{self.qualifier}" if self.qualifier else self.field


_PARTS = (Target("series", "number"), Target("title", "subtitle"))

NOWHERE = Target("")
"""Where columns go that are left out."""


def suggestion(name: str, known: Iterable[str]) -> str:
    """Say which known name may be meant, as a sentence part; "" if none is near."""
    near = get_close_matches(name, list(known), 1)
    return f' (did you mean "{near[0]}"?)' if near else ""


def parse_target(text: str, fields: Collection[str]) -> Target:
    """
    Read ``FIELD`` or ``FIELD:QUALIFIER``.

    :raises UnknownField: there is no such field, or it takes no such qualifier.
    """
    field, _, qualifier = (part.strip() for part in text.partition(":"))
    if field not in fields:
        raise UnknownField(
            f'There is no field "{field}"{suggestion(field, fields)}. '
            f"The fields are: {', '.join(fields)}."
        )
    target = Target(field, qualifier)
    if not qualifier or field == "identifiers" or target in _PARTS:
        return target
    if field != "contributors":
        raise UnknownField(
            f'"{text}": only contributors (a role), identifiers (a scheme), series (number) and '
            "title (subtitle) take something after a colon."
        )
    role = find_role(qualifier)
    if role is None:
        raise UnknownField(
            f'There is no role "{qualifier}"{suggestion(qualifier, ROLES)}. '
            f"The roles are: {', '.join(ROLES)}."
        )
    return Target(field, role)


def parse_mapping(
    mapping: Mapping[str, str | Sequence[str]], fields: Collection[str]
) -> list[tuple[Target, str]]:
    """
    Read a mapping of targets to one or several columns into pairs.

    :raises UnknownField: as ``parse_target``.
    """
    return [
        (parse_target(text, fields), column.strip())
        for text, columns in mapping.items()
        for column in ([columns] if isinstance(columns, str) else columns)
    ]


def check_columns(mapping: Iterable[tuple[Target, str]], header: Sequence[str]) -> None:
    """
    Compare a mapping with a header.

    :raises MissingColumns: the mapping names a column that the header does not have.
    """
    for target, column in mapping:
        if column not in header:
            raise MissingColumns(
                f'{target} is mapped to a column "{column}" that the file does not have'
                f"{suggestion(column, header)}. Its columns are: {', '.join(header)}."
            )
