"""What a resource can get wrong; ids x1xx."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.db.models import UniqueConstraint

from ..fields import AnyField
from .models import constraint_names

if TYPE_CHECKING:
    from ..bulk import Reference
    from ..resources import RelationalResource

__all__ = ("check_resources",)

UNCALLED = ("bulk_create", "bulk_update", "bulk_delete", "get_bulk_update_fields")
"""Methods by which django-import-export writes, and our imports do not."""


def check_resources(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check every relational resource of a model that has been imported."""
    from ..resources import RelationalResource

    configs = apps.get_app_configs() if app_configs is None else app_configs
    models = {model for config in configs for model in config.get_models()}
    kinds = dict.fromkeys(_subclasses(RelationalResource))
    found = [_resource(kind) for kind in kinds if kind._meta.model in models]
    return [message for messages in found for message in messages]


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _resource(kind: type[RelationalResource]) -> Iterator[CheckMessage]:
    from ..resources import BaseBookResource

    try:
        resource = kind()
    except Exception:  # noqa: BLE001 (its own code: it takes arguments, say)
        return
    try:
        resource.check_identities()
        layout = resource.layout(resource.written_columns())
    except ImproperlyConfigured as error:
        yield unusable_resource(kind, error)
        return
    except DatabaseError:
        # It wants a database that need not be there yet.
        return
    yield from _columns(kind, resource)
    if resource.identifies_nothing() and not any(resource.identities(resource.columns())):
        yield unidentified(kind)
    # Another resource lists its fields itself, maybe to change no more than these.
    if layout.unsaid and issubclass(kind, BaseBookResource):
        yield unsaid_fields(kind, layout.unsaid)
    named = [(key.name, key.reference) for key in layout.foreign_keys]
    named += [(child.name, child.reference) for child in layout.children if child.reference]
    for name, reference in named:
        if reference.lacks:
            yield uncreatable(kind, name, reference)
        if not _is_unique(reference):
            yield ambiguous_names(kind, name, reference)


def _columns(kind: type[RelationalResource], resource: Any) -> Iterator[CheckMessage]:
    from ..resources.naming import unknown_names
    from ..resources.rowpath.detection import attribute_columns, has_hook, is_saved

    for name, why in resource.left_out.items():
        yield left_out(kind, name, why)
    for name, declared in attribute_columns(resource).items():
        if not is_saved(resource, declared):
            yield unsaved(kind, name, declared.attribute)
    for option, name in unknown_names(resource):
        yield unknown_name(kind, option, name)
    for name in UNCALLED:
        if has_hook(resource, name):
            yield uncalled(kind, name)


def _is_unique(reference: Reference) -> bool:
    names = {column.name for column in reference.columns} | set(reference.by)
    models = [reference.model, *reference.model._meta.all_parents]
    constraints = [constraint for model in models for constraint in model._meta.constraints]
    kept = [constraint_names(c) for c in constraints if isinstance(c, UniqueConstraint)]
    kept += [set(together) for model in models for together in model._meta.unique_together]
    return any(column.unique for column in reference.columns) or any(k <= names for k in kept)


def unusable_resource(kind: type[RelationalResource], error: ImproperlyConfigured) -> Error:
    return Error(
        f"{kind.__name__} cannot import: {error}",
        obj=kind,
        id="django_bookrel.E101",
    )


def unsaid_fields(kind: type[RelationalResource], fields: Iterable[AnyField]) -> Warning:
    listed = ", ".join(field.name for field in fields)
    return Warning(
        f"{kind.__name__} has no column for required fields of {kind._meta.model._meta.label}: "
        f"{listed}.",
        hint=(
            "Rows for new books will be rejected. Make the field editable, give it a default, or "
            "set it in a hook such as before_save_instance()."
        ),
        obj=kind,
        id="django_bookrel.W101",
    )


def uncreatable(kind: type[RelationalResource], name: str, reference: Reference) -> Warning:
    label = reference.model._meta.label
    return Warning(
        f"{kind.__name__}.{name} cannot create a {label}, which requires more than "
        f"{' and '.join(reference.by)}: {', '.join(reference.lacks)}.",
        hint=(
            "Rows that name a missing one will be rejected. Give those fields a default, "
            "add them to by=, or remove create=True."
        ),
        obj=kind,
        id="django_bookrel.W102",
    )


def ambiguous_names(kind: type[RelationalResource], name: str, reference: Reference) -> Warning:
    by, label = " and ".join(reference.by), reference.model._meta.label
    return Warning(
        f"{kind.__name__}.{name} looks up {label} by {by}, which is not unique.",
        hint=(
            "Rows that match several records will be rejected. Add a unique constraint, or list "
            "fields in by= that are unique together."
        ),
        obj=kind,
        id="django_bookrel.W103",
    )


def left_out(kind: type[RelationalResource], name: str, why: str) -> Warning:
    return Warning(
        f"{kind.__name__} excludes {name} from imports and exports: {why}",
        hint="Add it to Meta.exclude, or declare a field of the resource that reads it.",
        obj=kind,
        id="django_bookrel.W104",
    )


def unidentified(kind: type[RelationalResource]) -> Warning:
    return Warning(
        f"{kind.__name__} has no columns that identify rows, so every import of a file adds all "
        "of its rows.",
        hint="List unique columns in import_id_fields.",
        obj=kind,
        id="django_bookrel.W105",
    )


def unsaved(kind: type[RelationalResource], name: str, attribute: str) -> Warning:
    return Warning(
        f"{kind.__name__}.{name} sets {attribute}, which is not a field of "
        f"{kind._meta.model._meta.label}, and nothing saves it.",
        hint=(
            "Add readonly=True if only exports have the column, declare a ForeignKeyField to find "
            "a record by a field of it, or save the value in after_save_instance()."
        ),
        obj=kind,
        id="django_bookrel.W106",
    )


def unknown_name(kind: type[RelationalResource], option: str, name: str) -> Warning:
    return Warning(
        f"{kind.__name__} lists “{name}” in Meta.{option}, which is neither a field nor a column.",
        hint="Correct the name, or remove it.",
        obj=kind,
        id="django_bookrel.W107",
    )


def uncalled(kind: type[RelationalResource], name: str) -> Warning:
    return Warning(
        f"{kind.__name__} overrides {name}(), which imports do not call.",
        hint="Use a hook for each row, such as after_save_instance(), or the signal rows_written.",
        obj=kind,
        id="django_bookrel.W108",
    )
