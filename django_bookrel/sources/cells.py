"""Cells of foreign files, mended to what the native CSV would hold."""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5

__all__ = ("mend_number", "mend_text", "mend_year", "split_texts")

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_INTEGER = re.compile(r"-?\d{1,4}", re.ASCII)
_FLOAT = re.compile(r"(-?\d+)[.,]0{1,2}", re.ASCII)
_BCE = re.compile(r"(?:c|ca|circa)?\.?\s*(\d{1,4})\s*b\.?\s*c\.?\s*(?:e\.?)?", re.IGNORECASE)
# Four digits by themselves, after the c of "c2000" or the month of a date.
_YEARS = re.compile(r"(?:(?<![\w+-])|(?<=\b[cp])|(?<=\d-))([0-9]{4})(?!\w)")
_TIME = re.compile(r"(?<=\d)[T ]\d\d:.*", re.DOTALL)
_PAGES = re.compile(
    r"(\d+)\s*(?:p|pp|pages|s|seiten|págs?|páginas|bl)\.?", re.IGNORECASE | re.ASCII
)
_LISTS = re.compile("[;|]")


def mend_text(text: str) -> str:
    """Undo HTML entities, those that end in a semicolon; once, as a title may be about them."""
    return _ENTITY.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    # unescape() would also read the beginning of a longer word: "&not" in "&nothing;".
    name = match[0][1:]
    return unescape(match[0]) if name[0] == "#" else html5.get(name, match[0])


def mend_number(text: str) -> str | None:
    """
    Read a number above zero, such as "320", "320.0" or "320 p.".

    :returns: its digits; None if the text is no such number.
    """
    if not (text.isascii() and text.isdigit()):
        match = _FLOAT.fullmatch(text) or _PAGES.fullmatch(text)
        text = match[1] if match else "-"
    return None if text.startswith("-") or not text.strip("0") else text


def mend_year(text: str) -> str | None:
    """
    Read a year, or the year of a date.

    :returns: its digits with a minus sign before the common era; None if the text holds no year,
        several, or the zeros that stand for an unknown one.
    """
    if not _INTEGER.fullmatch(text) and (match := _FLOAT.fullmatch(text)):
        text = match[1]
    if _INTEGER.fullmatch(text):
        return text if text.strip("-0") else None
    if match := _BCE.fullmatch(text):
        return f"-{int(match[1])}"
    years = {*_YEARS.findall(_TIME.sub("", text))} - {"0000"}
    return years.pop() if len(years) == 1 else None


def split_texts(text: str, *, commas: bool = False) -> list[str]:
    """
    Part a list at ``;`` and ``|``, and at commas if they part the texts of this column.

    :returns: each text once, runs of spaces as one.
    """
    if ";" in text or "|" in text:
        parts = _LISTS.split(text)
    elif commas and "," in text:
        parts = text.split(",")
    else:
        text = " ".join(text.split())
        return [text] if text else []
    return list(dict.fromkeys(words for part in parts if (words := " ".join(part.split()))))
