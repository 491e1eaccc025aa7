"""By sets or row by row: which way an import takes, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..bulk import BatchWriter, Layout, Policy, get_writer
from ..bulk.hostcode import host_code, limits, may_fill_columns
from ..bulk.rowwise import RowWriter
from ..bulk.writers import SQLWriter, Writer, orm
from ..fields import AnyField
from .cleaning import RowCleaner
from .hooks import HookWriter, RawRows
from .owncode import hook_code, may_change_rows

__all__ = ("ImportPath", "fills_columns", "import_path")


class ImportPath(NamedTuple):
    """How the rows of one import are read and written."""

    batches: BatchWriter
    rows: RowCleaner
    reasons: list[str]
    """Why rows are saved one by one; empty where they are not."""
    avoidable: bool = False
    """Whether ``Meta.bulk`` would change that."""


def import_path(
    resource: Any,
    layout: Layout,
    policy: Policy,
    *,
    dry_run: bool,
    clears: bool,
    checked: bool,
    header: Sequence[str] = (),
    hook_kwargs: Mapping[str, Any] | None = None,
) -> ImportPath:
    """
    Return the way by which the host's code is not passed over.

    ``Meta.bulk`` passes it over, as far as no row needs Django to write it.

    :param header: the names of the file's own cells, for hooks.
    :param hook_kwargs: what hooks get beside the row.
    """
    finder = get_writer(resource.get_db_connection_name())
    hooks = [] if resource._meta.bulk else hook_code(resource)
    unavoidable = _limits(layout, finder)
    reasons = [*hooks, *_model_code(resource, layout), *unavoidable]
    rows = RowCleaner(resource, layout, clears=clears, checked=checked)
    if not reasons:
        return ImportPath(BatchWriter(layout, finder, policy, dry_run=dry_run), rows, [])
    writer = orm.Writer(
        finder.connection,
        layout,
        finder if isinstance(finder, SQLWriter) else None,
        full_clean=resource._meta.clean_model_instances,
        needed=_needed(resource, layout) if fills_columns(resource) else (),
    )
    batches = RowWriter(layout, writer, policy, dry_run=dry_run)
    if not hooks:
        return ImportPath(batches, rows, reasons, not unavoidable)
    raw = may_change_rows(resource)
    batches = HookWriter(
        batches, resource, clears=clears, raw=raw, header=header, kwargs=hook_kwargs
    )
    if raw:
        rows = RawRows(batches, resource, layout, clears=clears)
    return ImportPath(batches, rows, reasons, not unavoidable)


def fills_columns(resource: Any) -> bool:
    """Return whether code of the host may say what a file does not."""
    if resource._meta.bulk:
        return False
    return may_fill_columns(resource._meta.model) or bool(hook_code(resource))


def _model_code(resource: Any, layout: Layout) -> list[str]:
    if resource._meta.bulk:
        return []
    cleans = resource._meta.clean_model_instances
    said = f"{type(resource).__name__} asks for full_clean() of every row"
    return [*([said] if cleans else []), *host_code(layout)]


def _limits(layout: Layout, writer: Writer) -> list[str]:
    name = writer.connection.display_name
    missing = [] if isinstance(writer, SQLWriter) else [f"there is no bulk writer for {name}"]
    return [*missing, *limits(layout)]


def _needed(resource: Any, layout: Layout) -> list[AnyField]:
    every = resource.layout(resource.written_columns()).columns
    lacking = [column.field for column in every if column.required and column not in layout.columns]
    return [*lacking, *resource.unsaid_fields()]
