"""Which columns of a header go to which targets, when several could."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from .base import LIST_FIELDS, PASSED_OVER, Column
from .targets import Target

__all__ = ("in_reading_order", "place_columns")


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
    columns: list[Column] = []
    for index, name in enumerate(header):
        targets = {target: rank for rank, (target, column) in enumerate(mapping) if column == name}
        found = find(name) if not targets else ""
        if targets:
            columns += [Column.mapped(index, name, *item) for item in targets.items()]
        elif name in PASSED_OVER:
            columns.append(Column(index, name, reason="about an earlier import"))
        elif isinstance(found, str):
            columns.append(Column(index, name, reason=found))
        elif found[1] in mapped:
            reason = f"another column is mapped to {found[1]}"
            columns.append(Column(index, name, reason=reason))
        else:
            rank, target = found
            columns.append(Column(index, name, *target, rank=rank))
    return [_explained(column, columns) for column in columns]


def in_reading_order(columns: Iterable[Column]) -> list[Column]:
    """Sort the columns of one field: by rank if it has one value, as they stand if it has many."""
    return sorted(
        columns,
        key=lambda one: (0 if _is_list(one.field, one.qualifier) else one.rank, one.position),
    )


def _explained(column: Column, columns: Sequence[Column]) -> Column:
    _, _, *target = column[:4]
    if not column.field or _is_list(*target):
        return column
    rivals = in_reading_order(one for one in columns if [one.field, one.qualifier] == target)
    before = [f'"{one.name}"' for one in rivals[: rivals.index(column)]]
    if not before:
        return column
    are_empty = "is empty" if len(before) == 1 else "are empty"
    return column._replace(reason=f"where {' and '.join(before)} {are_empty}")
