"""How instances are saved and read, so that the code of their models runs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from ...fields import AnyField
from ..hostcode import is_overridden
from ..layout import Layout
from ..relations import Children
from .database import Columns, Database, ModelClass

__all__ = ("Instances", "QuietInstances")

EMPTY = (None, "")


class Instances:
    """
    Saves the instances of a layout's models.

    :param full_clean: the layout's own model is cleaned whole before it is saved.
    :param needed: fields that no column says and that the model's code must have filled.
    """

    def __init__(
        self,
        database: Database,
        layout: Layout | None = None,
        *,
        full_clean: bool = False,
        needed: Columns = (),
    ) -> None:
        self.database, self.full_clean, self.needed = database, full_clean, needed
        self.model = layout.model if layout else None
        children = layout.children if layout else ()
        self.links = {child.model: child for child in children if _is_managed(child)}
        """The models between two others whose rows a related manager writes."""
        self.indirect = {c.parent for c in children if c.is_indirect}
        """Foreign keys that stand for a primary key and hold something else."""
        self.latest: models.Model | None = None
        """The instance that was saved last, of the layout's own model."""

    def rows(self, model: ModelClass) -> models.QuerySet[Any]:
        """Return all rows of a model."""
        return model._base_manager.using(self.database.connection.alias)

    def path(self, field: AnyField) -> str:
        """Return the lookup of the primary key or value that stands for a column."""
        return f"{field.name}__pk" if field in self.indirect else field.attname

    def stored(self, model: ModelClass, pk: Any) -> models.Model:
        """Return an instance as it is in the database; in a transaction nobody else changes it."""
        rows = self.rows(model)
        # Databases that lock no rows leave that away.
        is_alone = self.database.connection.get_autocommit()
        found: models.Model = (rows if is_alone else rows.select_for_update()).get(pk=pk)
        return found

    def parent(self, pointer: models.ForeignKey[Any, Any], pk: Any) -> models.Model:
        """Return the instance of the layout's own model to which a foreign key points."""
        if self.latest is not None and self.latest.pk == pk:
            return self.latest
        found: models.Model = self.rows(self.model or pointer.related_model).get(pk=pk)
        return found

    def manager(self, link: Children, parent: Any) -> Any:
        """Return the related manager that writes a parent's rows of one of :attr:`links`."""
        # Not what the instance has under this name, which may wait until the instance is saved.
        instance = self.parent(link.parent, parent)
        return getattr(type(instance), link.accessor).related_manager_cls(instance)

    def write(self, instance: models.Model, *, adding: bool) -> None:
        """Clean and save an instance."""
        instance._state.db = self.database.connection.alias
        try:
            self.clean(instance)
            self.save(instance, adding=adding)
        except ValidationError as error:
            if self.is_own(instance):
                raise
            # Its fields are not columns of the file.
            raise ValidationError(f"{instance._meta.verbose_name}: {_said(error)}") from error

    def clean(self, instance: models.Model) -> None:
        """Run the instance's ``full_clean()`` or ``clean()`` where the host asks for it."""
        kind = type(instance)
        if (self.full_clean and self.is_own(instance)) or is_overridden(kind, "full_clean"):
            # As forms do, which never show them.
            instance.full_clean(exclude={f.name for f in kind._meta.fields if not f.editable})
        elif is_overridden(kind, "clean"):
            instance.clean()

    def save(self, instance: models.Model, *, adding: bool) -> None:
        """
        Save an instance that is clean.

        :raises ValidationError: the host's code has not filled a field that a row needs.
        """
        with self.database.about(type(instance), "written"):
            instance.save(using=self.database.connection.alias, force_insert=adding)
        if self.is_own(instance):
            self.latest = instance
            empty = [f for f in self.needed if adding and getattr(instance, f.attname) in EMPTY]
            if empty:
                reason = f"is required for a new {instance._meta.verbose_name}"
                raise ValidationError({field.name: reason for field in empty})

    def is_own(self, instance: models.Model) -> bool:
        """Return whether an instance is one of the layout's own model."""
        return self.model is not None and isinstance(instance, self.model)


class QuietInstances(Instances):
    """Saves instances, too, but runs neither their ``save()`` nor receivers of its signals."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Related managers send signals.
        self.links = {}

    def clean(self, instance: models.Model) -> None:
        if self.full_clean and self.is_own(instance):
            super().clean(instance)

    def save(self, instance: models.Model, *, adding: bool) -> None:
        row: Any = instance
        with self.database.about(type(instance), "written"):
            # What save() does between its signals; bulk_create() tells no key on every database.
            row._save_table(
                cls=instance._meta.concrete_model,
                force_insert=adding,
                force_update=not adding,
                using=self.database.connection.alias,
            )
        row._state.adding = False
        if self.is_own(instance):
            self.latest = instance


def _is_managed(child: Children) -> bool:
    """Return whether a related manager writes the rows; those with code of their own are saved."""
    kind = child.model
    own = any(is_overridden(kind, name) for name in ("save", "save_base", "clean", "full_clean"))
    return bool(child.accessor) and not own


def _said(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return "; ".join(f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())
