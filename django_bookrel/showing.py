"""
Foreign text where people read it: terminals, logs, messages, the admin.

What a file is called and what it says may hold characters that a terminal or a log does not show
but obeys: a line feed forges a line of the log, an escape sequence moves the cursor, an override of
the direction turns a name round; and a cell may fill the screen. Data keep all this; what is shown
has such characters written as escapes, and says how much of a long text is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ("listed", "short", "shown")

MOST = 1_000
"""Characters of a line."""
MOST_OF_A_CELL = 80
MOST_NAMES = 20
_WORTH_A_WORD = 30
"""What says how much is left out is not longer than this."""

# Controls (C0, DEL, C1), the line and paragraph separators, the characters with the property
# Bidi_Control (https://www.unicode.org/Public/17.0.0/ucd/PropList.txt), and lone surrogates, which
# no terminal takes.
_UNSHOWN = re.compile(
    "[\0-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def shown(text: object, most: int | None = MOST) -> str:
    r"""
    Write a text in one line that does what it looks like.

    Control characters and those that change the direction of text become ``\n``, ``\t`` or
    ``\u202e``; everything else stays, backslashes too. A text of :mod:`json` stays the same JSON if
    it is not shortened.

    :param most: characters that are shown of a longer text; None shows all.
    """
    return _UNSHOWN.sub(_escape, str(text) if most is None else short(text, most))


def short(text: object, most: int = MOST_OF_A_CELL) -> str:
    """
    Shorten a cell or name within a message, whose end people need to read, too.

    :returns: the first ``most`` characters and how many more there are, if these are worth a word.
    """
    text = str(text)
    left_out = len(text) - most
    return f"{text[:most]}… and {left_out:,} more characters" if left_out > _WORTH_A_WORD else text


def listed(names: Sequence[str], most: int = MOST_NAMES) -> str:
    """List names with commas between them, and say how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(map(short, names[:most])) + more


def _escape(match: re.Match[str]) -> str:
    return _SHORT.get(match[0]) or f"\\u{ord(match[0]):04x}"
