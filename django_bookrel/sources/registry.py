"""The formats by name: ours, each module of their room, and those that a host hands in."""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib import import_module

from ..exceptions import UnknownSource, suggestion
from ..showing import short
from .base import Source

__all__ = ("SOURCES", "get_source", "known_sources", "path_of")

_NAME = re.compile(r"[\w-]{1,40}", re.ASCII)
"""No point, which tells a path from a name; as long as ``ImportRecord.source``."""


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
"""Name to class of our own formats, in alphabetical order of the modules."""


def known_sources(more: Iterable[str | type[Source]] = ()) -> dict[str, type[Source]]:
    """
    Give formats by name: the host's, which go before where both know a header, then ours.

    :param more: classes of the host, or their dotted paths.
    :raises UnknownSource: one of them is no format, or its name is taken.
    """
    hosts: dict[str, type[Source]] = {}
    for source in dict.fromkeys(map(_loaded, more)):
        _check_name(source, {**SOURCES, **hosts})
        hosts[source.name] = source
    return {**hosts, **SOURCES}


def get_source(
    source: str | type[Source], known: Mapping[str, type[Source]] = SOURCES
) -> type[Source]:
    """
    Give a format.

    :param source: its name among ``known``, its class, or the dotted path of the class, whose
        module is imported.
    :raises UnknownSource: there is none, or it has the name of another one.
    """
    if isinstance(source, str) and source in known:
        return known[source]
    if isinstance(source, str) and "." not in source:
        raise UnknownSource(
            f'Unknown format "{short(source)}"{suggestion(source, known)}. '
            f"The formats are: {', '.join(known)}."
        )
    found = _loaded(source)
    _check_name(found, known)
    return found


def path_of(source: type[Source]) -> str:
    """Give the dotted path of a class."""
    return f"{source.__module__}.{source.__qualname__}"


def _loaded(given: str | type[Source]) -> type[Source]:
    found = _imported(given) if isinstance(given, str) else given
    if not (isinstance(found, type) and issubclass(found, Source)):
        raise UnknownSource(f"{given} is not a format; a format is a subclass of Source.")
    if lacking := _lacking(found):
        raise UnknownSource(f"The format {path_of(found)} lacks {', '.join(lacking)}.")
    if not _NAME.fullmatch(found.name):
        raise UnknownSource(
            f'The format {path_of(found)} is called "{found.name}"; '
            'a name may have up to 40 letters, digits, "_" and "-".'
        )
    return found


def _imported(path: str) -> object:
    if not all(map(str.isidentifier, path.split("."))) or "." not in path:
        raise UnknownSource(f'Unknown format "{short(path)}": not a dotted path to a class.')
    module_path, _, name = path.rpartition(".")
    try:
        module = import_module(module_path)
    except ImportError as error:
        raise UnknownSource(f'Unknown format "{short(path)}": {error}.') from error
    if not hasattr(module, name):
        near = suggestion(name, vars(module))
        raise UnknownSource(f'Unknown format "{short(path)}": the module has no {name}{near}.')
    return getattr(module, name)


def _lacking(source: type[Source]) -> list[str]:
    """Find the attributes that our bases want of a format and do not have themselves."""
    declared = [
        name
        for base in reversed(source.__mro__)
        # Hints of a host may name what is there for type checkers only.
        if base.__module__.startswith(f"{__package__}.")
        for name, hint in inspect.get_annotations(base).items()
        if "ClassVar" in str(hint)
    ]
    return [name for name in dict.fromkeys(declared) if not hasattr(source, name)]


def _check_name(source: type[Source], known: Mapping[str, type[Source]]) -> None:
    other = known.get(source.name, source)
    if other is not source:
        raise UnknownSource(
            f'The format {path_of(source)} is called "{source.name}", as is {path_of(other)}.'
        )
