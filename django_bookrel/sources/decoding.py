"""
Bytes to lines of text, strictly: what cannot be decoded is named, never guessed.

Undecodable bytes become lone surrogates (U+DC00 + byte) for as long as it takes to find the line
and the cell they stand in; no text with such a character leaves this package.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from encodings import aliases
from io import StringIO
from typing import NamedTuple

from ..exceptions import UnreadableFile
from .base import ByteReader
from .targets import suggestion

__all__ = (
    "Fault",
    "Lines",
    "blocks",
    "bom_encoding",
    "check_encoding",
    "decodable",
    "undecodable",
    "visible",
)

BLOCK_BYTES = 2**18
LINE_LIMIT = 1_000_000
"""Characters; what a longer line has more is dropped and the line refused."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # Before UTF-16, whose mark it starts with.
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ESCAPES = "django_bookrel.bytes"
_UNDECODED = re.compile("[\udc00-\udcff]+")
_FAULTY = re.compile("[\0\ud800-\udfff]")
_SUGGESTED = ("cp1252", "latin-1")


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


def _fault(line: str, encoding: str) -> str:
    if match := _UNDECODED.search(line):
        codes = " ".join(f"0x{ord(character) - 0xDC00:02X}" for character in match[0][:4])
        many = "bytes" if len(match[0]) > 1 else "byte"
        around = line[max(0, match.start() - 15) : match.end() + 15].strip()
        return f'the {many} {codes} in "{visible(around)}" cannot be decoded as {encoding}'
    if "\0" in line:
        return "it holds a NUL character"
    return "it holds half a character (a lone surrogate)"


def _is_faulty(text: str) -> bool:
    if "\0" in text:
        return True
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def check_encoding(name: str, start: bytes) -> None:
    """
    Refuse a name that is no text encoding, or not that of the file.

    :raises UnreadableFile: Python does not know it, or the byte order mark names another one.
    """
    try:
        # The only public way to tell text encodings from codecs such as "hex".
        "".encode(name)
        codecs.getincrementaldecoder(name)(_ESCAPES).decode(start[:4])
    except (LookupError, ValueError) as error:
        near = suggestion(name, aliases.aliases.keys() - {name})
        raise UnreadableFile(f'There is no text encoding "{name}"{near}.') from error
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            if bom.decode(name, "replace").strip("\ufeff"):
                raise UnreadableFile(
                    f'The file starts with the mark of {encoding.upper()}, so "{name}" is wrong.'
                )
            return


def bom_encoding(start: bytes) -> str | None:
    """Tell the encoding by a byte order mark at the start of a file."""
    return next((encoding for bom, encoding in _BOMS if start.startswith(bom)), None)


def _decoded(start: bytes, encoding: str, *, is_whole: bool) -> str:
    decoder = codecs.getincrementaldecoder(encoding)(_ESCAPES)
    return decoder.decode(start, final=is_whole).removeprefix("\ufeff")


def decodable(start: bytes, encoding: str, *, is_whole: bool) -> bool:
    """
    Tell whether the start of a file is of an encoding.

    Beside many good characters beyond ASCII a few bad bytes are faults of their lines, not a sign
    of another encoding.

    :param is_whole: whether the file ends here; if not, its last character may be cut off.
    """
    text = _decoded(start, encoding, is_whole=is_whole)
    if not _is_faulty(text):
        return True
    bad = sum(map(len, _UNDECODED.findall(text)))
    return bad == 0 or bad * 10 < sum(character > "\x7f" for character in text) - bad


def undecodable(start: bytes, encoding: str, *, is_whole: bool) -> UnreadableFile:
    """Say where a file that is not ``decodable`` is not, and which encoding it may have."""
    lines = enumerate(StringIO(_decoded(start, encoding, is_whole=is_whole), newline=""), 1)
    number, line = next((number, line) for number, line in lines if _UNDECODED.search(line))
    other = next(name for name in _SUGGESTED if decodable(start, name, is_whole=is_whole))
    return UnreadableFile(
        f"line {number}: {_fault(line, encoding.upper())}. "
        f"Name the encoding, for example --encoding {other}."
    )


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
            if _is_faulty(text):
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
                self.faults[number] = Fault("decoding", _fault(line, self._encoding.upper()))

    def _cut(self, number: int, line: str) -> str:
        message = f"the line is longer than {LINE_LIMIT:,} characters"
        self.faults[number] = Fault("length", message)
        return line[:LINE_LIMIT]

    def _texts(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self._encoding)(_ESCAPES)
        start = True
        for block in self._blocks:
            text = decoder.decode(block)
            if start and text:
                text = text.removeprefix("\ufeff")
                start = False
            yield text
        yield decoder.decode(b"", final=True)
