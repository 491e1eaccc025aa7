"""What a setting can get wrong; ids x2xx."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

__all__ = ("check_settings",)


def check_settings(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check the formats that the settings name."""
    from ..host_formats import host_formats

    try:
        host_formats()
    except ImproperlyConfigured as error:
        return [unusable_formats(error)]
    return []


def unusable_formats(error: ImproperlyConfigured) -> Error:
    return Error(
        str(error),
        hint=(
            "List dotted paths to subclasses of Source, each with a unique name, "
            "or remove the path."
        ),
        id="django_bookrel.E201",
    )
