"""Which encoding a file has: the given one, that of its mark, UTF-8, or the format's own."""

from __future__ import annotations

import codecs
import re
from encodings import aliases
from io import StringIO
from itertools import pairwise

from ...exceptions import UnreadableFile, suggestion
from ...showing import short
from .undecodable import UNDECODED, decoder_of, fault_of, is_faulty

__all__ = ("bom_encoding", "check_encoding", "decodable", "undecodable")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # Before UTF-16, whose mark it starts with.
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SUGGESTED = ("cp1252", "cp1250", "cp1251", "cp850", "mac-roman", "shift_jis", "gb18030")
_MOST_SUGGESTED = 3
_PUNCTUATION = frozenset("‘’“”«»–—…·ºª°¡¿")
_AROUND = 15
_SHOWN = 30
# Bounded, for a run of letters may be as long as the file.
_BEYOND_ASCII = re.compile(rf"\w{{,{_SHOWN - 1}}}[^\W\x00-\x7f]\w*")


def check_encoding(name: str, start: bytes) -> None:
    """
    Reject a name that is no text encoding, or not that of the file.

    :raises UnreadableFile: Python does not know it, or the byte order mark names another one, or
        the file is UTF-8 beyond doubt and the name is that of an encoding with a byte a character.
    """
    try:
        # The only public way to tell text encodings from codecs such as "hex".
        "".encode(name)
        decoder_of(name).decode(start[:4])
    except (LookupError, ValueError) as error:
        near = suggestion(name, aliases.aliases.keys() - {name})
        raise UnreadableFile(f'Unknown text encoding "{short(name)}"{near}.') from error
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            if bom.decode(name, "replace").strip("\ufeff"):
                raise UnreadableFile(
                    f"The file has a {encoding.upper()} byte order mark, so "
                    f'"{short(name)}" is wrong.'
                )
            return
    if _has_a_byte_a_character(name) and (word := _utf8_word(start)):
        raise UnreadableFile(f'The file is UTF-8, as "{word}" shows, so "{short(name)}" is wrong.')


def _has_a_byte_a_character(encoding: str) -> bool:
    # Two bytes that are one character in UTF-8 and in encodings of Chinese, and in Japanese ones.
    return all(len(pair.decode(encoding, "replace")) == 2 for pair in (b"\xc3\xa9", b"\x8f\xac"))


def _utf8_word(start: bytes) -> str:
    """Give a word that is not ASCII, if all is UTF-8; bytes that look like it mean nothing else."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return ""
    found = _BEYOND_ASCII.search(text)
    return found[0][:_SHOWN] if found else ""


def bom_encoding(start: bytes) -> str | None:
    """Tell the encoding by a byte order mark at the start of a file."""
    return next((encoding for bom, encoding in _BOMS if start.startswith(bom)), None)


def _decoded(start: bytes, encoding: str, *, is_whole: bool) -> str:
    return decoder_of(encoding).decode(start, final=is_whole).removeprefix("\ufeff")


def decodable(start: bytes, encoding: str, *, is_whole: bool) -> bool:
    """
    Tell whether the start of a file is of an encoding.

    Beside many good characters beyond ASCII a few bad bytes are faults of their lines, not a sign
    of another encoding.

    :param is_whole: whether the file ends here; if not, its last character may be cut off.
    """
    text = _decoded(start, encoding, is_whole=is_whole)
    if not is_faulty(text):
        return True
    bad = sum(map(len, UNDECODED.findall(text)))
    return bad == 0 or bad * 10 < sum(character > "\x7f" for character in text) - bad


def undecodable(start: bytes, encoding: str, *, is_whole: bool) -> UnreadableFile:
    """Say where a file that is not ``decodable`` is not, and how other encodings would read it."""
    text = _decoded(start, encoding, is_whole=is_whole)
    lines = enumerate(StringIO(text, newline=""), 1)
    number, line = next((number, line) for number, line in lines if UNDECODED.search(line))
    said = [f"line {number}: {fault_of(line, encoding.upper())}."]
    if b"\0" in start[:2]:
        said.append(f"Perhaps it is UTF-16: --encoding utf-16-{'be' if start[0] == 0 else 'le'}.")
    elif readings := _readings(start, line, is_whole=is_whole):
        listed = ", ".join(f'{name} "{reading}"' for reading, name in readings.items())
        said.append(f"Choose the --encoding that reads right: {listed}.")
    else:
        said.append("Specify its encoding with --encoding.")
    good = sum(character > "\x7f" for character in UNDECODED.sub("", text))
    if encoding == "utf-8" and good * 3 > sum(map(len, UNDECODED.findall(text))):
        said.append("Other lines are UTF-8; --encoding utf-8 rejects those that are not.")
    return UnreadableFile(" ".join(said))


def _readings(start: bytes, line: str, *, is_whole: bool) -> dict[str, str]:
    """Give what encodings make of a line around its first fault, the likeliest first."""
    found = UNDECODED.search(line)
    assert found  # noqa: S101
    around = line[max(0, found.start() - _AROUND) : found.start() + _SHOWN]
    readings: dict[str, str] = {}
    for name in _SUGGESTED:
        try:
            text = around.encode("utf-8", "surrogateescape").decode(name).strip()
        except UnicodeError:
            continue
        if _reads_well(text) and decodable(start, name, is_whole=is_whole):
            readings.setdefault(text, name)
    likely = sorted(readings, key=_capitals_within_words)[:_MOST_SUGGESTED]
    return {text: readings[text] for text in likely}


def _reads_well(text: str) -> bool:
    return all(one.isalpha() or one in _PUNCTUATION for one in text if one > "\x7f")


def _capitals_within_words(text: str) -> int:
    return sum(one.islower() and other.isupper() for one, other in pairwise(text))
