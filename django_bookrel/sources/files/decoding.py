"""
Bytes to lines of text, strictly: what cannot be decoded is named, never guessed.

Undecodable bytes become lone surrogates (U+DC00 + byte) for as long as it takes to find the line
and the cell they stand in; no text with such a character leaves this package.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import NamedTuple

from ..base import ByteReader

__all__ = (
    "Fault",
    "Lines",
    "blocks",
    "decoder_of",
    "fault_of",
    "is_faulty",
    "visible",
)

BLOCK_BYTES = 2**18
LINE_LIMIT = 1_000_000
"""Characters; what a longer line has more is dropped and the line rejected."""

_ESCAPES = "django_bookrel.bytes"
_UNDECODED = re.compile("[\udc00-\udcff]+")
_FAULTY = re.compile("[\0\ud800-\udfff]")


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    end = max(error.end, error.start + 1)
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : end]), end


codecs.register_error(_ESCAPES, _escape)


def visible(text: str) -> str:
    """Write undecodable bytes and NUL as ``\\xNN``, so that the text can be stored and shown."""
    return _FAULTY.sub(_shown, text)


def _shown(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code & 0xFF:02x}" if code == 0 or 0xDC00 <= code <= 0xDCFF else f"\\u{code:04x}"


class Fault(NamedTuple):
    """What is wrong with a line; the message has neither capital nor full stop."""

    kind: str
    message: str


def fault_of(line: str, encoding: str) -> str:
    """Say what is wrong with a faulty line, without capital and full stop."""
    if match := _UNDECODED.search(line):
        codes = " ".join(f"0x{ord(character) - 0xDC00:02X}" for character in match[0][:4])
        many = "bytes" if len(match[0]) > 1 else "byte"
        end = min(match.end(), match.start() + 15) + 15
        around = line[max(0, match.start() - 15) : end].strip()
        return f'the {many} {codes} in "{visible(around)}" cannot be decoded as {encoding}'
    if "\0" in line:
        return "it holds a NUL character"
    return "it holds half a character (a lone surrogate)"


def is_faulty(text: str) -> bool:
    """Tell whether a text holds undecodable bytes, half a character or NUL."""
    if "\0" in text:
        return True
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def decoder_of(encoding: str) -> codecs.IncrementalDecoder:
    """
    Give the decoder of an encoding, which makes lone surrogates of undecodable bytes.

    What is called Latin-1 is read as cp1252, as browsers do: the bytes from 0x80 on are control
    characters there, which no catalogue has, and quotes and dashes here.

    Source: https://encoding.spec.whatwg.org/#names-and-labels (2026-11).
    """
    is_latin_1 = codecs.lookup(encoding).name == "iso8859-1"
    return codecs.getincrementaldecoder("cp1252" if is_latin_1 else encoding)(_ESCAPES)


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
            if _FAULTY.search(line):
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
