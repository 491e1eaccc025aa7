"""
The parts of an Office Open XML package, each read as a stream and counted as it is unpacked.

ECMA-376 part 2, https://ecma-international.org/publications-and-standards/standards/ecma-376/ (seen
2026-11): a zip file, in which relationships say what each part is, whatever it is called.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Protocol
from zipfile import ZipInfo

from ...exceptions import UnreadableFile
from ..limits import Limits
from .lines import blocks
from .markup import MarkupError, parsed
from .unpacking import DAMAGED, open_archive, open_member

__all__ = ("NAME", "Package", "PartReader", "damaged")

NAME = "the workbook"
_RELATIONSHIP = "http://schemas.openxmlformats.org/package/2006/relationships Relationship"


class PartReader(Protocol):
    """What takes the elements of a part; names are preceded by their namespace and a space."""

    def start(self, name: str, attributes: Mapping[str, str], /) -> None: ...
    def end(self, name: str, /) -> None: ...
    def text(self, text: str, /) -> None: ...


def damaged(reason: str) -> UnreadableFile:
    """Say why a package cannot be read."""
    return UnreadableFile(f"{NAME} cannot be read: {reason.rstrip('.')}.")


class Package:
    """
    An archive of parts.

    :param file: one that can seek.
    :raises UnreadableFile: it is damaged or over a limit, also while it is read.
    """

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self.limits = limits
        self._archive = open_archive(file, limits, NAME)
        self.size = file.seek(0, 2)
        """Bytes of the package as it lies on disk."""
        self._entries: dict[str, ZipInfo] = {}
        for entry in self._archive.infolist():
            self._entries.setdefault(_folded(entry.filename), entry)

    def related(self, part: str, kind: str) -> list[tuple[str, str]]:
        """
        Give the parts that a part names as of a kind, each with the identifier that it is given.

        :param part: "" for the package itself.
        :param kind: the last segment of the type's address.
        """
        folder, name = posixpath.split(part)
        found = _Relations(self.limits)
        self.read(posixpath.join(folder, "_rels", f"{name}.rels"), found)
        return [
            (key, posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"))
            for key, of_kind, target in found.named
            if of_kind == kind
        ]

    def read(self, part: str, reader: PartReader) -> None:
        """Read a part whose size does not grow with the table; one that is missing is empty."""
        for _ in self.stream(part, reader, "part"):
            pass

    def stream(self, part: str, reader: PartReader, limit: str = "unpacked") -> Iterator[int]:
        """
        Read a part, and yield the bytes of each block once its elements have been given.

        :param limit: name of the limit on its bytes.
        """
        entry = self._entries.get(_folded(part))
        if entry is None:
            return
        packed = min(entry.compress_size, self.size)
        try:
            member = open_member(self._archive, entry, self.limits, NAME, lambda: packed, limit)
            yield from parsed(blocks(member), self.limits, reader.start, reader.end, reader.text)
        except MarkupError as error:
            raise damaged(f"{entry.filename}, {error}") from error
        except DAMAGED as error:
            raise damaged(str(error) or type(error).__name__) from error


def _folded(part: str) -> str:
    # Names of parts are equal whatever their case; some programs write paths of Windows.
    return part.replace("\\", "/").casefold()


class _Relations:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.named: list[tuple[str, str, str]] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == _RELATIONSHIP and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.named.append((attributes.get("Id", ""), kind, attributes.get("Target", "")))
            if len(self.named) > self._limits.members:
                raise MarkupError(f"it names more parts than {self._limits.allowed('members')}")

    def end(self, name: str) -> None: ...
    def text(self, text: str) -> None: ...
