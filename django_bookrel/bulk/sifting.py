"""Which rows of a batch are imported now: what is wrong with the others, or what they wait for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from .batch import Batch, Rejection
from .grouping import adopt
from .own import FileView, OwnReferences
from .plan import Plan
from .references import Named
from .selecting import Selection, joined_rows, members_of

__all__ = ("Sieve",)


class Sieve:
    """
    Sifts the rows of plans whose records are found.

    What is known of the file is None where nothing is; what depends on it is then ``Plan.doubt``.
    """

    def __init__(self, selection: Selection, own: OwnReferences) -> None:
        self.selection, self.own = selection, own
        self.layout, self.references = selection.layout, selection.references

    def in_order(self, plan: Plan, file: FileView | None, excluded: Collection[int]) -> list[int]:
        """
        Return the rows that are neither rejected by themselves nor wait for others.

        :param excluded: rows that do not count.
        """
        batch, waiting = plan.batch, set()
        torn = {row: why for row, why in plan.records.errors.items() if row not in excluded}
        for row, error in torn.items():
            plan.rejections.append(batch.rejection(row, str(error), error=error))
        several = [one for one in self.references.several(batch) if one[0].row not in excluded]
        plan.rejections += [_several(batch, named, keys) for named, keys in several]
        unclear = {*excluded, *(named.row for named, _keys in several)}
        out = unclear | torn.keys()
        for named in self.references.unknown(batch):
            if named.reference in self.own.identities or named.row in unclear:
                continue
            if file is not None and file.has_promised(named.reference, named.names):
                self.references.promise(named)
            elif named.reference not in self.references.borrowing or (file and file.is_over):
                plan.rejections.append(_unknown(batch, named))
                out.add(named.row)
            else:
                waiting.add(named.row)
        if waiting and file is None:
            plan.doubt = "a row names what another one may create"
        for row, columns in self.layout.lacking(batch).items():
            if file is None and batch.candidates[row]:
                plan.doubt = "a row lacks what a new record needs"
            if row not in out | waiting and self._is_new(plan.records.pks[row]):
                plan.rejections += self._incomplete(batch, row, columns)
                out.add(row)
        _put_off(plan, {row: [] for row in waiting - out})
        rows = [row for row in range(len(batch)) if row not in out | waiting]
        return self._without_unmet(plan, rows, file) if file is not None and self.own else rows

    def counting(self, plan: Plan, rows: list[int], file: FileView | None) -> list[int]:
        """Return the rows after which no other is about the same record."""
        records = plan.records
        if file is not None:
            # The others are left out already, but for what only the database takes for equal.
            last = {pk: row for row in rows if (pk := records.pks[row]) is not None}
            kept = [r for r in rows if (pk := records.pks[r]) is None or last[pk] == r]
            plan.duplicates += len(rows) - len(kept)
            return kept
        shared = self.selection.sharing(plan.batch, rows, records)
        if not shared:
            return rows
        members = members_of(self.selection, plan.batch, shared, records)
        groups, unfit = self.selection.grouping.groups(members)
        if unfit:
            plan.doubt = "rows contradict one another"
            return rows
        plan.batch = plan.batch.copy()
        row_of = {plan.batch.lines[row]: row for row in shared}
        superseded = set()
        for group in (group for group in groups if group.others):
            row, others = row_of[group.last.line], [row_of[m.line] for m in group.others]
            if not adopt(self.layout, plan.batch, row, group, self.selection.overwritten):
                plan.doubt = "a record is not found by all that rows say"
            known = [records.pks[one] for one in (*others, row)]
            records.pks[row] = next((pk for pk in known if pk is not None), None)
            plan.joined += joined_rows(group)
            superseded.update(others)
        plan.duplicates += len(superseded)
        return [row for row in rows if row not in superseded]

    def _without_unmet(self, plan: Plan, rows: list[int], file: FileView) -> list[int]:
        """Return the rows that refer to no row which is not there yet."""
        batch, inside = plan.batch, set(rows)
        unknown = [
            named
            for named in self.references.unknown(batch, self.own.identities)
            if named.reference in self.own.identities and named.row in inside
        ]
        if not unknown:
            return rows
        makers = [row for row in rows if plan.records.pks[row] is None]
        unmet = self.own.unmet(batch, makers, unknown, file)
        hopeless = {row: one.hopeless for row, one in unmet.items() if one.hopeless is not None}
        plan.rejections += [_unknown(batch, named) for named in hopeless.values()]
        _put_off(plan, {row: one.waits for row, one in unmet.items() if row not in hopeless})
        return [row for row in rows if row not in unmet]

    def _is_new(self, pk: Any) -> bool:
        return pk is None or self.selection.is_made(pk)

    def _incomplete(self, batch: Batch, row: int, columns: Collection[str]) -> list[Rejection]:
        what = self.layout.model._meta.verbose_name
        if self.layout.unsaid:
            unsaid = ", ".join(field.name for field in self.layout.unsaid)
            why = f"A new {what} requires {unsaid}, for which there is no column."
            return [batch.rejection(row, why, error=ValueError(why))]
        return [batch.rejection(row, f"is required for a new {what}", name) for name in columns]


def _put_off(plan: Plan, waiting: dict[int, list[Any]]) -> None:
    if waiting:
        rows = sorted(waiting)
        plan.waiting.append((plan.batch.only(rows), [waiting[row] for row in rows]))


def _several(batch: Batch, named: Named, keys: list[Any]) -> Rejection:
    said = ", ".join(map(str, named.names))
    model: Any = named.reference.model
    why = named.reference.several(keys)
    error = model.MultipleObjectsReturned(f"{why} ({named.column}: {said})")
    return batch.rejection(named.row, why, named.column, said, error)


def _unknown(batch: Batch, named: Named) -> Rejection:
    said = ", ".join(map(str, named.names))
    model: Any = named.reference.model
    # As Django says it.
    text = f"{model._meta.object_name} matching query does not exist. ({named.column}: {said})"
    why, error = named.reference.unknown, model.DoesNotExist(text)
    return batch.rejection(named.row, why, named.column, said, error)
