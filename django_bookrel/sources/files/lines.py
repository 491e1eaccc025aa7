"""Bytes to lines of text, strictly: what cannot be decoded is named with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import StringIO
from typing import NamedTuple

from ..base import ByteReader
from .undecodable import decoder_of, fault_of, is_faulty

__all__ = ("Fault", "Lines", "blocks")

BLOCK_BYTES = 2**18
LINE_LIMIT = 1_000_000
"""Characters; what a longer line has more is dropped and the line rejected."""


class Fault(NamedTuple):
    """What is wrong with a line; the message has neither capital nor full stop."""

    kind: str
    message: str


def blocks(file: ByteReader) -> Iterator[bytes]:
    """Read a file to its end."""
    while block := file.read(BLOCK_BYTES):
        yield block


class Lines:
    """
    The lines of a text with their ends: LF, CRLF or CR, also mixed. To be read once.

    :param encoding: a name that ``check_encoding`` accepts.
    """

    def __init__(self, blocks: Iterable[bytes], encoding: str) -> None:
        self._blocks = blocks
        self._encoding = encoding
        self.faults: dict[int, Fault] = {}
        """By line number from 1; known before the line is given."""

    def __iter__(self) -> Iterator[str]:
        number = 0
        rest = ""
        for text in self._texts():
            text = rest + text
            # The last line stays back: more of it, or the LF of a CRLF, may follow.
            *lines, rest = StringIO(text, newline="").readlines() or [""]
            if is_faulty(text):
                self._note_faults(number, [*lines, rest])
            # Only a line that began in an earlier block can be too long.
            if lines and len(lines[0]) > LINE_LIMIT:
                lines[0] = self._cut(number + 1, lines[0])
            if len(rest) > LINE_LIMIT:
                rest = rest[:LINE_LIMIT] + rest[-1]
            number += len(lines)
            yield from lines
        if len(rest) > LINE_LIMIT:
            rest = self._cut(number + 1, rest)
        if rest:
            yield rest

    def _note_faults(self, before: int, lines: list[str]) -> None:
        for number, line in enumerate(lines, before + 1):
            if is_faulty(line):
                self.faults[number] = Fault("decoding", fault_of(line, self._encoding.upper()))

    def _cut(self, number: int, line: str) -> str:
        message = f"the line is longer than {LINE_LIMIT:,} characters"
        self.faults[number] = Fault("length", message)
        return line[:LINE_LIMIT]

    def _texts(self) -> Iterator[str]:
        decoder = decoder_of(self._encoding)
        start = True
        for block in self._blocks:
            text = decoder.decode(block)
            if start and text:
                text = text.removeprefix("\ufeff")
                start = False
            yield text
        yield decoder.decode(b"", final=True)
