"""
The punctuation by which library records divide a description: ``Title : subtitle / by its author.``

International Standard Bibliographic Description, consolidated edition 2021:
https://www.ifla.org/g/isbd-rg/ (seen 2026-11).
"""

from __future__ import annotations

import re

__all__ = ("find_pages", "join_title", "without_responsibility", "without_stop")

_RESPONSIBILITY = re.compile(r"\s/\s.*", re.DOTALL)
_COLON = re.compile(r"(?<!\s)\s++([:;,])(?=\s)")
_STOP = re.compile(r"(?:(?<=[^\W_][^\W_])|(?<=[)\]]))(?<!\b[jJsS]r)(?<!\b(?:Esq|Inc|Ltd|etc))\.\Z")
_EXTENT = re.compile(
    r"(?P<numbers>(?:\[?\d+\]?,\s*)*\[?\d+\]?)"
    # Numbers of something else are taken along, lest each of them begins once more.
    r"(?:\s*(?P<unit>p|pp|pages?|s|S|Seiten|págs?|páginas|pagine|sider|sidor|blz)\b)?",
)
_MOST_DIGITS = 4_000
"""Of a number that Python reads."""


def without_stop(text: str) -> str:
    """Take off the full stop that ends a heading or title; one that shortens a word stays."""
    if text[-1:].isalnum():
        return text
    text = text.rstrip(" ,;:/=")
    return text if text.endswith("..") else _STOP.sub("", text)


def without_responsibility(text: str) -> str:
    """Cut off what the title page says of the authors: all that follows `` / ``."""
    return _RESPONSIBILITY.sub("", text)


def join_title(text: str) -> str:
    """Write a title without the space before its punctuation: ``Title: subtitle``."""
    return without_stop(_COLON.sub(r"\1", " ".join(text.split())))


def find_pages(extent: str) -> str:
    """
    Find the number of pages in an extent: ``xii, 320, [4] p. : ill. ; 22 cm`` has 320.

    :returns: the greatest of the numbers that stand before "p." or a word for pages in another
        language; "" if there are none, or several sequences as of several volumes.
    """
    found = [numbers for numbers, unit in _EXTENT.findall(extent) if unit]
    if len(found) != 1:
        return ""
    numbers = re.findall(r"\d+", found[0])
    number = max(map(int, numbers)) if max(map(len, numbers)) <= _MOST_DIGITS else 0
    return str(number) if number else ""
