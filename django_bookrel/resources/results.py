"""The result of an import."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from import_export import results

from ..bulk import Change, Joined, Rejection, TableWarning, Totals
from .rejects import rows_of

__all__ = ("Result",)

KEPT_REJECTIONS = 1_000
"""Rejections that a result holds; the totals count all of them."""


class Result(results.Result):
    """
    django-import-export's result with exact totals, and no row of the file in memory.

    Rejected rows are invalid rows of it, numbered by their line in the file.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.counts = Totals()
        self.rejections: list[Rejection] = []
        """The first rejections."""
        self.joined: list[Joined] = []
        """The first rows that were joined although their labels are hardly alike."""
        self.changes: list[Change] = []
        """What the first rows of a dry run would change, in the cells of the native CSV."""
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
        """Which tables were written in a slower way, and why."""
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
        for rejection in rejections[: KEPT_REJECTIONS - len(self.rejections)]:
            self.rejections.append(rejection)
            message = {rejection.column or "__all__": [rejection.reason]}
            self.append_invalid_row(rejection.line, {}, ValidationError(message))

    def join(self, joined: list[Joined]) -> None:
        """Take note of rows that were taken for one record."""
        self.joined += joined[: KEPT_REJECTIONS - len(self.joined)]

    def collect_failed_rows(self, headers: list[str]) -> None:
        """Make the data set of the rejected rows that are held, each with its reasons."""
        self.add_dataset_headers(headers)
        for _line, cells, reasons in rows_of(self.rejections):
            self.append_failed_row(dict(zip(headers, cells, strict=False)), reasons)

    def nothing_written(self) -> None:
        """Say that the transaction around the whole import was rolled back."""
        self.counts.new = self.counts.updated = self.counts.deleted = 0
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
            results.RowResult.IMPORT_TYPE_INVALID: counts.rejected,
        }
