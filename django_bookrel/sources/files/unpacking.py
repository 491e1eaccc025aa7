"""What gzip and zip have packed, as a stream that ends at a limit; nothing of it goes to disk."""

from __future__ import annotations

import gzip
import lzma
import shutil
import zlib
from typing import BinaryIO, Protocol
from zipfile import BadZipFile, ZipFile, ZipInfo

from ...exceptions import UnreadableFile
from ...showing import listed

__all__ = ("DAMAGED", "MAX_UNPACKED", "Limited", "open_gzip", "open_zip", "packing", "spool")

MAX_UNPACKED = 10_000_000_000
"""Bytes; a catalogue is hardly larger, and what a few kilobytes can unpack to is."""

DAMAGED = (OSError, EOFError, BadZipFile, zlib.error, lzma.LZMAError)
"""What is raised while something packed is read that is not as it was written."""

_STARTS = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"PK\x05\x06": "zip"}
_ENCRYPTED = 0x1
_WORKBOOK = "[Content_Types].xml"
_OPEN_DOCUMENT = {"mimetype", "content.xml"}
_OF_THE_SYSTEM = {"thumbs.db", "desktop.ini"}
_SHOWN_NAMES = 10


class _Reader(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


def packing(start: bytes) -> str | None:
    """Tell by the first four bytes what a file is packed by."""
    return next((name for magic, name in _STARTS.items() if start.startswith(magic)), None)


class Limited:
    """
    A stream that may not be longer than a limit.

    :param limit: bytes; None for any number.
    :raises UnreadableFile: while it is read, as soon as it is longer.
    """

    def __init__(self, file: _Reader, limit: int | None, name: str) -> None:
        self._file, self._limit, self._name = file, limit, name
        self._count = 0

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes; fewer at the end."""
        if self._limit is None:
            return self._file.read(size)
        most = self._limit - self._count + 1
        block = self._file.read(most if size < 0 else min(size, most))
        self._count += len(block)
        if self._count > self._limit:
            raise _too_large(self._name, self._limit)
        return block


def _too_large(name: str, limit: int) -> UnreadableFile:
    return UnreadableFile(
        f"{name} unpacks to more than {limit:,} bytes, the limit set by BOOKREL_MAX_UNPACKED."
    )


def open_gzip(file: BinaryIO, limit: int | None, name: str) -> Limited:
    """Unpack what gzip has packed."""
    return Limited(gzip.GzipFile(fileobj=file), limit, name)


def open_zip(file: BinaryIO, limit: int | None, name: str) -> Limited | None:
    """
    Unpack the one file that a zip file holds, beside what systems add to it.

    :param file: one that can seek.
    :returns: None if it is a workbook, which is a format of its own.
    :raises UnreadableFile: it holds none or several, is an OpenDocument file, encrypted, damaged,
        or too large.
    """
    try:
        archive = ZipFile(file)
    except BadZipFile as error:
        raise UnreadableFile(f"{name} is a damaged or truncated zip file.") from error
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
    [entry] = entries
    if entry.flag_bits & _ENCRYPTED:
        raise UnreadableFile(f"{name} is an encrypted zip file; unpack it first.")
    if limit is not None and entry.file_size > limit:
        raise _too_large(name, limit)
    try:
        return Limited(archive.open(entry), limit, name)
    except (NotImplementedError, RuntimeError) as error:
        raise UnreadableFile(
            f"{name} is a zip file with an unsupported compression ({error}); unpack it first."
        ) from error


def _is_beside(entry: ZipInfo) -> bool:
    *folders, name = entry.filename.split("/")
    is_hidden = name.startswith(".") or "__MACOSX" in folders
    return entry.is_dir() or is_hidden or name.lower() in _OF_THE_SYSTEM


def spool(file: _Reader, target: BinaryIO) -> None:
    """Copy a stream that cannot seek to a file that can, which then stands at its start."""
    shutil.copyfileobj(file, target)
    target.seek(0)
