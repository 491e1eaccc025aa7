"""What changes: the records and related rows that are there, held against what rows say."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from .batch import Policy
from .beside import Beside
from .children import ChildComparison, Treatment
from .columns import ColumnComparison
from .layout import Layout
from .plan import Plan
from .references import References
from .writers import Writer

__all__ = ("Comparison",)


class Comparison:
    """
    Works out what the rows of a plan change.

    :param locks: keep others from changing what is to be changed, until the transaction ends.
    """

    def __init__(
        self,
        layout: Layout,
        writer: Writer,
        references: References,
        policy: Policy,
        *,
        locks: bool,
    ) -> None:
        self.layout, self.writer, self.references = layout, writer, references
        self.policy, self.locks = policy, locks
        self.columns = ColumnComparison(layout, writer)
        # What is found by another row than its own may not be there any more.
        self.looks = any(identity.parent is not None for identity in layout.identities)

    def complete(self, plan: Plan, made: Container[Any] | None = None) -> None:
        """
        Put into a plan what its new and known rows refer to and change.

        :param made: primary keys of records that this import has made before.
        :raises Gone: a record of the plan is not there.
        """
        if made is not None:
            plan.repeats = {row for row, pk in plan.known.items() if pk in made}
        treatments = _treatments(plan, self.policy)
        if self.looks and self.policy.existing == "skip":
            self.columns.check([pk for row, pk in plan.known.items() if row not in plan.repeats])
        treated = [row for how in treatments for row in how.rows]
        self.references.decide(plan.batch, plan.new, treated)
        plan.columns = self.references.columns(plan.batch)
        plan.completions = self.references.completions(plan.batch, plan.new, treated)
        comparisons = self._children(plan)
        names = {key.name for key in self.layout.foreign_keys}
        besides = [Beside(self.layout, plan, c) for c in comparisons if c.child.beside in names]
        for comparison in comparisons:
            comparison.add(plan.new)
        for how in treatments:
            held = self.columns.read(how)
            more = [row for beside in besides for row in beside.bare(how)]
            for comparison in comparisons:
                comparison.read(how, more if comparison.child.beside else ())
            for beside in besides:
                beside.settle(how, held)
            plan.changed |= self.columns.changes(plan.columns, how, held, lock=self.locks)
            for comparison in comparisons:
                plan.touched |= comparison.compare(how, lock=self.locks)
        plan.touched |= plan.changed.keys()
        plan.children = [comparison.plan for comparison in comparisons]

    def _children(self, plan: Plan) -> list[ChildComparison]:
        comparisons = []
        for index, child in enumerate(self.layout.children):
            keys = self.references.keys(child.reference) if child.reference else {}
            comparisons.append(ChildComparison(child, index, plan.batch, keys, self.writer))
        return comparisons


def _treatments(plan: Plan, policy: Policy) -> list[Treatment]:
    treatments: list[Treatment] = []
    pairs = [pair for pair in plan.known.items() if pair[0] not in plan.repeats]
    if plan.repeats:
        rows = sorted(plan.repeats)
        treatments.append(Treatment(rows, [plan.known[row] for row in rows], whole=True))
    if pairs and policy.existing != "skip":
        rows, pks = [row for row, _pk in pairs], [pk for _row, pk in pairs]
        fill = policy.existing == "fill"
        treatments.append(Treatment(rows, pks, fill=fill, keep=policy.keep, clears=policy.clears))
    return treatments
