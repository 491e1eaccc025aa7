"""What an import says of itself while it runs: totals, rejections, progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import Error

from ..exceptions import BookrelError
from .batch import Rejection
from .errors import Blame
from .plan import Joined
from .writers import TableWarning, Writer

__all__ = ("ImportStopped", "RejectLimit", "Report", "Totals", "counted", "stopping")


class ImportStopped(BookrelError):
    """
    Raised when the database fails, or a table cannot take what an import writes.

    The text says which, and how far the import came; ``__cause__`` is the database's own error.
    """

    def __init__(self, text: str, *, is_lasting: bool = False) -> None:
        super().__init__(text)
        self.is_lasting = is_lasting
        """Whether it comes again until somebody has seen to the table."""


class RejectLimit(BookrelError):
    """Raised when more rows were rejected than the import allows."""


def counted(number: int, what: str) -> str:
    """Say how many of something there are: "1 row", "2,000 rows"."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


@dataclass
class Totals:
    """Counts of rows; ``repairs`` counts repaired cells by kind."""

    rows: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    """Only hooks of a host delete."""
    duplicates: int = 0
    rejected: int = 0
    failed: int = 0
    """Rejected rows of which no cell is invalid."""
    joined: int = 0
    """Duplicates whose label is hardly like that of the row that counts."""
    repairs: dict[str, int] = field(default_factory=dict)

    def add(self, counts: Counter[str]) -> None:
        """Count what became of rows."""
        for name, number in counts.items():
            setattr(self, name, getattr(self, name) + number)


@dataclass
class Report:
    """Totals that are true at any moment, and whoever wants to know."""

    totals: Totals
    max_rejects: Callable[[Totals], bool] | None = None
    """Whether so many rejections stop the import."""
    on_warnings: Callable[[list[TableWarning]], None] = lambda warnings: None
    """Called before anything is written with what the import would stumble over."""
    on_rejected: Callable[[list[Rejection]], None] = lambda rejections: None
    on_joined: Callable[[list[Joined]], None] = lambda joined: None
    """Called with rows that were taken for one record although they call it by other names."""
    on_records: Callable[[list[Any]], None] = lambda records: None
    """Called with the records of each batch when it was read."""
    on_batch: Callable[[int, int | None, Totals], None] = lambda done, total, totals: None
    """Called after each batch with the rows done and, if it is known, their number."""
    total: int | None = None
    """How many records there are, if it is known."""

    def note(self, counts: Counter[str], rejections: list[Rejection], joined: list[Joined]) -> None:
        """Take note of what became of rows."""
        self.totals.add(counts)
        if joined:
            self.totals.joined += len(joined)
            self.on_joined(joined)
        if rejections:
            self.totals.rejected += len({rejection.line for rejection in rejections})
            self.totals.failed += len({one.line for one in rejections if one.error is not None})
            self.on_rejected(sorted(rejections, key=lambda rejection: rejection.line))

    def progress(self, rows: int = 0) -> None:
        """
        Say how far it is.

        :param rows: records of which it is known what became of them.
        :raises RejectLimit: too many rows were rejected.
        """
        totals = self.totals
        totals.rows += rows
        self.on_batch(totals.rows, self.total, totals)
        if self.max_rejects is not None and self.max_rejects(totals):
            raise RejectLimit(
                f"{totals.rejected:,} of {totals.rows:,} rows were rejected, more than the limit."
            )


@contextmanager
def stopping(writer: Writer, totals: Totals) -> Iterator[None]:
    """
    Let errors of the database end an import with a sentence.

    :raises ImportStopped: in the place of any error of the database.
    """
    try:
        yield
    except Error as error:
        why = writer.database.said(error).rstrip(".")
        said = f"Stopped after {counted(totals.rows, 'row')}: {why}."
        is_lasting = writer.database.blame(error) is Blame.TABLE
        raise ImportStopped(said, is_lasting=is_lasting) from error
