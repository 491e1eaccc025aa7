"""
Bytes of another encoding among UTF-8, read where it is certain what they mean.

The bytes of a stray are letters in any of a dozen encodings, and a wrong one often reads well: the
"Våatsyåayana" of cp1252 is "Vātsyāyana" in the one of libraries. So a word with stray bytes is
read as cp1252 only if the file has the very word in UTF-8 as well.
"""

from __future__ import annotations

import re
from functools import cached_property

__all__ = ("KnownWords",)

_STRAYS = re.compile("[\udc80-\udcff]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SHORTEST = 3
"""Letters; what is shorter may be a word by chance."""


class KnownWords:
    """
    The words of a file.

    :param start: its first bytes, decoded when the first stray is met.
    """

    def __init__(self, start: bytes) -> None:
        self._start = start

    @cached_property
    def _words(self) -> set[str]:
        words = _WORD.findall(self._start.decode("utf-8", "replace"))
        return {word.casefold() for word in words if not word.isascii()}

    def repair(self, text: str) -> str | None:
        """
        Read the stray bytes of a text.

        :param text: with each stray byte as a lone surrogate (U+DC00 + byte).
        :returns: None if one of them is not certain.
        """
        try:
            plain = _STRAYS.sub(_as_cp1252, text)
            plain.encode()
        except UnicodeError:
            return None
        certain = {
            place
            for word in _WORD.finditer(plain)
            if len(word[0]) >= _SHORTEST and word[0].casefold() in self._words
            for place in range(*word.span())
        }
        strays = {place for stray in _STRAYS.finditer(text) for place in range(*stray.span())}
        return plain if strays <= certain and "\0" not in plain else None


def _as_cp1252(stray: re.Match[str]) -> str:
    return bytes(ord(character) - 0xDC00 for character in stray[0]).decode("cp1252")
