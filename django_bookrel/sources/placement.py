"""Which columns of a header go to which targets, when several could."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..exceptions import MissingColumns
from .base import LIST_FIELDS, PASSED_OVER, Column
from .targets import Target

__all__ = ("check_single", "place_columns")

_SEVERAL_COLUMNS = LIST_FIELDS | {"isbn"}


def check_single(mapping: Sequence[tuple[Target, str]]) -> None:
    """
    Refuse several columns for what has room for one.

    :raises MissingColumns: a mapping names them.
    """
    targets = [target for target, _ in mapping]
    for target in targets:
        if targets.count(target) > 1 and not _may_repeat(target):
            names = ", ".join(column for other, column in mapping if other == target)
            raise MissingColumns(f"{target} takes one column, but is mapped to several: {names}.")


def _may_repeat(target: Target) -> bool:
    return target.field in _SEVERAL_COLUMNS and target != Target("series", "number")


def place_columns(
    header: Sequence[str],
    mapping: Sequence[tuple[Target, str]],
    find: Callable[[str], tuple[int, Target] | str],
) -> list[Column]:
    """
    Give every column its target, or the reason why it has none.

    Mapped columns come first; of the others that go to one target the lowest rank counts, unless
    the target takes several.

    :param find: name to rank and target, or to a reason.
    """
    mapped = {target for target, _ in mapping}
    columns: list[Column] = []
    best: dict[Target, tuple[int, int]] = {}
    for index, name in enumerate(header):
        targets = [target for target, column in mapping if column == name]
        found = find(name) if not targets else ""
        if targets:
            columns += [Column(index, name, *target) for target in targets]
        elif name in PASSED_OVER:
            columns.append(Column(index, name, reason="about an earlier import"))
        elif isinstance(found, str):
            columns.append(Column(index, name, reason=found))
        elif found[1] in mapped:
            reason = f"another column is mapped to {found[1]}"
            columns.append(Column(index, name, reason=reason))
        else:
            rank, target = found
            best[target] = min(best.get(target, (rank, index)), (rank, index))
            columns.append(Column(index, name, *target))
    return [_competed(column, best, header) for column in columns]


def _competed(column: Column, best: dict[Target, tuple[int, int]], header: Sequence[str]) -> Column:
    target = Target(column.field, column.qualifier)
    if target not in best or _may_repeat(target) or best[target][1] == column.position:
        return column
    reason = f'{target} is read from "{header[best[target][1]]}"'
    return Column(column.position, column.name, reason=reason)
