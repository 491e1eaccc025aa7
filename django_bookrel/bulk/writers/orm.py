"""Any database, by Django's own means: instances are saved and deleted, so that their code runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from ...fields import AnyField
from ..hostcode import is_overridden
from ..layout import Layout
from ..relations import Children
from . import interface
from .folds import Fold
from .interface import Found, Row
from .tables import TableWarning

__all__ = ("QuietWriter", "Writer")

EMPTY = (None, "")


class Writer(interface.Writer):
    """
    Saves the instances of a layout's models one by one.

    :param finder: the database's own writer, which finds rows and locks; None where there is none.
    :param full_clean: the layout's own model is cleaned whole before it is saved.
    :param needed: fields that no column says and that the model's code must have filled.
    """

    runs_code = True

    def __init__(
        self,
        connection: BaseDatabaseWrapper,
        layout: Layout | None = None,
        finder: interface.Writer | None = None,
        *,
        full_clean: bool = False,
        needed: Sequence[AnyField] = (),
    ) -> None:
        super().__init__(connection)
        if finder is not None:
            self.notes = finder.notes
        self.finder, self.full_clean, self.needed = finder, full_clean, needed
        self.model = layout.model if layout else None
        children = layout.children if layout else ()
        self.links = {child.model: child for child in children if _is_managed(child)}
        self.indirect = {c.parent for c in children if c.is_indirect}
        """Foreign keys that stand for a primary key and hold something else."""
        self.latest: models.Model | None = None
        """The instance that was saved last, of the layout's own model."""

    @contextmanager
    def session_lock(self) -> Iterator[None]:
        if self.finder is None:
            yield
            return
        with self.finder.session_lock():
            yield

    def lock(self, model: type[models.Model]) -> None:
        if self.finder is not None:
            self.finder.lock(model)

    def warnings(self, written: Iterable[type[models.Model]]) -> list[TableWarning]:
        return [] if self.finder is None else self.finder.warnings(written)

    def fold(self, field: AnyField) -> Fold | None:
        return super().fold(field) if self.finder is None else self.finder.fold(field)

    def filler(
        self, model: type[models.Model], given: Sequence[AnyField], *, adding: bool
    ) -> _Given:
        return _Given(given)

    def match(
        self,
        columns: Sequence[AnyField],
        keys: Sequence[Row],
        fetch: Sequence[AnyField],
        *,
        lock: bool = False,
    ) -> list[Found]:
        fields = {*columns, *fetch}
        if self.finder is not None and self._are_of_one_table(fields):
            return self.finder.match(columns, keys, fetch, lock=lock)
        rows = max(
            (self._rows(field.model) for field in fields),
            key=lambda rows: len(rows.model._meta.get_parent_list()),
        )
        if lock:
            rows = rows.order_by("pk").select_for_update()
        names, paths = [list(map(self._path, some)) for some in (columns, fetch)]
        return [
            (index, *row)
            for index, key in enumerate(keys)
            for row in rows.filter(**dict(zip(names, key, strict=True))).values_list(*paths)
        ]

    def insert(
        self,
        model: type[models.Model],
        fields: Sequence[AnyField],
        rows: Sequence[Row],
        *,
        keys: bool = True,
    ) -> list[Any]:
        if link := self.links.get(model):
            for parent, targets in _grouped(rows).items():
                self._manager(link, parent).add(*targets)
            return []
        return [self._insert(model, fields, row) for row in rows]

    def update(
        self, model: type[models.Model], fields: Sequence[AnyField], rows: Sequence[Row]
    ) -> None:
        for pk, *values in rows:
            instance = self.stored(model, pk)
            for field, value in zip(fields, values, strict=True):
                setattr(instance, field.attname, value)
            self._save(instance, adding=False)

    def pass_keys(self, model: type[models.Model], keys: Sequence[Any]) -> None:
        if self.finder is not None:
            self.finder.pass_keys(model, keys)

    def delete(self, model: type[models.Model], keys: Sequence[Any]) -> None:
        if not keys:
            return
        rows = self._rows(model).filter(pk__in=keys)
        if link := self.links.get(model):
            pairs = rows.values_list(self._path(link.parent), link.columns[0].attname)
            for parent, targets in _grouped(pairs).items():
                self._manager(link, parent).remove(*targets)
            return
        for row in rows:
            row.delete()

    def stored(self, model: type[models.Model], pk: Any) -> models.Model:
        """Return an instance as it is in the database; in a transaction nobody else changes it."""
        rows = self._rows(model)
        # Databases that lock no rows leave that away.
        locked = rows if self.connection.get_autocommit() else rows.select_for_update()
        found: models.Model = locked.get(pk=pk)
        return found

    def save(self, instance: models.Model, *, adding: bool) -> None:
        """
        Save an instance that is clean.

        :raises ValidationError: the host's code has not filled a field that a row needs.
        """
        with self._about(type(instance), "written"):
            instance.save(using=self.connection.alias, force_insert=adding)
        if self._is_own(instance):
            self.latest = instance
            empty = [f for f in self.needed if adding and getattr(instance, f.attname) in EMPTY]
            if empty:
                reason = f"is required for a new {instance._meta.verbose_name}"
                raise ValidationError({field.name: reason for field in empty})

    def clean(self, instance: models.Model) -> None:
        """Run the instance's ``full_clean()`` or ``clean()`` where the host asks for it."""
        kind = type(instance)
        if (self.full_clean and self._is_own(instance)) or is_overridden(kind, "full_clean"):
            # As forms do, which never show them.
            instance.full_clean(exclude={f.name for f in kind._meta.fields if not f.editable})
        elif is_overridden(kind, "clean"):
            instance.clean()

    def _save(self, instance: models.Model, *, adding: bool) -> None:
        instance._state.db = self.connection.alias
        try:
            self.clean(instance)
            self.save(instance, adding=adding)
        except ValidationError as error:
            if self._is_own(instance):
                raise
            # Its fields are not columns of the file.
            raise ValidationError(f"{instance._meta.verbose_name}: {_said(error)}") from error

    def _is_own(self, instance: models.Model) -> bool:
        return self.model is not None and isinstance(instance, self.model)

    def _insert(self, model: type[models.Model], fields: Sequence[AnyField], row: Row) -> Any:
        given = dict(zip(fields, row, strict=True))
        values = {f.attname: v for f, v in given.items() if f not in self.indirect}
        values |= {f.name: self._parent(f, v) for f, v in given.items() if f in self.indirect}
        instance = model(**values)
        self._save(instance, adding=True)
        return instance.pk

    def _manager(self, link: Children, parent: Any) -> Any:
        # Not what the instance has under this name, which may wait until the instance is saved.
        instance = self._parent(link.parent, parent)
        return getattr(type(instance), link.accessor).related_manager_cls(instance)

    def _parent(self, pointer: models.ForeignKey[Any, Any], pk: Any) -> models.Model:
        if self.latest is not None and self.latest.pk == pk:
            return self.latest
        found: models.Model = self._rows(self.model or pointer.related_model).get(pk=pk)
        return found

    def _rows(self, model: type[models.Model]) -> models.QuerySet[Any]:
        return model._base_manager.using(self.connection.alias)

    def _path(self, field: AnyField) -> str:
        return f"{field.name}__pk" if field in self.indirect else field.attname

    def _are_of_one_table(self, fields: set[AnyField]) -> bool:
        one = len({field.model._meta.db_table for field in fields}) == 1
        composite = any(isinstance(field, models.CompositePrimaryKey) for field in fields)
        return one and not composite and self.indirect.isdisjoint(fields)


class QuietWriter(Writer):
    """Writes instances, too, but runs neither their ``save()`` nor receivers of its signals."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Related managers send signals.
        self.links = {}

    def save(self, instance: models.Model, *, adding: bool) -> None:
        row: Any = instance
        with self._about(type(instance), "written"):
            # What save() does between its signals; bulk_create() tells no key on every database.
            row._save_table(
                cls=instance._meta.concrete_model,
                force_insert=adding,
                force_update=not adding,
                using=self.connection.alias,
            )
        row._state.adding = False
        if self._is_own(instance):
            self.latest = instance

    def clean(self, instance: models.Model) -> None:
        if self.full_clean and self._is_own(instance):
            super().clean(instance)


class _Given:
    """Rows of values as they came: whatever else a row needs the instance has."""

    def __init__(self, given: Sequence[AnyField]) -> None:
        self.fields = tuple(given)

    def rows(self, columns: Sequence[list[Any]], count: int) -> list[Row]:
        return list(zip(*columns, strict=True)) if columns else [()] * count


def _is_managed(child: Children) -> bool:
    """Return whether a related manager writes the rows; those with code of their own are saved."""
    kind = child.model
    own = any(is_overridden(kind, name) for name in ("save", "save_base", "clean", "full_clean"))
    return bool(child.accessor) and not own


def _grouped(pairs: Any) -> dict[Any, list[Any]]:
    grouped: dict[Any, list[Any]] = {}
    for parent, target in pairs:
        grouped.setdefault(parent, []).append(target)
    return grouped


def _said(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return "; ".join(f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())
