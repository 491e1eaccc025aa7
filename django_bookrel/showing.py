"""
Foreign text where people read it: terminals, logs, messages, the admin.

What a file is called and what it says may hold characters that a terminal or a log does not show
but obeys: a line feed forges a line of the log, an escape sequence moves the cursor, an override of
the direction turns a name round. Data keep them; what is shown has them written as escapes.
"""

from __future__ import annotations

import re

__all__ = ("shown",)

# Controls (C0, DEL, C1), the line and paragraph separators, the characters with the property
# Bidi_Control (https://www.unicode.org/Public/17.0.0/ucd/PropList.txt), and lone surrogates, which
# no terminal takes.
_UNSHOWN = re.compile(
    "[\0-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def shown(text: object) -> str:
    r"""
    Write a text in one line that does what it looks like.

    Control characters and those that change the direction of text become ``\n``, ``\t`` or
    ``\u202e``; everything else stays, backslashes too. A text of :mod:`json` stays the same JSON.
    """
    return _UNSHOWN.sub(_escape, str(text))


def _escape(match: re.Match[str]) -> str:
    return _SHORT.get(match[0]) or f"\\u{ord(match[0]):04x}"
