"""
System checks: what a host's subclass of an abstract base, a resource or a setting can get wrong.

Nothing here imports a model, so that the app's configuration can import it.
"""

from __future__ import annotations

from .models import check_models
from .resources import check_resources
from .settings import check_settings

__all__ = ("check_models", "check_resources", "check_settings")
