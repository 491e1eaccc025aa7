"""Which record a row means: by any of its identities, which must not contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import models

from ..fields import AnyField
from .batch import Batch, Candidate, Rejection
from .layout import Identity, Layout, said_column
from .writers import Writer

__all__ = ("find_records",)

Key = tuple[Any, ...]


def find_records(
    batch: Batch,
    layout: Layout,
    writer: Writer,
    keys_of: Callable[[AnyField], Mapping[Any, Any]],
) -> tuple[list[Any], list[Rejection]]:
    """
    Return for each row the primary key of its record, or None for a new one, and the rejections.

    :param keys_of: names -> primary key of the records that a foreign key of an identity names.

    Queries: one for each identity of the layout and each pattern of empty values in it.
    """
    found: dict[Candidate, Any] = {}
    for index, identity in enumerate(layout.identities):
        keys = {c[1]: None for candidates in batch.candidates for c in candidates if c[0] == index}
        if keys:
            pairs = _match(identity, list(keys), writer, keys_of)
            found |= {(index, key): pk for key, pk in pairs}
    if not found:
        return [None] * len(batch), []
    pks: list[Any] = []
    clashes: dict[int, list[tuple[Candidate, Any]]] = {}
    for row, candidates in enumerate(batch.candidates):
        hits = [(c, found[c]) for c in candidates if c in found]
        pks.append(hits[0][1] if hits else None)
        if len(hits) > 1 and len({pk for _candidate, pk in hits}) > 1:
            clashes[row] = hits
    return pks, _rejections(batch, layout, writer, clashes)


def _match(
    identity: Identity, keys: list[Key], writer: Writer, keys_of: Any
) -> Iterator[tuple[Key, Any]]:
    """Yield key, primary key; of several records with one key that of the first."""
    pairs = _resolved(identity, keys, keys_of)
    by_pattern: dict[tuple[bool, ...], list[tuple[Key, Key]]] = {}
    if any(None in resolved for _key, resolved in pairs):
        for pair in pairs:
            pattern = tuple([value is None for value in pair[1]])
            by_pattern.setdefault(pattern, []).append(pair)
    elif pairs:
        by_pattern[(False,) * len(identity.columns)] = pairs
    pointer = identity.parent or identity.model._meta.pk
    for pattern, pairs in by_pattern.items():
        given = [c for c, empty in zip(identity.columns, pattern, strict=True) if not empty]
        empty = [c for c, empty in zip(identity.columns, pattern, strict=True) if empty]
        wanted = [tuple([v for v in resolved if v is not None]) for _key, resolved in pairs]
        hits = writer.match(given, wanted, [pointer, *empty])
        # From the last to the first, so that the first has the last word.
        for index, pk, *rest in sorted(hits, key=lambda hit: hit[:2], reverse=True):
            if not any(value is not None for value in rest):
                yield pairs[index][0], pk


def _resolved(identity: Identity, keys: list[Key], keys_of: Any) -> list[tuple[Key, Key]]:
    """Put primary keys in the place of names; leave out keys with a name not known yet."""
    known = {
        place: keys_of(column)
        for place, column in enumerate(identity.columns)
        if isinstance(column, models.ForeignKey) and any(key[place] is not None for key in keys)
    }
    if not known:
        return list(zip(keys, keys, strict=True))
    pairs = []
    for key in keys:
        if all(key[place] is None or key[place] in found for place, found in known.items()):
            resolved = list(key)
            for place, found in known.items():
                resolved[place] = found.get(key[place])
            pairs.append((key, tuple(resolved)))
    return pairs


def _rejections(
    batch: Batch,
    layout: Layout,
    writer: Writer,
    clashes: Mapping[int, list[tuple[Candidate, Any]]],
) -> list[Rejection]:
    if not clashes:
        return []
    pks = {pk for hits in clashes.values() for _candidate, pk in hits}
    records = layout.model._base_manager.using(writer.connection.alias).in_bulk(list(pks))
    rejections = []
    for row, hits in clashes.items():
        said = "; ".join(
            f"{_said(layout, candidate)} is “{records.get(pk)}” (no. {pk})"
            for candidate, pk in hits
        )
        reason = f"The row means different records: {said}."
        rejections.append(Rejection(batch.lines[row], "", "", reason, batch.records[row]))
    return rejections


def _said(layout: Layout, candidate: Candidate) -> str:
    index, key = candidate
    identity = layout.identities[index]
    if identity.parent is not None:
        return ":".join(map(str, key))
    pairs = zip(identity.columns, key, strict=True)
    return ", ".join(f"{said_column(column).name} {value}" for column, value in pairs)
