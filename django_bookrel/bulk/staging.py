"""What is kept of a file while the rest of it is read: on disk, but for what is little."""

from __future__ import annotations

import os
import pickle
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Generic, TypeVar

from ..exceptions import TemporaryFileError

__all__ = ("Stage",)

T = TypeVar("T")


class Stage(Generic[T]):
    """
    A list of values on disk; the first is held in memory until there is a second.

    It takes 8 bytes of memory for each value.
    """

    def __init__(self) -> None:
        self._file: Any = None
        self._places = array("q")
        self._first: T | None = None
        self._count = 0

    def add(self, value: T) -> None:
        """
        Add a value, which must not be changed any more.

        :raises TemporaryFileError: the disk takes no more.
        """
        if self._count == 0:
            self._first = value
        elif self._count == 1:
            self._dump(self._first)
            self._first = None
        if self._count:
            self._dump(value)
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> T:
        if self._file is None:
            if self._first is None or index:
                raise IndexError(index)
            return self._first
        self._file.seek(self._places[index])
        value: T = pickle.load(self._file)  # noqa: S301 (we have written it)
        return value

    def __iter__(self) -> Iterator[T]:
        return (self[index] for index in range(self._count))

    def close(self) -> None:
        """Forget everything."""
        if self._file is not None:
            with suppress(OSError):
                # What is lost by a full disk nobody reads any more.
                self._file.close()

    def _dump(self, value: Any) -> None:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="bookrel-")  # noqa: SIM115
            self._places.append(self._file.seek(0, os.SEEK_END))
            pickle.dump(value, self._file, pickle.HIGHEST_PROTOCOL)
        except OSError as error:
            raise TemporaryFileError("what is read ahead", error) from error
