"""One batch in a transaction of its own: planned, then written."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Protocol

from django.db import DatabaseError, transaction

from .batch import Batch
from .changes import Changes
from .constraints import Constraints
from .own import FileView
from .plan import Plan
from .planning import Planner
from .retrying import import_lock, tried_again
from .saving import Outcome, PlanWriter, is_of_the_row
from .writers import Writer

__all__ = ("DryRun", "Observer", "Runner", "Transactions", "Watch")


class Watch(Protocol):
    """What is seen of one batch."""

    def look(self, outcome: Outcome) -> None:
        """Look at what was written, before it is committed."""

    def keep(self) -> None:
        """Take note of what was seen: it is committed."""


class Observer(Protocol):
    """Looks at batches as they are written."""

    def watch(self, plan: Plan) -> Watch:
        """Look at what a plan is about to change."""


class DryRun:
    """
    Plans batches and writes nothing.

    :param changes: takes note of what batches would change.
    :param constraints: says what the database would reject.
    """

    is_bulk, is_dry = False, True

    def __init__(
        self, planner: Planner, writer: Writer, changes: Changes, constraints: Constraints
    ) -> None:
        self.planner, self.writer = planner, writer
        self.changes, self.constraints = changes, constraints

    def run(
        self, batch: Batch, file: FileView | None, out: Collection[int] = ()
    ) -> tuple[Plan, Outcome]:
        """
        Return what would become of a batch.

        :param out: rows that do not count.
        """
        plan = good = self.planner.plan(batch, file, out)
        rejections = [] if plan.doubt else self.constraints.broken(plan)
        if lost := {rejection.line for rejection in rejections}:
            lines = plan.batch.lines
            good = plan.only({row for row in plan.rows() if lines[row] not in lost})
        self.changes.note(good)
        return plan, Outcome(good.counts(), rejections=rejections)


class Transactions:
    """
    Plans batches and writes them, each in a transaction; again where it fails in passing.

    :param plans: writes plans.
    :param observer: looks at what is written.
    :param on_written: called when a transaction is committed, with the keys of the new, the updated
        and the deleted rows.
    """

    is_dry = False

    def __init__(
        self,
        planner: Planner,
        plans: PlanWriter,
        writer: Writer,
        *,
        on_written: Callable[[list[Any], list[Any], list[Any]], None] | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.planner, self.plans, self.writer = planner, plans, writer
        self.on_written, self.observer = on_written, observer

    @property
    def is_bulk(self) -> bool:
        """Whether rows are written by statements for a whole batch."""
        return not self.plans.is_row_by_row

    def run(
        self, batch: Batch, file: FileView | None, out: Collection[int] = ()
    ) -> tuple[Plan, Outcome]:
        """
        Import a batch; with ``Plan.doubt`` nothing of it was written.

        :param out: rows that do not count.

        :raises DatabaseError: a fault that is not one row's; or one row's at the end of the
            transaction, where the database does not say whose.
        """
        with import_lock(self.writer):
            if self.is_bulk:
                try:
                    return self._attempts(batch, file, out, whole=True)
                except DatabaseError as error:
                    if file is None or not is_of_the_row(error, self.writer):
                        raise
            # What broke a constraint may have been written by others since it was looked for.
            return self._attempts(batch, file, out, whole=False)

    def _attempts(self, *args: Any, whole: bool) -> tuple[Plan, Outcome]:
        return tried_again(self.writer, lambda: self._attempt(*args, whole=whole))

    def _attempt(
        self, batch: Batch, file: FileView | None, out: Collection[int], *, whole: bool
    ) -> tuple[Plan, Outcome]:
        try:
            with transaction.atomic(self.writer.connection.alias):
                self.writer.locks.transaction(self.planner.layout.model)
                plan = self.planner.plan(batch, file, out)
                if plan.doubt:
                    return plan, Outcome()
                watch = None if self.observer is None else self.observer.watch(plan)
                outcome = self.plans.write(plan, whole=whole)
                self.writer.inserter.pass_keys(self.planner.layout.model, self._given_keys(outcome))
                self._announce(plan, outcome)
                if watch is not None:
                    watch.look(outcome)
        except BaseException:
            self.planner.references.forget()
            raise
        self.planner.selection.fresh.update(outcome.new.values())
        if watch is not None:
            watch.keep()
        return plan, outcome

    def _given_keys(self, outcome: Outcome) -> list[Any]:
        gives = any(field.primary_key for field in self.planner.layout.fields)
        return list(outcome.new.values()) if gives else []

    def _announce(self, plan: Plan, outcome: Outcome) -> None:
        written = self.on_written
        new, updated = list(outcome.new.values()), list(outcome.updated.values())
        deleted = [pk for pks in plan.merged.values() for pk in pks]
        if written is not None and (new or updated or deleted):
            # The keys alone: the rest would be kept until an import that is one transaction ends.
            using = self.writer.connection.alias
            transaction.on_commit(lambda: written(new, updated, deleted), using)


Runner = Transactions | DryRun
"""What becomes of batches is done, or said."""
