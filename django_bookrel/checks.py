"""
System checks: what a host's subclass of an abstract base, a resource or a setting can get wrong.

Ids: x0xx models, x1xx resources, x2xx settings. Nothing here imports a model, so that the app's
configuration can import it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import DatabaseError
from django.db.models import BaseConstraint, CheckConstraint, F, Model, Q, UniqueConstraint
from django.db.models.fields.related import RelatedField

from .fields import AnyField, DerivedField
from .querysets import DerivedQuerySet

if TYPE_CHECKING:
    from .bulk import Reference
    from .resources import RelationalResource

__all__ = ("check_models", "check_resources", "check_settings")

_PACKAGE = __name__.rpartition(".")[0]


def check_models(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check every model that subclasses a base of this package or points at one of its models."""
    configs = apps.get_app_configs() if app_configs is None else app_configs
    models = [model for config in configs for model in config.get_models()]
    return [message for model in models for check in _CHECKS for message in check(model)]


def check_resources(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check every relational resource of a model that has been imported."""
    from .resources import RelationalResource

    configs = apps.get_app_configs() if app_configs is None else app_configs
    models = {model for config in configs for model in config.get_models()}
    kinds = dict.fromkeys(_subclasses(RelationalResource))
    found = [_resource(kind) for kind in kinds if kind._meta.model in models]
    return [message for messages in found for message in messages]


def check_settings(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check the formats that the settings name."""
    from .host_formats import host_formats

    try:
        host_formats()
    except ImproperlyConfigured as error:
        return [unusable_formats(error)]
    return []


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _resource(kind: type[RelationalResource]) -> Iterator[CheckMessage]:
    from .resources import BaseBookResource

    try:
        resource = kind()
        layout = resource.layout(resource.written_columns())
    except ImproperlyConfigured as error:
        yield unusable_resource(kind, error)
        return
    except (TypeError, DatabaseError):
        # It takes arguments, or wants a database that need not be there yet.
        return
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


def _is_unique(reference: Reference) -> bool:
    names = {column.name for column in reference.columns} | set(reference.by)
    models = [reference.model, *reference.model._meta.all_parents]
    constraints = [constraint for model in models for constraint in model._meta.constraints]
    kept = [_names(c) for c in constraints if isinstance(c, UniqueConstraint)]
    kept += [set(together) for model in models for together in model._meta.unique_together]
    return any(column.unique for column in reference.columns) or any(k <= names for k in kept)


def _bases(model: type[Model]) -> list[type[Model]]:
    return [base for base in model.__mro__ if base.__module__ == f"{_PACKAGE}.abstract"]


def _constraints(model: type[Model]) -> Iterator[CheckMessage]:
    kept = [(type(c), _names(c)) for c in model._meta.constraints]
    kept += [(UniqueConstraint, set(names)) for names in model._meta.unique_together]
    kept += [(UniqueConstraint, {f.name}) for f in model._meta.local_fields if f.unique]
    columns = {field.name for field in model._meta.local_fields}
    for base in _bases(model):
        lost = [
            wanted
            for wanted in base._meta.constraints
            if _names(wanted) <= columns
            and not any(
                issubclass(kind, type(wanted)) and _names(wanted) <= names for kind, names in kept
            )
        ]
        if lost:
            yield lost_constraints(model, base, lost)


def _names(constraint: BaseConstraint) -> set[str]:
    if isinstance(constraint, CheckConstraint):
        return set(Q(constraint.condition).referenced_base_fields)
    if isinstance(constraint, UniqueConstraint):
        parts = (
            part
            for expression in constraint.expressions
            for part in (expression.flatten() if hasattr(expression, "flatten") else (expression,))
        )
        # The stubs do not know that an F has a name.
        names = {part.name for part in parts if isinstance(part, F)}  # type: ignore[attr-defined]
        return {*constraint.fields, *names}
    return set()


def _reverse_names(model: type[Model]) -> Iterator[CheckMessage]:
    ours = f"{_PACKAGE}.models"
    for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
        if model.__module__ == ours or not isinstance(field, RelatedField):
            continue
        target = field.related_model
        if getattr(target, "__module__", None) != ours:
            continue
        name = field.remote_field.get_accessor_name()
        for relation in target._meta.related_objects:
            owner = relation.related_model
            if name and owner.__module__ == ours and relation.get_accessor_name() == name:
                yield taken_reverse_name(field, name, owner)


def _derived_fields(model: type[Model]) -> Iterator[CheckMessage]:
    derived = [f for f in model._meta.local_fields if isinstance(f, DerivedField)]
    if derived and not isinstance(model._default_manager.get_queryset(), DerivedQuerySet):
        yield foreign_manager(model, derived)
    for field in derived:
        try:
            model._meta.get_field(field.source)
        except FieldDoesNotExist:
            yield missing_source(field)


def _targets(model: type[Model]) -> Iterator[CheckMessage]:
    inherited = {
        (field.name, field.remote_field.model)
        for base in _bases(model)
        for field in (*base._meta.local_fields, *base._meta.local_many_to_many)
        if field.remote_field
    }
    for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
        if isinstance(field.related_model, str) and (field.name, field.related_model) in inherited:
            yield missing_target(field)


_CHECKS = (_constraints, _reverse_names, _derived_fields, _targets)


def lost_constraints(
    model: type[Model], base: type[Model], lost: Iterable[BaseConstraint]
) -> Error:
    listed = ", ".join(f"{type(c).__name__} over {' and '.join(sorted(_names(c)))}" for c in lost)
    return Error(
        f"{model._meta.label} is missing constraints of {base.__name__}: {listed}.",
        hint=(
            f"Write class Meta({base.__name__}.Meta): in {model.__name__}. If it defines its own "
            "constraints, include these or ones that cover the same fields and more."
        ),
        obj=model,
        id="django_bookrel.E001",
    )


def taken_reverse_name(field: RelatedField[Any, Any], name: str, owner: type[Model]) -> Error:
    app = field.model._meta.app_label
    return Error(
        f"{field} uses the reverse name “{name}”, "
        f"which {field.related_model._meta.label} already uses for {owner._meta.label}.",
        hint=f'Set a different one, such as related_name="{app}_{name}".',
        obj=field,
        id="django_bookrel.E002",
    )


def foreign_manager(model: type[Model], derived: Iterable[AnyField]) -> Error:
    names = ", ".join(field.name for field in derived)
    return Error(
        f"The default manager of {model._meta.label} is not based on DerivedQuerySet, "
        f"so update() and bulk_update() would leave “{names}” stale.",
        hint=(
            "Subclass the queryset of the abstract base, and create the manager with "
            "as_manager() or Manager.from_queryset()."
        ),
        obj=model,
        id="django_bookrel.E003",
    )


def missing_target(field: AnyField) -> Error:
    model, name = field.model, field.related_model
    app = model._meta.app_label
    return Error(
        f"{field} refers to “{name}”, which the app “{app}” does not define.",
        hint=(
            f"Define {name}(Abstract{name}) in that app, or override {field.name} in "
            f"{model.__name__} to point at your own model."
        ),
        obj=field,
        id="django_bookrel.E004",
    )


def missing_source(field: DerivedField) -> Error:
    return Error(
        f"{field} is derived from “{field.source}”, which {field.model._meta.label} does not have.",
        hint="Set source to a field of the same model.",
        obj=field,
        id="django_bookrel.E005",
    )


def unusable_resource(kind: type[RelationalResource], error: ImproperlyConfigured) -> Error:
    return Error(
        f"{kind.__name__} cannot import: {error}",
        obj=kind,
        id="django_bookrel.E101",
    )


def unusable_formats(error: ImproperlyConfigured) -> Error:
    return Error(
        str(error),
        hint=(
            "List dotted paths to subclasses of Source, each with a unique name, "
            "or remove the path."
        ),
        id="django_bookrel.E201",
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
            "Of several matches, the one with the lowest primary key is used. Add a unique "
            "constraint, or list fields in by= that are unique together."
        ),
        obj=kind,
        id="django_bookrel.W103",
    )
