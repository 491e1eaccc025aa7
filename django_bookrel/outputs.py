"""Files that a command writes: complete in their place, or said to lack something."""

from __future__ import annotations

import io
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from .exceptions import InvalidOption, OutputError
from .showing import shown

__all__ = ("STANDARD", "Output", "check_outputs", "output_file")

STANDARD = "-"
"""Stands for standard input or output in the place of a file."""


class Output:
    """
    A text file that is complete up to a mark, also on a disk that is full.

    What fails is kept until :meth:`check`, so that whoever writes can end its work first.

    :param file: as :func:`output_file` gives it; only this object writes to it.
    :param name: what the file is called in sentences.
    """

    def __init__(self, file: TextIO, name: str) -> None:
        self.file, self.name = file, shown(name)
        self.failure: OutputError | None = None
        self._pending: list[str] = []

    def write(self, text: str) -> int:
        """Write a text, which is in the file from the next mark on."""
        self._pending.append(text)
        return len(text)

    def mark(self, what: str) -> None:
        """
        Bring to the disk what was written since the last mark.

        :param what: what it is, for the sentence on what is missing: "line 12".
        """
        text, self._pending = "".join(self._pending), []
        if self.failure is None:
            try:
                self._put(text)
            except (OSError, ValueError) as error:
                why = getattr(error, "strerror", None) or error
                lacks = f"it lacks the rows from {what} on"
                self.failure = OutputError(f"{self.name} is incomplete: {why}; {lacks}.")

    def check(self) -> None:
        """
        Tell whether the file has all that was written.

        :raises OutputError: it has not.
        """
        if self.failure is not None:
            raise self.failure

    def _put(self, text: str) -> None:
        # What a buffer could not write it would try to write again when it is closed.
        raw = getattr(getattr(self.file, "buffer", None), "raw", None)
        if raw is None:
            self.file.write(text)
            self.file.flush()
            return
        start = raw.tell() if raw.seekable() else None
        data = memoryview(text.encode(errors="backslashreplace"))
        try:
            while data:
                data = data[raw.write(data) :]
        except OSError:
            if start is not None:
                with suppress(OSError):
                    raw.truncate(start)
            raise


@contextmanager
def output_file(
    path: str | os.PathLike[str], *, force: bool = False, standard: TextIO | None = None
) -> Iterator[TextIO]:
    """
    Give a text file in UTF-8 that takes its place when it is complete.

    It is written beside the file that has the name, or to which a link of that name leads. A device
    or a pipe is written to as it is, and so are standard output and error, whatever their names.

    :param standard: what "-" stands for; by default standard output.
    :raises InvalidOption: there is such a file already and ``force`` is not set, or it cannot be
        written.
    :raises OutputError: what was written could not take its place.
    """
    path = os.fspath(path)
    found = None if path == STANDARD else _status(path)
    if path == STANDARD:
        opened: Any = _standard(standard or sys.stdout)
    elif found is None:
        opened = _beside(path, None)
    elif streams := [one for one in (sys.stdout, sys.stderr) if _is_same(found, one)]:
        opened = _standard(streams[0])
    elif not stat.S_ISREG(found.st_mode):
        opened = _in_place(path)
    elif force:
        opened = _beside(path, stat.S_IMODE(found.st_mode))
    else:
        raise InvalidOption(f"{shown(path)} already exists; use --force to overwrite it.")
    with opened as file:
        yield file


def check_outputs(
    outputs: Mapping[str, str | None], inputs: Mapping[str, str | os.PathLike[str]]
) -> None:
    """
    Check that no output would take the place of an input, or of another output.

    Files are compared, not how they are written.

    :param outputs: file by option; None and "-" are no files.
    :param inputs: what it is, such as "the file to import", by file.
    :raises InvalidOption: two are the same file.
    """
    known = [(what, identity) for path, what in inputs.items() if (identity := _identity(path, 0))]
    for option, path in outputs.items():
        identity = _identity(path, 1) or (path == STANDARD and STANDARD) if path else None
        if not identity:
            continue
        for what, other in known:
            if other == identity:
                raise InvalidOption(f"{option} {shown(path)}: this is {what}; name another file.")
        known.append((f"the file of {option}", identity))


def _identity(path: str | os.PathLike[str], standard: int) -> object:
    """Return what all names of a file have in common; None of devices, pipes and terminals."""
    try:
        status = os.fstat(standard) if os.fspath(path) == STANDARD else Path(path).stat()
    except (OSError, ValueError):
        is_file = os.fspath(path) != STANDARD
        return os.path.normcase(os.path.realpath(path)) if is_file else None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None


def _status(path: str) -> os.stat_result | None:
    try:
        found = Path(path).stat()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error
    if stat.S_ISDIR(found.st_mode):
        raise InvalidOption(f"Cannot write {shown(path)}: it is a folder.")
    return found


def _unwritable(path: str, error: Exception) -> InvalidOption:
    return InvalidOption(f"Cannot write {shown(path)}: {getattr(error, 'strerror', error)}.")


def _is_same(found: os.stat_result, stream: Any) -> bool:
    try:
        return os.path.samestat(found, os.fstat(stream.fileno()))
    except (AttributeError, OSError, ValueError):
        # It is closed, or none of the system's.
        return False


@contextmanager
def _standard(stream: Any) -> Iterator[TextIO]:
    if stream is None:
        raise InvalidOption("Standard output is closed.")
    stream.flush()
    buffer = getattr(stream, "buffer", None)
    if buffer is None:
        yield stream
        stream.flush()
        return
    # Whatever the terminal's encoding is, the file's is UTF-8.
    file = io.TextIOWrapper(buffer, encoding="utf-8", newline="")
    try:
        yield file
        file.flush()
    finally:
        with suppress(OSError):
            file.detach()


@contextmanager
def _in_place(path: str) -> Iterator[TextIO]:
    try:
        file = Path(path).open("w", encoding="utf-8", newline="")  # noqa: SIM115
    except OSError as error:
        raise _unwritable(path, error) from error
    with file:
        yield file


@contextmanager
def _beside(path: str, mode: int | None) -> Iterator[TextIO]:
    try:
        target = Path(path).resolve()
        # A temporary file of Python's would have permissions of its own.
        temporary = target.with_name(f".{target.name[:200]}.{secrets.token_hex(4)}")
        file = temporary.open("x", encoding="utf-8", newline="")
    except (OSError, RuntimeError) as error:
        raise _unwritable(path, error) from error
    try:
        with file:
            if mode is not None:
                temporary.chmod(mode)
            yield file
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise OutputError(f"{shown(path)} was not written: {error.strerror}.") from error
        raise
    _take_place(temporary, target)


def _take_place(temporary: Path, target: Path) -> None:
    try:
        try:
            temporary.replace(target)
        except OSError:
            # Something is mounted there, or Windows has it open.
            shutil.copyfile(temporary, target)
            temporary.unlink()
    except OSError as error:
        raise OutputError(
            f"{shown(target)} could not be written: {error.strerror}. "
            f"What was to be in it is in {shown(temporary)}."
        ) from error
