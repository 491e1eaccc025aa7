"""The formats by name: every module of the room of formats that defines one."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module

from ..exceptions import UnknownSource, suggestion
from .base import Source

__all__ = ("SOURCES", "get_source")


class _Sources(Mapping[str, type[Source]]):
    # The modules are imported on first use: an application that starts need not pay for them.

    @cached_property
    def _by_name(self) -> dict[str, type[Source]]:
        package = import_module(f"{__package__}.formats")
        names = sorted(found.name for found in pkgutil.iter_modules(package.__path__))
        modules = [import_module(f"{package.__name__}.{name}") for name in names]
        return {
            source.name: source
            for module in modules
            for _, source in inspect.getmembers(module, inspect.isclass)
            if issubclass(source, Source) and source.__module__ == module.__name__
            if hasattr(source, "name")
        }

    def __getitem__(self, name: str) -> type[Source]:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)


SOURCES: Mapping[str, type[Source]] = _Sources()
"""Name to class, in alphabetical order of the modules."""


def get_source(name: str) -> type[Source]:
    """
    Give the source of a name.

    :raises UnknownSource: there is none; the message lists those that exist.
    """
    try:
        return SOURCES[name]
    except KeyError:
        raise UnknownSource(
            f'There is no source "{name}"{suggestion(name, SOURCES)}. '
            f"The sources are: {', '.join(SOURCES)}."
        ) from None
