"""
Names and titles as text that compares: keys, sort forms, life dates.

Keys decide which records are one, and are stored. So precision goes before recall (what is not
surely the same name has its own key) and nothing depends on settings, locale or earlier calls.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .folding import cached, fit, fold, never_empty, plain_form

__all__ = (
    "Person",
    "parse_person",
    "person_key",
    "sort_name",
    "sort_number",
    "sort_title",
    "text_key",
)


def _text_key(text: str, max_length: int) -> str:
    return fit(never_empty(fold(text), text), max_length)


@cached
def text_key(text: str, max_length: int = 255) -> str:
    """
    Fold the name of a publisher, series or subject to the text that identifies it.

    Case, accents of Latin letters, apostrophes, punctuation and runs of spaces do not count, and
    initials are joined: "J. K.", "J.K." and "JK" are "jk". Signs that carry meaning stay: "C",
    "C++" and "C#" are three keys, "$", "%", "@" and other symbols count too. "&" between two
    words is "and", for that is how it is read out. Other scripts keep their marks, as they tell
    words apart. The order of the words stays.

    :param max_length: characters; a longer key ends in a hash of the whole, so that two long
        names that begin alike have two keys.
    :returns: empty only if the text has no visible character. A text of nothing but punctuation
        is its own key.
    """
    return _text_key(text, max_length)


class Person(NamedTuple):
    """A name and the years of a life; years before the common era are negative."""

    name: str
    born: int | None = None
    died: int | None = None


_LATEST_YEAR = 2100
_LONGEST_LIFE = 120
_DIGIT = re.compile(r"\d")
_YEAR = (
    r"(?:(?:ca?\.|circa|approximately)\s?)?(?P<{0}>\d{{1,4}})\??"
    r"(?P<{0}_bce>\s?B\.?\s?C\.?(?:\s?E\.?)?)?"
)
_LIFE = (
    rf"(?:(?:{_YEAR.format('born')})?\s?[-–—]\s?(?:{_YEAR.format('died')})?"
    r"|(?:b\.|born)\s?(?P<birth>\d{4})|(?:d\.|died)\s?(?P<death>\d{4}))"
)
_BRACKETED_LIFE = re.compile(rf"\s?[(\[（]\s?{_LIFE}\s?[)\]）]\.?$", re.IGNORECASE)
_BARE_LIFE = re.compile(rf"(?P<before>[,،]?\s|[,،]){_LIFE}\.?$", re.IGNORECASE)
_ACTIVITY = frozenset({"active", "fl", "flourished", "reigned"})


def _years(match: re.Match[str]) -> tuple[int | None, int | None] | None:
    born, died = (int(match[y]) if match[y] else None for y in ("born", "died"))
    if match["birth"] or match["death"]:
        return int(match["birth"] or 0) or None, int(match["death"] or 0) or None
    if born and (match["born_bce"] or (match["died_bce"] and died and born > died)):
        born = -born
    if died and match["died_bce"]:
        died = -died
    if born and died:
        likely = 0 < died - born <= _LONGEST_LIFE and died <= _LATEST_YEAR
    else:
        year = born or died or 0
        likely = year < 0 or 100 <= year <= _LATEST_YEAR
    return (born, died) if likely else None


def _may_end_in_bare_years(rest: str, before: str) -> bool:
    last = rest.rpartition(" ")[2]
    if _DIGIT.search(rest) or last.rstrip(".").lower() in _ACTIVITY:
        return False
    return before != " " or not last[0].islower()


def parse_person(text: str) -> Person:
    """
    Take the life dates off the end of a name.

    They are read in brackets, or bare after a comma or a space: "1820-1891", "1885-", "-1891",
    "621? BCE-565? BCE", "b. 1950". What is not surely a life date stays in the name: years of
    activity, lives of more than 120 years, years after 2100, dates after other numbers. The name
    keeps its order; runs of spaces become one.

    :returns: with both years None, the whole text as the name.
    """
    name = " ".join(text.split())
    if not _DIGIT.search(name):
        return Person(name)
    match = _BRACKETED_LIFE.search(name) or _BARE_LIFE.search(name)
    if match is None:
        return Person(name)
    rest, years = name[: match.start()].rstrip(" ,،"), _years(match)
    if not rest or years is None:
        return Person(name)
    if match.re is _BARE_LIFE and not _may_end_in_bare_years(rest, match["before"]):
        return Person(name)
    return Person(rest, *years)


_GENERATIONS = {
    "jnr": "jr",
    "snr": "sr",
    **{name: name for name in ("jr", "sr", "ii", "iii", "iv")},
}
_WRITTEN_OUT = {"junior": "jr", "senior": "sr"}
# In capitals these are names: "Pere Calders".
_FRENCH_GENERATIONS = {"fils": "fils", "père": "pere", "pere": "pere"}
_DEGREES = frozenset({"esq", "md", "phd", "dphil", "dd", "lld", "dds", "frs"})
_STRUCTURE = re.compile(r"[,،，(\[（［\d]|\.$|\s(?i:junior|senior|jnr|snr)\s*$")
_COMMA = re.compile("[,،]")
_BRACKETS = re.compile(r"(?<!\S)[(\[]([^()\[\]]*)[)\]](?![^\s,.])")
_HAN_OR_HANGUL = re.compile("[\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")


def _suffix(words: list[str], others: int) -> str:
    suffix = "".join(words).replace(".", "").lower()
    # "Waters, M. D." and "Rabi, I. I." give initials, not a degree and not a generation.
    if others > 1 and (suffix in _DEGREES or suffix in _WRITTEN_OUT):
        return _WRITTEN_OUT.get(suffix, suffix)
    if len(words) > 1 or "." in words[0][:-1]:
        return ""
    return _GENERATIONS.get(suffix, "") or _FRENCH_GENERATIONS.get(words[0], "")


def _without_suffixes(parts: list[list[str]]) -> tuple[list[str], list[str]]:
    others = sum(map(len, parts))
    kept: list[str] = []
    suffixes: list[str] = []
    for words in parts:
        if kept and (suffix := _suffix(words, others - len(words))):
            others -= len(words)
            suffixes.append(suffix)
            continue
        count = len(suffixes)
        while len(words) > 1 and (suffix := _suffix(words[-1:], others - 1)):
            others -= 1
            suffixes.insert(count, suffix)
            words.pop()
        kept.append(" ".join(words))
    return kept, suffixes


def _parts(text: str) -> tuple[list[str], list[str]]:
    name, born, died = parse_person(plain_form(text))
    after: list[str] = []
    if "(" in name or "[" in name:
        after = [fold(bracket) for bracket in _BRACKETS.findall(name)]
        name = _BRACKETS.sub(" ", name)
    names, suffixes = _without_suffixes(list(filter(None, map(str.split, _COMMA.split(name)))))
    if born or died:
        after.append(f"{born or ''}-{died or ''}")
    return names, suffixes + after


def _is_family_first(names: list[str]) -> bool:
    return all(map(_HAN_OR_HANGUL.search, names[:2]))


@cached
def person_key(name: str, max_length: int = 255) -> str:
    """
    Fold a person's name, in either order, to the text that identifies the person.

    As :func:`text_key`, and "Last, First" is turned round, so that "Rowling, J. K." and
    "J.K. Rowling" are one. Suffixes (Jr., III, Esq., M.D. ...), brackets and life dates are set
    aside first and follow the name in this order: "King, Martin Luther, Jr." is "martin luther
    king jr", "Smith, John (poet)" is "john smith poet". With several commas the first two parts
    change places and the rest follows: "Milner, Alfred Milner, Viscount" is "alfred milner milner
    viscount". Names in Han or Hangul have the family first in either form and are not turned.

    :param max_length: as for :func:`text_key`.
    :returns: empty only if the name has no visible character.
    """
    if not _STRUCTURE.search(name):
        return _text_key(name, max_length)
    names, after = _parts(name)
    if len(names) > 1 and not _is_family_first(names):
        names[:2] = names[1::-1]
    key = " ".join(filter(None, (fold(" ".join(names)), *after)))
    return fit(never_empty(key, name), max_length)


_CAPITAL_PARTICLES = frozenset(
    {
        *("Da", "Das", "De", "Del", "Della", "Den", "Der", "Des", "Di", "Dos", "Du", "El", "La"),
        *("Le", "Les", "Ní", "Ó", "Saint", "St", "St.", "Te", "Ten", "Ter", "Van", "Vander", "Von"),
    }
)


def _with_particles(name: str) -> list[str]:
    words = name.split()
    start = len(words) - 1
    while start > 1 and words[start - 1] in _CAPITAL_PARTICLES:
        start -= 1
    found = start < len(words) - 1
    return [fold(" ".join(part)) for part in (words[start:], words[:start])] if found else []


@cached
def sort_name(name: str, max_length: int = 255) -> str:
    """
    Fold a person's name to text that sorts by the family name.

    A comma says what the family name is; without one it is the last word: "J.K. Rowling" and
    "Rowling, J. K." are "rowling jk", "van Gogh, Vincent" is "van gogh vincent", "Vincent van
    Gogh" is "gogh vincent van". A particle with a capital belongs to the family name: "Ursula K.
    Le Guin" is "le guin ursula k". Suffixes, brackets and life dates come last. Names in Han or
    Hangul keep their order.

    :param max_length: characters; what is longer is cut off.
    :returns: empty only if the name has no visible character.
    """
    names, after = _parts(name)
    folded = [fold(part) for part in names]
    if len(names) == 1 and not _is_family_first(names):
        given, _, family = folded[0].rpartition(" ")
        folded = _with_particles(names[0]) or [family, given]
    key = " ".join(filter(None, folded + after))
    return never_empty(key, name)[:max_length].rstrip()


_ARTICLE = re.compile(r"\W*(?:the|an|a(?!\s+\w\b))\s+(?=\S*\w)", re.IGNORECASE)


def sort_title(title: str, max_length: int = 255) -> str:
    """
    Fold a title to text that sorts without its leading English article.

    :param max_length: characters; what is longer is cut off.
    :returns: empty only if the title has no visible character.
    """
    plain = plain_form(title)
    article = _ARTICLE.match(plain)
    key = fold(plain[article.end() :] if article else plain)
    return never_empty(key, title)[:max_length].rstrip()


def sort_number(number: str, max_length: int = 255) -> str:
    """
    Fold a number in a series to text that sorts by its value: "10" after "9", "1.25" before "1.5".

    :returns: whole numbers filled with zeros to ten places; empty for an empty number.
    """
    return re.sub(r"(?<![\d.])\d+", lambda digits: digits[0].zfill(10), fold(number))[
        :max_length
    ].strip()
