"""
Values of columns as texts of cells, and back: one pair of functions for every field.

``from_text(field)(to_text(field)(value))`` is the value again. A field with code of the host's is
asked itself, by ``to_python()`` and ``value_to_string()``; those of Django have the forms that
people write in a cell:

- arrays: the texts of their values with commas between them, as django-import-export has them;
  where that could not be read again (an empty text, a comma, null, an array of arrays) as JSON
- ranges: ``[1, 10)``, as PostgreSQL and django-import-export have them
- binary columns: base64; JSON and hstore: JSON
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

from django.db import models

from ..fields import AnyField, ISBNField
from ..isbn import clean_isbn
from .jsons import json_reader, read_json
from .meaning import has_own_meaning, is_plain, is_postgres, value_field
from .scalars import (
    plain_text,
    read_bytes,
    read_date,
    read_datetime,
    read_decimal,
    read_duration,
    read_float,
    read_time,
    read_truth,
    read_whole_number,
)

__all__ = ("ArrayTexts", "from_text", "to_text", "understood")

Read = Callable[[Any], Any]
Write = Callable[[Any], str]

CLEANING = ("clean", "validate")


def from_text(field: AnyField) -> Read:
    """
    Return a function that reads a text, not an empty one, as a value of ``field``.

    It raises ValueError, ArithmeticError, TypeError or ValidationError, or whatever code of the
    host's raises.
    """
    field = value_field(field)
    read = _reader(field)
    if has_own_meaning(field, *CLEANING):
        mean = understood(field)
        return lambda text: mean(read(text))
    return read


def understood(field: AnyField) -> Read:
    """Return a function that gives a value, not None, the meaning that the field gives it."""
    if has_own_meaning(field, *CLEANING):
        return lambda value: field.clean(value, field.model())
    return field.to_python


def to_text(field: AnyField) -> Write:
    """Return a function that writes a value, not None, as :func:`from_text` reads it."""
    field = value_field(field)
    if is_plain(field):
        return str
    if has_own_meaning(field, "value_to_string"):
        return lambda value: plain_text(field.value_to_string(_holder(field, value)))
    if is_postgres(field, "ArrayField"):
        return ArrayTexts(field).write
    if is_postgres(field, "RangeField"):
        return partial(_write_range, to_text(field.base_field))  # type: ignore[attr-defined]
    if isinstance(field, models.JSONField):
        return partial(_write_json, field)
    if has_own_meaning(field):
        return lambda value: plain_text(
            value if isinstance(value, str) else field.get_prep_value(value)
        )
    return plain_text


def _reader(field: AnyField) -> Read:
    if has_own_meaning(field, "to_python"):
        # Django's serializers, too, give it JSON and not its text.
        is_json = isinstance(field, models.JSONField)
        return (lambda text: field.to_python(read_json(text))) if is_json else field.to_python
    if is_postgres(field, "ArrayField"):
        return ArrayTexts(field).read
    if is_postgres(field, "RangeField"):
        return partial(_read_range, field, from_text(field.base_field))  # type: ignore[attr-defined]
    if is_postgres(field, "HStoreField"):
        return _read_hstore
    if isinstance(field, models.JSONField):
        return json_reader(field.decoder)
    for kind, read in READERS.items():
        if isinstance(field, kind):
            return read
    return field.to_python


def _holder(field: AnyField, value: Any) -> Any:
    return SimpleNamespace(**{field.attname: value})


def _write_json(field: Any, value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, cls=field.encoder)


def _read_hstore(text: str) -> Any:
    found = read_json(text)
    values = found.values() if isinstance(found, dict) else [0]
    if not all(value is None or isinstance(value, str) for value in values):
        raise ValueError('is not a JSON object of strings and nulls, such as {"a": "1", "b": null}')
    return found


def _read_range(field: Any, read: Read, text: str) -> Any:
    text = text.strip()
    if text == "empty":
        return field.range_type(empty=True)
    bounds = text[:1] + text[-1:]
    ends = [end.strip() for end in text[1:-1].split(",")]
    if bounds not in ("[]", "[)", "(]", "()") or len(ends) != 2:
        raise ValueError("is not a range such as [1, 10)")
    lower, upper = (None if end in ("", "None") else read(end) for end in ends)
    return field.range_type(lower, upper, bounds)


def _write_range(write: Write, value: Any) -> str:
    if value.isempty:
        return "empty"
    # One without an end is equal to itself in one form only.
    lower, upper = ("" if end is None else write(end) for end in (value.lower, value.upper))
    return f"{'[' if value.lower_inc else '('}{lower}, {upper}{']' if value.upper_inc else ')'}"


class ArrayTexts:
    """
    The texts of an array.

    :param separator: between values, where the text is not JSON.
    """

    def __init__(self, field: Any, separator: str = ",") -> None:
        self.separator = separator
        base = field.base_field
        self.nested = ArrayTexts(base) if is_postgres(base, "ArrayField") else None
        self.is_json = isinstance(base, models.JSONField)
        self.read_one, self.write_one = from_text(base), to_text(base)

    def read(self, text: str) -> list[Any]:
        """
        Return the values of a text.

        :raises ValueError: or what reading one of the values raises.
        """
        return self._values(self._items(text))

    def write(self, value: list[Any]) -> str:
        """Return the text of an array."""
        items = self._said(value)
        if self.nested is None and None not in items and not self.is_json:
            text = self.separator.join(items)
            if text and self._items(text) == items:
                return text
        return json.dumps(items, ensure_ascii=False, default=plain_text)

    def _items(self, text: str) -> list[Any]:
        if text.lstrip().startswith("["):
            try:
                found = read_json(text)
            except ValueError:
                found = None
            if isinstance(found, list):
                return found
        if self.nested or self.is_json:
            raise ValueError("is not a list in JSON")
        return text.split(self.separator)

    def _values(self, items: Any) -> list[Any]:
        if not isinstance(items, list):
            raise ValueError("is not a list of lists in JSON")
        return [None if item is None else self._value(item) for item in items]

    def _value(self, item: Any) -> Any:
        if self.nested:
            return self.nested._values(item)
        return item if self.is_json else self.read_one(plain_text(item))

    def _said(self, value: list[Any]) -> list[Any]:
        if self.is_json:
            return value
        write: Any = self.nested._said if self.nested else self.write_one
        return [None if one is None else write(one) for one in value]


READERS: dict[Any, Read] = {
    ISBNField: clean_isbn,
    models.IntegerField: read_whole_number,
    models.FloatField: read_float,
    models.DecimalField: read_decimal,
    models.BooleanField: read_truth,
    models.DateTimeField: read_datetime,
    models.DateField: read_date,
    models.TimeField: read_time,
    models.DurationField: read_duration,
    models.BinaryField: read_bytes,
}
"""Kind of field -> its reader, where that is not ``to_python()``."""
