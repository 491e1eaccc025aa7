"""What follows a name and a comma and is no name: "Jr.", "1820-1891", "Earl of", "editor"."""

from __future__ import annotations

import re

from .credits import is_role

__all__ = ("is_addition",)

# Roman numerals below ten; the degrees and forms that follow a name and a comma.
_SUFFIX = re.compile(
    r"(?:jr|sr|junior|senior|i{2,3}|iv|vi{0,3}|ix|esq|ph\.?\s?d|[mbd]\.?\s?[adsp]|m\.?\s?b\.?\s?a"
    r"|[bm]\.?\s?sc|ll\.?\s?[bdm]|o\.?\s?f\.?\s?m|s\.?\s?j|o\.?\s?s\.?\s?b"
    r"|inc|ltd|llc|co|gmbh|s\.?a)\.?",
    re.IGNORECASE,
)
_DIGIT = re.compile("[0-9]")
_DATES = re.compile(
    r"(?:(?:b|d|c|ca|fl|born|died|active|approximately|circa|bce?|ce|jh|cent)\b|[\W\d_])+",
    re.IGNORECASE,
)
# Alone or with a place; "Lady Gaga" is a person of her own.
_TITLE = re.compile(
    r"(?:[0-9]+(?:st|nd|rd|th) )?(?:sir|lord|lady|dame|baron|baroness|viscount|viscountess|count"
    r"|countess|earl|duke|duchess|marquess|marquis|marchioness|prince|princess|king|queen|emperor"
    r"|empress|pope|cardinal|bishop|archbishop|saint|mrs|miss|dr|rev|hon|bart|comte|comtesse|duc"
    r"|duchesse|vicomte|vicomtesse|marquise|chevalier|abbé|graf|gräfin|freiherr|freiherrin|fürst"
    r"|fürstin|conte|contessa|barone)\b\.?(?: (?:of|de|du|des|von|zu|di|d')\b.*)?",
    re.IGNORECASE,
)


def is_addition(text: str) -> bool:
    """Say whether what follows a name and a comma is no name of another person."""
    if text.startswith(("the ", "of ")) or _SUFFIX.fullmatch(text) or _TITLE.fullmatch(text):
        return True
    return is_role(text) or bool(_DIGIT.search(text) and _DATES.fullmatch(text))
