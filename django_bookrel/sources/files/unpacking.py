"""What gzip and zip have packed, as a stream that ends at a limit; nothing of it goes to disk."""

from __future__ import annotations

import gzip
import shutil
import zlib
from collections.abc import Callable
from typing import BinaryIO, Protocol, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ...exceptions import UnreadableFile
from ...showing import listed
from ..limits import Limits

__all__ = (
    "DAMAGED",
    "Limited",
    "open_archive",
    "open_gzip",
    "open_member",
    "open_zip",
    "packing",
    "spool",
)

DAMAGED = (OSError, EOFError, BadZipFile, zlib.error)
"""What is raised while something packed is read that is not as it was written."""

_STARTS = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"PK\x05\x06": "zip"}
_ENCRYPTED = 0x1
_WORKBOOK = "[Content_Types].xml"
_OPEN_DOCUMENT = {"mimetype", "content.xml"}
_OF_THE_SYSTEM = {"thumbs.db", "desktop.ini"}
_SHOWN_NAMES = 10

_BLOCK = 2**20
_SMALL = 10_000_000
"""Bytes that something may unpack to whatever its packed size is."""

_MOST_AT_ONCE = 2**22
"""Bytes; the directory of an archive is read at once, and an entry has 46 or more."""

_OTHER_METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard"}
"""What Python does not unpack, or not without making gigabytes of a few bytes at once."""


class _Reader(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


def packing(start: bytes) -> str | None:
    """Tell by the first four bytes what a file is packed by."""
    return next((name for magic, name in _STARTS.items() if start.startswith(magic)), None)


class Limited:
    """
    A stream that may not be longer than a limit.

    :param packed: gives the bytes that it was unpacked from so far, or at most.
    :param limit: name of the limit on its bytes.
    :raises UnreadableFile: while it is read, as soon as it is longer.
    """

    def __init__(
        self,
        file: _Reader,
        limits: Limits,
        name: str,
        packed: Callable[[], int] | None = None,
        limit: str = "unpacked",
    ) -> None:
        self._file, self._limits, self._name = file, limits, name
        self._packed, self._limit = packed, limit
        self._most: int = getattr(limits, limit)
        self._count = 0

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes; fewer at the end."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_BLOCK), b""))
        block = self._file.read(min(size, self._most - self._count + 1))
        self._count += len(block)
        if self._count > self._most:
            raise _too_large(self._name, self._limits, self._limit)
        if self._packed and self._count > max(_SMALL, self._limits.ratio * self._packed()):
            raise UnreadableFile(
                f"{self._name} unpacks to {self._count:,} bytes or more, which is more times its "
                f"packed size than {self._limits.allowed('ratio')}."
            )
        return block


def _too_large(name: str, limits: Limits, limit: str = "unpacked") -> UnreadableFile:
    return UnreadableFile(f"{name} unpacks to more bytes than {limits.allowed(limit)}.")


def open_gzip(file: BinaryIO, limits: Limits, name: str, packed: Callable[[], int]) -> Limited:
    """
    Unpack what gzip has packed.

    :param packed: gives the bytes read so far.
    """
    return Limited(gzip.GzipFile(fileobj=file), limits, name, packed)


class _Bounded:
    """A file of which little is read at once, as the directory of an archive may be of any size."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(min(size, _MOST_AT_ONCE + 1) if size >= 0 else _MOST_AT_ONCE + 1)
        if len(block) > _MOST_AT_ONCE:
            raise _DirectoryTooLargeError
        return block


class _DirectoryTooLargeError(Exception):
    pass


def open_archive(file: BinaryIO, limits: Limits, name: str) -> ZipFile:
    """
    Open a zip file.

    :param file: one that can seek.
    :raises UnreadableFile: it is damaged, two files that were joined, or has too many members.
    """
    try:
        archive = ZipFile(cast("BinaryIO", _Bounded(file)))
    except _DirectoryTooLargeError as error:
        raise _too_many_members(name, limits) from error
    except (BadZipFile, NotImplementedError, ValueError) as error:
        raise UnreadableFile(f"{name} is a damaged or truncated zip file.") from error
    entries = archive.infolist()
    if len(entries) > limits.members:
        raise _too_many_members(name, limits)
    if entries and min(entry.header_offset for entry in entries) > 0:
        raise UnreadableFile(
            f"{name} is two or more zip files or workbooks joined; import them one by one."
        )
    return archive


def _too_many_members(name: str, limits: Limits) -> UnreadableFile:
    return UnreadableFile(f"{name} contains more files than {limits.allowed('members')}.")


def open_member(
    archive: ZipFile,
    entry: ZipInfo,
    limits: Limits,
    name: str,
    packed: Callable[[], int] | None = None,
    limit: str = "unpacked",
) -> Limited:
    """
    Unpack a file of an archive.

    :param packed: gives the bytes read so far; by default the member's packed size.
    :param limit: name of the limit on its bytes.
    :raises UnreadableFile: it is encrypted, too large, or packed in an unusual way.
    """
    if entry.flag_bits & _ENCRYPTED:
        raise UnreadableFile(f"{name} is an encrypted zip file; unpack it first.")
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        method = _OTHER_METHODS.get(entry.compress_type, f"method {entry.compress_type}")
        raise UnreadableFile(
            f"{name} is a zip file with an unsupported compression ({method}); unpack it first."
        )
    if entry.file_size > getattr(limits, limit):
        raise _too_large(name, limits, limit)
    try:
        stream = archive.open(entry)
    except (NotImplementedError, RuntimeError) as error:
        raise UnreadableFile(f"{name} is a damaged or unusual zip file ({error}).") from error
    return Limited(stream, limits, name, packed or (lambda: entry.compress_size), limit)


def open_zip(
    file: BinaryIO, limits: Limits, name: str, packed: Callable[[], int]
) -> Limited | None:
    """
    Unpack the one file that a zip file holds, beside what systems add to it.

    :param file: one that can seek.
    :param packed: gives the bytes read so far.
    :returns: None if it is a workbook, which is a format of its own.
    :raises UnreadableFile: it holds none or several, is an OpenDocument file, encrypted, damaged,
        or too large.
    """
    archive = open_archive(file, limits, name)
    names = archive.namelist()
    if _WORKBOOK in names:
        return None
    if _OPEN_DOCUMENT.issubset(names):
        raise UnreadableFile(
            f"{name} is an OpenDocument file, such as a LibreOffice spreadsheet; "
            "save it as .xlsx or CSV."
        )
    entries = [entry for entry in archive.infolist() if not _is_beside(entry)]
    if not entries:
        raise UnreadableFile(f"{name} is an empty zip file.")
    if len(entries) > 1:
        members = listed([entry.filename for entry in entries], _SHOWN_NAMES)
        raise UnreadableFile(
            f"{name} is a zip file of {len(entries):,} files: {members}. "
            "Unpack it and import one of them."
        )
    return open_member(archive, entries[0], limits, name, packed)


def _is_beside(entry: ZipInfo) -> bool:
    *folders, name = entry.filename.split("/")
    is_hidden = name.startswith(".") or "__MACOSX" in folders
    return entry.is_dir() or is_hidden or name.lower() in _OF_THE_SYSTEM


def spool(file: _Reader, target: BinaryIO) -> None:
    """Copy a stream that cannot seek to a file that can, which then stands at its start."""
    shutil.copyfileobj(file, target)
    target.seek(0)
