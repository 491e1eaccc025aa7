"""The account of an import: its ImportRecord and RejectedRows, and its line in the log."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.apps import apps
from django.db import Error, router
from django.utils import timezone

from ..bulk import Rejection, RejectLimit, Totals, counted, tried_again
from ..bulk.writers import Writer
from ..showing import listed, shown
from ..sources.registry import path_of
from .processes import is_gone, this_process
from .results import Result

__all__ = ("ImportLog",)

logger = logging.getLogger("django_bookrel.import")

GONE = (
    "The process ended without an account. The totals are the last that it has told; more rows may "
    "have been imported. Run it again: what was imported stays as it is."
)
ENDED = {KeyboardInterrupt: "interrupted", MemoryError: "out of memory"}
"""What is said of errors that say nothing of themselves."""

PAUSE_S = 10
"""Between two signs of life of an import."""

KEPT_ROWS = 10_000
"""Rejected rows of one import that are kept in the database."""

COUNTS = ("rows", "new", "updated", "unchanged", "duplicates", "rejected", "repairs")


class ImportLog:
    """
    Keeps account of one import, where the app's own tables are there to take it.

    :param file: the name of the file.
    :param source: the name of its format.
    :param options: how the file is read.
    :param is_dry: nothing is written, so no account is kept either.
    """

    def __init__(
        self,
        resource: Any,
        writer: Writer,
        *,
        file: str,
        source: str,
        user: str = "",
        options: Mapping[str, Any] | None = None,
        is_dry: bool = False,
    ) -> None:
        self.file, self.writer, self.is_dry = shown(file), writer, is_dry
        self.using = writer.connection.alias
        config = apps.get_app_config("django_bookrel")
        self.record: Any = None
        self.kept = 0
        if is_dry or config.models_module is None:
            return
        model = config.get_model("ImportRecord")
        if not router.allow_migrate_model(self.using, model):
            return
        self.rows = config.get_model("RejectedRow")._base_manager.using(self.using)
        kind = type(resource)
        self.record = model(
            file=self.file[-255:],
            source=source,
            resource=f"{kind.__module__}.{kind.__name__}"[:255],
            user=user[:255],
            options=_as_json({k: v for k, v in (options or {}).items() if v}),
            process=this_process()[-255:],
        )
        self._save()
        self._settle_others()

    def _settle_others(self) -> None:
        """Settle the records of imports whose process has ended without a word."""
        status = self.record.Status
        records = type(self.record)._base_manager.using(self.using)
        for record in records.filter(status=status.RUNNING).exclude(pk=self.record.pk):
            if is_gone(record.process, record.seen_at):
                same = records.filter(pk=record.pk, status=status.RUNNING, seen_at=record.seen_at)
                ended = {"status": status.FAILED, "message": GONE, "finished_at": record.seen_at}
                tried_again(self.writer, partial(same.update, **ended))

    def _reconnect(self) -> None:
        """Give up a connection that broke, so that the next statement makes a new one."""
        connection = self.writer.connection
        is_free = connection.connection is not None and not connection.in_atomic_block
        if is_free and not connection.is_usable():
            connection.close()

    def _save(self) -> None:
        tried_again(self.writer, lambda: self.record.save(using=self.using))

    def _save_once_more(self) -> None:
        try:
            self._save()
        except Error:
            # The connection may be lost, with or behind the last batch.
            self._reconnect()
            self._save()

    def noting(self, also: Callable[[list[Rejection]], None]) -> Callable[[list[Rejection]], None]:
        """Return a function that calls ``also``, then keeps rejections."""

        def rejected(rejections: list[Rejection]) -> None:
            # A file may take what the database does not.
            also(rejections)
            self.keep(rejections)

        return rejected

    def seeing(
        self, also: Callable[[int, int | None, Totals], None]
    ) -> Callable[[int, int | None, Totals], None]:
        """Return a function that gives a sign of life now and then, then calls ``also``."""
        last = time.monotonic()

        def progress(done: int, total: int | None, totals: Totals) -> None:
            nonlocal last
            if self.record is not None and time.monotonic() - last > PAUSE_S:
                self._count(totals)
                self._save()
                last = time.monotonic()
            also(done, total, totals)

        return progress

    def _count(self, totals: Totals) -> None:
        for name in COUNTS:
            setattr(self.record, name, getattr(totals, name))

    def keep(self, rejections: Sequence[Rejection]) -> None:
        """Keep rejected rows."""
        if self.record is not None and rejections:
            kept = rejections[: max(0, KEPT_ROWS - self.kept)]
            self.kept += len(kept)
            rows = [self._row(rejection) for rejection in kept]
            tried_again(self.writer, lambda: self.rows.bulk_create(rows))

    def _row(self, rejection: Rejection) -> Any:
        return self.rows.model(
            import_record=self.record,
            line=rejection.line,
            column=shown(rejection.column)[:255],
            value=_storable(rejection.value),
            reason=shown(rejection.reason),
            cells=[_storable(cell) for cell in rejection.cells],
        )

    def finish(
        self,
        result: Result,
        error: BaseException | None = None,
        *,
        ended: str = "",
        rejections: Sequence[Rejection] = (),
    ) -> None:
        """
        Write what came of the import.

        :param error: what ended it early.
        :param ended: why nothing is in, of an import that was rolled back.
        :param rejections: those that are not kept yet.
        """
        counts = result.counts
        logger.log(
            logging.INFO if error is None else logging.ERROR,
            "%s: %s, %s new, %s updated, %s unchanged, %s, %s rejected in %.1f s%s",
            self.file,
            counted(counts.rows, "row"),
            counts.new,
            counts.updated,
            counts.unchanged,
            counted(counts.duplicates, "duplicate"),
            counts.rejected,
            result.seconds,
            f"; ended by {shown(repr(error))}" if error else "; dry run" if self.is_dry else "",
        )
        if self.record is None:
            return
        status = self.record.Status
        self.record.status = status.FAILED if error or ended else status.DONE
        if isinstance(error, RejectLimit):
            self.record.status = status.STOPPED
        if error is not None:
            ended = shown(str(error) or ENDED.get(type(error)) or repr(error))
        lines = [ended] if ended else []
        if result.ignored_columns:
            lines.append(shown(f"Columns not imported: {listed(result.ignored_columns)}"))
        self.record.message = "\n".join([*lines, *map(str, result.warnings), *result.notes])
        self.record.path = result.path
        self._count(counts)
        self.record.finished_at = timezone.now()
        try:
            self._save_once_more()
            self.keep(rejections)
        except Error:
            # A database that failed may not take the account of it either.
            if error is None:
                raise


def _storable(text: str) -> str:
    """Write the characters that no database takes as escapes."""
    text = str(text)
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _as_json(options: dict[str, Any]) -> Any:
    """Write the classes of formats as paths, and collections as lists."""
    said = json.dumps(options, default=lambda v: path_of(v) if isinstance(v, type) else list(v))
    return json.loads(said)
