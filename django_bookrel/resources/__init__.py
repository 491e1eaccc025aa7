"""Resources for django-import-export: relations complete, set-based, streaming."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from .books import BaseBookResource, bookresource_factory
from .fields import ForeignKeyField, ManyToManyField, RelatedRowsField
from .importing import ImportOptions
from .loading import load
from .relational import RelationalResource
from .results import Result

__all__ = (
    "BaseBookResource",
    "BookResource",
    "ForeignKeyField",
    "ImportOptions",
    "ManyToManyField",
    "RelatedRowsField",
    "RelationalResource",
    "Result",
    "bookresource_factory",
    "load",
)


def __getattr__(name: str) -> Any:
    # Not made on import: under ToolkitConfig there is no Book of ours.
    if name == "BookResource":
        return bookresource_factory(apps.get_model("django_bookrel", "Book"))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
