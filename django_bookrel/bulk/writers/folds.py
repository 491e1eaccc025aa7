"""How texts are made alike that a database takes for equal, without asking it about each."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ("SAMPLES", "Fold", "as_it_is", "caseless", "caseless_ascii")

Fold = Callable[[str], str]

LETTERS = (*range(0x41, 0x5B), *range(0xC0, 0x180), *range(0x386, 0x3CF), *range(0x400, 0x482))
"""Of Latin, Greek and Cyrillic; younger letters have no case in the older collations of MySQL."""
SMALL = {
    code: small
    for code in LETTERS
    if len(small := chr(code).lower()) == 1 and small != chr(code) and small.upper() == chr(code)
}
ASCII_SMALL = {code: small for code, small in SMALL.items() if code < 0x80}


def caseless(text: str) -> str:
    """Fold the case of letters; a collation may take more for equal, but not less."""
    return text.translate(SMALL)


def caseless_ascii(text: str) -> str:
    """Fold the case of A to Z."""
    return text.translate(ASCII_SMALL)


def as_it_is(text: str) -> str:
    """Fold nothing, where it is not known what is equal."""
    return text


SAMPLES: dict[Fold, str] = {
    caseless: "".join(map(chr, SMALL)),
    caseless_ascii: "".join(map(chr, ASCII_SMALL)),
}
"""Fold -> text that a column takes for equal to the folded text where the fold is right."""
