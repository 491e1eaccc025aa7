"""Any database, by Django's own means: instances are saved and deleted, so that their code runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models

from ...fields import AnyField
from . import interface
from .database import Columns, Found, ModelClass, Row, Rows
from .instances import Instances, QuietInstances
from .interface import Catalogue, Changer, Finder, Inserter, Locks

__all__ = ("Instances", "QuietInstances", "Writer")


class Writer(interface.Writer):
    """
    Writes instances one by one.

    :param beside: the database's own writer, which finds rows and locks; None where there is none.
    """

    def __init__(self, instances: Instances, beside: interface.Writer | None = None) -> None:
        super().__init__(
            instances.database,
            beside.catalogue if beside else Catalogue(),
            beside.locks if beside else Locks(),
            ORMFinder(instances, beside.finder if beside else None),
            ORMInserter(instances, beside.inserter if beside else None),
            ORMChanger(instances),
        )
        self.instances = instances


class ORMFinder(Finder):
    """Finds rows key by key where the database's own finder cannot."""

    def __init__(self, instances: Instances, beside: Finder | None) -> None:
        self.instances, self.beside = instances, beside

    def match(
        self, columns: Columns, keys: Rows, fetch: Columns, *, lock: bool = False
    ) -> list[Found]:
        fields = {*columns, *fetch}
        if self.beside is not None and self._are_of_one_table(fields):
            return self.beside.match(columns, keys, fetch, lock=lock)
        rows = max(
            (self.instances.rows(field.model) for field in fields),
            key=lambda rows: len(rows.model._meta.get_parent_list()),
        )
        if lock:
            rows = rows.order_by("pk").select_for_update()
        names, paths = [list(map(self.instances.path, some)) for some in (columns, fetch)]
        return [
            (index, *row)
            for index, key in enumerate(keys)
            for row in rows.filter(**dict(zip(names, key, strict=True))).values_list(*paths)
        ]

    def _are_of_one_table(self, fields: set[AnyField]) -> bool:
        one = len({field.model._meta.db_table for field in fields}) == 1
        composite = any(isinstance(field, models.CompositePrimaryKey) for field in fields)
        return one and not composite and self.instances.indirect.isdisjoint(fields)


class ORMInserter(Inserter):
    """Saves new instances."""

    def __init__(self, instances: Instances, beside: Inserter | None) -> None:
        self.instances, self.beside = instances, beside

    def filler(self, model: ModelClass, given: Columns) -> _Given:
        return _Given(given)

    def insert(
        self, model: ModelClass, fields: Columns, rows: Rows, *, keys: bool = True
    ) -> list[Any]:
        if link := self.instances.links.get(model):
            for parent, targets in _grouped(rows).items():
                self.instances.manager(link, parent).add(*targets)
            return []
        return [self._insert(model, fields, row) for row in rows]

    def pass_keys(self, model: ModelClass, keys: Sequence[Any]) -> None:
        if self.beside is not None:
            self.beside.pass_keys(model, keys)

    def _insert(self, model: ModelClass, fields: Columns, row: Row) -> Any:
        given, indirect = dict(zip(fields, row, strict=True)), self.instances.indirect
        values = {f.attname: v for f, v in given.items() if f not in indirect}
        values |= {f.name: self.instances.parent(f, v) for f, v in given.items() if f in indirect}
        instance = model(**values)
        self.instances.write(instance, adding=True)
        return instance.pk


class ORMChanger(Changer):
    """Saves and deletes the instances that are there."""

    runs_code = True

    def __init__(self, instances: Instances) -> None:
        self.instances = instances

    def filler(self, model: ModelClass, given: Columns) -> _Given:
        return _Given(given)

    def update(self, model: ModelClass, fields: Columns, rows: Rows) -> None:
        for pk, *values in rows:
            instance = self.instances.stored(model, pk)
            for field, value in zip(fields, values, strict=True):
                setattr(instance, field.attname, value)
            self.instances.write(instance, adding=False)

    def delete(self, model: ModelClass, keys: Sequence[Any]) -> None:
        if not keys:
            return
        rows = self.instances.rows(model).filter(pk__in=keys)
        if link := self.instances.links.get(model):
            pairs = rows.values_list(self.instances.path(link.parent), link.columns[0].attname)
            for parent, targets in _grouped(pairs).items():
                self.instances.manager(link, parent).remove(*targets)
            return
        for row in rows:
            row.delete()


class _Given:
    """Rows of values as they came: whatever else a row needs the instance has."""

    def __init__(self, given: Columns) -> None:
        self.fields = tuple(given)

    def rows(self, columns: Sequence[list[Any]], count: int) -> list[Row]:
        return list(zip(*columns, strict=True)) if columns else [()] * count


def _grouped(pairs: Any) -> dict[Any, list[Any]]:
    grouped: dict[Any, list[Any]] = {}
    for parent, target in pairs:
        grouped.setdefault(parent, []).append(target)
    return grouped
