"""The bytes of a catalogue file: from a path or standard input, unpacked, counted."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, cast

from ...exceptions import UnreadableFile
from ..limits import DEFAULT_LIMITS, Limits
from .unpacking import DAMAGED, Limited, open_gzip, open_zip, packing, spool

__all__ = ("STANDARD_INPUT", "CatalogueFile")

STANDARD_INPUT = "-"
_START_BYTES = 4


class _Counted:
    def __init__(self, file: Any) -> None:
        self._file = file
        self._start = b""
        self.count = 0

    def peek(self, size: int) -> bytes:
        while len(self._start) < size and (block := self._file.read(size - len(self._start))):
            self._start += block
        return self._start

    def read(self, size: int = -1) -> bytes:
        block, self._start = self._start, b""
        if size < 0:
            block += self._file.read()
        elif len(block) > size:
            block, self._start = block[:size], block[size:]
        elif not block:
            block = self._file.read(size)
        self.count += len(block)
        return block


class _CountedWithSeek(_Counted):
    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable


class CatalogueFile:
    """
    A file to be read once, in blocks, from its start; what gzip or zip packed is unpacked.

    A zip file that comes through a pipe is kept on disk until the file is closed.

    :param name: what messages call it; by default its path, or "standard input".
    :raises UnreadableFile: the path is no readable file, or (while reading) the file is damaged,
        a zip file without exactly one file, encrypted, or over a limit.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        name: str | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._path = os.fspath(path)
        self._is_stdin = self._path == STANDARD_INPUT
        self.name = name or ("standard input" if self._is_stdin else self._path)
        self.limits = limits
        self._stack = ExitStack()
        # Standard input stays open.
        self._raw = sys.stdin.buffer if self._is_stdin else self._stack.enter_context(self._open())
        self.bytes_total = self._size()
        """Size of the file as it lies on disk, when it was opened; None for a pipe."""
        self._counted = _Counted(self._raw)
        self._file: _Counted | None = None

    def _open(self) -> BinaryIO:
        try:
            return Path(self._path).open("rb")
        except FileNotFoundError as error:
            raise UnreadableFile(f"{self.name}: no such file.") from error
        except IsADirectoryError as error:
            raise UnreadableFile(f"{self.name} is a directory, not a file.") from error
        except (OSError, ValueError) as error:
            raise UnreadableFile(f"{self.name} cannot be opened: {_reason(error)}.") from error

    @property
    def bytes_read(self) -> int:
        """Bytes of the file as it lies on disk."""
        return self._counted.count

    def _size(self) -> int | None:
        try:
            status = os.fstat(self._raw.fileno())
        except OSError:
            return None
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def _unpacked(self) -> _Counted:
        if self._file is None:
            unpack = {"gzip": self._gzip, "zip": self._zip}.get(
                packing(self._counted.peek(_START_BYTES)) or ""
            )
            stream = unpack() if unpack else None
            self._file = self._counted if stream is None else _Counted(stream)
        return self._file

    def _gzip(self) -> Limited:
        counted = self._counted
        return open_gzip(cast("BinaryIO", counted), self.limits, self.name, lambda: counted.count)

    def _zip(self) -> Limited | None:
        if self._raw.seekable():
            file, start = self._raw, self._raw.tell()
        else:
            file, start = tempfile.TemporaryFile(), 0  # noqa: SIM115 (the stack closes it)
            self._stack.enter_context(file)
            spool(Limited(self._counted, self.limits, self.name), file)
            self._counted = _Counted(file)
        packed = _CountedWithSeek(file)
        stream = open_zip(cast("BinaryIO", packed), self.limits, self.name, lambda: packed.count)
        if stream is None:
            file.seek(start)
            return None
        packed.count = 0
        self._counted = packed
        return stream

    def peek(self, size: int) -> bytes:
        """Give the first bytes without taking them; only before the first ``read``."""
        try:
            return self._unpacked().peek(size)[:size]
        except DAMAGED as error:
            raise self._damaged(error) from error

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes; fewer at the end."""
        try:
            return self._unpacked().read(size)
        except DAMAGED as error:
            raise self._damaged(error) from error

    def seekable(self) -> BinaryIO:
        """
        Give the whole file as one that can seek and stands at its start, in place of ``read``.

        What is packed or comes through a pipe is kept on disk until the file is closed.
        """
        if self._unpacked() is self._counted and self._raw.seekable():
            self._raw.seek(0)
            self._counted = _CountedWithSeek(self._raw)
            return cast("BinaryIO", self._counted)
        file = tempfile.TemporaryFile()  # noqa: SIM115 (the stack closes it)
        self._stack.enter_context(file)
        spool(cast("BinaryIO", self), file)
        return file

    def _damaged(self, error: Exception) -> UnreadableFile:
        return UnreadableFile(
            f"{self.name} cannot be read beyond byte {self.bytes_read:,}: {_reason(error)}."
        )

    def close(self) -> None:
        """Close the file; standard input stays open."""
        self._stack.close()


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
