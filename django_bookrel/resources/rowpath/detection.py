"""A resource's own code: the hooks and fields that only django-import-export calls."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from inspect import getattr_static
from typing import Any

from django.db import models
from django.db.models.fields import NOT_PROVIDED
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget, ManyToManyWidget

from ...bulk.hostcode import is_overridden, may_fill_columns
from ..naming import own_option

__all__ = (
    "attribute_code",
    "attribute_columns",
    "bypasses_hooks",
    "bypasses_save",
    "fills_columns",
    "has_hook",
    "has_own_code",
    "has_own_default",
    "hook_code",
    "is_saved",
    "may_change_rows",
    "own_code",
)

LATE_HOOKS = (
    "after_init_instance",
    "after_import_instance",
    "skip_row",
    "validate_instance",
    "save_instance",
    "before_save_instance",
    "do_instance_save",
    "after_save_instance",
    "save_m2m",
    "delete_instance",
    "before_delete_instance",
    "after_delete_instance",
    "after_import_row",
)
EARLY_HOOKS = (
    "import_row",
    "for_delete",
    "before_import_row",
    "get_or_init_instance",
    "get_instance",
    "init_instance",
    "import_instance",
    "import_obj",
    "import_field",
)
"""Hooks that may take a row for another, or cells that no column takes or that are missing."""

SAVING = ("save", "save_base", "full_clean", "clean")

NOT_HOSTS = ("import_export.", "django_bookrel.")


def hook_code(resource: Any) -> list[str]:
    """Return sentences on the hooks of a resource that the fast path does not call."""
    return [*_hooks(resource, EARLY_HOOKS + LATE_HOOKS), *_own_fields(resource)]


def bypasses_save(resource: Any) -> bool:
    """
    Return whether neither ``save()`` nor receivers shall run for rows.

    django-import-export's ``use_bulk`` says so and leaves the resource its hooks; ours does not.
    """
    return bypasses_hooks(resource) or bool(resource._meta.use_bulk)


def bypasses_hooks(resource: Any) -> bool:
    """Return whether no code of the host's shall run for rows."""
    return bool(own_option(resource, "bulk"))


def may_change_rows(resource: Any) -> bool:
    """Return whether only the resource's own code can tell what a row says."""
    return any(_hooks(resource, EARLY_HOOKS)) or any(_own_fields(resource))


def attribute_columns(resource: Any) -> dict[str, Field]:
    """
    Return the columns whose cells set what is not a column of the model, and only code saves.

    An attribute of instances, or one of a related record: "author__name".
    """
    written = resource.written_columns()
    read = resource.layout(written).every_name
    columns = {n for f in resource._meta.model._meta.concrete_fields for n in (f.name, f.attname)}
    return {
        name: declared
        for name, declared in written.items()
        if name not in read
        and declared.attribute not in columns
        and not has_own_code(declared)
        and not _sets_property(resource, declared)
    }


def attribute_code(resource: Any, provided: Collection[str]) -> list[str]:
    """Return sentences on the columns of a file that the fast path does not read."""
    kind = type(resource).__name__
    return [
        f"{kind}.{name} sets {declared.attribute}, which is not a field of the model"
        for name, declared in attribute_columns(resource).items()
        if name in provided
    ]


def is_saved(resource: Any, declared: Field) -> bool:
    """Return whether there is code that may save what one of :func:`attribute_columns` sets."""
    if any(_hooks(resource, EARLY_HOOKS + LATE_HOOKS)):
        return True
    is_own = "__" not in declared.attribute
    saves = is_own and not bypasses_save(resource)
    return saves and any(is_overridden(resource._meta.model, name) for name in SAVING)


def fills_columns(resource: Any) -> bool:
    """Return whether code of the host may say what a file does not."""
    fills = not bypasses_save(resource) and may_fill_columns(resource._meta.model)
    return fills or (not bypasses_hooks(resource) and bool(hook_code(resource)))


def has_own_code(declared: Any) -> bool:
    """Return whether a resource's field reads or writes cells by code of the host's."""
    kind, widget = type(declared), type(declared.widget)
    relation = issubclass(widget, ForeignKeyWidget | ManyToManyWidget)
    own_widget = relation and not widget.__module__.startswith(NOT_HOSTS)
    return own_widget or is_overridden(kind, "save", NOT_HOSTS)


def own_code(resource: Any) -> set[str]:
    """Return the columns that are read and written by code of the host's."""
    return {name for name, declared in resource.columns().items() if has_own_code(declared)}


def has_own_default(declared: Any, found: models.Field[Any, Any]) -> bool:
    """Return whether a resource's field has another default than the column for which it is."""
    return declared.default is not NOT_PROVIDED and declared.default is not found.default


def has_hook(resource: Any, name: str) -> bool:
    """Return whether a resource overrides a method of django-import-export's."""
    kind = type(resource)
    return hasattr(kind, name) and is_overridden(kind, name, NOT_HOSTS)


def _hooks(resource: Any, names: Sequence[str]) -> Iterator[str]:
    kind = type(resource)
    for name in names:
        if has_hook(resource, name):
            yield f"{kind.__name__}.{name}() is overridden"
    if names is not LATE_HOOKS:
        loader = resource._meta.instance_loader_class
        if not loader.__module__.startswith(NOT_HOSTS):
            yield f"{kind.__name__} has a custom instance loader"


def _own_fields(resource: Any) -> Iterator[str]:
    for name, declared in resource.columns().items():
        if has_own_code(declared):
            yield f"{type(resource).__name__}.{name} has custom code"
    for name, declared in resource.written_columns().items():
        if _sets_property(resource, declared):
            yield f"{type(resource).__name__}.{name} sets a property"


def _sets_property(resource: Any, declared: Field) -> bool:
    found = getattr_static(resource._meta.model, declared.attribute, None)
    return isinstance(found, property) and found.fset is not None
