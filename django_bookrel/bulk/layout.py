"""
What an import writes: the model's columns, its references, its rows in other tables.

A ``Layout`` is made once per file from a resource and the file's header. It holds model classes and
fields only, so the engine that works on it knows neither files nor django-import-export.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from django.db import models

from ..fields import AnyField, KeyField
from .batch import UNSET, Batch
from .relations import Children, Column, Fold, ForeignKey, Identity, Reference, folded, said_column
from .scope import Scope

__all__ = ("Layout",)


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
    scope: Scope | None = None
    """The records that rows may mean; None: all."""

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

    @property
    def written(self) -> list[type[models.Model]]:
        """The models whose records an import makes or changes."""
        made = [reference.model for reference in self.references if reference.writes]
        return list(dict.fromkeys([self.model, *made, *(c.model for c in self.children)]))

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
