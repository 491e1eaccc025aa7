"""In bulk or row by row: which way an import takes, and why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ... import bulk
from ...bulk import (
    BulkSaver,
    Constraints,
    DryRun,
    Layout,
    Observer,
    PlanWriter,
    Policy,
    RowMaker,
    Transactions,
    get_planner,
    get_writer,
)
from ...bulk.hostcode import host_code, limits
from ...bulk.writers import Writer, orm
from ...fields import AnyField
from ..cleaning import RowCleaner
from .detection import (
    attribute_code,
    bypasses_hooks,
    bypasses_save,
    fills_columns,
    hook_code,
    may_change_rows,
    own_code,
)
from .hooks import HookSaver, PreparedRows, RawPlanner, RawRows
from .session import RowSession, relaxed

if TYPE_CHECKING:
    from .resource import RowByRow

__all__ = ("ImportPath", "import_path")


class RowObserver(Observer, Protocol):
    """Looks at batches as they are written, and knows whether more rows shall be shown."""

    def room(self, kind: str) -> int:
        """Return the differences of how many rows of a kind are wanted."""


class ImportPath(NamedTuple):
    """How the rows of one import are read and written."""

    transactions: Transactions | DryRun
    rows: RowMaker
    reasons: list[str]
    """Why rows are saved row by row; empty where they are not."""
    avoidable: bool = False
    """Whether ``Meta.bulk`` would change that."""


def import_path(
    resource: RowByRow,
    layout: Layout,
    policy: Policy,
    *,
    clears: bool,
    checked: bool,
    provided: Collection[str] = (),
    changes: bulk.Changes | None = None,
    observer: RowObserver | None = None,
    is_trial: bool = False,
    on_written: Callable[..., None] | None = None,
    header: Sequence[str] = (),
    hook_kwargs: Mapping[str, Any] | None = None,
) -> ImportPath:
    """
    Return the way by which the host's code is not bypassed.

    ``Meta.bulk`` bypasses it, as far as no row needs Django to write it.

    :param checked: whether a source has read the records.
    :param provided: the columns of the file.
    :param changes: takes note of what a dry run would change; None: this is no dry run.
    :param observer: looks at what is written.
    :param is_trial: this is a dry run, whatever is written will be rolled back.
    :param header: the names of the file's own cells, for hooks.
    :param hook_kwargs: what hooks get beside the row.
    """
    policy = replace(policy, clears=clears)
    bulk_writer = get_writer(resource.get_db_connection_name())
    unavoidable = _limits(layout, bulk_writer)
    layout = layout.compared(bulk_writer.catalogue.fold)
    hooks = [*hook_code(resource), *attribute_code(resource, provided)]
    cleans, saves = _cleaning(resource), host_code(layout)
    bypassed: list[str] = []
    if bypasses_hooks(resource):
        bypassed, hooks, cleans = [*hooks, *cleans], [], []
    if bypasses_save(resource):
        # What only Django can write is saved, and that runs the code of the models.
        bypassed, saves = [*bypassed, *([] if unavoidable else saves)], []
    if bypassed:
        bulk_writer.database.note(f"bypassed: {'; '.join(bypassed)}")
    reasons = [*hooks, *cleans, *saves, *unavoidable]
    options = hook_kwargs or {}
    rows = RowCleaner(
        resource, layout, clears=clears, checked=checked, header=header, options=options
    )
    writer = _orm_writer(resource, layout, bulk_writer) if reasons else bulk_writer
    is_dry = changes is not None
    is_raw = bool(hooks) and may_change_rows(resource)
    if is_raw and not is_dry:
        layout = relaxed(layout, own_code(resource))
    planner = get_planner(layout, writer, policy, locks=not is_dry and bulk_writer.locks.of_rows)
    saver: Any = BulkSaver(layout, writer, planner.references)
    maker: RowMaker = rows
    if hooks:
        session = RowSession(resource, planner, saver, clears=clears, options=options)
        session.room = observer.room if observer else _no_room
        saver = HookSaver(session, header, options, is_trial=is_trial)
        maker = (
            PreparedRows(rows, saver) if is_raw and is_dry else RawRows(rows, cleaned=not is_raw)
        )
    if is_raw and not is_dry:
        planner = RawPlanner(planner, saver)
    transactions: Transactions | DryRun
    if changes is not None:
        transactions = DryRun(planner, writer, changes, Constraints(layout, bulk_writer))
    else:
        plans = PlanWriter(saver, writer, is_row_by_row=bool(reasons))
        transactions = Transactions(
            planner, plans, writer, on_written=on_written, observer=observer
        )
    return ImportPath(transactions, maker, reasons, bool(reasons) and not unavoidable)


def _no_room(kind: str) -> int:
    return 0


def _orm_writer(resource: RowByRow, layout: Layout, bulk_writer: Writer) -> orm.Writer:
    is_quiet = bypasses_save(resource) and not limits(layout)
    instances = (orm.QuietInstances if is_quiet else orm.Instances)(
        bulk_writer.database,
        layout,
        full_clean=resource._meta.clean_model_instances,
        needed=_needed(resource, layout) if fills_columns(resource) else (),
    )
    return orm.Writer(instances, bulk_writer)


def _cleaning(resource: RowByRow) -> list[str]:
    cleans = resource._meta.clean_model_instances
    return [f"{type(resource).__name__} sets clean_model_instances"] if cleans else []


def _limits(layout: Layout, writer: Writer) -> list[str]:
    name = writer.connection.display_name
    missing = [f"{name} has no bulk writer"] if isinstance(writer, orm.Writer) else []
    return [*missing, *limits(layout)]


def _needed(resource: RowByRow, layout: Layout) -> list[AnyField]:
    every = resource.layout(resource.written_columns()).columns
    lacking = [column.field for column in every if column.required and column not in layout.columns]
    return [*lacking, *resource.unsaid_fields(resource.written_columns())]
