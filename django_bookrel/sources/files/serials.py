"""
Numbers, dates and truth of workbooks as texts.

A date is a number of days whose style says that it is one: ECMA-376 part 1, 18.8.30 (formats) and
18.17.4 (dates; Excel's 1900 has a 29 February).
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence

__all__ = ("date_styles", "iso_text", "number_text", "serial_text", "truth_text")

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_LONGEST_NUMBER = 400
_WHOLE_FLOATS = 10**15
"""Below it a float says each of its digits."""

_MIDNIGHT = datetime.time()
_EPOCH, _EPOCH_1904 = datetime.datetime(1899, 12, 30), datetime.datetime(1904, 1, 1)  # noqa: DTZ001
_LEAP_DAY_OF_1900 = 60
_MILLISECONDS = 86_400_000

_DATE_FORMATS = frozenset(map(str, [*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)]))
_DURATION_FORMAT = "46"
_NOT_OF_THE_DATE = re.compile(r'"[^"]*"|\[(?!hh?\]|mm?\]|ss?\])[^\[\]]*\]|[\\_].', re.IGNORECASE)
_DURATION = re.compile(r"\[(?:hh?|mm?|ss?)\]", re.IGNORECASE)
_TRUTH = {"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE"}


def date_styles(formats: Mapping[str, str], used: Sequence[str]) -> dict[str, bool]:
    """
    Find the styles that make dates or durations of numbers.

    :param formats: identifier to code of the workbook's own formats.
    :param used: the identifier of the format of each style.
    :returns: style to whether it makes durations.
    """
    kinds = dict.fromkeys(_DATE_FORMATS, False) | {_DURATION_FORMAT: True}
    for identifier, code in formats.items():
        first = code.partition(";")[0]
        if re.search("[dmhys]", _NOT_OF_THE_DATE.sub("", first), re.IGNORECASE):
            kinds[identifier] = _DURATION.search(first) is not None
        else:
            kinds.pop(identifier, None)
    return {str(style): kinds[key] for style, key in enumerate(used) if key in kinds}


def number_text(text: str) -> str:
    """
    Write a number: whole ones without a point.

    :raises ValueError: it is none, or beyond what a cell can hold.
    """
    # A short one of digits only is the usual case.
    if len(text) < 16 and text.isdecimal() and text.isascii():
        return str(int(text))
    value = _number(text)
    if isinstance(value, int):
        return str(value)
    return str(int(value) if value.is_integer() and abs(value) < _WHOLE_FLOATS else value)


def _number(text: str) -> int | float:
    text = text[: _LONGEST_NUMBER + 1].strip()
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        raise ValueError("must be a number")
    if text.lstrip("+-").isdecimal():
        return int(text)
    value = float(text)
    if math.isinf(value):
        raise ValueError("is too large a number")
    return value


def serial_text(text: str, *, duration: bool, from_1904: bool) -> str:
    """
    Write a number of days as date, time or duration.

    :raises ValueError: it is no number, or no date that there is.
    """
    value = _number(text)
    try:
        if duration:
            return str(_rounded(datetime.timedelta(days=value)))
        days, part = divmod(value, 1)
        rest = datetime.timedelta(milliseconds=round(part * _MILLISECONDS))
        if days == 0 and not rest.days:
            return (_EPOCH + rest).time().isoformat()
        if not from_1904 and 0 < value < _LEAP_DAY_OF_1900:
            days += 1
        epoch = _EPOCH_1904 if from_1904 else _EPOCH
        return _moment_text(epoch + datetime.timedelta(days=days) + rest)
    except OverflowError as error:
        raise ValueError("is not a date that there is") from error


def _rounded(time: datetime.timedelta) -> datetime.timedelta:
    milliseconds = datetime.timedelta(milliseconds=1)
    return round(time / milliseconds) * milliseconds


def _moment_text(moment: datetime.datetime) -> str:
    return (moment.date() if moment.time() == _MIDNIGHT else moment).isoformat()


def iso_text(text: str) -> str:
    """
    Write a date, time or both that stand in ISO 8601.

    :raises ValueError: it is none.
    """
    text = text.strip().removesuffix("Z")
    try:
        return _moment_text(datetime.datetime.fromisoformat(text).replace(tzinfo=None))
    except ValueError:
        try:
            return datetime.time.fromisoformat(text).replace(tzinfo=None).isoformat()
        except ValueError:
            raise ValueError("must be a date or time") from None


def truth_text(text: str) -> str:
    """
    Write a truth value.

    :raises ValueError: it is none.
    """
    try:
        return _TRUTH[text.strip()]
    except KeyError:
        raise ValueError("must be 0 or 1") from None
