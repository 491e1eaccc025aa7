"""Records out of the database in pages: constant memory, a constant number of queries a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models

from .layout import Children, Layout, Reference
from .writers import Writer

__all__ = ("read_rows",)


def read_rows(
    layout: Layout, writer: Writer, queryset: models.QuerySet, *, page_size: int = 2_000
) -> Iterator[list[Any]]:
    """
    Yield the records of ``queryset`` by primary key.

    Each row has the values of the layout's columns, then a tuple of names (or None) for each
    foreign key, then for each of the children a list of entries, with tuples of names in them.

    Queries: per page one, and one or two for each foreign key and each of the children.
    """
    pk = layout.model._meta.pk
    fields = [pk.attname, *(field.attname for field in layout.fields)]
    pages = queryset.order_by(pk.attname).values_list(*fields)
    last: list[Any] = []
    while page := list((pages.filter(pk__gt=last[0]) if last else pages)[:page_size]):
        last = [page[-1][0]]
        keys = [row[0] for row in page]
        children = [_entries(child, writer, keys) for child in layout.children]
        names = _foreign_names(layout, writer, page)
        plain = 1 + len(layout.columns)
        for row in page:
            said = [known.get(value) for known, value in zip(names, row[plain:], strict=True)]
            yield [*row[1:plain], *said, *(entries.get(row[0], []) for entries in children)]


def _foreign_names(layout: Layout, writer: Writer, page: list[Any]) -> list[dict[Any, Any]]:
    first = 1 + len(layout.columns)
    return [
        _names(key.reference, writer, {row[index] for row in page})
        for index, key in enumerate(layout.foreign_keys, first)
    ]


def _names(reference: Reference, writer: Writer, keys: set[Any]) -> dict[Any, Any]:
    opts = reference.model._meta
    fetch = [reference.value, *(opts.get_field(name) for name in reference.by)]
    wanted = [(key,) for key in keys if key is not None]
    found = writer.match([reference.value], wanted, fetch)
    return {key: tuple(names) for _index, key, *names in found}


def _entries(child: Children, writer: Writer, parents: list[Any]) -> dict[Any, list[Any]]:
    fetch = [child.model._meta.pk, child.parent, *child.columns]
    found = writer.match([child.parent], [(parent,) for parent in parents], fetch)
    rows = sorted((row[1:] for row in found), key=lambda row: row[0])
    known = {}
    if child.reference is not None and child.target is not None:
        known = _names(child.reference, writer, {row[2 + child.target] for row in rows})
    entries: dict[Any, list[Any]] = {}
    for _pk, parent, *entry in rows:
        if known:
            entry[child.target] = known[entry[child.target]]
        entries.setdefault(parent, []).append(tuple(entry))
    return entries
