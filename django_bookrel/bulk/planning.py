"""What a batch will do: its rows and what is in the database, read and decided upon."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from .batch import Batch, Policy
from .columns import Gone
from .comparing import Comparison
from .grouping import adopt
from .layout import Layout
from .own import FileView, OwnReferences
from .plan import Plan, Records
from .references import References
from .selecting import Selection, inherited, joined_records
from .sifting import Sieve
from .writers import Writer

__all__ = ("Planner", "get_planner")

ATTEMPTS = 3
"""How often a batch is planned of which records vanish meanwhile."""


def get_planner(layout: Layout, writer: Writer, policy: Policy, *, locks: bool) -> Planner:
    """
    Return the planner of a layout.

    :param locks: keep others from changing what is to be changed, until the transaction ends.
    """
    references = References(layout, writer, policy.keep)
    selection = Selection(layout, writer, policy, references)
    sieve = Sieve(selection, OwnReferences(layout, references))
    return Planner(selection, sieve, Comparison(layout, writer, references, policy, locks=locks))


class Planner:
    """
    Plans batches of one layout; it reads and decides, and writes nothing.

    Queries for a batch: those of ``References.find()``, ``find_records()`` and ``Comparison``.
    """

    def __init__(self, selection: Selection, sieve: Sieve, comparison: Comparison) -> None:
        self.selection, self.sieve, self.comparison = selection, sieve, comparison
        self.layout, self.references, self.own = sieve.layout, sieve.references, sieve.own

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
            plan = self._found(batch, pks, gone)
            try:
                self._decide(plan, file, out)
            except Gone as error:
                gone.update(error.args[0])
                if attempt == ATTEMPTS:
                    raise
            else:
                break
        return plan

    def preview(self, batch: Batch) -> Plan:
        """Return what is wrong with rows by themselves."""
        plan = self._found(batch)
        self.sieve.in_order(plan, None, ())
        return plan

    def _found(
        self, batch: Batch, pks: Sequence[Any] | None = None, gone: Collection[Any] = ()
    ) -> Plan:
        self.references.find(batch)
        found = self.selection.records(batch, gone) if pks is None else Records(list(pks))
        return Plan(batch, found)

    def _decide(self, plan: Plan, file: FileView | None, out: Collection[int]) -> None:
        records = plan.records
        rows = self.sieve.counting(plan, self.sieve.in_order(plan, file, out), file)
        kept = {} if file is None else inherited(self.selection, plan.batch, records)
        if kept:
            plan.batch = plan.batch.copy()
        for row, group in kept.items():
            adopt(self.layout, plan.batch, row, group, self.selection.overwritten)
        if plan.doubt:
            return
        plan.batch = plan.batch.only(rows)
        found = [records.pks[row] for row in rows]
        plan.new = [row for row, pk in enumerate(found) if pk is None]
        plan.known = {row: pk for row, pk in enumerate(found) if pk is not None}
        merged = records.merged
        plan.merged = {place: merged[row] for place, row in enumerate(rows) if row in merged}
        past = self.selection.history
        self.comparison.complete(plan, None if file is None or past is None else past.made)
        if file is not None and past is not None:
            met = {row: change for row, change in plan.changed.items() if change.pk in past}
            plan.joined += joined_records(self.layout, plan.batch, met)
        if self.own:
            plan.makes = self.own.makes()
            plan.needs, plan.needed = self.own.needs(plan.batch, self.references)
        if file is None:
            plan.doubt = self._doubt(plan)

    def _doubt(self, plan: Plan) -> str:
        """Say what another row of the file may change in a plan."""
        history = self.selection.history
        if plan.touched or plan.merged:
            return "a record changes"
        if history is not None and not history.is_disjoint(plan.known.values()):
            return "a record is met again"
        if not plan.records.is_certain:
            return "a record is not found by all that a row says"
        return ""
