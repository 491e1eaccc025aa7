"""All that changes for upstream's tests: ``ModelResource`` is our ``RelationalResource``."""

from __future__ import annotations

from import_export import resources

from django_bookrel.resources import RelationalResource

FACTORY = resources.modelresource_factory

resources.ModelResource = RelationalResource
FACTORY.__defaults__ = (RelationalResource, *FACTORY.__defaults__[1:])
