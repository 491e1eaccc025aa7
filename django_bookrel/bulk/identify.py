"""Which record a row means: by any of its identities, which must not contradict each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.db import models

from ..fields import AnyField
from .batch import RECORD, UNSET, Batch, Candidate
from .grouping import LACKS, OVERWRITES, Unfit
from .layout import Layout
from .relations import Identity, said_column
from .writers import Writer

__all__ = (
    "Matches",
    "find_records",
    "held_candidates",
    "hidden_record",
    "several_records",
    "unfit_row",
)

Key = tuple[Any, ...]

Hit = tuple[Candidate, Any]
"""A candidate, and the primary key of the record that it means."""


@dataclass(slots=True)
class Matches:
    """The records that the rows of a batch mean."""

    pks: list[Any] = field(default_factory=list)
    """For each row the primary key of its record, or None for a new one."""
    found: dict[Candidate, Any] = field(default_factory=dict)
    """Candidate -> primary key; those that mean no record are absent."""
    several: dict[int, list[Hit]] = field(default_factory=dict)
    """Rows that mean several records."""
    partly: list[int] = field(default_factory=list)
    """Rows of which some candidates mean a record and others none."""


def find_records(
    batch: Batch,
    layout: Layout,
    writer: Writer,
    keys_of: Callable[[AnyField], Mapping[Any, Any]],
    is_there: Callable[[Any, bool], bool],
    further: int | None = None,
    *,
    hidden: Callable[[Collection[Any]], Collection[Any]] = lambda pks: (),
) -> Matches:
    """
    Find the records that rows mean.

    :param keys_of: names -> primary key of the records that a foreign key of an identity names.
    :param is_there: whether a record, by its primary key, may be meant by an identity that joins
        rows or by one that does not.
    :param further: the identity of which records have such values as another has but one of; what
        rows say of that becomes what it is in their records.
    :param hidden: those of records that are out of reach; of several with one identity others are
        meant.

    Queries: one for each identity of the layout and each pattern of empty values in it.
    """
    keys: defaultdict[int, dict[Key, None]] = defaultdict(dict)
    for index, key in chain.from_iterable(batch.candidates):
        keys[index][key] = None
    found = {(RECORD, key): key[0] for key in keys[RECORD] if is_there(key[0], True)}  # noqa: FBT003
    several: dict[Candidate, list[Any]] = {}
    # What does not join rows is for those that nothing else has found.
    for index, identity in sorted(enumerate(layout.identities), key=lambda item: not item[1].joins):
        wanted = keys[index] if identity.finds else {}
        if wanted and not identity.joins:
            left = (some for some in batch.candidates if found.keys().isdisjoint(some))
            wanted = {key: None for some in left for place, key in some if place == index}
        if wanted:
            pairs, all_of = _match(identity, list(wanted), writer, keys_of)
            found |= {(index, k): pk for k, pk in pairs.items() if is_there(pk, identity.joins)}
            for key, pks in all_of.items():
                several[index, key] = [pk for pk in pks if is_there(pk, identity.joins)]
            if further is not None and identity.further is not None:
                unmatched = [(*identity.further, *k) for k in wanted if (index, k) not in found]
                more, _all = _match(layout.identities[further], unmatched, writer, keys_of)
                others = {(further, key): pk for key, pk in more.items() if is_there(pk, True)}  # noqa: FBT003
                _rename(batch, layout, index, others)
                found |= others
    if several:
        out = hidden({pk for pks in several.values() for pk in pks})
        seen = {c: [pk for pk in pks if pk not in out] for c, pks in several.items()}
        several = {c: pks or several[c] for c, pks in seen.items()}
        found |= {c: pks[0] for c, pks in several.items() if pks}
        several = {c: pks for c, pks in several.items() if len(pks) > 1}
    return _of_rows(batch, found, several)


def _of_rows(
    batch: Batch, found: dict[Candidate, Any], several: Mapping[Candidate, list[Any]]
) -> Matches:
    matches = Matches(found=found)
    if not found:
        matches.pks = [None] * len(batch)
        return matches
    for row, candidates in enumerate(batch.candidates):
        hits = [(c, found[c]) for c in candidates if c in found]
        matches.pks.append(hits[0][1] if hits else None)
        if hits and len(hits) < len(candidates):
            matches.partly.append(row)
        if several:
            hits = [(c, one) for c, pk in hits for one in several.get(c, [pk])]
        if len(hits) > 1 and len({pk for _candidate, pk in hits}) > 1:
            matches.several[row] = hits
    return matches


def held_candidates(
    layout: Layout, writer: Writer, keys: Sequence[Any]
) -> list[tuple[Any, Candidate]]:
    """Return records, by primary key, with what identifies them and joins rows."""
    found: list[tuple[Any, Candidate]] = []
    for index, identity in enumerate(layout.identities):
        by = identity.parent or identity.model._meta.pk
        if identity.joins and not any(isinstance(c, models.ForeignKey) for c in identity.columns):
            hits = writer.finder.match([by], [(key,) for key in keys], list(identity.columns))
            held = [(keys[place], tuple(values)) for place, *values in hits]
            found += [(key, (index, values)) for key, values in held if None not in values]
    return found


def several_records(layout: Layout, writer: Writer, hits: Iterable[Hit]) -> str:
    """Return the reason why a row is rejected that means several records."""
    hits = list(hits)
    keys = list({pk: None for _candidate, pk in hits})
    records = layout.model._base_manager.using(writer.connection.alias).in_bulk(keys)
    said = "; ".join(
        f"{_said(layout, candidate)} is “{records.get(pk)}” (no. {pk})"
        for candidate, pk in hits
        if candidate[0] != RECORD
    )
    return f"The row matches more than one record: {said}."


def hidden_record(layout: Layout, candidate: Candidate) -> str:
    """Return the reason why a row is rejected that means a record which is out of reach."""
    what = layout.model._meta.verbose_name
    return f"{_said(layout, candidate)} belongs to a {what} that this import may not change."


def unfit_row(layout: Layout, writer: Writer, unfit: Unfit) -> str:
    """Return the reason why a row is rejected that others speak against."""
    lines = ", ".join(f"line {member.line}" for member in unfit.others) or "an earlier row"
    if unfit.why == LACKS:
        return f"The row lacks what a new record requires, unlike {lines} for the same record."
    if unfit.why == OVERWRITES:
        names = ", ".join(said_column(c).name for c in layout.identities[unfit.identity].columns)
        return f"The row would overwrite {names}, the only identity of the record in {lines}."
    pks = [unfit.member.record, *(member.record for member in unfit.others)]
    records = layout.model._base_manager.using(writer.connection.alias).in_bulk(pks)
    mine, *theirs = [f"“{records.get(pk)}” (no. {pk})" for pk in dict.fromkeys(pks)]
    return (
        f"The row matches {mine} but shares an identity with {lines}, which matches "
        f"{', '.join(theirs)}."
    )


def _match(
    identity: Identity, keys: list[Key], writer: Writer, keys_of: Any
) -> tuple[dict[Key, Any], dict[Key, list[Any]]]:
    """Return key -> primary key; and all of them, in order, for keys that several records have."""
    found: dict[Key, Any] = {}
    several: dict[Key, list[Any]] = {}
    pointer = identity.parent or identity.model._meta.pk
    for pattern, pairs in _by_pattern(_resolved(identity, keys, keys_of)).items():
        given = [c for c, empty in zip(identity.columns, pattern, strict=True) if not empty]
        empty = [c for c, empty in zip(identity.columns, pattern, strict=True) if empty]
        wanted = [key for _key, key in pairs]
        if empty:
            wanted = [tuple([value for value in key if value is not None]) for key in wanted]
        hits = writer.finder.match(given, wanted, [pointer, *empty])
        if empty:
            hits = [hit for hit in hits if not any(value is not None for value in hit[2:])]
        if len({hit[0] for hit in hits}) < len(hits):
            # From the last to the first, so that the first has the last word.
            hits.sort(key=lambda hit: hit[:2], reverse=True)
            for index, pk, *_empty in hits:
                several.setdefault(pairs[index][0], []).insert(0, pk)
        found |= {pairs[hit[0]][0]: hit[1] for hit in hits}
    return found, {key: pks for key, pks in several.items() if len(set(pks)) > 1}


def _rename(batch: Batch, layout: Layout, index: int, hits: Mapping[Candidate, Any]) -> None:
    """Let rows say by a further identity what their records do not have in a column."""
    identity = layout.identities[index]
    prefix = identity.further or ()
    places = [layout.fields.index(said_column(column)) for column in identity.columns]
    renamed = {(index, key[len(prefix) :]): (place, key) for place, key in hits}
    for row, candidates in enumerate(batch.candidates if renamed else ()):
        if not renamed.keys().isdisjoint(candidates):
            batch.candidates[row] = [renamed.get(one, one) for one in candidates]
            for place in places:
                batch.columns[place][row] = UNSET


def _by_pattern(pairs: list[tuple[Key, Key]]) -> dict[tuple[bool, ...], list[tuple[Key, Key]]]:
    """Group keys by which of their values are empty."""
    if not any(None in resolved for _key, resolved in pairs):
        return {(False,) * len(pairs[0][1]): pairs} if pairs else {}
    found: dict[tuple[bool, ...], list[tuple[Key, Key]]] = {}
    for pair in pairs:
        found.setdefault(tuple([value is None for value in pair[1]]), []).append(pair)
    return found


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


def _said(layout: Layout, candidate: Candidate) -> str:
    index, key = candidate
    if index == RECORD:
        return f"{layout.model._meta.pk.name} {key[0]}"
    identity = layout.identities[index]
    if identity.parent is not None:
        return ":".join(map(str, key))
    pairs = zip(identity.columns, key, strict=True)
    return ", ".join(f"{said_column(column).name} {value}" for column, value in pairs)
