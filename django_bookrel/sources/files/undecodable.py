"""
What could not be decoded, in texts: named and shown, never guessed.

Undecodable bytes become lone surrogates (U+DC00 + byte) for as long as it takes to find the line
and the cell they stand in; no text with such a character leaves this package.
"""

from __future__ import annotations

import codecs
import re

from ...showing import short
from ..base import Issue

__all__ = ("UNDECODED", "decoder_of", "fault_of", "is_faulty", "issue", "visible")

UNDECODED = re.compile("[\udc00-\udcff]+")
"""What stands for a run of undecodable bytes."""

SHOWN_CHARACTERS = 200
_ESCAPES = "django_bookrel.bytes"
_FAULTY = re.compile("[\0\ud800-\udfff]")
_VISIBLE = {code: f"\\u{code:04x}" for code in range(0xD800, 0xE000)} | {
    code: f"\\x{code & 0xFF:02x}" for code in (0, *range(0xDC00, 0xDD00))
}


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    end = max(error.end, error.start + 1)
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : end]), end


codecs.register_error(_ESCAPES, _escape)


def visible(text: str) -> str:
    """Write undecodable bytes and NUL as ``\\xNN``, so that the text can be stored and shown."""
    return text.translate(_VISIBLE) if _FAULTY.search(text) else text


def issue(kind: str, column: str, value: str, message: str) -> Issue:
    """Make an issue whose value can be stored anywhere: shortened, no undecoded bytes."""
    return Issue(kind, column, visible(short(value, SHOWN_CHARACTERS)), message)


def fault_of(line: str, encoding: str) -> str:
    """Say what is wrong with a faulty line, without capital and full stop."""
    if match := UNDECODED.search(line):
        codes = " ".join(f"0x{ord(character) - 0xDC00:02X}" for character in match[0][:4])
        many = "bytes" if len(match[0]) > 1 else "byte"
        end = min(match.end(), match.start() + 15) + 15
        around = line[max(0, match.start() - 15) : end].strip()
        return f'the {many} {codes} in "{visible(around)}" cannot be decoded as {encoding}'
    if "\0" in line:
        return "it contains a NUL character"
    return "it contains half a character (a lone surrogate)"


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
