"""
Languages as catalogues write them, as tags: "en", "pt-BR", "grc".

A tag is that of BCP 47: the code of ISO 639-1 where there is one, else that of ISO 639-2 or 639-3
(https://www.loc.gov/standards/iso639-2/, seen 2026-11), with a script or region behind a hyphen.
Names are known in English, of the greater languages also in French, German, Spanish, Italian and
the language itself.
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import combining

from ...folding import normalized
from .language_names import LANGUAGES, REGIONS, SCRIPTS

__all__ = ("LONGEST_LANGUAGE", "find_language", "split_languages")

LONGEST_LANGUAGE = 35
"""What ``Book.language`` holds."""

_TAG = re.compile(
    r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Z]{2}|[a-z]{2}|[0-9]{3}))?(?:\.UTF-?8)?"
)
_BRACKET = re.compile(r"(.*\S)\s*[(\[]([^()\[\]]+)[)\]]")
_DATES = re.compile(r"(?<!\s)\s*+[(\[][^()\[\]0-9]*+[0-9][^()\[\]]*+[)\]]")
# Blanks are looked at from the first of them only; what comes before may have taken that.
_LISTS = re.compile(r"(?:(?<!\s)\s++)?[;|]++\s*|(?<!\s)\s++/\s+")
_COMMAS = re.compile(r"(?:(?<!\s)\s++)?[,/&+]\s*|(?<!\s)\s++(?:and|et|und|y|e)\s+")


def _folded(name: str) -> str:
    plain = "".join(c for c in normalized("NFKD", name.casefold()) if not combining(c))
    # "Greek, Ancient" and "Ancient Greek" are one.
    return " ".join(sorted(re.findall(r"\w+", plain)))


def _by_name(table: dict[str, str]) -> dict[str, str]:
    return {_folded(name): tag for tag, names in table.items() for name in names.split(",")}


_CODES = {code: line.split()[0] for line in LANGUAGES for code in line.split()}
_NAMES = _by_name({line.split()[0]: names for line, names in LANGUAGES.items()})
_REGIONS = _by_name(REGIONS)
_SCRIPTS = _by_name(SCRIPTS)


@lru_cache(1024)
def find_language(text: str) -> str | None:
    """
    Find the tag of one language: "eng", "English", "Englisch" are "en", "en_us" is "en-US".

    :returns: None if the text is no language that is known.
    """
    text = text.strip().rstrip(".")
    if match := _TAG.fullmatch(text):
        code, script, region = (subtag or "" for subtag in match.groups())
        tag = _CODES.get(code.lower())
        if tag and (not script or script.title() in SCRIPTS):
            return "-".join(filter(None, (tag, script.title(), region.upper())))
    name = _DATES.sub("", text)
    return _NAMES.get(_folded(name)) or _qualified(name)


def _qualified(text: str) -> str | None:
    if match := _BRACKET.fullmatch(text):
        name, qualifier = match.groups()
    else:
        # "American English", "Brazilian Portuguese".
        qualifier, _, name = text.rpartition(" ")
    tag, word = _NAMES.get(_folded(name)), _folded(qualifier)
    subtag = _SCRIPTS.get(word) or _REGIONS.get(word)
    return f"{tag}-{subtag}" if tag and subtag else None


@lru_cache(1024)
def split_languages(text: str) -> tuple[str, ...]:
    """
    Split a list of languages.

    :returns: a tag for each, once, in their order; what is not known stays as it is written. A
        list is split at commas only if all its parts are known.
    """
    found: list[str | None] = []
    for part in filter(None, _LISTS.split(text.strip())):
        tag = find_language(part)
        tags = [tag] if tag else [find_language(each) for each in _COMMAS.split(part)]
        found += tags if all(tags) else [part]
    return tuple(dict.fromkeys(map(str, found)))
