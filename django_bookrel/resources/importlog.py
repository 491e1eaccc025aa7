"""The account of an import: its ImportRecord and RejectedRows, and its line in the log."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db import Error, router
from django.utils import timezone

from ..bulk import Rejection, RejectLimit, counted, tried_again
from ..bulk.writers import Writer
from ..showing import listed, shown
from ..sources.registry import path_of
from .results import Result

__all__ = ("ImportLog",)

logger = logging.getLogger("django_bookrel.import")

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
        )
        self._save()

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
        """Return a function that keeps rejections, then calls ``also``."""

        def rejected(rejections: list[Rejection]) -> None:
            self.keep(rejections)
            also(rejections)

        return rejected

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
            interrupted = isinstance(error, KeyboardInterrupt)
            ended = "interrupted" if interrupted else shown(str(error) or repr(error))
        lines = [ended] if ended else []
        if result.ignored_columns:
            lines.append(shown(f"Columns not imported: {listed(result.ignored_columns)}"))
        self.record.message = "\n".join([*lines, *map(str, result.warnings), *result.notes])
        self.record.path = result.path
        for name in COUNTS:
            setattr(self.record, name, getattr(counts, name))
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
