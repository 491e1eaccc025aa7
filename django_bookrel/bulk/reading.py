"""Records out of the database in pages: constant memory, a constant number of queries a page."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from django.db import models

from ..fields import AnyField, field_of
from .layout import Layout
from .relations import Children, Reference
from .writers import Writer

__all__ = ("names_of", "read_pages")

FETCHED = 100_000
"""Rows that are asked of the driver at a time."""
VARIABLES = 500
"""Fewer than SQLite takes in a statement."""
REMEMBERED_PAGES = 4
"""Names of at least so many pages are remembered, if every record has another."""


def read_pages(
    layout: Layout, writer: Writer, queryset: models.QuerySet[Any], *, page_size: int = 5_000
) -> Iterator[tuple[list[Any], dict[str, list[Any]]]]:
    """
    Yield the records of ``queryset``: their primary keys, and columns by the layout's names.

    A plain column has values, a foreign key tuples of names or None, children lists of entries with
    tuples of names in them.

    Queries: per page one, and one or two for each foreign key and each of the children; more only
    for models in several tables, and foreign keys that hold no primary key.
    """
    names = _Names(writer, REMEMBERED_PAGES * page_size)
    pk = layout.model._meta.pk
    fields = [pk.attname, *(field.attname for field in layout.fields)]
    # Managers of other apps may put other columns in the place of those that are asked for.
    plain: models.QuerySet[Any] = models.QuerySet(
        queryset.model, query=queryset.query.chain(), using=queryset.db
    )
    pages = plain.order_by(pk.attname).values_list(*fields)
    last: list[Any] = []
    while page := _fetched((pages.filter(pk__gt=last[0]) if last else pages)[:page_size]):
        keys, *columns = map(list, zip(*page, strict=True))
        last = [keys[-1]]
        for index, key in enumerate(layout.foreign_keys, len(layout.columns)):
            known = names.of(key.reference, set(columns[index]))
            columns[index] = [known.get(value) for value in columns[index]]
        read = dict(zip(layout.names, columns, strict=True))
        for child in layout.children:
            entries = _entries(child, writer, keys, names)
            read[child.name] = [entries.get(key, ()) for key in keys]
        yield keys, read


def _fetched(page: models.QuerySet[Any]) -> list[tuple[Any, ...]]:
    # As list(page), which asks the driver for a hundred rows at a time.
    compiler = page.query.get_compiler(page.db)
    return list(compiler.results_iter(tuple_expected=True, chunk_size=FETCHED))


def names_of(reference: Reference, writer: Writer, keys: set[Any]) -> dict[Any, Any]:
    """Return what refers to a record -> the names by which a cell would say it."""
    fetch = [reference.value, *(field_of(reference.model, name) for name in reference.by)]
    wanted = [key for key in keys if key is not None]
    found = _matched(reference.model, reference.value, wanted, fetch, writer)
    return {key: tuple(names) for key, *names in found}


class _Names:
    """Names of the records that rows refer to, of which the next page has many again."""

    def __init__(self, writer: Writer, most: int) -> None:
        self.writer, self.most = writer, most
        self.known: dict[Reference, dict[Any, Any]] = {}

    def of(self, reference: Reference, keys: set[Any]) -> dict[Any, Any]:
        """Return what refers to a record -> its names; of ``keys``, and maybe of others."""
        known = self.known.setdefault(reference, {})
        if len(known) > self.most:
            known.clear()
        known |= names_of(reference, self.writer, keys - known.keys())
        return known


def _entries(
    child: Children, writer: Writer, parents: list[Any], names: _Names
) -> dict[Any, list[Any]]:
    found = sorted(_rows(child, writer, parents), key=itemgetter(0))
    known: dict[Any, Any] = {}
    if child.reference is not None and child.target is not None:
        place = 2 + child.target
        named = {row[place] for row in found}
        known = names.of(child.reference, named)
        if not named <= known.keys():
            # No cell can say a row that names no record.
            found = [row for row in found if row[place] in known]
    entries: dict[Any, list[Any]] = {}
    if known and len(child.columns) == 1:
        for _pk, parent, value in found:
            entries.setdefault(parent, []).append((known[value],))
        return entries
    target: Any = child.target
    for _pk, parent, *entry in found:
        if known:
            entry[target] = known[entry[target]]
        entries.setdefault(parent, []).append(tuple(entry))
    return entries


def _rows(child: Children, writer: Writer, parents: list[Any]) -> list[tuple[Any, ...]]:
    """Return primary key, parent and columns of the rows of ``parents``, which are in order."""
    parent, fetch = child.parent, [child.model._meta.pk, child.parent, *child.columns]
    first, last = parents[0], parents[-1]
    if isinstance(first, int) and last - first < 2 * len(parents) and not child.is_indirect:
        # All of a range are had without sending their keys, and few that nobody asked for.
        within = {f"{parent.attname}__gte": first, f"{parent.attname}__lte": last}
        rows = _rows_of(child.model, writer).filter(**within)
        asked, fields = set(parents), [field.attname for field in fetch]
        return [row for row in _fetched(rows.values_list(*fields)) if row[1] in asked]
    path = f"{parent.name}__pk" if child.is_indirect else ""
    return _matched(child.model, parent, parents, fetch, writer, path)


def _matched(
    model: type[models.Model],
    column: AnyField,
    keys: list[Any],
    fetch: list[AnyField],
    writer: Writer,
    path: str = "",
) -> list[tuple[Any, ...]]:
    """
    Return the values of ``fetch`` of the rows that have one of ``keys`` in ``column``.

    :param path: where the keys are, if not in the column itself.
    """
    every = [column, *fetch]
    composite = any(isinstance(field, models.CompositePrimaryKey) for field in every)
    if len({field.model for field in every}) == 1 and not composite and not path:
        hits = writer.finder.match([column], [(key,) for key in keys], fetch)
        return [tuple(hit[1:]) for hit in hits]
    # Several tables, or a key that stands for another: for Django to sort out.
    path = path or column.attname
    rows = _rows_of(model, writer)
    names = [path if field is column else field.attname for field in fetch]
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(keys), VARIABLES):
        some = {f"{path}__in": keys[start : start + VARIABLES]}
        found += _fetched(rows.filter(**some).values_list(*names))
    return found


def _rows_of(model: type[models.Model], writer: Writer) -> models.QuerySet[Any]:
    # Without the model's managers, which may hide rows.
    return models.QuerySet(model, using=writer.connection.alias)
