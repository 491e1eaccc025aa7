"""One batch into the database: resolve, find, compare, write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .batch import Batch, Outcome, Policy, Rejection
from .changes import Changes, Plan
from .children import ChildSync
from .identify import find_records
from .itself import OwnRows
from .layout import UNSET, Column, ForeignKey, Layout
from .lookahead import FileIdentities, History, LookAhead
from .references import References, Said
from .resolve import Pending, settled
from .values import default_of
from .writers import Writer

__all__ = ("BatchWriter",)

EMPTY = (None, "")


class BatchWriter:
    """
    Writes batches of one layout into one database; a constant number of statements for each.

    :meth:`write` is to be called in a transaction: it reads, then writes, and may fail midway.
    """

    def __init__(self, layout: Layout, writer: Writer, policy: Policy, *, dry_run: bool) -> None:
        self.layout, self.writer, self.policy, self.dry_run = layout, writer, policy, dry_run
        self.model = layout.model
        self.fields = layout.fields
        self.pk_column = next((i for i, f in enumerate(self.fields) if f.primary_key), None)
        self.references = References(layout, writer, policy.keep)
        self.resolvers = self.references.resolvers
        self.own = OwnRows(layout, self.resolvers)
        self.identities: FileIdentities | None = None
        """What is known of the whole file; None where the batch is the file, or not yet."""
        self.history: History | None = None
        """What was met and made before the rest of the file was known."""
        self.changes: Changes | None = None
        """Takes note of what a dry run would change."""

    def write(self, batch: Batch) -> Outcome:
        """
        Write the rows and return what became of them; a dry run only reads.

        :raises Parted: they have to be written in two parts.
        """
        outcome = Outcome()
        # What is set in it shall not be seen when the same rows are tried again.
        batch = replace(batch, columns=list(batch.columns), children=list(batch.children))
        self.references.find(batch)
        self.references.check_order(batch)
        batch, pks = self._find_records(batch, outcome)
        self._apply(batch, pks, outcome)
        if self.dry_run:
            self.references.promise(batch, *_new_and_known(pks))
        return outcome

    def _apply(self, batch: Batch, pks: Sequence[Any], outcome: Outcome) -> None:
        """Write rows that are in order; ``pks`` has their records' primary keys or None."""
        new, known = _new_and_known(pks)
        known_pks = [pks[row] for row in known]
        again = [pk for pk in known_pks if pk in self.history] if self.history is not None else []
        if again and self.identities is None:
            raise LookAhead
        outcome.known_keys = known_pks
        treated = self._treatments(known, pks)
        known = [row for _policy, rows in treated for row in rows]
        outcome.unchanged += len(known_pks) - len(known)
        self.references.unite(batch, new, known)
        columns = self.references.columns(batch)
        children = self._children(batch)
        changed: dict[Any, Sequence[Any]] = {}
        touched: set[Any] = set()
        for policy, rows in treated:
            keys = [pks[row] for row in rows]
            changed |= self._changed(columns, rows, keys, policy)
            for sync in children:
                touched |= sync.compare(rows, keys, policy)
        touched |= changed.keys()
        if touched and self.history is not None and self.identities is None:
            raise LookAhead
        outcome.new, outcome.updated = len(new), len(touched)
        outcome.unchanged += len(known) - len(touched)
        outcome.updated_keys = list(touched)
        self._count_again(again, touched, outcome)
        if self.changes is not None:
            updated = {row: pks[row] for row in known if pks[row] in touched}
            self.changes.note(Plan(batch, columns, new, updated, changed, children))
        if not self.dry_run:
            self.references.create(columns, new, changed, children)
            self.references.complete(batch, new, known)
            outcome.new_keys = self._insert(columns, new)
            self._settle_own(batch, columns, new, outcome.new_keys)
            self._update(changed, touched)
            pk_of = dict(zip(new, outcome.new_keys, strict=True))
            for sync in children:
                sync.write(pk_of)

    def forget(self) -> None:
        """Forget what was found by a batch that was rolled back."""
        for resolver in self.resolvers.values():
            resolver.forget()

    def _treatments(self, known: list[int], pks: Sequence[Any]) -> list[tuple[Policy, list[int]]]:
        """Return the rows of records that are there, and how these are treated."""
        made: list[int] = []
        if self.history is not None and self.policy != Policy():
            # The last row of an identity counts, also where an earlier one was written already.
            made = [row for row in known if pks[row] in self.history.made]
            known = [row for row in known if pks[row] not in self.history.made]
        skips = self.policy.existing == "skip"
        return [(Policy(), made), (self.policy, [] if skips else known)]

    def _count_again(self, again: Sequence[Any], touched: set[Any], outcome: Outcome) -> None:
        """Count records once of which an earlier row was written before the file was known."""
        outcome.duplicates += len(again)
        made = self.history.made if self.history is not None else ()
        for pk in again:
            if pk not in touched:
                outcome.unchanged -= 1
            elif pk in made:
                outcome.updated -= 1
            else:
                outcome.unchanged -= 1

    def preview(self, batch: Batch) -> Outcome:
        """Return what would become of the rows, as far as reading tells."""
        before = self.dry_run, self.changes
        self.dry_run, self.changes = True, None
        try:
            with self.references.taken_together(batch):
                return self.write(batch)
        finally:
            self.dry_run, self.changes = before

    def known_records(self, batch: Batch) -> list[Any]:
        """Return for each row the primary key of its record, or None; rows need no foreign keys."""
        pks, _rejections = find_records(batch, self.layout, self.writer, lambda field: {})
        return pks

    # Which row is which record

    def _find_records(self, batch: Batch, outcome: Outcome) -> tuple[Batch, list[Any]]:
        """Return the rows that can be written, and their records' primary keys or None."""
        pks, rejections = find_records(batch, self.layout, self.writer, self.references.keys_of)
        rejections += self._incomplete(batch, pks)
        made = self.own.identities
        unknown = list(self.references.unknown(batch, made))
        rejections += [_rejected(batch, one) for one in unknown if one.reference not in made]
        own = [one for one in unknown if one.reference in made]
        if self.own and self.identities is not None:
            rejected = {rejection.line for rejection in rejections}
            waiting = self.own.waiting(batch, pks, rejected, own, self.identities)
            outcome.again = {batch.lines[row] for row in waiting}
            # Some are known by now.
            own = [one for one in self.references.unknown(batch) if one.reference in made]
        rejections += [_rejected(batch, one) for one in own if not one.reference.create]
        rejections = [rejection for rejection in rejections if rejection.line not in outcome.again]
        outcome.rejected += rejections
        out = {rejection.line for rejection in rejections} | outcome.again
        rows = [row for row, line in enumerate(batch.lines) if line not in out]
        kept = self._last_of_records(batch, _last_of_candidates(batch, rows), pks)
        outcome.duplicates += len(rows) - len(kept)
        return batch.only(kept), [pks[row] for row in kept]

    def _last_of_records(self, batch: Batch, rows: list[int], pks: list[Any]) -> list[int]:
        """Return those of the rows after which no other means the same record."""
        last = {pks[row]: row for row in rows if pks[row] is not None}
        rows = [row for row in rows if pks[row] is None or last[pks[row]] == row]
        if self.identities is None:
            return rows
        lines = [batch.lines[row] for row in rows]
        return [rows[i] for i in self.identities.last_of_records(lines, [pks[r] for r in rows])]

    def _incomplete(self, batch: Batch, pks: Sequence[Any]) -> list[Rejection]:
        """Reject the new rows that do not say what a new record needs."""
        what = self.model._meta.verbose_name
        unsaid = ", ".join(field.name for field in self.layout.unsaid)
        if unsaid:
            reason = f"A new {what} needs what no column says: {unsaid}."
            return [
                Rejection(line, "", "", reason, record)
                for line, record, pk in zip(batch.lines, batch.records, pks, strict=True)
                if pk is None
            ]
        columns: list[Column | ForeignKey]
        columns = [*self.layout.columns, *self.layout.foreign_keys]
        return [
            Rejection(
                batch.lines[row],
                column.name,
                "",
                f"is empty, and a new {what} needs it",
                batch.records[row],
            )
            for index, column in enumerate(columns)
            if column.required and UNSET in batch.columns[index]
            for row, pk in enumerate(pks)
            if pk is None and not batch.says(index, row)
        ]

    # What changes

    def _changed(
        self,
        columns: list[list[Any]],
        known: Sequence[int],
        pks: Sequence[Any],
        policy: Policy,
    ) -> dict[Any, tuple[Any, ...]]:
        """Return primary key -> values of the rows that exist and differ."""
        if not known or not self.fields:
            return {}
        pk = self.model._meta.pk
        found = self.writer.match([pk], [(key,) for key in pks], [pk, *self.fields])
        current = {row[1]: row[2:] for row in found}
        merge = self._merge(policy)
        changed: dict[Any, tuple[Any, ...]] = {}
        picked = [[column[row] for row in known] for column in columns]
        if self.pk_column is not None:
            picked[self.pk_column] = list(pks)
        for key, came in zip(pks, zip(*picked, strict=True), strict=True):
            was = current[key]
            if came != was and (values := merge(was, came)) != was:
                changed[key] = values
        return changed

    def _merge(
        self, policy: Policy
    ) -> Callable[[tuple[Any, ...], tuple[Any, ...]], tuple[Any, ...]]:
        fill = policy.existing == "fill"
        kept = [name in policy.keep for name in self.layout.names]

        def merge(was: tuple[Any, ...], came: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(
                old
                if new is UNSET or keep or (fill and old not in EMPTY) or _are_empty(old, new)
                else new
                for old, new, keep in zip(was, came, kept, strict=True)
            )

        return merge

    def _children(self, batch: Batch) -> list[ChildSync]:
        syncs = []
        for index, child in enumerate(self.layout.children):
            keys = self.resolvers[child.reference].keys if child.reference else {}
            syncs.append(ChildSync(child, index, batch, keys, self.writer))
        return syncs

    # Writing

    def _insert(self, columns: list[list[Any]], new: Sequence[int]) -> list[Any]:
        """Insert the new rows and return their primary keys in order."""
        left_out = [
            (index, {id(None), id(UNSET)} if field.primary_key else {id(UNSET)})
            for index, field in enumerate(self.fields)
            if field.primary_key or (field.has_db_default() and not field.has_default())
        ]
        groups: dict[tuple[int, ...], list[int]] = {}
        for row in new:
            out = tuple([i for i, empty in left_out if id(columns[i][row]) in empty])
            groups.setdefault(out, []).append(row)
        keys: dict[int, Any] = {}
        for out, rows in groups.items():
            places = [index for index in range(len(columns)) if index not in out]
            keys |= zip(rows, self._insert_rows(columns, places, rows), strict=True)
        return [keys[row] for row in new]

    def _insert_rows(
        self, columns: list[list[Any]], places: Sequence[int], rows: Sequence[int]
    ) -> list[Any]:
        fields = [self.fields[place] for place in places]
        picked = []
        for place, field in zip(places, fields, strict=True):
            column = settled([columns[place][row] for row in rows])
            if UNSET in column:
                column = [default_of(field) if value is UNSET else value for value in column]
            picked.append(column)
        fill = self.writer.filler(self.model, fields, adding=True)
        return self.writer.insert(self.model, fill.fields, fill.rows(picked, len(rows)))

    def _settle_own(
        self, batch: Batch, columns: list[list[Any]], new: Sequence[int], keys: Sequence[Any]
    ) -> None:
        """Write the references of new rows to new rows, which had to be there first."""
        if not self.own.made:
            return
        self.own.settle(batch, new, keys, self.writer)
        for index, key in enumerate(self.layout.foreign_keys, len(self.layout.columns)):
            if key.reference in self.own.identities:
                pairs = [
                    (pk, columns[index][row].value)
                    for row, pk in zip(new, keys, strict=True)
                    if type(columns[index][row]) is Pending
                ]
                self._update_rows([key.field], [p for p, _v in pairs], [[v for _p, v in pairs]])

    def _update(self, changed: Mapping[Any, Sequence[Any]], touched: set[Any]) -> None:
        """Write changed rows, and what ``auto_now`` sets on those of which only a child changed."""
        places = [i for i in range(len(self.fields)) if i != self.pk_column]
        fields = [self.fields[place] for place in places]
        columns = [settled([values[place] for values in changed.values()]) for place in places]
        self._update_rows(fields, list(changed), columns)
        self._update_rows([], [key for key in touched if key not in changed], [])

    def _update_rows(self, fields: Any, keys: list[Any], columns: list[list[Any]]) -> None:
        fill = self.writer.filler(self.model, fields, adding=False)
        if keys and fill.fields:
            rows = fill.rows(columns, len(keys))
            pairs = [(key, *row) for key, row in zip(keys, rows, strict=True)]
            self.writer.update(self.model, fill.fields, pairs)


def _are_empty(old: Any, new: Any) -> bool:
    # An empty cell says no more than that.
    return new is None and old == ""


def _new_and_known(pks: Sequence[Any]) -> tuple[list[int], list[int]]:
    new = [row for row, pk in enumerate(pks) if pk is None]
    return new, [row for row, pk in enumerate(pks) if pk is not None]


def _rejected(batch: Batch, unknown: Said) -> Rejection:
    row, column, reference, names = unknown
    said = ", ".join(map(str, names))
    return Rejection(batch.lines[row], column, said, reference.unknown, batch.records[row])


def _last_of_candidates(batch: Batch, rows: list[int]) -> list[int]:
    """Return those of the rows that share no identity with a later one."""
    every = [candidate for row in rows for candidate in batch.candidates[row]]
    if len(set(every)) == len(every):
        return rows
    seen: set[Any] = set()
    kept = []
    for row in reversed(rows):
        if seen.isdisjoint(batch.candidates[row]):
            kept.append(row)
        seen.update(batch.candidates[row])
    return kept[::-1]
