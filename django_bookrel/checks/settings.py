"""What a setting can get wrong; ids x2xx."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pkgutil import resolve_name
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from ..conf import conf
from ..sources.limits import Limits

__all__ = ("check_settings",)


def check_settings(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check the formats, the receivers and the limits that the settings name."""
    return [*_formats(), *_receivers(), *map(unusable_limits, Limits.problems(conf.limits))]


def _formats() -> Iterator[CheckMessage]:
    from ..host_formats import host_formats

    try:
        host_formats()
    except ImproperlyConfigured as error:
        yield unusable_formats(error)


def _receivers() -> Iterator[CheckMessage]:
    paths = conf.harmless_receivers
    if isinstance(paths, str):
        yield unusable_receivers(f"must be a list of dotted paths, not “{paths}”.")
        return
    for path in paths:
        # What a function defines has no path of its own.
        name = str(path).partition(".<locals>.")[0]
        try:
            found = resolve_name(name)
        except (ImportError, AttributeError, ValueError):
            yield unusable_receivers(f"“{path}” cannot be imported.")
            continue
        if not callable(found):
            yield unusable_receivers(f"“{path}” is a {type(found).__name__}, not a receiver.")


def unusable_formats(error: ImproperlyConfigured) -> Error:
    return Error(
        str(error),
        hint=(
            "List dotted paths to subclasses of Source, each with a unique name, "
            "or remove the path."
        ),
        id="django_bookrel.E201",
    )


def unusable_receivers(problem: str) -> Error:
    return Error(
        f"BOOKREL_HARMLESS_RECEIVERS: {problem}",
        hint="Name receivers as the summary of an import does when it saves row by row.",
        id="django_bookrel.E202",
    )


def unusable_limits(problem: str) -> Error:
    return Error(
        f"BOOKREL_LIMITS: {problem}",
        hint="A limit is a whole number of at least 1, or None for no limit.",
        id="django_bookrel.E203",
    )
