"""What a resource's ``Meta`` says: options, and fields by their own names or their columns'."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from import_export.fields import Field

__all__ = ("in_export_order", "named", "own_option", "unknown_names")

OPTIONS = ("fields", "import_order", "export_order")


def own_option(resource: Any, name: str) -> Any:
    """
    Return an option that django-import-export does not know, None if there is none.

    Of a class whose ``Meta`` is behind three others it forgets the options.
    """
    metas = (resource._meta, *(vars(kind).get("Meta") for kind in type(resource).__mro__))
    return next((getattr(meta, name) for meta in metas if hasattr(meta, name)), None)


def named(resource: Any, name: str) -> Field | None:
    """Return the field of that name or, as in django-import-export, of that column."""
    if name in resource.fields:
        return resource.fields[name]
    return next((f for f in resource.fields.values() if f.column_name == name), None)


def in_export_order(resource: Any) -> list[Field]:
    """Return the fields, each once, in the order of exports."""
    found = (named(resource, name) for name in resource.get_export_order())
    return list(dict.fromkeys(field for field in found if field is not None))


def unknown_names(resource: Any) -> Iterator[tuple[str, str]]:
    """Yield option and name where an option of ``Meta`` lists what is not a field or column."""
    for option in OPTIONS:
        for name in getattr(resource._meta, option, None) or ():
            if named(resource, name) is None:
                yield option, name
