"""The import of rows that refer to rows of the same file."""

from __future__ import annotations

from pathlib import Path

from django_bookrel.resources import ForeignKeyField, RelationalResource, load

from .models import Part

__all__ = ("load_parts",)


class PartResource(RelationalResource):
    parent = ForeignKeyField(by="code")

    class Meta:
        model = Part
        import_id_fields = ("code",)
        fields = ("code", "parent")


def load_parts(path: Path) -> None:
    result = load(path, resource=PartResource)
    if result.counts.rejected:
        raise AssertionError(result.rejections[0])
