"""Plans into the database so that what is wrong with a row rejects that row, and no other."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, Error, transaction

from ..showing import shown
from .batch import Batch, Need, Rejection
from .errors import Blame
from .ordering import Edges, circles
from .plan import Joined, Plan
from .writers import Writer

__all__ = ("NotYet", "Outcome", "PlanWriter", "Saver", "is_of_the_row", "rejections_of")

logger = logging.getLogger("django_bookrel.import")

Said = Mapping[str, tuple[str, str]]
"""Name of a field of the model -> column and cell of the row."""

Unit = Sequence[int]
"""A row, or rows that refer to one another in a circle."""


@dataclass(slots=True)
class Outcome:
    """What became of rows."""

    counts: Counter[str] = field(default_factory=Counter)
    """Counts of rows by the names that ``Totals`` has for them."""
    new: dict[int, Any] = field(default_factory=dict)
    """Line of a row -> primary key of the record that it made."""
    updated: dict[int, Any] = field(default_factory=dict)
    """Line of a row -> primary key of the record that it changed."""
    results: dict[int, Any] = field(default_factory=dict)
    """Line of a row -> what the resource's own code says of it."""
    rejections: list[Rejection] = field(default_factory=list)
    waiting: list[tuple[Batch, list[list[Need]]]] = field(default_factory=list)
    """Rows that refer to what other rows may make, and what that is."""

    joined: list[Joined] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """Add what became of other rows."""
        self.counts.update(other.counts)
        self.new |= other.new
        self.updated |= other.updated
        self.results |= other.results
        self.rejections += other.rejections
        self.waiting += other.waiting


class NotYet(Exception):
    """Raised by a saver for a row that refers to what a later one may make."""


class Saver(Protocol):
    """Writes plans, and parts of them."""

    takes_all: bool
    """Whether it is asked to save rows that change nothing, too."""

    def save(self, plan: Plan) -> Outcome:
        """Write a plan."""

    def forget(self) -> None:
        """Take what the last plan has created for not created: it was rolled back."""

    def said(self, plan: Plan, row: int) -> Said:
        """Return name of a field of the model -> column and cell that say it."""


class PlanWriter:
    """
    Writes plans in a transaction that is open.

    :param is_row_by_row: each row in a savepoint, and whatever goes wrong rejects it; otherwise all
        at once, and by halves where the database rejects a row.
    """

    def __init__(self, saver: Saver, writer: Writer, *, is_row_by_row: bool) -> None:
        self.saver, self.writer, self.is_row_by_row = saver, writer, is_row_by_row

    def write(self, plan: Plan, *, whole: bool = False) -> Outcome:
        """
        Write the rows of a plan, but for those that cannot be written.

        :param whole: write all of them.
        :raises DatabaseError: that is not possible.
        """
        if whole:
            return self.saver.save(plan)
        todo = plan.rows() if self.saver.takes_all else plan.to_save()
        outcome = Outcome()
        units = list(_units(todo, plan.needs))
        parts = deque([[unit] for unit in units] if self.is_row_by_row else [units])
        lost: set[int] = set()
        while parts:
            part = self._possible(plan, parts.popleft(), lost, outcome)
            if part and not self._attempt(plan, part, lost, outcome):
                middle = len(part) // 2
                parts.extendleft([part[middle:], part[:middle]])
        rest: list[Unit] = [[row] for row in sorted({*plan.rows()} - {*todo})]
        unchanged = self._possible(plan, rest, lost, outcome)
        outcome.counts.update(plan.only({row for [row] in unchanged}).counts())
        return outcome

    def _possible(
        self, plan: Plan, part: list[Unit], lost: set[int], outcome: Outcome
    ) -> list[Unit]:
        """Return the units that refer to no row which was not written; put off the others."""
        possible = []
        for unit in part:
            if any(plan.needs.get(row, frozenset()) & lost for row in unit):
                lost.update(unit)
                self._put_off(plan, unit, outcome)
            else:
                possible.append(unit)
        return possible

    def _attempt(self, plan: Plan, part: list[Unit], lost: set[int], outcome: Outcome) -> bool:
        """Write some rows in a savepoint; return whether their fate is known."""
        some = plan.only({row for unit in part for row in unit})
        try:
            with transaction.atomic(self.writer.connection.alias):
                saved = self.saver.save(some)
        except NotYet:
            self.saver.forget()
            lost.update(part[0])
            self._put_off(plan, part[0], outcome)
            return True
        except Exception as error:
            self.saver.forget()
            if not self._is_rejection(error):
                raise
            if len(part) > 1:
                return False
            lost.update(part[0])
            self._reject(plan, part[0], error, outcome)
            return True
        outcome.add(saved)
        return True

    def _is_rejection(self, error: Exception) -> bool:
        is_known = self.is_row_by_row or isinstance(error, DatabaseError)
        return is_known and is_of_the_row(error, self.writer)

    def _reject(self, plan: Plan, unit: Unit, error: Exception, outcome: Outcome) -> None:
        """Reject a row, or the rows of a circle that are guilty."""
        guilty = [(row, error) for row in unit]
        if len(unit) > 1:
            tried = [(row, self._error_of(plan, row)) for row in unit]
            # If each could be written by itself, it is what they say of one another.
            guilty = [(row, found) for row, found in tried if found is not None] or guilty
            out = {row for row, _error in guilty}
            self._put_off(plan, [row for row in unit if row not in out], outcome)
        for row, found in guilty:
            line, cells = plan.batch.lines[row], plan.batch.cells[row]
            said = self.saver.said(plan, row)
            outcome.rejections += rejections_of(found, self.writer, line, cells, said)

    def _error_of(self, plan: Plan, row: int) -> Exception | None:
        """Return what is wrong with a row of a circle when it refers to none of the others."""
        try:
            with transaction.atomic(self.writer.connection.alias):
                self.saver.save(plan.alone(row))
                transaction.set_rollback(True, self.writer.connection.alias)  # noqa: FBT003
        except Exception as error:
            if not self._is_rejection(error):
                raise
            return error
        finally:
            self.saver.forget()
        return None

    @staticmethod
    def _put_off(plan: Plan, rows: Sequence[int], outcome: Outcome) -> None:
        if rows:
            needed = [list(plan.needed.get(row, ())) for row in rows]
            outcome.waiting.append((plan.batch.only(rows), needed))


def is_of_the_row(error: Exception, writer: Writer) -> bool:
    """Return whether a failure is the row's that was written, not the database's at large."""
    return not isinstance(error, Error) or writer.database.blame(error) is Blame.ROW


def rejections_of(
    error: Exception, writer: Writer, line: int, cells: Sequence[str], said: Said | None = None
) -> list[Rejection]:
    """
    Return why a row is rejected that could not be written.

    :param error: with an attribute ``raised``, if it has collected other errors by column.
    :param said: names of the model's fields -> column and cell of the row.
    """
    if isinstance(error, ValidationError):
        raised = getattr(error, "raised", {})
        if not hasattr(error, "error_dict"):
            return [Rejection(line, "", "", " ".join(error.messages), cells, raised.get(""))]
        places = [
            _place(name, " ".join(messages), said or {})
            for name, messages in error.message_dict.items()
        ]
        return [Rejection(line, *place, cells, raised.get(place[0])) for place in places]
    if isinstance(error, Error):
        reason = writer.database.said(error)
    else:
        reason = f"{type(error).__name__}: {error}"
        logger.error("Line %s was rejected.", line, exc_info=_shown(error))
    return [Rejection(line, "", "", reason, cells, error)]


def _shown(error: Exception) -> BaseException:
    """Return an error whose message a log can show; it may quote a cell."""
    if shown(error) == str(error):
        return error
    kind: type[Exception] = type(
        type(error).__name__, (Exception,), {"__module__": type(error).__module__}
    )
    return kind(shown(error)).with_traceback(error.__traceback__)


def _place(name: str, reason: str, said: Said) -> tuple[str, str, str]:
    """Return column, cell and reason of a rejection for a field of the model."""
    if name in said:
        return *said[name], reason
    return "", "", reason if name == NON_FIELD_ERRORS else f"{name}: {reason}"


def _units(rows: Collection[int], needs: Mapping[int, set[int]]) -> Iterator[Unit]:
    """Yield rows so that none comes before a row to which it refers, but for circles."""
    if not needs:
        yield from ([row] for row in rows)
        return
    places = {row: place for place, row in enumerate(rows)}
    found = [[places[r] for r in needs.get(row, ()) if r in places] for row in rows]
    every = list(rows)
    for circle in circles(Edges(found)):
        yield [every[place] for place in circle]
