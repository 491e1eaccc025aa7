"""Lists of texts in one cell."""

from __future__ import annotations

import re

__all__ = ("is_list", "split_texts")

_LISTS = re.compile("[;|\r\n、，；]")
# A line that ends in a comma goes on.
_GOES_ON = re.compile(r",\s*[\r\n]")


def is_list(text: str) -> bool:
    """Say whether a cell has a separator of lists, which commas are not for certain."""
    return _LISTS.search(_GOES_ON.sub(",", text.strip())) is not None


def split_texts(text: str, *, commas: bool = False) -> list[str]:
    """
    Split a list at ``;``, ``|``, their like in Chinese and Japanese, and the ends of lines.

    :param commas: whether they split the texts of this column, where nothing else does.
    :returns: each text once, runs of spaces as one.
    """
    text = _GOES_ON.sub(", ", text.strip())
    if _LISTS.search(text):
        parts = _LISTS.split(text)
    elif commas and "," in text:
        parts = text.split(",")
    else:
        text = " ".join(text.split())
        return [text] if text else []
    return list(dict.fromkeys(words for part in parts if (words := " ".join(part.split()))))
