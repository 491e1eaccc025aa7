"""The bytes of a catalogue file: from a path or standard input, unpacked, counted."""

from __future__ import annotations

import gzip
import os
import stat
import sys
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from ..exceptions import UnreadableFile

__all__ = ("STANDARD_INPUT", "CatalogueFile")

STANDARD_INPUT = "-"
_GZIP_START = b"\x1f\x8b"


class _Counted:
    def __init__(self, file: BinaryIO | gzip.GzipFile) -> None:
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


class CatalogueFile:
    """
    A file to be read once, in blocks, from its start; what gzip packed is unpacked.

    :raises UnreadableFile: the path is no readable file, or (while reading) the file is damaged.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.fspath(path)
        self._is_stdin = self._path == STANDARD_INPUT
        self.name = "standard input" if self._is_stdin else self._path
        self._raw = sys.stdin.buffer if self._is_stdin else self._opened()
        self.bytes_total = self._size()
        """Size of the file as it lies on disk, when it was opened; None for a pipe."""
        self._counted = _Counted(self._raw)
        self._file: _Counted | None = None

    def _opened(self) -> BinaryIO:
        try:
            return Path(self._path).open("rb")
        except FileNotFoundError as error:
            raise UnreadableFile(f"{self.name}: there is no such file.") from error
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
            self._file = self._counted
            if self._counted.peek(2).startswith(_GZIP_START):
                self._file = _Counted(gzip.GzipFile(fileobj=cast("BinaryIO", self._counted)))
        return self._file

    def peek(self, size: int) -> bytes:
        """Give the first bytes without taking them; only before the first ``read``."""
        try:
            return self._unpacked().peek(size)[:size]
        except (OSError, EOFError, zlib.error) as error:
            raise self._damaged(error) from error

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes; fewer at the end."""
        try:
            return self._unpacked().read(size)
        except (OSError, EOFError, zlib.error) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> UnreadableFile:
        return UnreadableFile(
            f"{self.name} cannot be read beyond byte {self.bytes_read:,}: {_reason(error)}."
        )

    def close(self) -> None:
        """Close the file; standard input stays open."""
        if not self._is_stdin:
            self._raw.close()


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
