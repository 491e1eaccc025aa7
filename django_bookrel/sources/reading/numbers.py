"""Numbers and years as people write them: "320 p.", "c2000", "720 B.C.", "1752 [1852]"."""

from __future__ import annotations

import re

__all__ = ("repair_number", "repair_year")

_INTEGER = re.compile(r"-?\d{1,4}", re.ASCII)
_FLOAT = re.compile(r"(-?\d+)[.,]0{1,2}", re.ASCII)
_BEFORE = r"(?:b\.?\s?c\.?(?:\s?e\.?)?|v\.?\s?chr\.?|av\.?\s?j\.?[\s-]{0,2}c\.?|a\.\s?c\.)"
_AFTER = r"(?:a\.?\s?d\.?|c\.?\s?e\.?|n\.?\s?chr\.?)"
_ERA = re.compile(
    rf"(?:(?:c|ca|circa|about)\b\.?\s*)?(?:a\.?\s?d\.?\s*)?([0-9]{{1,4}})\s?\??\s*"
    rf"(?:({_BEFORE})|{_AFTER})?\s?\??",
    re.IGNORECASE,
)
# Wikidata writes a sign: "-0720-00-00T00:00:00Z".
_ISO_DATE = re.compile(r"([+-]?)([0-9]{4})-[0-9]{2}(?:-[0-9]{2})?(?:[T ].*)?", re.DOTALL)
_RANGE = re.compile(r"([0-9]{4})\s?[-–/]\s?(?:([0-9]{2}){1,2}\??)?")
_CORRECTED = re.compile(r"([0-9]{4})\s?\[(?:i\.\s?e\.?\s?)?([0-9]{4})\]")
# Four digits by themselves, also after the month of a date or before the word for a year in
# Chinese, Japanese and Korean; in "c2000", "©2000" and the like they are no year of publication.
_YEARS = re.compile(r"(?:(?<![\w+-])|(?<=\d-))([0-9]{4})(?![^\W年년])")
_COPYRIGHTS = re.compile(r"(?:(?<!\w)[cp]|cop\.\s?|[©℗]\s?)([0-9]{4})(?!\w)", re.IGNORECASE)
_TIME = re.compile(r"(?<=\d)[T ]\d\d:.*", re.DOTALL)
_PLAIN = str.maketrans("０１２３４５６７８９\u2212", "0123456789-")
_LATEST_YEAR = 2100
"""Later years, mostly 9999, stand for an unknown one."""

_PAGES = re.compile(
    r"(\d+)\s*(?:p|pp|pages|s|seiten|págs?|páginas|bl)\.?", re.IGNORECASE | re.ASCII
)


def repair_number(text: str) -> str | None:
    """
    Read a number above zero, such as "320", "320.0" or "320 p.".

    :returns: its digits; None if the text is no such number.
    """
    if not (text.isascii() and text.isdigit()):
        match = _FLOAT.fullmatch(text) or _PAGES.fullmatch(text)
        text = match[1] if match else "-"
    return None if text.startswith("-") or not text.strip("0") else text


def repair_year(text: str) -> str | None:
    """
    Read a year, or the year of a date.

    Of "1990-1995" it is the first, of "1752 [1852]" what the cataloguer has corrected, and a year
    of publication goes before one of copyright.

    :returns: its digits with a minus sign before the common era; None if the text holds no year,
        several, or the zeros or nines that stand for an unknown one.
    """
    text = text.translate(_PLAIN)
    if not _INTEGER.fullmatch(text) and (match := _FLOAT.fullmatch(text)):
        text = match[1]
    year = text if _INTEGER.fullmatch(text) else _written_year(text.strip(" .,;:"))
    if not year.strip("-0") or int(year) > _LATEST_YEAR:
        return None
    return year


def _written_year(text: str) -> str:
    if text[:1] + text[-1:] in ("[]", "()"):
        text = text[1:-1]
    if match := _ERA.fullmatch(text):
        return f"-{int(match[1])}" if match[2] else match[1]
    if match := _ISO_DATE.fullmatch(text):
        return f"-{int(match[2])}" if match[1] == "-" else match[2]
    if match := _RANGE.fullmatch(text):
        return match[1]
    if match := _CORRECTED.fullmatch(text):
        return match[2]
    text = _TIME.sub("", text)
    years = {*_YEARS.findall(_COPYRIGHTS.sub("", text))} or {*_COPYRIGHTS.findall(text)}
    years.discard("0000")
    return years.pop() if len(years) == 1 else ""
