"""What imports of the nursery's models read."""

from __future__ import annotations

from django_bookrel.resources import ForeignKeyField, ManyToManyField, RelationalResource

from .models import Cross


class CrossResource(RelationalResource):
    """Names other crosses, which the file makes."""

    mother = ForeignKeyField(by="code")
    father = ForeignKeyField(by="code")
    relatives = ManyToManyField(by="code")

    class Meta:
        model = Cross
        fields = ("code", "mother", "father", "relatives", "year")
        import_id_fields = ("code",)
