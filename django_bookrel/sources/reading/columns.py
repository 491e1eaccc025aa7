"""Where the columns of a header go: mappings as people write them, and which column goes first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from ...exceptions import MissingColumns, UnknownField, suggestion
from ...roles import ROLES, find_role
from ...showing import listed, short
from ..base import LIST_FIELDS, OWN, REJECT_COLUMNS, Column, Target

__all__ = ("check_columns", "in_reading_order", "parse_mapping", "parse_target", "place_columns")

_NAMED = 5
"""How many of the columns before one are named."""
_PARTS = (Target("series", "number"), Target("title", "subtitle"))


def parse_target(text: str, fields: Collection[str]) -> Target:
    """
    Read ``FIELD`` or ``FIELD:QUALIFIER``.

    :raises UnknownField: there is no such field, or it takes no such qualifier.
    """
    field, _, qualifier = (part.strip() for part in text.partition(":"))
    if field not in fields:
        raise UnknownField(
            f'Unknown field "{short(field)}"{suggestion(field, fields)}. '
            f"The fields are: {', '.join(fields)}."
        )
    target = Target(field, qualifier)
    if not qualifier or field == "identifiers" or target in _PARTS:
        return target
    if field != "contributors":
        raise UnknownField(
            f'"{short(text)}": only contributors (a role), identifiers (a scheme), series (number) '
            "and title (subtitle) take a qualifier after a colon."
        )
    role = find_role(qualifier)
    if role is None:
        raise UnknownField(
            f'Unknown role "{short(qualifier)}"{suggestion(qualifier, ROLES)}. '
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
    known = set(header)
    for target, column in mapping:
        if column not in known:
            raise MissingColumns(
                f'{target} is mapped to the column "{short(column)}", which the file does not have'
                f"{suggestion(column, header)}. The columns are: {listed(header)}."
            )


def _is_list(field: str, qualifier: str) -> bool:
    return field in LIST_FIELDS and (field, qualifier) != ("series", "number")


def place_columns(
    header: Sequence[str],
    mapping: Sequence[tuple[Target, str]],
    find: Callable[[str], tuple[int, Target] | str],
) -> list[Column]:
    """
    Give every column its target, or the reason why it has none.

    Mapped columns take the place of all others that would go to their target, and are read in the
    order of the mapping if it has one value.

    :param find: name to rank and target, or to a reason.
    """
    mapped = {target for target, _ in mapping}
    by_name: defaultdict[str, dict[Target, int]] = defaultdict(dict)
    for rank, (target, column) in enumerate(mapping):
        by_name[column][target] = rank
    columns: list[Column] = []
    for index, name in enumerate(header):
        targets = by_name.get(name)
        found = find(name) if not targets else ""
        if targets:
            columns += [Column.mapped(index, name, *item) for item in targets.items()]
        elif name in REJECT_COLUMNS:
            columns.append(Column(index, name, reason=OWN))
        elif isinstance(found, str):
            columns.append(Column(index, name, reason=found))
        elif found[1] in mapped:
            reason = f"another column is mapped to {found[1]}"
            columns.append(Column(index, name, reason=reason))
        else:
            rank, target = found
            columns.append(Column(index, name, *target, rank=rank))
    rivals: defaultdict[tuple[str, str], list[Column]] = defaultdict(list)
    for one in in_reading_order(columns):
        if one.field and not _is_list(one.field, one.qualifier):
            rivals[one.field, one.qualifier].append(one)
    reasons = {one: why for found in rivals.values() for one, why in _explained(found)}
    return [column._replace(reason=reasons.get(column, column.reason)) for column in columns]


def in_reading_order(columns: Iterable[Column]) -> list[Column]:
    """Sort the columns of one field: by rank if it has one value, as they stand if it has many."""
    return sorted(
        columns,
        key=lambda one: (0 if _is_list(one.field, one.qualifier) else one.rank, one.position),
    )


def _explained(rivals: Sequence[Column]) -> Iterable[tuple[Column, str]]:
    """Say of all columns for one value but the first when they are looked at."""
    for place, column in enumerate(rivals[1:], 1):
        before = [f'"{short(one.name)}"' for one in rivals[: min(place, _NAMED)]]
        if place > _NAMED:
            before.append(f"{place - _NAMED:,} more")
        yield column, f"used where {' and '.join(before)} {'is' if place == 1 else 'are'} empty"
