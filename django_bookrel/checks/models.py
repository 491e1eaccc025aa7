"""What a host's subclass of an abstract base can get wrong; ids x0xx."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BaseConstraint, CheckConstraint, F, Model, Q, UniqueConstraint
from django.db.models.fields.related import RelatedField

from ..fields import AnyField, DerivedField
from ..querysets import DerivedQuerySet

__all__ = ("check_models", "constraint_names")

_PACKAGE = __name__.partition(".")[0]


def check_models(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check every model that subclasses a base of this package or points at one of its models."""
    configs = apps.get_app_configs() if app_configs is None else app_configs
    models = [model for config in configs for model in config.get_models()]
    return [message for model in models for check in _CHECKS for message in check(model)]


def _bases(model: type[Model]) -> list[type[Model]]:
    return [base for base in model.__mro__ if base.__module__ == f"{_PACKAGE}.abstract"]


def _constraints(model: type[Model]) -> Iterator[CheckMessage]:
    kept = [(type(c), constraint_names(c)) for c in model._meta.constraints]
    kept += [(UniqueConstraint, set(names)) for names in model._meta.unique_together]
    kept += [(UniqueConstraint, {f.name}) for f in model._meta.local_fields if f.unique]
    columns = {field.name for field in model._meta.local_fields}
    for base in _bases(model):
        lost = [
            wanted
            for wanted in base._meta.constraints
            if constraint_names(wanted) <= columns
            and not any(
                issubclass(kind, type(wanted)) and constraint_names(wanted) <= names
                for kind, names in kept
            )
        ]
        if lost:
            yield lost_constraints(model, base, lost)


def constraint_names(constraint: BaseConstraint) -> set[str]:
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
    derived = _derived(model)
    if not derived or _is_history(model):
        return
    if not isinstance(model._default_manager.get_queryset(), DerivedQuerySet):
        yield foreign_manager(model, derived)
    for field in derived:
        try:
            model._meta.get_field(field.source)
        except FieldDoesNotExist:
            yield missing_source(field)


def _derived(model: type[Model]) -> list[DerivedField]:
    return [f for f in model._meta.local_fields if isinstance(f, DerivedField)]


def _is_history(model: type[Model]) -> bool:
    """
    Return whether the rows are former states of records, which nobody edits.

    They have derived columns of another model, and keep what they say about a record after it was
    deleted: its primary key is a plain column, or no constraint guards the foreign key.
    """
    columns = {(f.name, f.source, f.kind) for f in _derived(model)}
    return any(
        columns <= {(f.name, f.source, f.kind) for f in _derived(other)} and _outlives(model, other)
        for other in model._meta.apps.get_models()
        if other is not model
    )


def _outlives(model: type[Model], other: type[Model]) -> bool:
    return any(
        not field.primary_key
        and (
            field.name == other._meta.pk.name
            or (field.related_model is other and not getattr(field, "db_constraint", True))
        )
        for field in model._meta.local_fields
    )


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
    listed = ", ".join(
        f"{type(c).__name__} over {' and '.join(sorted(constraint_names(c)))}" for c in lost
    )
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
