"""Options that name fields by their columns, as django-import-export allows."""

from __future__ import annotations

from pathlib import Path

import pytest
from import_export.fields import Field

from django_bookrel.resources import RelationalResource
from tests.hostrows import export, import_rows
from tests.hosts.custom.models import Bulletin

pytestmark = pytest.mark.django_db


class FieldsResource(RelationalResource):
    heading = Field("title", "Title of it")

    class Meta:
        model = Bulletin
        fields = ("Title of it", "code")
        import_id_fields = ("code",)


class OrderResource(RelationalResource):
    heading = Field("title", "Title of it")

    class Meta:
        model = Bulletin
        exclude = ("id", "title", "changed_at", "tags")
        import_id_fields = ("code",)
        import_order = ("code", "Title of it")
        export_order = ("Title of it", "code")


class ChildResource(FieldsResource):
    class Meta:
        model = Bulletin
        candidate_keys = [["code"]]


class GrandchildResource(ChildResource):
    class Meta:
        model = Bulletin


class GreatGrandchildResource(GrandchildResource):
    class Meta:
        fields = ("code", "Title of it")


class LastResource(GreatGrandchildResource):
    class Meta:
        import_id_fields = ("id",)


def test_own_options_are_inherited_from_any_class(tmp_path: Path):
    """django-import-export forgets those of great-grandparents."""
    resource = LastResource()
    assert resource.candidate_keys() == [["code"]]
    result = import_rows(tmp_path, [{"code": "a", "Title of it": "New"}], LastResource)
    assert (result.counts.new, result.path) == (1, "bulk")


@pytest.mark.parametrize("resource", [FieldsResource, OrderResource])
def test_fields_by_their_columns(tmp_path: Path, resource: type[RelationalResource]):
    Bulletin.objects.create(code="a", title="Old")
    rows = [{"code": "a", "Title of it": "New"}]
    dry = import_rows(tmp_path, rows, resource, dry_run=True)
    [change] = dry.changes
    assert change.cells == {"Title of it": ("Old", "New")}
    import_rows(tmp_path, rows, resource)
    assert export(tmp_path / "out.csv", resource).read_text().splitlines() == [
        "Title of it,code",
        "New,a",
    ]
