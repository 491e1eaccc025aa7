"""
Text folded to what compares, of any script; what keys and sort forms are made of.

Characters too new for the Unicode tables of the running Python stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial, wraps
from hashlib import blake2b
from itertools import chain, groupby
from typing import Literal, TypeVar, cast
from unicodedata import category, combining, normalize

__all__ = ("cached", "fit", "fold", "never_empty", "normalized", "plain_form")

_CACHED_NAMES = 2**13
_CACHED_LENGTH = 255

_Fold = TypeVar("_Fold", bound=Callable[..., str])


def cached(function: _Fold) -> _Fold:
    """Remember what a function of a text and a length gives for the last thousands of texts."""
    remembered = lru_cache(_CACHED_NAMES)(function)

    # A cache of a few thousand names is small, one of a few thousand long texts is not.
    @wraps(function)
    def short_ones_cached(text: str, max_length: int = 255) -> str:
        return (remembered if len(text) <= _CACHED_LENGTH else function)(text, max_length)

    return cast("_Fold", short_ones_cached)


_Form = Literal["NFC", "NFD", "NFKC", "NFKD"]

_LONG = 100
# Two marks of Japanese count as letters until they are normalised.
_MANY_MARKS = re.compile("(?:[^\\w\0-\x7f]|[\uff9e\uff9f]){30}")


def normalized(form: _Form, text: str) -> str:
    """
    Write a text in a normal form of Unicode, in time that grows with its length.

    Python sorts the marks of a letter by insertion, so that a cell of marks would take hours; in
    a long text they come sorted already.
    """
    if len(text) > _LONG and not text.isascii() and _MANY_MARKS.search(text):
        decomposed: _Form = "NFKD" if "K" in form else "NFD"
        characters = "".join(map(partial(normalize, decomposed), text))
        runs = groupby(characters, lambda character: combining(character) > 0)
        text = "".join(chain.from_iterable(sorted(run, key=combining) for _, run in runs))
    return normalize(form, text)


class _Characters(dict[int, int | str | None]):
    def __missing__(self, code: int) -> int | str:
        kind = category(chr(code))
        if kind == "Cf" or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
            return ""
        return " " if kind[0] in "PZ" or kind in ("Cc", "Sk") else code


_SPELLED: dict[str, int | str | None] = {
    **dict.fromkeys("'`ʹʻʼʽʾʿ‘’‛′׳®©", ""),
    **dict.fromkeys("<=>|~−⁄", " "),
    **{sign: sign for sign in "#%@\u200c\u200d"},
    **dict(zip("øłđðıħŧ", "olddiht", strict=True)),
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "&": " & ",
}
_CHARACTERS = _Characters()
_CHARACTERS |= {code: _CHARACTERS[code] for code in range(0x590)}
_CHARACTERS |= str.maketrans(_SPELLED)

# NFKC makes "tm" of a trade mark, and a space of an acute accent that stands for an apostrophe.
_LOST_ON_NFKC = str.maketrans("", "", "´™℠")
# Those of a letter of another script stay; those at the start stand on nothing.
_LATIN_MARKS = re.compile(
    "(?<![^\0-\u02af\u1d00-\u1dbf\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab6f])"
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
# The joiners tell words apart in the scripts from Hebrew to Mongolian; elsewhere they are noise.
_STRAY_JOINERS = re.compile(
    "(?<![\u0590-\u18af])[\u200c\u200d]+|[\u200c\u200d]+(?![\u0590-\u18af\u200c\u200d])"
)
_NUMBER_SIGN = re.compile(r"(?<![^\W_])#|#(?=\d)")
_CASED = "[a-z\u00df-\u02af\u0370-\u052f\u0561-\u0587\u1f00-\u1fff]"
_INITIALS = re.compile(rf"(?<!\S)({_CASED}) (?={_CASED}(?!\S))")


def plain_form(text: str) -> str:
    """Write the characters of a text in their plain forms: full-width letters, ligatures."""
    return text if text.isascii() else normalized("NFKC", text.translate(_LOST_ON_NFKC))


def fold(text: str) -> str:
    """Fold a text as :func:`~django_bookrel.names.text_key` says; of any length, perhaps empty."""
    folded = text.lower()
    if not text.isascii():
        folded = normalized("NFD", normalized("NFKC", plain_form(text).casefold()))
        folded = _STRAY_JOINERS.sub("", normalized("NFC", _LATIN_MARKS.sub("", folded)))
    if "#" in folded:
        folded = _NUMBER_SIGN.sub(" ", folded)
    words = " ".join(folded.translate(_CHARACTERS).split())
    if "&" in words:
        words = words.strip("& ").replace(" & ", " and ")
    return _INITIALS.sub(r"\1", words)


def never_empty(key: str, text: str) -> str:
    """Give the key, or, where folding left nothing, the visible characters of the text."""
    if key:
        return key
    visible = filter(str.isprintable, normalized("NFKC", text).casefold())
    return " ".join("".join(visible).split())


def fit(key: str, max_length: int) -> str:
    """Shorten a key so that it stays another than that of any other text."""
    if len(key) <= max_length:
        return key
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    start = key[: max(0, max_length - len(digest) - 1)]
    return f"{start} {digest}".strip()[:max_length]
