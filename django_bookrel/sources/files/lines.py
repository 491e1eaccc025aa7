"""Bytes to lines of text, strictly: what cannot be decoded is named with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import StringIO
from typing import NamedTuple, Protocol

from ..limits import DEFAULT_LIMITS, Limits
from .undecodable import decoder_of, fault_of, is_faulty

__all__ = ("Fault", "Lines", "blocks")

BLOCK_BYTES = 2**18
MARK = "\ufeff"
"""A byte order mark; in the middle it begins the second of two files that were joined."""


class Fault(NamedTuple):
    """What is wrong with a line; the message has neither capital nor full stop."""

    kind: str
    message: str


class _Reader(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


def blocks(file: _Reader) -> Iterator[bytes]:
    """Read a file to its end."""
    while block := file.read(BLOCK_BYTES):
        yield block


class Lines:
    """
    The lines of a text with their ends: LF, CRLF or CR, also mixed. To be read once.

    What a line has beyond the limit is dropped and noted as a fault.

    :param encoding: a name that ``check_encoding`` accepts.
    """

    def __init__(
        self, blocks: Iterable[bytes], encoding: str, limits: Limits = DEFAULT_LIMITS
    ) -> None:
        self._blocks = blocks
        self._encoding = encoding
        self._limits = limits
        self.faults: dict[int, Fault] = {}
        """By line number from 1; known before the line is given."""

    def __iter__(self) -> Iterator[str]:
        number = 0
        rest = ""
        limit = self._limits.line
        for text in self._texts():
            text = rest + text
            # The last line stays back: more of it, or the LF of a CRLF, may follow.
            *lines, rest = StringIO(text, newline="").readlines() or [""]
            if is_faulty(text):
                self._note_faults(number, [*lines, rest])
            # Only a line that began in an earlier block can be too long.
            if lines and len(lines[0]) > limit:
                lines[0] = self._cut(number + 1, lines[0])
            if len(rest) > limit:
                rest = rest[:limit] + rest[-1]
            number += len(lines)
            yield from lines
        if len(rest) > limit:
            rest = self._cut(number + 1, rest)
        if rest:
            yield rest

    def _note_faults(self, before: int, lines: list[str]) -> None:
        for number, line in enumerate(lines, before + 1):
            if is_faulty(line):
                self.faults[number] = Fault("decoding", fault_of(line, self._encoding.upper()))

    def _cut(self, number: int, line: str) -> str:
        message = f"the line has more characters than {self._limits.allowed('line')}"
        self.faults[number] = Fault("length", message)
        return line[: self._limits.line]

    def _texts(self) -> Iterator[str]:
        decoder = decoder_of(self._encoding)
        for block in self._blocks:
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)
