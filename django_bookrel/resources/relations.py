"""What a resource names of a model: relations of the right kind, columns, what it cannot use."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models

from ..fields import AnyField
from ..values import is_postgres, value_field

__all__ = (
    "column_of",
    "link_fields",
    "named_field",
    "no_column",
    "no_identity",
    "relation_of_kind",
)

GEOMETRY = "django.contrib.gis."

KINDS: dict[Any, tuple[str, str]] = {
    models.ForeignKey: ("a foreign key", "a ForeignKeyField"),
    models.ManyToManyField: ("a many-to-many relation", "a ManyToManyField"),
    models.ManyToOneRel: ("the reverse of a foreign key", "a RelatedRowsField"),
}
"""Kind of relation -> what it is called, and the field of a resource that reads it."""


def relation_of_kind(model: type[models.Model], name: str, kind: Any) -> Any:
    """
    Return a relation of the model.

    :param kind: ForeignKey, ManyToManyField (its reverse is one, too) or ManyToOneRel.
    :raises ImproperlyConfigured: there is none of that name, or it is of another kind.
    """
    relation = _relation(model, name)
    found = _kind(relation)
    if found is kind:
        return relation
    what, reader = KINDS.get(found, (_described(relation), ""))
    advice = f"; declare {reader}" if reader else ""
    wanted, _reader = KINDS[kind]
    raise ImproperlyConfigured(f"{model._meta.label}.{name} is {what}, not {wanted}{advice}.")


def named_field(model: type[models.Model], name: str) -> str:
    """
    Return the name of the field by which records are named.

    :raises ImproperlyConfigured: there is none, or nothing is found by it.
    """
    field = column_of(model, name, "by=")
    if why := no_identity(field):
        raise ImproperlyConfigured(
            f"by={name!r}: {model._meta.label} cannot be looked up by a field {why}."
        )
    return field.name


def column_of(model: type[models.Model], name: str, option: str = "columns=") -> AnyField:
    """
    Return a column of a model by the name that an option gives.

    :raises ImproperlyConfigured: there is none.
    """
    for field in model._meta.concrete_fields:
        if name in (field.name, field.attname) or (name == "pk" and field.primary_key):
            return field
    known = ", ".join(field.name for field in model._meta.concrete_fields)
    raise ImproperlyConfigured(
        f"{option}{name!r}: {model._meta.label} has no such field; the fields are: {known}."
    )


def no_column(field: AnyField) -> str:
    """Return why no file can have the column; empty if one can."""
    if any(is_postgres(field, name) for name in ("SearchVectorField", "SearchQueryField")):
        return "PostgreSQL computes its values and does not return them as they were written."
    if any(base.__module__.startswith(GEOMETRY) for base in type(field).__mro__):
        return "its values cannot be read from text."
    return ""


def no_identity(field: AnyField) -> str:
    """Return why records cannot be found by the column, as a relative clause; empty if they can."""
    if isinstance(field, models.CompositePrimaryKey):
        return "which consists of several columns"
    found = value_field(field)
    kinds = {
        "JSON": isinstance(found, models.JSONField),
        "bytes": isinstance(found, models.BinaryField),
        "lists": is_postgres(found, "ArrayField"),
        "maps": is_postgres(found, "HStoreField"),
    }
    return next((f"whose values are {what}" for what, is_so in kinds.items() if is_so), "")


def _relation(model: type[models.Model], name: str) -> Any:
    for relation in model._meta.get_fields():
        accessor = getattr(relation, "get_accessor_name", None)
        names = [accessor()] if accessor else [relation.name, getattr(relation, "attname", "")]
        if name in names:
            return relation
    raise ImproperlyConfigured(f"{model._meta.label} has no relation “{name}”.")


def link_fields(relation: Any) -> tuple[str, str] | None:
    """
    Return the foreign keys of a many-to-many relation's links, to its own model and to the other.

    :returns: their names; None if this is no such relation, or the links have other keys.
    """
    field = relation.field if isinstance(relation, models.ManyToManyRel) else relation
    if isinstance(field, models.ManyToManyField):
        ends = field.m2m_field_name(), field.m2m_reverse_field_name()
        return ends if field is relation else ends[::-1]
    through = getattr(getattr(relation, "remote_field", None), "through", None)
    if through is None:
        return None
    # Of another package, which looks like one of Django's.
    keys = [f for f in through._meta.concrete_fields if isinstance(f, models.ForeignKey)]
    near = [key.name for key in keys if issubclass(relation.model, key.related_model)]
    far = [key.name for key in keys if key.related_model is relation.related_model]
    return (near[0], far[0]) if len(near) == len(far) == 1 else None


def _kind(relation: Any) -> Any:
    if link_fields(relation):
        return models.ManyToManyField
    return next((kind for kind in KINDS if isinstance(relation, kind)), None)


def _described(relation: Any) -> str:
    if not relation.is_relation:
        return "a column"
    return f"a {type(relation).__name__}"
