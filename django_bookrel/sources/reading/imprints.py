"""
Imprints: statements of publication, which hold place, publisher and date in one text.

Librarians write ``New York ; London : Harcourt, Brace, c1962.`` (the punctuation of ISBD), before
the 1970s ``New York, Harcourt, Brace [1962]``; LibraryThing writes ``O'Reilly Media (2006),
Edition: Fifth, 1032 pages`` or ``Paris: Gallimard, 1999, 203 p.; 18 cm``, Amazon ``Ace; Reprint
edition (June 5, 2001)``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from .credits import is_nobody
from .numbers import repair_year

__all__ = ("Imprint", "is_no_publisher", "split_imprint")


class Imprint(NamedTuple):
    """What an imprint says; texts that the models have no place for are in ``dropped``."""

    publishers: list[str]
    year: str = ""
    pages: str = ""
    dropped: tuple[str, ...] = ()


_LONGEST_TEXT = 1_000
_DATE = (
    r"(?:(?:c|ca|cop|copyright|p|i\.\s?e|printed|©|℗)\.?\s?)?"
    r"(?:[0-9]{4}|[0-9]{3}-|[0-9]{2}--)\??(?:\s?[-–/]\s?(?:[0-9]{4}|[0-9]{2})?)?\??"
)
_DAY = r"(?:[A-Z][a-z]+ [0-9]{1,2}, )?"
_BLANKS = r"(?:(?<!\s)\s++)?"
_DATES = re.compile(
    rf"(?:{_BLANKS}[,;]\s*[\[(]?{_DATE}[\])]?|{_BLANKS}[\[(]{_DAY}{_DATE}[\])])+\s*\.?\Z"
)
_DETAILS = re.compile(rf"(.*?\s[\[(]{_DATE}[\])]),\s+(.*)")
_PAGES = re.compile(r"([0-9]{1,5})\s*(?:pages|p|pp|S|Seiten)\.?", re.IGNORECASE)
_LAST_PAGES = re.compile(rf"([^()]*?)(?:,\s+[ivxlc]+)?,\s+{_PAGES.pattern}", re.IGNORECASE)
_LENGTH = r"[0-9]{1,3}(?:[.,][0-9])?"
_SIZE = re.compile(
    rf"(?<!\s)\s*+(:\s(?:\w+\.?\s)?ill[^:;]*)?;\s*({_LENGTH}(?:\s?[x×]\s?{_LENGTH})?\s?[cm]m)\.?\Z"
)
# Publishers have names such as "Edition Nautilus" and "Mole Edition".
_EDITION = re.compile(
    r"""
    (?:.*\s)?
    (?:[0-9]+(?:st|nd|rd|th)?|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth
    |reprint(?:ed)?|reissue|revised|rev\.|new|updated|expanded|enlarged|abridged|unabridged
    |annotated|illustrated|anniversary|international|paperback|hardcover|kindle|collector's|deluxe
    |limited|special|student)
    \s(?:.*\s)?ed(?:ition|n?\.)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NOBODY = re.compile(
    r"[\[(]?(?:s\.\s?[ln]\.?|sine (?:loco|nomine)|n\.\s?p\.?|o\.\s?[ov]\.?"
    r"|(?:publisher|place)(?: of publication)? (?:not identified|unknown)"
    r"|(?:unknown|no) publisher)[\])]?",
    re.IGNORECASE,
)
# Where a comma follows them, these are places for certain.
_PLACE = re.compile(
    r"""
    (?:Amsterdam|Antwerpen|Atlanta|Baltimore|Barcelona|Basel|Berkeley|Berlin|Birmingham|Bloomington
    |Bologna|Bombay|Boston|Bristol|Brussels|Bruxelles|Budapest|Buenos\sAires|Calcutta|Cambridge
    |Chicago|Cincinnati|Cleveland|Copenhagen|Delhi|Detroit|Dublin|Edinburgh|Englewood\sCliffs
    |Firenze|Frankfurt(?:\sa(?:m|\.)\s?(?:Main|M\.))?|Garden\sCity|Gen[eè]ve|Glasgow|Hamburg
    |Harmondsworth|Helsinki|Hong\sKong|Houston|Indianapolis|Ithaca|K[oø]benhavn|Köln|Kraków
    |Lausanne|Leiden|Leipzig|Lisboa|Liverpool|London|Los\sAngeles|Madrid|Manchester|Melbourne
    |México|Milano|Minneapolis|Montr[eé]al|Moscow|Moskva|München|Munich|Napoli|New\sDelhi
    |New\sHaven|New\sOrleans|New\sYork|Oslo|Oxford|Padova|Paris|Philadelphia|Porto|Praha|Princeton
    |Rio\sde\sJaneiro|Roma|Rotterdam|San\sFrancisco|São\sPaulo|Singapore|St\.\sLouis
    |St\.\sPetersburg|Stockholm|Stuttgart|Sydney|The\sHague|Tokyo|Torino|Toronto|Urbana|Venezia
    |Vienna|Warszawa|Washington|Wien|Zürich|Москва|Ленинград|С\.-Петербург)
    (?:,\s(?:[A-Z]\.\s?[A-Z]\.|[A-Z][a-z]{1,4}\.|[A-Z]{2}(?=,)))?
    """,
    re.VERBOSE,
)
_LEADING_PLACES = re.compile(
    rf"\[?(?:{_PLACE.pattern}(?:,\s|\s(?:and|&|et|und)\s|\s?:\s)\]?)+(?=\w)", re.VERBOSE
)


def is_no_publisher(text: str) -> bool:
    """Say whether a text in the place of a publisher, or of a place, says that it is not known."""
    return is_nobody(text) or _NOBODY.fullmatch(text) is not None


def split_imprint(text: str) -> Imprint:
    """
    Split an imprint.

    A place is told from a publisher by a colon behind it, or where it is a city in which many
    books appear; "Little, Brown" is one publisher. Publishers are split at semicolons.

    :returns: year and pages are digits or ""; what cannot be told apart is a publisher.
    """
    text, pages, dropped = _without_details(" ".join(text.split())[:_LONGEST_TEXT])
    year = ""
    publishers: list[str] = []
    all_places: list[str] = []
    is_isbd = " : " in text
    for part in re.split(r"\s*;\s+|\s+;", text):
        name, dates = _without_dates(part)
        year = year or _year(dates)
        if publishers and _EDITION.fullmatch(name):
            dropped.append(name)
            continue
        if dates and not _year(dates):
            dropped.append(dates)
        # Between the first place and its publisher there may be further places.
        names, places = _names(name, is_place=is_isbd and not publishers)
        publishers += names
        all_places += places
    return Imprint(list(dict.fromkeys(publishers)), year, pages, (*all_places, *dropped))


def _without_details(text: str) -> tuple[str, str, list[str]]:
    sizes: list[str] = []
    if text.endswith(("m", "m.")) and (match := _SIZE.search(text)):
        text, sizes = text[: match.start()], [part.strip(" :") for part in match.groups("") if part]
    if match := _LAST_PAGES.fullmatch(text):
        return match[1], match[2], sizes
    match = _DETAILS.fullmatch(text)
    if match is None:
        return text, "", sizes
    details = match[2].split(", ")
    pages = [found[1] for detail in details if (found := _PAGES.fullmatch(detail))]
    others = [detail for detail in details if not _PAGES.fullmatch(detail)]
    return match[1], "".join(pages[:1]), others + sizes


def _without_dates(text: str) -> tuple[str, str]:
    match = _DATES.search(text) or re.fullmatch(rf"[\[(]?{_DATE}[\])]?\.?", text)
    return (text[: match.start()], match[0].strip(" ,;.")) if match else (text, "")


def _year(dates: str) -> str:
    years = (
        repair_year(date) for date in [dates, *re.split(r"[,;]\s*|(?<!\s)\s++(?=[\[(])", dates)]
    )
    return next(filter(None, years), "")


def _names(text: str, *, is_place: bool) -> tuple[list[str], list[str]]:
    parts = text.split(" : ")
    places, names = ([parts[0]], parts[1:]) if len(parts) > 1 or is_place else ([], parts)
    if names == [text]:
        if match := _LEADING_PLACES.match(text):
            places, names = [match[0].rstrip(" ,:")], [text[match.end() :]]
        elif _PLACE.fullmatch(text):
            places, names = [text], []
    return _known(names), _known(places)


def _known(texts: Iterable[str]) -> list[str]:
    plain = map(_plain, texts)
    return [text for text in plain if text and not is_no_publisher(text)]


def _plain(name: str) -> str:
    name = name.strip(" ,;:")
    if name[:1] + name[-1:] in ("[]", "()") and not re.search(r"[\[\]()]", name[1:-1]):
        name = name[1:-1].strip()
    return name
