"""Which record each row is about, and which of several rows about one record counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from itertools import chain
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models

from ..names import text_key
from .batch import UNSET, Batch, Policy
from .columns import EMPTY, ColumnChange
from .grouping import Group, Grouping, Member, said_values
from .history import History
from .identify import find_records, held_candidates, hidden_record, several_records
from .layout import Layout
from .numbers import key_set
from .plan import Joined, Records
from .references import References
from .scope import within
from .writers import Writer

__all__ = ("Selection", "inherited", "joined_records", "joined_rows", "members_of")

ALIKE = 0.6
"""Labels that are less alike, of 1, are shown when rows are taken for one record."""


class Selection:
    """
    Applies the rule of ``grouping`` to the rows of batches.

    ``history`` is set once records were made or met before the whole file was known.
    """

    def __init__(
        self, layout: Layout, writer: Writer, policy: Policy, references: References
    ) -> None:
        self.layout, self.writer, self.references = layout, writer, references
        self.joining = {i for i, identity in enumerate(layout.identities) if identity.joins}
        self.history: History | None = None
        self.grouping = Grouping(layout, policy, lambda: self.history)
        self.fresh = key_set(layout.model._meta.pk)
        """Primary keys of the records that this import has made."""

    @property
    def overwritten(self) -> Collection[int]:
        """Identities whose columns are overwritten."""
        return self.grouping.overwritten

    def is_made(self, pk: Any) -> bool:
        """Return whether this import has made a record before it knew the whole file."""
        return self.history is not None and pk in self.history.made

    def records(self, batch: Batch, gone: Collection[Any] = ()) -> Records:
        """
        Find the record of each row.

        :param gone: primary keys of records that are not there, whatever refers to them.
        """

        def is_there(pk: Any, joins: bool) -> bool:  # noqa: FBT001
            return pk not in gone and (joins or pk not in self.fresh)

        keys_of = self.references.keys_of
        matches = find_records(
            batch,
            self.layout,
            self.writer,
            keys_of,
            is_there,
            self._further,
            hidden=self._hidden,
        )
        records = Records(matches.pks, matches.found)
        records.is_certain = not any(
            candidate[0] in self.joining and candidate not in matches.found
            for row in matches.partly
            for candidate in batch.candidates[row]
        )
        hidden = self._hidden(set(matches.found.values()))
        for row, some in enumerate(batch.candidates if hidden else ()):
            for candidate in some:
                if matches.found.get(candidate) in hidden:
                    records.errors[row] = PermissionDenied(hidden_record(self.layout, candidate))
        for row, hits in matches.several.items():
            if row in records.errors:
                continue
            keys = list(dict.fromkeys(pk for _candidate, pk in hits))
            there = [pk for pk in keys if not self.is_made(pk)]
            if len(there) > 1:
                model: Any = self.layout.model
                why = several_records(self.layout, self.writer, hits)
                records.errors[row] = model.MultipleObjectsReturned(why)
            else:
                records.pks[row] = there[0] if there else min(keys)
                records.merged[row] = [pk for pk in keys if pk != records.pks[row]]
        return records

    def _hidden(self, pks: Collection[Any]) -> Collection[Any]:
        """Return those of the records that are out of reach, and that this import has not made."""
        scope, pk = self.scope, self.layout.model._meta.pk
        if scope is None:
            return ()
        asked = {key for key in pks if key not in self.fresh and not self.is_made(key)}
        return asked - within(scope, pk, asked, self.writer.connection.alias)

    @cached_property
    def scope(self) -> models.QuerySet[Any] | None:
        """The records that rows may mean; None: all."""
        scope = self.layout.scope
        return scope() if callable(scope) else scope

    @cached_property
    def _further(self) -> int | None:
        """The identity of which records have several, if any has; one query for an import."""
        prefix = next((i.further for i in self.layout.identities if i.further is not None), ())
        for index, identity in enumerate(self.layout.identities if prefix else ()):
            if identity.parent is not None:
                rows = identity.model._base_manager.using(self.writer.connection.alias)
                names = [column.name for column in identity.columns]
                if rows.filter(**dict(zip(names, prefix, strict=False))).exists():
                    return index
        return None

    @property
    def needs_records(self) -> bool:
        """Whether rows that share no identity may be about one record."""
        identities = self.layout.identities
        is_loose = any(identities[index].folds for index in self.joining)
        return is_loose or len(self.joining) > 1 or self.history is not None

    def look_up(self, batch: Batch) -> Records:
        """Find the record of each row, knowing no more than what identifies it."""
        self.references.find(batch, identifying=True)
        return self.records(batch)

    def sharing(self, batch: Batch, rows: Sequence[int], records: Records) -> list[int]:
        """Return those of the rows that share an identity or a record with another one."""
        every = list(chain.from_iterable([batch.candidates[row] for row in rows]))
        pks = [pk for row in rows if (pk := records.pks[row]) is not None]
        if len(set(every)) == len(every) and len(set(pks)) == len(pks):
            return []
        counts = Counter([*every, *pks])
        return [
            row
            for row in rows
            if counts[records.pks[row]] > 1 or any(counts[c] > 1 for c in batch.candidates[row])
        ]


def inherited(selection: Selection, batch: Batch, records: Records) -> dict[int, Group]:
    """
    Return what rows keep of earlier ones that were written before the file was known.

    :returns: row -> a group of it and of what those rows said that identifies the record.
    """
    past = selection.history
    found: dict[int, Group] = {}
    for row, pk in enumerate(records.pks if past is not None else ()):
        assert past is not None  # noqa: S101
        if row in records.merged or (pk is not None and pk in past):
            keys = [pk, *records.merged.get(row, ())]
            held = held_candidates(selection.layout, selection.writer, keys)
            # Of what only one may have, what the latest row has said.
            held.sort(key=lambda pair: (pair[0] in past.made, pair[0]), reverse=True)
            kept = [c for key, c in held if key in past.made or past.has_said(c[0], key)]
            record = None if pk in past.made else pk
            member = Member(0, tuple(kept), record, said=tuple(said for _index, said in kept))
            last = Member(batch.lines[row], tuple(batch.candidates[row]))
            found[row] = Group(last, (member,))
    return found


def members_of(
    selection: Selection, batch: Batch, rows: Iterable[int], records: Records | None
) -> list[Member]:
    """Return what the rule needs to know of rows, none of which is rejected."""
    records = Records([None] * len(batch)) if records is None else records
    layout, found, is_made = selection.layout, records.found, selection.is_made
    lacking, labels = layout.lacking(batch), [None] * len(batch)
    if layout.label in layout.names:
        labels = batch.columns[layout.names.index(layout.label)]
    members = []
    for row in rows:
        every = dict.fromkeys(batch.candidates[row])
        candidates = tuple(c for c in every if c[0] in selection.joining)
        hits = [(c, found[c]) for c in every if c in found]
        there = [(c, pk) for c, pk in hits if not is_made(pk)]
        members.append(
            Member(
                batch.lines[row],
                candidates,
                record=there[0][1] if there else None,
                by=frozenset(c for c, _pk in there),
                made=tuple(pk for _c, pk in hits if is_made(pk)),
                lacks=row in lacking,
                label=labels[row],
                said=tuple(said_values(layout, batch, row, c) for c in candidates),
            )
        )
    return members


def joined_rows(group: Group) -> list[Joined]:
    """Return the rows of a group that are called by another name than the one that counts."""
    last = group.last
    return [
        Joined(member.line, str(member.label), last.line, str(last.label))
        for member in group.others
        if are_unlike(member.label, last.label)
    ]


def joined_records(
    layout: Layout, batch: Batch, changes: Mapping[int, ColumnChange]
) -> list[Joined]:
    """
    Return the rows that call records otherwise than earlier rows have done.

    :param changes: row -> what changes in a record that an earlier row has made or met.
    """
    if layout.label not in layout.names:
        return []
    place = layout.names.index(layout.label)
    return [
        Joined(0, str(one.before[place]), batch.lines[row], str(one.after[place]))
        for row, one in sorted(changes.items())
        if are_unlike(one.before[place], one.after[place])
    ]


def are_unlike(one: Any, other: Any) -> bool:
    """Return whether two labels hardly are of one record."""
    if one == other or {id(one), id(other)} & {id(UNSET)} or one in EMPTY or other in EMPTY:
        return False
    first, second = text_key(str(one), 1000), text_key(str(other), 1000)
    if first.startswith(second) or second.startswith(first):
        return False
    return SequenceMatcher(None, first, second, autojunk=False).ratio() < ALIKE
