"""
Widgets of plain columns that write values whole, in no locale, and read what they wrote.

django-import-export's own write numbers as the locale does, drop microseconds and the time zone,
say "None" for an empty list of JSON, take any text that they do not know for False and a duration
that they cannot read for none.
"""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from django.utils.dateparse import parse_datetime
from import_export import widgets

from ..bulk import in_time_zone
from ..fields import AnyField
from ..sources import join_list, split_list

__all__ = (
    "ArrayWidget",
    "BooleanWidget",
    "DateTimeWidget",
    "DateWidget",
    "DecimalWidget",
    "DurationWidget",
    "FloatWidget",
    "IntegerWidget",
    "JSONWidget",
    "TimeWidget",
    "exact_widget",
)


class _Exact(widgets.Widget):
    say: ClassVar[staticmethod[[Any], str]] = staticmethod(str)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if value is None or not self.coerce_to_string or kwargs.get("force_native_type"):
            return super().render(value, **kwargs)
        return type(self).say(value)


class IntegerWidget(_Exact, widgets.IntegerWidget):
    """Whole numbers."""


class _Number(_Exact):
    number: ClassVar[Callable[[Any], Any]]

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        # Where a locale's thousands are told by a point, it would take 1.125 for 1125.
        try:
            found = type(self).number(value)
        except (ValueError, TypeError, ArithmeticError):
            try:
                found = super().clean(value, row, **kwargs)
            except (ValueError, ArithmeticError):
                # Decimal names its error by a class.
                raise ValueError("is not a number") from None
        if found is not None and not math.isfinite(found):
            raise ValueError("is not a number")
        return found


class FloatWidget(_Number, widgets.FloatWidget):
    """Numbers with a point; in a text that is no such number, with the locale's separators."""

    number = float


class DecimalWidget(_Number, widgets.DecimalWidget):
    """Decimal numbers, never in powers of ten; else as ``FloatWidget``."""

    number = Decimal
    say = staticmethod("{:f}".format)


class _ISO(_Exact):
    say = staticmethod(lambda value: value.isoformat())

    def __init__(self, format: str | None = None, **kwargs: Any) -> None:  # noqa: A002 (upstream's)
        super().__init__(format, **kwargs)
        self.format = format

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if self.format:
            return super(_Exact, self).render(value, **kwargs)
        return super().render(value, **kwargs)


class DateWidget(_ISO, widgets.DateWidget):
    """Days as ISO 8601; read in the formats of the settings too, or in the one that is given."""


class TimeWidget(_ISO, widgets.TimeWidget):
    """Times of day; as days."""


class DateTimeWidget(_ISO, widgets.DateTimeWidget):
    """Points in time with their zone; as days."""

    say = staticmethod(lambda value: value.isoformat(" "))

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        found = parse_datetime(value) if isinstance(value, str) and not self.format else None
        if found is None:
            found = super().clean(value, row, **kwargs)
        return in_time_zone(found) if isinstance(found, datetime.datetime) else found


class DurationWidget(widgets.DurationWidget):
    """Days, hours, minutes and seconds, as Python and ISO 8601 write them."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        found = super().clean(value, row, **kwargs)
        if value and found is None:
            raise ValueError("is not a duration such as 1 02:03:04 or P1DT2H3M4S")
        return found


class BooleanWidget(widgets.BooleanWidget):
    """1 and 0, true and false."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool | None:
        if value not in (*self.TRUE_VALUES, *self.FALSE_VALUES, *self.NULL_VALUES):
            raise ValueError("must be 1 or 0")
        found: bool | None = super().clean(value, row, **kwargs)
        return found


class JSONWidget(widgets.JSONWidget):
    """JSON, and nothing else."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return json.loads(value) if value else None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else json.dumps(value, ensure_ascii=False)


class ArrayWidget(widgets.SimpleArrayWidget):
    """
    Values of an array, as lists are written in the native CSV.

    :param base: the field of one value.
    """

    def __init__(self, base: AnyField, separator: str = "|", **kwargs: Any) -> None:
        super().__init__(separator, **kwargs)
        self.base = base

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[Any]:
        return [self.base.clean(text, None) for text in split_list(value or "", self.separator)]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if value is None or not self.coerce_to_string:
            return super().render(value, **kwargs)
        return join_list(map(str, value), self.separator)


EXACT: dict[Any, type[widgets.Widget]] = {
    widgets.BooleanWidget: BooleanWidget,
    widgets.DateTimeWidget: DateTimeWidget,
    widgets.DateWidget: DateWidget,
    widgets.DecimalWidget: DecimalWidget,
    widgets.DurationWidget: DurationWidget,
    widgets.FloatWidget: FloatWidget,
    widgets.IntegerWidget: IntegerWidget,
    widgets.JSONWidget: JSONWidget,
    widgets.TimeWidget: TimeWidget,
}


def exact_widget(field: Any, found: Any) -> Any:
    """Return our widget class in the place of the one that django-import-export has for a field."""
    if found is widgets.SimpleArrayWidget:
        return partial(ArrayWidget, field.base_field)
    return EXACT.get(found, found)
