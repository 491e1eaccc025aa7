"""Numbers, points in time, truth values and bytes: their texts, written and read."""

from __future__ import annotations

import datetime
import json
import math
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from contextlib import suppress
from decimal import Decimal
from functools import partial, singledispatch
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_date, parse_datetime, parse_duration
from django.utils.formats import sanitize_separators

from .moments import in_time_zone

__all__ = (
    "cell_text",
    "plain_text",
    "read_bytes",
    "read_date",
    "read_datetime",
    "read_decimal",
    "read_duration",
    "read_float",
    "read_time",
    "read_truth",
    "read_whole_number",
)

MOST_DIGITS = 40
"""Digits of the longest whole number that a text such as 1E+9 is read as."""

TRUTH = {"1": True, "true": True, "0": False, "false": False, "null": None, "none": None}


@singledispatch
def plain_text(value: Any) -> str:
    """Return a value as a text by what it is, whatever its field; exact, and in no locale."""
    return "" if value is None else str(value)


@plain_text.register
def _(value: bool) -> str:  # noqa: FBT001
    return "1" if value else "0"


@plain_text.register
def _(value: Decimal) -> str:
    return f"{value:f}"


@plain_text.register
def _(value: datetime.datetime) -> str:
    return value.isoformat(" ")


@plain_text.register(datetime.date)
@plain_text.register(datetime.time)
def _(value: datetime.date | datetime.time) -> str:
    return value.isoformat()


@plain_text.register(bytes)
@plain_text.register(memoryview)
def _(value: bytes | memoryview) -> str:
    return b64encode(value).decode("ascii")


@plain_text.register(dict)
@plain_text.register(list)
@plain_text.register(tuple)
def _(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=plain_text)


def cell_text(cell: Any) -> str:
    """Return a typed cell, of a workbook or of JSON, as a text that columns of any kind read."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    elif isinstance(cell, datetime.datetime) and cell.timetz() == datetime.time():
        cell = cell.date()
    return plain_text(cell)


# What follows raises ValueError where a text is no such value; a blank is no number and no error.


def read_whole_number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        if text.isspace():
            return None
        # Spreadsheets write 1.0.
        number = _exact(text)
        if number is None or number != number.to_integral_value():
            raise ValueError("is not a whole number") from None
        return int(number)


def _exact(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except ArithmeticError:
        return None
    return number if number.is_finite() and number.adjusted() < MOST_DIGITS else None


def _read_number(
    make: Callable[[Any], Any], is_finite: Callable[[Any], bool], text: str
) -> Any | None:
    try:
        # Where a locale's thousands are told by a point, it would take 1.125 for 1125.
        found = make(text)
    except (ValueError, ArithmeticError):
        if text.isspace():
            return None
        try:
            found = make(sanitize_separators(text))
        except (ValueError, ArithmeticError):
            raise ValueError("is not a number") from None
    if not is_finite(found):
        raise ValueError("is not a number")
    return found


read_float = partial(_read_number, float, math.isfinite)
read_decimal = partial(_read_number, Decimal, Decimal.is_finite)


def read_date(text: str) -> datetime.date:
    with suppress(ValueError):
        if found := parse_date(text):
            return found
    return _in_formats(text, settings.DATE_INPUT_FORMATS, "date such as 2020-01-31").date()


def read_time(text: str) -> datetime.time:
    # parse_time() takes 13 for an hour, and leaves out a time zone.
    return _in_formats(text, settings.TIME_INPUT_FORMATS, "time such as 13:30:00").time()


def read_datetime(text: str) -> datetime.datetime:
    found = None
    with suppress(ValueError):
        found = parse_datetime(text)
    example = "date and time such as 2020-01-31 13:30:00"
    return in_time_zone(found or _in_formats(text, settings.DATETIME_INPUT_FORMATS, example))


def _in_formats(text: str, formats: Iterable[str], example: str) -> datetime.datetime:
    for form in formats:
        with suppress(ValueError):
            return datetime.datetime.strptime(text, form)  # noqa: DTZ007 (one of TIME_ZONE)
    raise ValueError(f"is not a {example}")


def read_duration(text: str) -> datetime.timedelta:
    found = None
    with suppress(ValueError, OverflowError):
        found = parse_duration(text)
    if found is None:
        raise ValueError("is not a duration such as 1 02:03:04 or P1DT2H3M4S")
    return found


def read_truth(text: str) -> bool | None:
    try:
        return TRUTH[text.lower()]
    except KeyError:
        raise ValueError("must be 1 or 0") from None


def read_bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise ValueError("is not base64") from None
