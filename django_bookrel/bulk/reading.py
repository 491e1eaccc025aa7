"""Records out of the database in pages: constant memory, a constant number of queries a page."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from django.db import models

from ..fields import field_of
from .layout import Children, Layout, Reference
from .writers import Writer

__all__ = ("names_of", "read_pages")


def read_pages(
    layout: Layout, writer: Writer, queryset: models.QuerySet[Any], *, page_size: int = 5_000
) -> Iterator[dict[str, list[Any]]]:
    """
    Yield the records of ``queryset`` by primary key, as columns by the layout's names.

    A plain column has values, a foreign key tuples of names or None, children lists of entries with
    tuples of names in them.

    Queries: per page one, and one or two for each foreign key and each of the children.
    """
    pk = layout.model._meta.pk
    fields = [pk.attname, *(field.attname for field in layout.fields)]
    pages = queryset.order_by(pk.attname).values_list(*fields)
    last: list[Any] = []
    while page := _fetched((pages.filter(pk__gt=last[0]) if last else pages)[:page_size]):
        keys, *columns = map(list, zip(*page, strict=True))
        last = [keys[-1]]
        for index, key in enumerate(layout.foreign_keys, len(layout.columns)):
            known = names_of(key.reference, writer, set(columns[index]))
            columns[index] = [known.get(value) for value in columns[index]]
        read = dict(zip(layout.names, columns, strict=True))
        for child in layout.children:
            entries = _entries(child, writer, keys)
            read[child.name] = [entries.get(key, ()) for key in keys]
        yield read


def _fetched(page: models.QuerySet[Any]) -> list[tuple[Any, ...]]:
    # As list(page), which asks the driver for a hundred rows at a time.
    compiler = page.query.get_compiler(page.db)
    size = page.query.high_mark
    return list(compiler.results_iter(tuple_expected=True, chunk_size=size))


def names_of(reference: Reference, writer: Writer, keys: set[Any]) -> dict[Any, Any]:
    """Return what refers to a record -> the names by which a cell would say it."""
    fetch = [reference.value, *(field_of(reference.model, name) for name in reference.by)]
    wanted = [(key,) for key in keys if key is not None]
    found = writer.match([reference.value], wanted, fetch)
    return {key: tuple(names) for _index, key, *names in found}


def _entries(child: Children, writer: Writer, parents: list[Any]) -> dict[Any, list[Any]]:
    fetch = [child.model._meta.pk, child.parent, *child.columns]
    found = writer.match([child.parent], [(parent,) for parent in parents], fetch)
    found = sorted(found, key=itemgetter(1))
    known = {}
    if child.reference is not None and child.target is not None:
        place = 3 + child.target
        named = {row[place] for row in found}
        known = names_of(child.reference, writer, named)
        if len(known) < len(named):
            # No cell can say a row that names no record.
            found = [row for row in found if row[place] in known]
    entries: dict[Any, list[Any]] = {}
    if known and len(child.columns) == 1:
        for _index, _pk, parent, value in found:
            entries.setdefault(parent, []).append((known[value],))
        return entries
    target: Any = child.target
    for _index, _pk, parent, *entry in found:
        if known:
            entry[target] = known[entry[target]]
        entries.setdefault(parent, []).append(tuple(entry))
    return entries
