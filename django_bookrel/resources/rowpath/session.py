"""The row that django-import-export imports, as the engine would: a batch of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ValidationError
from django.db import models
from import_export.results import RowResult

from ...bulk import (
    UNSET,
    Batch,
    BulkSaver,
    Layout,
    Pending,
    Plan,
    Planner,
    Policy,
    said_column,
)
from ...bulk.writers import orm
from ...sources import Record
from ...values import differs
from ..cleaning import RowCleaner
from .detection import attribute_columns, own_code

if TYPE_CHECKING:
    from .resource import RowByRow

__all__ = ("RowSession", "relaxed")

EMPTY = (None, "")


@dataclass
class _Current:
    """What is known of the row that is being imported."""

    record: Record
    texts: dict[str, Any]
    """Its cells as hooks see them."""
    plan: Plan | None = None
    place: int = 0
    """Which row of the plan it is."""
    cells: dict[str, Any] | None = None
    """The cells for which the plan was made."""
    errors: dict[str, str] = field(default_factory=dict)
    """Column -> why its cell cannot be read, or names what is not there; "" for the row."""
    raised: dict[str, Exception] = field(default_factory=dict)
    """Column -> what is wrong, if it is no invalid cell; "" for the row."""
    is_found: bool = False
    """Whether its record was looked for."""
    waits: bool = False
    """Whether it refers to what another row may make."""
    is_new: bool = True
    has_created: bool = False
    """Whether records were created to which it refers."""


class RowSession:
    """
    Plans the row of which django-import-export calls the hooks, and writes what they leave to us.

    A plan is made when it is first asked for, and again when a hook has changed the row.
    """

    def __init__(
        self,
        resource: RowByRow,
        planner: Planner,
        saver: BulkSaver,
        *,
        clears: bool,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.resource, self.planner, self.saver = resource, planner, saver
        self.layout, self.policy = planner.layout, planner.comparison.policy
        self.instances = cast("orm.Writer", saver.writer).instances
        self.cleaner = RowCleaner(resource, self.layout, clears=clears, options=options)
        self.places = {name: place for place, name in enumerate(self.layout.names)}
        self.children = {c.name: place for place, c in enumerate(self.layout.children)}
        self.own_code = own_code(resource)
        """Columns that the host's code reads and writes."""
        self.required = set(resource.required_columns())
        self.attributes = attribute_columns(resource)
        self.made: set[Any] = set()
        """Primary keys of the records that this import has made."""
        self.current = _Current(Record(0, {}, []), {})
        self.room: Callable[[str], int] = _any_room
        """The differences of how many rows of a kind are wanted."""

    def begin(self, record: Record, plan: Plan | None = None, place: int = 0) -> dict[str, Any]:
        """
        Forget the row before; return the cells of this one as the native CSV would hold them.

        :param plan: what becomes of it if no hook changes its cells.
        """
        self.saver.begin()
        texts = dict.fromkeys(self.layout.every_name, "") | record.values
        for name, cells in self.cleaner.children:
            if name in record.values:
                texts[name] = cells.said(texts[name])
        self.current = _Current(record, texts, plan, place, dict(texts) if plan else None)
        return dict(texts)

    def find(self, row: Mapping[str, Any]) -> models.Model | None:
        """
        Return the instance that a row means, None for a new one.

        :raises ValidationError: its identities mean different records.
        """
        if self.current.is_found:
            # Nobody has said that another row begins: this is no import of ours.
            self.begin(Record(0, {}, []))
        self.current.is_found = True
        plan = self._planned(row)
        if "" in self.current.errors:
            raise ValidationError(self.current.errors[""])
        pk = plan.known.get(self.current.place)
        return None if pk is None else self.stored(pk)

    @property
    def is_shown(self) -> bool:
        """Whether the difference is wanted that the row makes, as far as its hooks let it be."""
        plan, place = self.current.plan, self.current.place
        if plan is None or place in plan.touched:
            return self.room(RowResult.IMPORT_TYPE_UPDATE) > 0
        is_new = place in plan.new
        kind = RowResult.IMPORT_TYPE_NEW if is_new else RowResult.IMPORT_TYPE_SKIP
        return self.room(kind) > 0

    def start(self, instance: models.Model, row: Mapping[str, Any]) -> None:
        """Take note of the instance into which the row is imported."""
        self.current.is_new = instance._state.adding
        known = None if self.current.is_new else instance.pk
        if self._planned(row).known.get(self.current.place) != known:
            # Code of the host has chosen another one.
            self._plan(row, [known])

    @property
    def leaves_alone(self) -> bool:
        """Whether the row's record exists and is not to be changed."""
        return self.planner.comparison.policy.existing == "skip" and not self.current.is_new

    def assign(self, name: str, instance: models.Model, row: Mapping[str, Any]) -> None:
        """
        Set what a row says in a column or foreign key.

        :raises ValueError: the cell cannot be read, or names a record that is not there.
        """
        plan, place, current = self._planned(row), self.places[name], self.current
        if name in current.errors:
            raise ValueError(current.errors[name])
        attribute, said = self.layout.fields[place].attname, UNSET
        if current.is_new and current.place in plan.new:
            said = plan.columns[place][current.place]
        elif (change := plan.changed.get(current.place)) is not None:
            said = change.after[place]
        if said is not UNSET:
            setattr(instance, attribute, self._created(plan, said))
        elif current.is_new and name in self.required and getattr(instance, attribute) in EMPTY:
            raise ValueError(f"is required for a new {instance._meta.verbose_name}")

    def wrong_children(self, row: Mapping[str, Any]) -> dict[str, ValidationError]:
        """Return why the children that cells say cannot be written, by column."""
        self._planned(row)
        wrong = {name: text for name, text in self.current.errors.items() if name in self.children}
        return {name: ValidationError(text, code="invalid") for name, text in wrong.items()}

    def differs(
        self, instance: models.Model, original: models.Model | None, row: Mapping[str, Any]
    ) -> bool:
        """Return whether a row changes its record or the children of it."""
        before = original if original is not None else self.stored(instance.pk)
        fields = instance._meta.concrete_fields
        now, then = ([getattr(one, f.attname) for f in fields] for one in (instance, before))
        if differs(fields)(now, then):
            return True
        said = [field for name, field in self.attributes.items() if name in row]
        if any(field.get_value(instance) != field.get_value(before) for field in said):
            return True
        children = self._planned(row).only({self.current.place}).children
        return any(child.added or child.altered or child.gone for child in children)

    def complete(self, row: Mapping[str, Any]) -> None:
        """Write what a row says of other records that are there and do not have it yet."""
        self.saver.complete(self._planned(row).only({self.current.place}))

    def write_children(self, name: str, instance: models.Model, row: Mapping[str, Any]) -> None:
        """Write the children that a row says, and delete the others."""
        plan, place = self._planned(row), self.current.place
        if plan.rows():
            self._created(plan, Pending((), ()))
            self.instances.latest = instance
            child = plan.only({place}).children[self.children[name]]
            self.saver.save_children(child, {place: instance.pk})

    def stored(self, pk: Any) -> models.Model:
        """Return an instance as it is in the database."""
        return self.instances.stored(self.layout.model, pk)

    def _created(self, plan: Plan, said: Any) -> Any:
        """Return what refers to a record, which is created with all that the row names."""
        if type(said) is not Pending:
            return said
        self.current.has_created |= self.saver.create(plan.only({self.current.place}))
        return said.value

    def _planned(self, row: Mapping[str, Any]) -> Plan:
        current = self.current
        if current.plan is None or any(row.get(n) != t for n, t in (current.cells or {}).items()):
            self._plan(row)
        assert current.plan is not None  # noqa: S101
        return current.plan

    def _plan(self, row: Mapping[str, Any], pks: Sequence[Any] | None = None) -> None:
        current, errors = self.current, dict[str, str]()
        raised: dict[str, Exception] = {}
        current.cells = {name: row[name] for name in self.layout.every_name if name in row}

        def reject(index: int, column: str, value: Any, reason: str) -> None:
            errors[column] = reason

        batch = self.cleaner.read([Record(current.record.line, self.values(row), [])], reject)
        self._leave_out(batch, errors)
        self.resource.add_candidates(self.layout, batch)
        self.planner.comparison.policy = self.policy
        plan = self.planner.plan(batch, _NoFile(), (), pks)
        unknown = {reference.unknown for reference in self.planner.own.identities}
        for rejection in plan.rejections:
            errors.setdefault(rejection.column, rejection.reason)
            if rejection.error is not None:
                raised.setdefault(rejection.column, rejection.error)
            current.waits |= rejection.reason in unknown
        if plan.rejections and "" not in errors:
            self._leave_out(batch, errors)
            plan = self.planner.plan(batch, _NoFile(), (), pks)
        last = Policy(clears=self.policy.clears)
        if self.policy != last and any(pk in self.made for pk in plan.known.values()):
            # The last row counts, also where an earlier one was written already.
            self.planner.comparison.policy = last
            plan = self.planner.plan(batch, _NoFile(), (), list(plan.known.values()))
        current.plan, current.place, current.errors, current.raised = plan, 0, errors, raised

    def _leave_out(self, batch: Batch, names: Iterable[str]) -> None:
        """Let cells say nothing, so that it is known what the others do."""
        for name in names:
            lists = batch.children if name in self.children else batch.columns
            lists[(self.children | self.places)[name]] = [UNSET]

    def values(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a row says, and what the file said in the cells that no hook has changed."""
        given, texts = self.current.record.values, self.current.texts
        return {
            name: given[name] if name in given and cell == texts[name] else cell
            for name, cell in row.items()
        }


def _any_room(kind: str) -> int:
    return 1


class _NoFile:
    """A row of which the rest of the file is not known."""

    is_over = True

    def will_make(self, candidate: Any) -> bool:
        return False

    has_made = will_make

    def has_promised(self, reference: Any, names: Any) -> bool:
        return False


def relaxed(layout: Layout, own_code: set[str]) -> Layout:
    """
    Return a layout for rows of which hooks may change what they say.

    :param own_code: the columns that are read and written by code of the host.
    """
    # Whatever the host's code makes of them, it is by them that records are found.
    identifying = {said_column(c) for identity in layout.identities for c in identity.columns}
    return replace(
        layout,
        columns=tuple(
            replace(c, required=False)
            for c in layout.columns
            if c.name not in own_code or c.field in identifying
        ),
        foreign_keys=tuple(
            replace(key, required=False) for key in layout.foreign_keys if key.name not in own_code
        ),
        children=tuple(child for child in layout.children if child.name not in own_code),
        unsaid=(),
    )
