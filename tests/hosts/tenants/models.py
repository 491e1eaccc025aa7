"""A host whose tenants each have series of their own: a name is unique within a tenant only."""

from __future__ import annotations

from django.db import models

from django_bookrel.abstract import AbstractSeries


class Tenant(models.Model):
    name = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.name


class Series(AbstractSeries):
    tenant = models.ForeignKey(Tenant, models.CASCADE)
    shelf = models.CharField(max_length=20)

    class Meta(AbstractSeries.Meta):
        constraints = (
            models.UniqueConstraint(fields=("tenant", "key"), name="tenants_series_tenant_key"),
            models.UniqueConstraint(fields=("tenant", "shelf"), name="tenants_series_tenant_shelf"),
        )


class Box(models.Model):
    """Is known by its code within a tenant, and holds a series of that tenant."""

    tenant = models.ForeignKey(Tenant, models.CASCADE)
    code = models.CharField(max_length=20)
    series = models.ForeignKey(Series, models.CASCADE, null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("tenant", "code"), name="tenants_box_tenant_code"),
        )

    def __str__(self) -> str:
        return self.code
