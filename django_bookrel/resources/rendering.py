"""Values of columns -> cells of the native CSV, or JSON values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.db import models
from import_export.widgets import Widget

from ..bulk import Change, Children, Layout, Reference
from ..fields import AnyField, field_of
from ..values import has_own_meaning, is_plain, plain_text, to_text
from .naming import in_export_order
from .widgets import FieldWidget, text_widget

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
        says[column.name] = _column_says(declared[column.name], column.field, typed=typed)
    for key in layout.foreign_keys:
        relation = resource.relation_field(key.name, declared[key.name])
        says[key.name] = _distinct(_named(relation, key.reference, None if typed else ""))
    for child in layout.children:
        relation = resource.relation_field(child.name, declared[child.name])
        says[child.name] = _entries(relation, child, typed=typed)
    return says


def _column_says(declared: Any, field: AnyField, *, typed: bool) -> Says:
    widget = text_widget(declared.widget, field)
    if typed:
        return _each(_typed(field, _plain(widget)))
    if not isinstance(widget, FieldWidget) or not is_plain(field):
        return _each(_plain(widget))
    # Years and counts of pages are few; what is equal reads alike in one column.
    return _distinct(_plain(widget)) if isinstance(field, models.IntegerField) else _texts


def said_changes(resource: Any, layout: Layout, changes: Iterable[Change]) -> list[Change]:
    """Return changes, in the order of the file, with cells in the place of values."""
    makers = cell_makers(resource, layout)
    order = [field.column_name for field in in_export_order(resource)]

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


def _named(relation: Any, reference: Reference, nothing: Any) -> Callable[[Any], Any]:
    """Return what makes of names, or None, the text by which a cell names the record."""
    writers = [to_text(field_of(reference.model, name)) for name in reference.by]
    if all(write is str for write in writers):
        return lambda names: relation.said(names) if names else nothing

    def say(names: Any) -> Any:
        if not names:
            return nothing
        return relation.said([write(name) for write, name in zip(writers, names, strict=True)])

    return say


def _entries(relation: Any, child: Children, *, typed: bool) -> Says:
    write, place = relation.items if typed else relation.cell, child.target
    named: Callable[[Any], Any] = str
    if child.reference is not None:
        named = _named(relation, child.reference, "")

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


def _typed(field: AnyField, plain: Callable[[Any], str]) -> Callable[[Any], Any]:
    if isinstance(field, models.JSONField) and not has_own_meaning(field):
        return lambda value: value

    def say(value: Any) -> Any:
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        return value if value is None or isinstance(value, JSON_TYPES) else plain(value)

    return say


def _plain(widget: Widget) -> Callable[[Any], str]:
    if isinstance(widget, FieldWidget):
        write = widget.write
        return lambda value: "" if value is None else write(value)
    render = widget.render
    return lambda value: "" if value is None else plain_text(render(value))
