"""Standard streams as a command meets them: closed, full, cut off, in another encoding."""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

__all__ = ("Stream",)


class Stream:
    """
    A text stream that never ends what is written about; what fails is kept.

    :param stream: None stands for one that was closed before Python started.
    :param name: what it is called in a sentence.
    """

    def __init__(self, stream: Any, name: str) -> None:
        self.stream, self.name = stream, name
        self.failure: OSError | None = None
        """Why what was written is not complete."""
        if stream is None:
            self.failure = OSError(errno.EBADF, "it is closed", name)

    def write(self, text: str) -> int:
        """Write a text, with escapes for characters that the encoding lacks."""
        if self.failure is None:
            try:
                self._write(text)
            except OSError as error:
                self.give_up(OSError(error.errno, error.strerror, self.name))
            except ValueError:
                # Python's own words for a file that somebody has closed.
                self.give_up(OSError(errno.EBADF, "it is closed", self.name))
        return len(text)

    def _write(self, text: str) -> None:
        try:
            self.stream.write(text)
        except UnicodeEncodeError:
            encoding = self.stream.encoding
            self.stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        self.stream.flush()

    def flush(self) -> None:
        """Do nothing; all that is written is flushed."""

    def isatty(self) -> bool:
        """Return whether somebody looks at it."""
        return self.failure is None and bool(getattr(self.stream, "isatty", bool)())

    def give_up(self, failure: OSError) -> None:
        """Take note of a failure, and keep Python from meeting it again at its end."""
        self.failure = failure
        if self.stream in (sys.__stdout__, sys.__stderr__):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())

    def check(self) -> None:
        """
        Tell whether all was written.

        :raises OSError: it was not.
        """
        if self.failure is not None:
            raise self.failure

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)
