"""The errors that this package raises on purpose; ``BookrelError`` catches them all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

from .showing import shown

_COMPARED = 1_000
_LONGEST_NAME = 100


class BookrelError(Exception):
    """Base of every error below; its message can be shown anywhere."""

    def __str__(self) -> str:
        return shown(super().__str__())


class InvalidISBN(BookrelError, ValueError):
    """Raised when a text is no ISBN; the message says what came and what is wrong with it."""


class SourceError(BookrelError):
    """Raised when a file cannot be read as a catalogue."""


class UnknownSource(SourceError):
    """Raised when there is no such format, or a class cannot be one."""


class UnreadableFile(SourceError):
    """Raised when a file is missing, or its bytes cannot be decoded."""


class MissingColumns(SourceError):
    """Raised when a header lacks a column that its format needs."""


class UnknownField(SourceError):
    """Raised when a mapping names a field or a role that does not exist."""


class InvalidOption(SourceError):
    """Raised when an option for reading a file makes no sense in itself."""


class InvalidFilter(InvalidOption):
    """Raised when records cannot be filtered by a look-up and its value."""


class InvalidMapping(SourceError):
    """Raised when a mapping file cannot be read or written, or says what makes no sense."""


class MissingPackage(SourceError):
    """Raised when a format needs a package that is not installed; the message names the extra."""


class ExportError(BookrelError):
    """Raised when a file format cannot hold the records that are to be written."""


class OutputError(BookrelError):
    """Raised when a file that a command writes is not complete; the message says what it lacks."""


class TemporaryFileError(BookrelError):
    """Raised when the temporary folder does not take what has to be kept for a while."""

    def __init__(self, what: str, error: OSError) -> None:
        where = tempfile.tempdir or os.environ.get("TMPDIR") or "the temporary folder"
        super().__init__(f"Cannot keep {what} in {where}: {error.strerror or error}.")


class UnknownRelation(BookrelError, ValueError):
    """Raised when a model has no relation of the given name; the message lists those it has."""


def suggestion(name: str, known: Iterable[str]) -> str:
    """Say which known name may be meant, as a sentence part; "" if none is near."""
    # Comparing takes quadratic time.
    names = [one for one in islice(known, _COMPARED) if len(one) <= _LONGEST_NAME]
    near = get_close_matches(name, names, 1) if len(name) <= _LONGEST_NAME else []
    return f' (did you mean "{near[0]}"?)' if near else ""
