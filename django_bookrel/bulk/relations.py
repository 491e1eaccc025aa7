"""What columns of a file are to an import: values, references, rows elsewhere, identities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import models

from ..fields import AnyField, DerivedField, KeyField, field_of
from ..values import Cleaner
from .scope import Scope

__all__ = (
    "Children",
    "Column",
    "Details",
    "Fold",
    "ForeignKey",
    "Identity",
    "Reference",
    "folded",
    "lookup_column",
    "said_column",
)


@dataclass(frozen=True)
class Column:
    """A plain column of the model that the file provides."""

    name: str
    """The field's name in the file and in messages."""
    field: AnyField
    clean: Cleaner
    required: bool = False
    """Whether a new row must say it."""


Fold = Callable[[str], str]
"""Makes alike what the database takes for equal in a column of texts."""


class Details(Protocol):
    """
    What names say beside the name, such as years of a life, which tells namesakes apart.

    Details are a tuple of values of ``fields``, None where they are unknown.
    """

    fields: tuple[str, ...]
    """Fields of the model that hold them; an import fills in what is unknown there."""

    def parse(self, name: str) -> tuple[str, tuple[Any, ...]]:
        """Split what a row says into name and details."""

    def qualified(self, name: str, details: tuple[Any, ...]) -> str:
        """Return the name of a record whose bare name another one has."""

    def agree(self, known: tuple[Any, ...], said: tuple[Any, ...]) -> bool:
        """Return whether a record and a row with these details may be one."""


@dataclass(frozen=True)
class Reference:
    """
    Records of another model that rows name by ``by``, and whether unknown ones are created.

    Where the model has a ``KeyField`` for a name in ``by``, the record is found by its key, so in
    any spelling of the name.
    """

    model: type[models.Model]
    by: tuple[str, ...]
    create: bool = False
    to_field: str = ""
    """The field whose value refers to a record; the primary key if it is empty."""
    lacks: tuple[str, ...] = ()
    """What a new record would need beside ``by``, so that none can be created."""
    details: Details | None = None
    """What the first of ``by`` may say beside the name."""
    scope: Scope | None = field(default=None, repr=False)
    """The records that names may mean; None: all."""
    folds: tuple[Fold | None, ...] = field(default=(), compare=False, repr=False)
    columns: tuple[AnyField, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(lookup_column(self.model, n) for n in self.by))

    @property
    def value(self) -> AnyField:
        """The field whose value refers to a record."""
        return field_of(self.model, self.to_field) if self.to_field else self.model._meta.pk

    @property
    def writes(self) -> bool:
        """Whether an import may write records of the model."""
        return self.create or self.details is not None

    @property
    def unknown(self) -> str:
        """Why a row is rejected that names a record which is neither there nor to be created."""
        within = "" if self.scope is None else " that this column may name"
        reason = f"No {self.model._meta.verbose_name}{within} has this {' and '.join(self.by)}"
        needs = f", and a new one requires {', '.join(self.lacks)}" if self.lacks else ""
        return f"{reason}{needs}."

    def several(self, keys: Sequence[Any]) -> str:
        """Return why a row is rejected that names the records of these primary keys at once."""
        what, by = self.model._meta.verbose_name_plural, " and ".join(self.by)
        return f"{len(keys)} {what} have this {by}: {', '.join(f'no. {key}' for key in keys[:5])}."

    def identity(self, names: Sequence[Any]) -> tuple[Any, ...]:
        """Return what ``names`` have in common with every other spelling of the same record."""
        if self.details is None:
            return self.lookup(names)
        name, details = self.details.parse(names[0])
        return (*self.lookup((name,)), *details)

    def lookup(self, names: Sequence[Any]) -> tuple[Any, ...]:
        """Return the values of ``columns`` by which a record with these names is found."""
        said = tuple(
            column.derive(name) if isinstance(column, KeyField) else name
            for column, name in zip(self.columns, names, strict=True)
        )
        return folded(said, self.folds) if self.folds else said


@dataclass(frozen=True)
class ForeignKey:
    """A foreign key of the model; a cell is the tuple of names that ``reference`` finds."""

    name: str
    field: models.ForeignKey[Any, Any]
    reference: Reference
    required: bool = False
    """Whether a new row must say it."""


@dataclass(frozen=True)
class Children:
    """
    Rows of another table that belong to a row: many-to-many links, contributions, identifiers.

    An entry is the tuple of values of ``columns``; in the place of ``target`` it has the tuple of
    names that ``reference`` finds.
    """

    name: str
    model: type[models.Model]
    parent: models.ForeignKey[Any, Any]
    columns: tuple[AnyField, ...]
    key: tuple[int, ...]
    """Which of ``columns`` say which row it is among its parent's."""
    reference: Reference | None = None
    target: int | None = None
    """Index of the column that refers to ``reference``."""
    add_only: bool = False
    """Rows that the file does not name stay."""
    accessor: str = ""
    """The related manager's name on the parent, where the rows are many-to-many links."""
    kind: int | None = None
    """Index of the column that says what the target is to the parent; a row may leave it open."""
    beside: str = ""
    """Name of the foreign key of the parent whose record counts as one of the targets."""

    @property
    def is_indirect(self) -> bool:
        """Whether the rows point at something else than the primary key of their parent."""
        return not self.parent.target_field.primary_key


@dataclass(frozen=True)
class Identity:
    """
    A way to find the row that exists: by columns of the model, or of one of its children.

    A ``KeyField`` among them stands for the name that it is derived from, in any spelling.
    """

    model: type[models.Model]
    columns: tuple[AnyField, ...]
    parent: models.ForeignKey[Any, Any] | None = None
    """None: ``columns`` are the model's own; else they are a child's and this points at the row."""
    joins: bool = True
    """Whether rows of a file that share it mean one record; False: they share another one too."""
    further: tuple[Any, ...] | None = None
    """
    What stands before a value among a child's identities, where a record has several and
    ``columns`` hold one; None: a record has one.
    """
    finds: bool = True
    """Whether it says which record a row means; False: other rows may refer to the row by it."""
    folds: tuple[Fold | None, ...] = field(default=(), compare=False, repr=False)


def lookup_column(model: type[models.Model], name: str) -> AnyField:
    """Return the column by which records are found that are said by the field ``name``."""
    field = field_of(model, name)
    for other in model._meta.concrete_fields:
        if isinstance(other, KeyField) and other.source == name:
            return other
    return field


def said_column(column: AnyField) -> AnyField:
    """Return the column that says what ``column`` holds; the inverse of :func:`lookup_column`."""
    return field_of(column.model, column.source) if isinstance(column, DerivedField) else column


def folded(said: tuple[Any, ...], folds: Sequence[Fold | None]) -> tuple[Any, ...]:
    """Return values with texts made alike that the database takes for equal."""
    return tuple(
        fold(value) if fold is not None and isinstance(value, str) else value
        for value, fold in zip(said, folds, strict=True)
    )
