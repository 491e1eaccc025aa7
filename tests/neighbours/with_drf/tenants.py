from __future__ import annotations

from copy import copy
from typing import Any

from rest_framework import serializers

from tests.hosts.tenants.models import Series


class SeriesSerializer(serializers.ModelSerializer):
    class Meta:
        model = Series
        fields = ("id", "tenant", "name", "shelf")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        record = copy(self.instance) if self.instance else Series()
        for name, value in attrs.items():
            setattr(record, name, value)
        record.validate_constraints()
        return attrs
