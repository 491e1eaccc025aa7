"""
Texts that a program has garbled: mojibake and HTML entities.

Mojibake is UTF-8 that somebody read as Windows-1252 or ISO-8859-1 and wrote as UTF-8 again:
``GÃ¼nter``. It is repaired where it is certain, which it mostly is by itself: nobody writes ``Ã¼``.
All of a text must be so, since it was read at one time. What may be a letter and a mark behind it
(``MAÇÃ…``) stays as it is, but in formats whose files are known for it.
"""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5

__all__ = ("has_mojibake", "repair_entities", "repair_mojibake")

_SHOWN = {byte: bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xA0)}
"""Byte to what Windows-1252 shows it as, where that is another character than in ISO-8859-1."""
_BYTES = {ord(shown): byte for byte, shown in _SHOWN.items() if shown}

_HAS = re.compile("[\xc2-\xf4][^\0-\x7f]")
_NEXT = f"[\x80-\xbf{''.join(_SHOWN.values())}]"
# A Latin letter or mark, a sign of punctuation, an emoji; of what else there is two in a row.
_CERTAIN = re.compile(
    rf"[ÂÃÄÅÌÍ]{_NEXT}|â{_NEXT}{{2}}|ð{_NEXT}{{3}}"
    rf"|(?:[\xc6-\xdf]{_NEXT}|[\xe0-\xef]{_NEXT}{{2}}){{2}}"
)
_MARK = "[\xa0»‘’“”…–—™›]"
_MARKED_LETTER = re.compile(f"[A-Za-z][\xc2-\xdf]{_MARK}")
_MARKED_LETTER_OF_A_WORD = re.compile(f"[A-Za-z][\xc6-\xdf]{_MARK}")
# Twice over: Ã, the letter that 0x83 was or what is left of it, Â, and the second byte.
_TWICE = re.compile("Ã[?\x83\u0192]Â([\x80-\xbf])")

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")


def has_mojibake(text: str) -> bool:
    """Tell whether ``repair_mojibake`` may change some of a text."""
    return _HAS.search(text) is not None


def repair_mojibake(text: str, *, is_known: bool = False) -> str:
    """
    Undo it; any other text stays as it is.

    :param is_known: whether other texts of the format are so: what may be a letter and a mark
        behind it is repaired too, and so is ``KÃ?Â¼hl``, where it was done twice and a byte lost.
    """
    if not has_mojibake(text):
        return text
    marked = _MARKED_LETTER
    if is_known:
        marked = _MARKED_LETTER_OF_A_WORD
        text = _TWICE.sub(lambda match: chr(ord(match[1]) + 0x40), text)
    if not _CERTAIN.search(text) or marked.search(text):
        return text
    try:
        return text.translate(_BYTES).encode("iso-8859-1").decode()
    except UnicodeError:
        return text


def repair_entities(text: str) -> str:
    """Undo HTML entities, those that end in a semicolon; once, as a title may be about them."""
    return _ENTITY.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    # unescape() would also read the beginning of a longer word: "&not" in "&nothing;".
    name = match[0][1:]
    return unescape(match[0]) if name[0] == "#" else html5.get(name, match[0])
