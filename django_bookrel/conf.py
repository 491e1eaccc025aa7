"""The settings of a host project, each with its default; read at the moment of use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings

__all__ = ("Conf", "conf")


class Conf:
    """The ``BOOKREL_...`` settings; none has to be set."""

    @property
    def register_admin(self) -> bool:
        """``BOOKREL_REGISTER_ADMIN``: give the package's models admin pages. Read at start-up."""
        return getattr(settings, "BOOKREL_REGISTER_ADMIN", True)

    @property
    def batch_size(self) -> int:
        """``BOOKREL_BATCH_SIZE``: rows that an import or export takes at a time."""
        return getattr(settings, "BOOKREL_BATCH_SIZE", 5000)

    @property
    def limits(self) -> Mapping[str, int | None]:
        """``BOOKREL_LIMITS``: how much of a file is read; defaults in ``sources.limits``."""
        return getattr(settings, "BOOKREL_LIMITS", {})

    @property
    def sources(self) -> Sequence[str]:
        """``BOOKREL_SOURCES``: formats of the host, as dotted paths of classes."""
        return getattr(settings, "BOOKREL_SOURCES", [])

    @property
    def harmless_receivers(self) -> Sequence[str]:
        """``BOOKREL_HARMLESS_RECEIVERS``: signal receivers that imports need not call."""
        return getattr(settings, "BOOKREL_HARMLESS_RECEIVERS", [])


conf = Conf()
