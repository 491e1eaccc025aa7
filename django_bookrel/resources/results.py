"""The result of an import."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import Error
from import_export import results

from ..bulk import Change, Joined, Rejection, TableWarning, Totals

__all__ = ("Result", "as_class", "no_row")

KEPT_REJECTIONS = 1_000
"""Rejections that a result holds; the totals count all of them."""


class Result(results.Result):
    """
    django-import-export's result with exact totals, which holds the first rows of each kind.

    A rejected row is an invalid row if what is wrong is a cell, else one with an error; both are
    numbered by their line in the file, or their place in a data set.
    """

    row_class: type[results.RowResult] = results.RowResult
    error_class: type[results.Error] = results.Error

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.counts = Totals()
        self.rejections: list[Rejection] = []
        """The first rejections."""
        self.joined: list[Joined] = []
        """The first rows that were joined although their labels are hardly alike."""
        self.changes: list[Change] = []
        """What the first rows of a dry run would change, in the cells of the native CSV."""
        self.row_of: Callable[[int, Sequence[str]], dict[str, Any]] = no_row
        """Makes of line and cells the row as hooks get it."""
        self.stores_rows = False
        """Whether row results have the row."""
        self.ignored_columns: list[str] = []
        """Columns of the file that go nowhere."""
        self.source = ""
        """Name of the source that read the file."""
        self.path = "bulk"
        """ "bulk", or "row" if rows were saved row by row."""
        self.reasons: list[str] = []
        """Why rows were saved row by row."""
        self.avoidable = False
        """Whether ``bulk=True`` would bypass these reasons."""
        self.warnings: list[TableWarning] = []
        """What the tables lack, found before anything was written."""
        self.notes: list[str] = []
        """Which tables were written in a slower way, and why; which code was bypassed."""
        self.seconds = 0.0

    def take(self, reasons: list[str], notes: list[str], *, avoidable: bool) -> None:
        """
        Take note of the path that the import takes, row by row if there are reasons for it.

        :param notes: those that the writer will add to.
        """
        self.path, self.reasons = "row" if reasons else "bulk", reasons
        self.notes = notes
        self.avoidable = bool(reasons) and avoidable

    def reject(self, rejections: list[Rejection]) -> None:
        """Take note of rejected rows."""
        kept = rejections[: KEPT_REJECTIONS - len(self.rejections)]
        self.rejections += kept
        for line, some in groupby(kept, key=attrgetter("line")):
            self._reject_row(line, list(some))

    def _reject_row(self, line: int, rejections: list[Rejection]) -> None:
        cells = rejections[0].cells
        row = self.row_of(line, cells)
        found = self.new_row_result(line, cells)
        raised = [one.error for one in rejections if one.error is not None]
        if raised:
            found.import_type = found.IMPORT_TYPE_ERROR
            for error in raised:
                made = self.error_class(error, row=row, number=line)
                _forget_frames(made)
                found.errors.append(made)
            self.append_error_row(line, row, found.errors)
        else:
            found.import_type = found.IMPORT_TYPE_INVALID
            found.validation_error = _validation_error(rejections)
            self.append_invalid_row(line, row, found.validation_error)
        self.append_row_result(found)

    def new_row_result(self, number: int, cells: Sequence[str]) -> Any:
        """Return a row result of django-import-export's that knows the number of its row."""
        found: Any = self.row_class()
        found.number = number
        if self.stores_rows:
            found.row_values = self.row_of(number, cells)
        return found

    def row_errors(self) -> list[tuple[int, list[results.Error]]]:
        """Return number and errors of each row that has errors, of those that are held."""
        return [(row.number, row.errors) for row in self.rows if row.errors]

    def join(self, joined: list[Joined]) -> None:
        """Take note of rows that were taken for one record."""
        self.joined += joined[: KEPT_REJECTIONS - len(self.joined)]

    def collect_failed_rows(self, headers: list[str]) -> None:
        """Make the data set of the rejected rows that are held, each with its reasons."""
        self.add_dataset_headers(headers)
        cells = {rejection.line: rejection.cells for rejection in self.rejections}
        for row in self.rows:
            if not row.is_valid():
                error = row.errors[0] if row.errors else row.validation_error
                self.append_failed_row(self.row_of(row.number, cells[row.number]), error)

    def nothing_written(self) -> None:
        """Say that the transaction around the whole import was rolled back."""
        self.counts.new = self.counts.updated = self.counts.deleted = 0
        self.rows[:] = [row for row in self.rows if not row.is_valid() or row.is_skip()]
        self.count()

    def count(self) -> None:
        """Bring django-import-export's totals in line with ``counts``."""
        counts = self.counts
        self.total_rows = counts.rows
        self.totals |= {
            results.RowResult.IMPORT_TYPE_NEW: counts.new,
            results.RowResult.IMPORT_TYPE_UPDATE: counts.updated,
            results.RowResult.IMPORT_TYPE_DELETE: counts.deleted,
            results.RowResult.IMPORT_TYPE_SKIP: counts.unchanged + counts.duplicates,
            results.RowResult.IMPORT_TYPE_ERROR: counts.failed,
            results.RowResult.IMPORT_TYPE_INVALID: counts.rejected - counts.failed,
        }
        self.rows.sort(key=attrgetter("number"))


def no_row(line: int, cells: Sequence[str]) -> dict[str, Any]:
    """Know nothing of the rows of a file."""
    return {}


def as_class(result: Result, kind: type[results.Result]) -> Any:
    """Return a result of a host's class that says what ours does."""
    if isinstance(result, kind):
        return result
    made = kind()
    vars(made).update(vars(result))
    return made


def _validation_error(rejections: list[Rejection]) -> ValidationError:
    messages: dict[str, list[str]] = {}
    for one in rejections:
        messages.setdefault(one.column or NON_FIELD_ERRORS, []).append(one.reason)
    return ValidationError(messages)


def _forget_frames(made: results.Error) -> None:
    """Keep the text of a traceback in the place of frames, which hold whole batches."""
    if not isinstance(made.error, Error):
        _ = made.traceback
    error: BaseException | None = made.error
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__
