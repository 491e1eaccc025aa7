"""JSON: read strictly, written as databases give it back, compared with 1 and true apart."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from ..fields import AnyField

__all__ = ("check_writable", "differ", "differs", "json_as_stored", "json_reader", "read_json")

UNWRITABLE = re.compile("[\0\ud800-\udfff]")
"""Characters that no database takes in a text."""

ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
EXPONENT = re.compile(r"\d[eE]")

TYPED = {bool, dict, float, int, list}
"""Types of values that equal one of another type, or hold such."""

MOST_LEVELS = 200
"""Levels of JSON, which Python and the drivers walk by recursion."""

TOO_DEEP = f"has more than {MOST_LEVELS} levels"


def check_writable(texts: Iterable[str]) -> None:
    """Raise ValueError if there is a character that no database takes."""
    if found := UNWRITABLE.search("".join(texts)):
        raise ValueError(
            f"contains the character U+{ord(found[0]):04X}, which no database can store"
        )


def json_reader(decoder: Any = None) -> Callable[[str], Any]:
    """
    Return a function that reads JSON as the standard has it.

    It raises ValueError if a text is none; NaN and infinity are none.
    """
    decode = (decoder or json.JSONDecoder)(parse_constant=_no_number).decode

    def read(text: str) -> Any:
        try:
            return decode(text)
        except RecursionError:
            raise ValueError(TOO_DEEP) from None
        except json.JSONDecodeError as error:
            raise ValueError(f"is not JSON: {error}") from None

    return read


def json_as_stored(field: Any, connection: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    """Return what makes of a value of JSON the one that comes back; it raises ValueError."""
    parsers = _number_parsers(connection)
    encode = (field.encoder or json.JSONEncoder)(allow_nan=False, ensure_ascii=False).encode

    def stored(value: Any) -> Any:
        text = _encoded(value, encode)
        check_writable(["\0" if ESCAPED_NUL.search(text) else text])
        if "parse_int" in parsers or (parsers and EXPONENT.search(text)):
            text = json.dumps(json.loads(text, **parsers))
        elif field.encoder is None and field.decoder is None:
            return value
        return json.loads(text, cls=field.decoder)

    return stored


def differs(fields: Sequence[AnyField]) -> Callable[[Sequence[Any], Sequence[Any]], bool]:
    """
    Return a function that tells whether two rows of values of ``fields`` differ.

    In JSON 1 and true do, which Python takes for equal.
    """
    places = [place for place, field in enumerate(fields) if _holds_json(field)]
    if not places:
        return operator.ne
    return lambda one, other: (
        one != other or any(differ(one[place], other[place]) for place in places)
    )


def differ(one: Any, other: Any) -> bool:
    """Return whether two values differ; 1 and true do."""
    return one != other or (type(one) in TYPED and not _have_same_types(one, other))


def _holds_json(field: AnyField) -> bool:
    base = getattr(field, "base_field", field)
    return isinstance(field, models.JSONField) or (base is not field and _holds_json(base))


def _have_same_types(one: Any, other: Any) -> bool:
    """Return whether values that Python takes for equal are truth values in the same places."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(_have_same_types(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return all(map(_have_same_types, one, other))
    return isinstance(one, bool) == isinstance(other, bool)


def _number_parsers(connection: BaseDatabaseWrapper) -> dict[str, Any]:
    """Return what reads the numbers of JSON as the database gives them back."""
    if connection.vendor == "postgresql":
        return {"parse_float": _numeric}
    if connection.vendor == "mysql" and not getattr(connection, "mysql_is_mariadb", True):
        return {"parse_int": _bigint}
    return {}


def _numeric(text: str) -> float | int:
    # PostgreSQL writes no exponents: what comes back of 1e22 is a whole number.
    text = f"{Decimal(text):f}"
    return float(text) if "." in text else int(text)


def _bigint(text: str) -> float | int:
    number = int(text)
    return number if -(2**63) <= number < 2**64 else float(number)


def _encoded(value: Any, encode: Callable[[Any], str]) -> str:
    try:
        text = encode(value)
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    except ValueError as error:
        too_large = str(error).startswith("Out of range float values")
        raise ValueError("has a number that is too large" if too_large else str(error)) from None
    if text.count("[") + text.count("{") > MOST_LEVELS and not _is_flat(value):
        raise ValueError(TOO_DEEP)
    return text


def _is_flat(value: Any) -> bool:
    level = [value]
    for _level in range(MOST_LEVELS + 1):
        level = [part for one in level for part in _parts(one)]
        if not level:
            return True
    return False


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list | tuple) else ()


def _no_number(name: str) -> Any:
    raise ValueError(f"is not JSON: {name} is not a JSON number")


read_json = json_reader()
