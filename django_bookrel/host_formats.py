"""The formats that the settings name, beside ours."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from .conf import conf
from .exceptions import UnknownSource
from .sources import SOURCES, Source, known_sources

__all__ = ("host_formats",)


def host_formats() -> list[type[Source]]:
    """
    Give the classes of ``BOOKREL_SOURCES``.

    :raises ImproperlyConfigured: one of them is no format, or its name is taken.
    """
    paths = conf.sources
    if isinstance(paths, str):
        raise ImproperlyConfigured(
            f"BOOKREL_SOURCES must be a list of dotted paths to classes, not “{paths}”."
        )
    if not paths:
        return []
    try:
        known = known_sources(paths)
    except UnknownSource as error:
        raise ImproperlyConfigured(f"BOOKREL_SOURCES: {error}") from error
    return [source for name, source in known.items() if name not in SOURCES]
