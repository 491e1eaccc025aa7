"""Our relations and promises where django-import-export imports row by row."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.utils.functional import cached_property
from import_export.fields import Field
from import_export.instance_loaders import ModelInstanceLoader

from ...bulk import BulkSaver, Policy, get_planner, get_writer
from ...bulk.writers import orm
from ..declared import DeclaredResource
from .detection import own_code
from .session import RowSession, relaxed

__all__ = ("RowByRow",)


class RowByRow(DeclaredResource):
    """
    A resource whose ``import_row`` does what an import in bulk does.

    It is django-import-export's own, which calls the hooks that a host may override; what becomes
    of the row the engine says, whose rules hold here too.
    """

    _pk_supplied_on_create = False
    """Set by django-import-export 5 in an ``import_data_inner()`` that is not called."""

    @cached_property
    def row_session(self) -> RowSession:
        """What an import row by row knows besides the row."""
        beside = get_writer(self.get_db_connection_name())
        layout = relaxed(self.layout(self.written_columns()), own_code(self))
        writer = orm.Writer(orm.Instances(beside.database, layout), beside)
        planner = get_planner(layout, writer, Policy(), locks=False)
        saver = BulkSaver(layout, writer, planner.references)
        return RowSession(self, planner, saver, clears=True)

    def get_diff_class(self) -> Any:
        return super().get_diff_class() if self.row_session.is_shown else _NoDiff

    def get_instance(self, instance_loader: Any, row: dict[str, Any]) -> models.Model | None:
        if type(instance_loader) is not ModelInstanceLoader:
            found: models.Model | None = super().get_instance(instance_loader, row)
            return found
        return self.row_session.find(row)

    def import_instance(self, instance: models.Model, row: dict[str, Any], **kwargs: Any) -> None:
        session = self.row_session
        errors: dict[str, Any] = {}
        session.start(instance, row)
        if session.leaves_alone:
            return
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = error.update_error_dict({})
        if errors := errors | session.wrong_children(row):
            raise ValidationError(errors)
        session.complete(row)

    def import_field(
        self,
        field: Field,
        instance: models.Model,
        row: dict[str, Any],
        is_m2m: bool = False,  # noqa: FBT001, FBT002 (import-export's)
        **kwargs: Any,
    ) -> None:
        session, name = self.row_session, field.column_name
        try:
            is_ours = name in session.places or name in session.children
            if not is_ours or name in session.own_code:
                if name in session.attributes and name in row:
                    _check_path(instance, field.attribute)
                super().import_field(field, instance, row, is_m2m, **kwargs)
            elif name in row:
                (session.write_children if is_m2m else session.assign)(name, instance, row)
        except (ArithmeticError, TypeError, ObjectDoesNotExist) as error:
            raise ValueError(str(error)) from error

    def skip_row(
        self,
        instance: models.Model,
        original: models.Model | None,
        row: dict[str, Any],
        import_validation_errors: Any = None,
    ) -> bool:
        session = self.row_session
        if import_validation_errors or session.current.is_new:
            return False
        return session.leaves_alone or not session.differs(instance, original, row)

    def validate_instance(self, instance: models.Model, *args: Any, **kwargs: Any) -> None:
        super().validate_instance(instance, *args, **kwargs)
        if not self._meta.clean_model_instances:
            self.row_session.instances.clean(instance)

    def do_instance_save(self, instance: models.Model, is_create: bool) -> None:  # noqa: FBT001
        self.row_session.instances.save(instance, adding=is_create)

    def save_m2m(self, instance: models.Model, row: dict[str, Any], **kwargs: Any) -> None:
        super().save_m2m(instance, row, **kwargs)
        for name in self.row_session.children.keys() - row.keys():
            # What identifies the record, though the row does not say it.
            self.row_session.write_children(name, instance, row)


def _check_path(instance: models.Model, attribute: str) -> None:
    found: Any = instance
    for name in attribute.split("__")[:-1]:
        found = getattr(found, name, None)
        if found is None:
            kind = instance._meta.verbose_name
            raise ValueError(f"cannot be set because the {kind} has no {name}")


class _NoDiff:
    """In the place of django-import-export's, which would read every relation of every row."""

    def __init__(self, *args: Any) -> None:
        pass

    def compare_with(self, *args: Any) -> None:
        """Compare nothing."""

    def as_html(self) -> list[str]:
        """Show nothing."""
        return []
