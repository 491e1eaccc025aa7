"""
What an import writes: the model's columns, its references, its rows in other tables.

A ``Layout`` is made once per file from a resource and the file's header. It holds model classes and
fields only, so the engine that works on it knows neither files nor django-import-export.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from django.db import models

from ..fields import AnyField, DerivedField, KeyField, field_of
from ..values import Cleaner
from .batch import UNSET, Batch

__all__ = (
    "UNSET",
    "Children",
    "Column",
    "Details",
    "ForeignKey",
    "Identity",
    "Layout",
    "Reference",
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
        reason = f"No {self.model._meta.verbose_name} has this {' and '.join(self.by)}"
        needs = f", and a new one requires {', '.join(self.lacks)}" if self.lacks else ""
        return f"{reason}{needs}."

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


@dataclass(frozen=True)
class Layout:
    """Everything that one import writes."""

    model: type[models.Model]
    columns: tuple[Column, ...]
    foreign_keys: tuple[ForeignKey, ...]
    children: tuple[Children, ...]
    identities: tuple[Identity, ...]
    unsaid: tuple[AnyField, ...] = ()
    """What a new row needs and no column says."""
    aliases: type[models.Model] | None = None
    """Former names of records, by which references find them too."""
    label: str = ""
    """The column that tells records apart for people: a title; "" for none."""

    @property
    def fields(self) -> list[AnyField]:
        """The fields of a row's values: the columns', then the foreign keys'."""
        return [c.field for c in self.columns] + [k.field for k in self.foreign_keys]

    @property
    def names(self) -> list[str]:
        """The names of ``fields`` in the file."""
        return [c.name for c in self.columns] + [k.name for k in self.foreign_keys]

    @property
    def every_name(self) -> list[str]:
        """The names of all columns of the file that the layout is about."""
        return [*self.names, *(child.name for child in self.children)]

    def identified(self, batch: Batch, column: AnyField) -> list[Any]:
        """Return what rows say in a column that identifies them, alike for every spelling."""
        index = self.fields.index(said_column(column))
        said = batch.columns[index]
        alike: Callable[[Any], Any]
        if index >= len(self.columns):
            alike = self.foreign_keys[index - len(self.columns)].reference.identity
        elif isinstance(column, KeyField):
            alike = column.derive
        else:
            return said
        known = {s: alike(s) for s in set(said) if s is not None and s is not UNSET}
        return [known.get(value, value) for value in said]

    def add_candidates(self, batch: Batch, identities: Collection[Identity]) -> None:
        """Add to each row what it says in the columns of some of the layout's identities."""
        for index, identity in enumerate(self.identities):
            if identity not in identities:
                continue
            columns = [self.identified(batch, column) for column in identity.columns]
            for found, key in zip(batch.candidates, zip(*columns, strict=True), strict=True):
                said = tuple([None if value is UNSET else value for value in key])
                if any(value is not None for value in said):
                    found.append((index, said))

    def fold(self, batch: Batch) -> None:
        """Make candidates alike that mean one record to the database."""
        every = [identity.folds for identity in self.identities]
        if any(every):
            batch.candidates = [
                [(i, folded(said, every[i]) if every[i] else said) for i, said in some]
                for some in batch.candidates
            ]

    def lacking(self, batch: Batch) -> dict[int, list[str]]:
        """Return row -> columns that it does not say and a new record needs."""
        found: dict[int, list[str]] = {}
        columns: list[Any] = [*self.columns, *self.foreign_keys]
        for index, column in enumerate(columns):
            if column.required and UNSET in batch.columns[index]:
                for row, value in enumerate(batch.columns[index]):
                    if value is UNSET:
                        found.setdefault(row, []).append(column.name)
        return {row: found.get(row, []) for row in range(len(batch))} if self.unsaid else found

    def labels(self, batch: Batch) -> Sequence[Any]:
        """Return what rows call their records."""
        if self.label not in self.names:
            return [None] * len(batch)
        return batch.columns[self.names.index(self.label)]

    @property
    def references(self) -> list[Reference]:
        """Every reference of the rows and of their children."""
        found = [key.reference for key in self.foreign_keys]
        return found + [child.reference for child in self.children if child.reference]

    def own_references(self) -> list[Reference]:
        """Return the references to records that the rows themselves may make."""
        model = self.model._meta.concrete_model or self.model
        referred = {
            reference: reference.model._meta.concrete_model for reference in self.references
        }
        return [r for r, target in referred.items() if target and issubclass(model, target)]

    def with_own_names(self) -> Layout:
        """Return the layout with an identity for all by which rows refer to one another."""
        found, fields = list(self.identities), self.fields
        for reference in self.own_references():
            is_known = any(identity.columns == reference.columns for identity in found)
            if not is_known and all(said_column(c) in fields for c in reference.columns):
                found.append(Identity(self.model, reference.columns, joins=False, finds=False))
        return replace(self, identities=tuple(found))

    def compared(self, fold_of: Callable[[AnyField], Fold | None]) -> Layout:
        """
        Return the layout whose names and identities are alike where the database takes them so.

        :param fold_of: column -> how its texts are compared; None: as they are.
        """

        def compared(one: Any) -> Any:
            kinds: Any = models.ForeignKey | KeyField
            folds = [None if isinstance(c, kinds) else fold_of(c) for c in one.columns]
            return replace(one, folds=tuple(folds)) if any(folds) else one

        def referring(one: Any) -> Any:
            return one if one.reference is None else replace(one, reference=compared(one.reference))

        return replace(
            self,
            foreign_keys=tuple(map(referring, self.foreign_keys)),
            children=tuple(map(referring, self.children)),
            identities=tuple(one if one.parent else compared(one) for one in self.identities),
        )


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
