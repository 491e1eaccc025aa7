"""What a batch will do: its rows and what is in the database, read and decided upon."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from .batch import Batch, Policy, Rejection
from .columns import Gone
from .comparing import Comparison
from .grouping import adopt
from .layout import Layout
from .own import FileView, OwnReferences
from .plan import Plan
from .references import Named, References
from .selecting import Records, Selection, joined_rows
from .writers import Writer

__all__ = ("Planner",)

ATTEMPTS = 3
"""How often a batch is planned of which records vanish meanwhile."""


class Planner:
    """
    Plans batches of one layout; it reads and decides, and writes nothing.

    :param locks: keep others from changing what is to be changed, until the transaction ends.

    Queries for a batch: those of ``References.find()``, ``find_records()`` and ``Comparison``.
    """

    def __init__(self, layout: Layout, writer: Writer, policy: Policy, *, locks: bool) -> None:
        self.layout = layout
        self.references = References(layout, writer, policy.keep)
        self.own = OwnReferences(layout, self.references)
        self.selection = Selection(layout, writer, policy, self.references)
        self.comparison = Comparison(layout, writer, self.references, policy, locks=locks)

    @property
    def policy(self) -> Policy:
        """How records that exist are treated."""
        return self.comparison.policy

    @policy.setter
    def policy(self, policy: Policy) -> None:
        self.comparison.policy = policy

    def plan(
        self,
        batch: Batch,
        file: FileView | None,
        out: Collection[int] = (),
        pks: Sequence[Any] | None = None,
    ) -> Plan:
        """
        Return what becomes of rows.

        :param file: what is known of the whole file; None if nothing is known: what depends on
            other rows is then put into ``Plan.doubt``.
        :param out: rows that do not count; a new record is spelled as they do if they come first.
        :param pks: the primary keys of the rows' records, None for new ones; by default they are
            found by what identifies them.
        :raises Gone: records were found again and again, and were not there when they were read.
        """
        gone: set[Any] = set()
        for attempt in range(1, ATTEMPTS + 1):
            plan = Plan(batch)
            self.references.find(batch)
            records = self.selection.records(batch, gone) if pks is None else Records(list(pks))
            try:
                self._decide(plan, records, file, out)
            except Gone as error:
                gone.update(error.args[0])
                if attempt == ATTEMPTS:
                    raise
            else:
                break
        return plan

    def preview(self, batch: Batch) -> list[Rejection]:
        """Return what is wrong with rows by themselves."""
        plan = Plan(batch)
        self.references.find(batch)
        self._in_order(plan, self.selection.records(batch), None, ())
        return plan.rejections

    def _decide(
        self, plan: Plan, records: Records, file: FileView | None, out: Collection[int]
    ) -> None:
        rows = self._in_order(plan, records, file, out)
        if file is not None and self.own:
            rows = self._without_unmet(plan, rows, records, file)
        rows = self._counting(plan, rows, records, alone=file is None)
        inherited = {} if file is None else self.selection.inherited(plan.batch, records)
        if inherited:
            plan.batch = plan.batch.copy()
        for row, group in inherited.items():
            adopt(self.layout, plan.batch, row, group, self._overwritten)
        if plan.doubt:
            return
        plan.batch = plan.batch.only(rows)
        found = [records.pks[row] for row in rows]
        plan.new = [row for row, pk in enumerate(found) if pk is None]
        plan.known = {row: pk for row, pk in enumerate(found) if pk is not None}
        merged = records.merged
        plan.merged = {place: merged[row] for place, row in enumerate(rows) if row in merged}
        past = None if file is None else self.selection.history
        self.comparison.complete(plan, past)
        if self.own:
            plan.makes = self.own.makes()
            plan.needs, plan.needed = self.own.needs(plan.batch, self.references)
        if file is None:
            plan.doubt = self._doubt(plan, records)

    def _in_order(
        self, plan: Plan, records: Records, file: FileView | None, excluded: Collection[int]
    ) -> list[int]:
        """Return the rows that are neither rejected by themselves nor wait for others."""
        batch, waiting = plan.batch, set()
        torn = {row: why for row, why in records.reasons.items() if row not in excluded}
        plan.rejections += [_rejected(batch, row, why) for row, why in torn.items()]
        out = {*excluded, *torn}
        for named in self.references.unknown(batch):
            if named.reference in self.own.identities or named.row in excluded:
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
        for row, columns in self.selection.lacking(batch).items():
            if file is None and batch.candidates[row]:
                plan.doubt = "a row lacks what a new record needs"
            if row not in out | waiting and self._is_new(records.pks[row]):
                plan.rejections += self._incomplete(batch, row, columns)
                out.add(row)
        self._put_off(plan, {row: [] for row in waiting - out})
        return [row for row in range(len(batch)) if row not in out | waiting]

    def _without_unmet(
        self, plan: Plan, rows: list[int], records: Records, file: FileView
    ) -> list[int]:
        """Return the rows that refer to no row which is not there yet."""
        batch, inside = plan.batch, set(rows)
        unknown = [
            named
            for named in self.references.unknown(batch, self.own.identities)
            if named.reference in self.own.identities and named.row in inside
        ]
        if not unknown:
            return rows
        makers = [row for row in rows if records.pks[row] is None]
        unmet = self.own.unmet(batch, makers, unknown, file)
        hopeless = {row: one.hopeless for row, one in unmet.items() if one.hopeless is not None}
        plan.rejections += [_unknown(batch, named) for named in hopeless.values()]
        waiting = {row: one.waits for row, one in unmet.items() if row not in hopeless}
        self._put_off(plan, waiting)
        return [row for row in rows if row not in unmet]

    def _counting(self, plan: Plan, rows: list[int], records: Records, *, alone: bool) -> list[int]:
        """Return the rows after which no other is about the same record."""
        if not alone:
            # The others are left out already, but for what only the database takes for equal.
            last = {pk: row for row in rows if (pk := records.pks[row]) is not None}
            kept = [r for r in rows if (pk := records.pks[r]) is None or last[pk] == r]
            plan.duplicates += len(rows) - len(kept)
            return kept
        shared = self.selection.sharing(plan.batch, rows, records)
        if not shared:
            return rows
        members = self.selection.members(plan.batch, shared, records)
        groups, unfit = self.selection.grouping.groups(members)
        if unfit:
            plan.doubt = "rows contradict one another"
            return rows
        plan.batch = plan.batch.copy()
        row_of = {plan.batch.lines[row]: row for row in shared}
        superseded = set()
        for group in (group for group in groups if group.others):
            row, others = row_of[group.last.line], [row_of[m.line] for m in group.others]
            if not adopt(self.layout, plan.batch, row, group, self._overwritten):
                plan.doubt = "a record is not found by all that rows say"
            known = [records.pks[one] for one in (*others, row)]
            records.pks[row] = next((pk for pk in known if pk is not None), None)
            plan.joined += joined_rows(group)
            superseded.update(others)
        plan.duplicates += len(superseded)
        return [row for row in rows if row not in superseded]

    def _doubt(self, plan: Plan, records: Records) -> str:
        """Say what another row of the file may change in a plan."""
        history = self.selection.history
        if plan.touched or plan.merged:
            return "a record changes"
        if history is not None and not history.is_disjoint(plan.known.values()):
            return "a record is met again"
        if not records.is_certain:
            return "a record is not found by all that a row says"
        return ""

    @property
    def _overwritten(self) -> Collection[int]:
        return self.selection.grouping.overwritten

    def _is_new(self, pk: Any) -> bool:
        return pk is None or self.selection.is_made(pk)

    def _put_off(self, plan: Plan, waiting: dict[int, list[Any]]) -> None:
        if waiting:
            rows = sorted(waiting)
            plan.waiting.append((plan.batch.only(rows), [waiting[row] for row in rows]))

    def _incomplete(self, batch: Batch, row: int, columns: Iterable[str]) -> list[Rejection]:
        what = self.layout.model._meta.verbose_name
        if self.layout.unsaid:
            unsaid = ", ".join(field.name for field in self.layout.unsaid)
            return [
                _rejected(
                    batch, row, f"A new {what} requires {unsaid}, for which there is no column."
                )
            ]
        reason = f"is required for a new {what}"
        return [_rejected(batch, row, reason, name) for name in columns]


def _rejected(batch: Batch, row: int, reason: str, column: str = "", said: str = "") -> Rejection:
    return Rejection(batch.lines[row], column, said, reason, batch.cells[row])


def _unknown(batch: Batch, named: Named) -> Rejection:
    said = ", ".join(map(str, named.names))
    return _rejected(batch, named.row, named.reference.unknown, named.column, said)
