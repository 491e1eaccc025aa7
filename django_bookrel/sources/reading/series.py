"""Series and the numbers of books in them, from columns of their own and from titles."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...names import sort_number, sort_title
from .numbers import repair_number

__all__ = ("bare_number", "join_series", "split_series", "take_series")

Entries = list[tuple[str, str]]
"""Name of a series and number in it as it is printed, "" if there is none."""

LONGEST_NUMBER = 40
"""What ``SeriesEntry.number`` holds; more is no number but text."""

_LONGEST_TEXT = 500
_VOLUME = r"(?:vol|volume|v|no|nr|number|bd|band|book|tome|t)\b\.?"
_DIGITS = r"[\w.,/-]*\d[\w.,/-]*"
# Open Library joins a series and its volume by dashes: "Lecture notes -- v. 16, no. 2".
_SERIES = re.compile(
    rf"(.+?)(?:[\s,;:]*#|\s*[,;]\s*{_VOLUME}|\s;|\s--\s(?:{_VOLUME})?)\s*"
    rf"({_DIGITS}(?:\s{_VOLUME}\s*{_DIGITS})?)",
    re.IGNORECASE | re.DOTALL,
)
_SIGN = re.compile(rf"(?:[#№]|n[°º]|{_VOLUME})\s*(?=\d)", re.IGNORECASE)
_LISTS = re.compile(rf"\||;(?!\s*+(?:{_VOLUME}\s*+)?\d)", re.IGNORECASE)

_LAST_BRACKET = re.compile(r"(?<!\s)\s*+\(([^()]*#[0-9][^()]*)\)\s*+\Z")
_NUMBER = re.compile(
    r"""
    [0-9]+(?:\.[0-9]+)? [a-z]?
    (?: (?:\s?[-–—/,+&]\s?|\s(?:and|to|of)\s) [0-9]+(?:\.[0-9]+)? [a-z]? )*
    (?: [:;,]?\s? (?:part|pt\.?|vol\.?|volume)\s [0-9]+ (?:\s(?:of|/)\s [0-9]+)? )?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CONTINUED = re.compile(r"[0-9]\s*[-–,+&]\s*\Z")
_NEXT_NAME = re.compile(r"(?<!\s)\s*+,\s+(?=[^\W\d])")


def bare_number(text: str) -> str:
    """Take off what only says that a number follows: ``#4``, ``Vol. 4``, ``Book 4``."""
    match = _SIGN.match(text)
    return text[match.end() :] if match else text


def split_series(text: str) -> Entries:
    """Split a list of series, each with its number as it is printed ("" if there is none)."""
    series = []
    for part in _LISTS.split(text):
        # Longer than any series, and the pattern takes quadratic time.
        match = _SERIES.fullmatch(part.strip()) if len(part) <= _LONGEST_TEXT else None
        name, number = match.groups() if match else (part, "")
        if name := " ".join(name.split()):
            series.append((name, (repair_number(number) or number) if number else ""))
    return list(dict.fromkeys(series))


def take_series(title: str) -> tuple[str, Entries]:
    """
    Take the series off the end of a title: "Equal Rites (Discworld, #3; Witches #1)".

    Only a last bracket counts that holds nothing but names of series, each with ``#`` and a number.

    :returns: the title without the bracket; the title as it is and [] if that is not certain.
    """
    match = _LAST_BRACKET.search(title[-_LONGEST_TEXT:])
    if match is None:
        return title, []
    rest = title[: len(title) - len(match[0])].strip()
    entries = _entries(match[1])
    return (rest, entries) if rest and entries else (title, [])


def _entries(text: str) -> Entries:
    # Between two number signs stand the number of the one series and the name of the next.
    name, *parts = text.split("#")
    entries: Entries = []
    number = ""
    for index, part in enumerate(parts, 1):
        number += part
        if index < len(parts) and _CONTINUED.search(part):
            continue
        number, following = _number_and_next(number) if index < len(parts) else (number, "")
        name, number = " ".join(name.split()).rstrip(" ,;:."), " ".join(number.split())
        if not name or len(number) > LONGEST_NUMBER or not _NUMBER.fullmatch(number):
            return []
        entries.append((name, repair_number(number) or number))
        name, number = following, ""
    return entries


def _number_and_next(text: str) -> tuple[str, str]:
    if ";" in text:
        number, _, name = text.rpartition(";")
        return number, name
    number, *names = _NEXT_NAME.split(text, maxsplit=1)
    return number, "".join(names)


def join_series(known: Sequence[tuple[str, str]], others: Sequence[tuple[str, str]]) -> Entries:
    """
    Add series to those of another column; case, accents and a leading article do not count.

    :returns: each series once; [] if the two give a book different numbers in one series.
    """
    if not known:
        return list(others)
    numbers = {sort_title(name): (name, number) for name, number in known}
    for name, number in others:
        key = sort_title(name)
        known_name, known_number = numbers.get(key, (name, number))
        if known_number and number and sort_number(known_number) != sort_number(number):
            return []
        numbers[key] = known_name, known_number or number
    return list(numbers.values())
