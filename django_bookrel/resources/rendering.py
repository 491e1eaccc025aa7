"""Values of columns -> cells of the native CSV, or JSON values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.db import models
from import_export.widgets import CharWidget

from ..bulk import Change, Children, Layout

__all__ = ("Says", "cell_makers", "said_changes")

JSON_TYPES = (bool, int, float, dict, list)

Says = Callable[[list[Any]], list[Any]]
"""Makes cells of the values of a column."""


def cell_makers(resource: Any, layout: Layout, *, typed: bool = False) -> dict[str, Says]:
    """
    Return what makes cells of a column of values, for each name of the layout.

    :param typed: JSON values; otherwise cells of the native CSV.
    """
    declared = resource.columns()
    says: dict[str, Says] = {}
    for column in layout.columns:
        plain = _plain(declared[column.name])
        if typed:
            says[column.name] = _each(_typed(plain))
        elif type(declared[column.name].widget) is CharWidget:
            says[column.name] = _texts
        else:
            # Years and counts of pages are few; what is equal reads alike in one column.
            is_number = isinstance(column.field, models.IntegerField)
            says[column.name] = _distinct(plain) if is_number else _each(plain)
    for key in layout.foreign_keys:
        relation = resource.relation_field(key.name, declared[key.name])
        says[key.name] = _distinct(_named(relation.said, None if typed else ""))
    for child in layout.children:
        relation = resource.relation_field(child.name, declared[child.name])
        says[child.name] = _entries(relation, child, typed=typed)
    return says


def said_changes(resource: Any, layout: Layout, changes: Iterable[Change]) -> list[Change]:
    """Return changes, in the order of the file, with cells in the place of values."""
    makers = cell_makers(resource, layout)
    order = [resource.fields[name].column_name for name in resource.get_export_order()]

    def said(name: str, value: Any) -> str:
        return "" if value is None else makers[name]([value])[0]

    def with_cells(change: Change) -> Change:
        names = sorted(change.cells, key=order.index)
        pairs: dict[str, Any] = {
            name: tuple(said(name, value) for value in change.cells[name]) for name in names
        }
        return replace(change, cells=pairs)

    return [with_cells(change) for change in sorted(changes, key=lambda change: change.line)]


def _each(say: Callable[[Any], Any]) -> Says:
    return lambda values: list(map(say, values))


def _distinct(say: Callable[[Any], Any]) -> Says:
    return lambda values: list(map(_Cells(say).__getitem__, values))


class _Cells(dict[Any, Any]):
    def __init__(self, say: Callable[[Any], Any]) -> None:
        self.say = say

    def __missing__(self, value: Any) -> Any:
        cell = self[value] = self.say(value)
        return cell


def _texts(values: list[Any]) -> list[Any]:
    return [value or "" for value in values]


def _named(say: Callable[[Any], str], nothing: Any) -> Callable[[Any], Any]:
    return lambda names: say(names) if names else nothing


def _entries(relation: Any, child: Children, *, typed: bool) -> Says:
    write, named, place = relation.items if typed else relation.cell, relation.said, child.target

    def say(entries: Any) -> Any:
        if place is not None:
            entries = [(*e[:place], named(e[place]), *e[place + 1 :]) for e in entries]
        return write(entries)

    def say_names(entries: Any) -> Any:
        return write([(named(names),) for (names,) in entries])

    if place is None or len(child.columns) > 1:
        return _each(say)
    # Many records have the same links, but next to none the same numbers and positions.
    distinct = _distinct(say_names)
    return lambda values: distinct(list(map(tuple, values)))


def _typed(plain: Callable[[Any], str]) -> Callable[[Any], Any]:
    def say(value: Any) -> Any:
        return value if isinstance(value, JSON_TYPES) else plain(value) or None

    return say


def _plain(declared: Any) -> Callable[[Any], str]:
    render = declared.widget.render

    return lambda value: "" if value is None else str(render(value))
