"""
Widgets of plain columns that write values whole, in no locale, and read what they wrote.

django-import-export's own write numbers as the locale does, drop microseconds and the time zone,
say "None" for an empty list of JSON, take any text that they do not know for False and a duration
that they cannot read for none.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from django.db import models
from django.utils.dateparse import parse_datetime
from import_export import widgets
from import_export.resources import ModelResource

from ..fields import AnyField
from ..values import (
    ArrayTexts,
    from_text,
    has_own_meaning,
    in_time_zone,
    is_postgres,
    plain_text,
    to_text,
    understood,
    value_field,
)

__all__ = (
    "ArrayWidget",
    "BooleanWidget",
    "DateTimeWidget",
    "DateWidget",
    "DecimalWidget",
    "DurationWidget",
    "FieldWidget",
    "FloatWidget",
    "IntegerWidget",
    "TimeWidget",
    "default_reader",
    "exact_widget",
    "is_default_widget",
    "text_widget",
)

EXAMPLES = {
    "date": "2020-01-31",
    "time": "13:30:00",
    "date and time": "2020-01-31 13:30:00",
}

SAYING = ("to_python", "get_prep_value", "from_db_value", "clean", "validate", "value_to_string")
"""Methods of a field that say what a text means, or how a value is written."""


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
    is_finite: ClassVar[Callable[[Any], bool]]

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
        if found is not None and not type(self).is_finite(found):
            raise ValueError("is not a number")
        return found


class FloatWidget(_Number, widgets.FloatWidget):
    """Numbers with a point; in a text that is no such number, with the locale's separators."""

    number = float
    is_finite = math.isfinite


class DecimalWidget(_Number, widgets.DecimalWidget):
    """Decimal numbers, never in powers of ten; else as ``FloatWidget``."""

    number = Decimal
    is_finite = Decimal.is_finite
    say = staticmethod("{:f}".format)


class _ISO(_Exact):
    say = staticmethod(lambda value: value.isoformat())
    what: ClassVar[str]
    """What a text is not that cannot be read."""

    def __init__(self, format: str | None = None, **kwargs: Any) -> None:  # noqa: A002 (upstream's)
        super().__init__(format, **kwargs)
        self.format = format

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        try:
            return super().clean(value, row, **kwargs)
        except ValueError:
            how = f"in the form {self.format}" if self.format else f"such as {EXAMPLES[self.what]}"
            raise ValueError(f"is not a {self.what} {how}") from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if self.format:
            return super(_Exact, self).render(value, **kwargs)
        return super().render(value, **kwargs)


class DateWidget(_ISO, widgets.DateWidget):
    """Days as ISO 8601; read in the formats of the settings too, or in the one that is given."""

    what = "date"


class TimeWidget(_ISO, widgets.TimeWidget):
    """Times of day; as days."""

    what = "time"


class DateTimeWidget(_ISO, widgets.DateTimeWidget):
    """Points in time with their zone; as days."""

    what = "date and time"
    say = staticmethod(lambda value: value.isoformat(" "))

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        found = None
        if isinstance(value, str) and not self.format:
            with suppress(ValueError):
                found = parse_datetime(value)
        if found is None:
            found = super().clean(value, row, **kwargs)
        return in_time_zone(found) if isinstance(found, datetime.datetime) else found


class DurationWidget(widgets.DurationWidget):
    """Days, hours, minutes and seconds, as Python and ISO 8601 write them."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        found = None
        with suppress(ValueError, OverflowError):
            found = super().clean(value, row, **kwargs)
        if value and found is None:
            raise ValueError("is not a duration such as 1 02:03:04 or P1DT2H3M4S")
        return found


class BooleanWidget(widgets.BooleanWidget):
    """1 and 0, true and false."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool | None:
        if value not in (*self.TRUE_VALUES, *self.FALSE_VALUES, *self.NULL_VALUES):
            raise ValueError("is neither 1 nor 0")
        found: bool | None = super().clean(value, row, **kwargs)
        return found


class FieldWidget(widgets.Widget):
    """
    What the field itself reads and writes.

    :param field: the column.
    """

    def __init__(self, field: AnyField, **kwargs: Any) -> None:
        # django-import-export gives each blank CharField what its CharWidget takes.
        kwargs.pop("allow_blank", None)
        super().__init__(**kwargs)
        self.read, self.write = from_text(field), to_text(field)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        if value is None or value == "":
            return None
        return self.read(value if isinstance(value, str) else plain_text(value))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return "" if value is None else self.write(value)


class ArrayWidget(FieldWidget):
    """
    The values of an array.

    :param separator: between texts that have none in them; others are written as JSON.
    """

    def __init__(self, field: AnyField, separator: str = ",", **kwargs: Any) -> None:
        super().__init__(field, **kwargs)
        if not has_own_meaning(field):
            texts = ArrayTexts(field, separator)
            self.read, self.write = texts.read, texts.write

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return super().render(value) if self.coerce_to_string else value


EXACT: dict[Any, type[widgets.Widget]] = {
    widgets.BooleanWidget: BooleanWidget,
    widgets.DateTimeWidget: DateTimeWidget,
    widgets.DateWidget: DateWidget,
    widgets.DecimalWidget: DecimalWidget,
    widgets.DurationWidget: DurationWidget,
    widgets.FloatWidget: FloatWidget,
    widgets.IntegerWidget: IntegerWidget,
    widgets.TimeWidget: TimeWidget,
}
"""django-import-export's -> ours in their place."""

TEXT_WIDGETS = (widgets.CharWidget, widgets.Widget)
"""django-import-export's widgets that leave texts as they are."""


def exact_widget(field: AnyField, found: Any, *, has_options: bool = False) -> Any:
    """
    Return our widget class in the place of the one that django-import-export has for a field.

    :param found: django-import-export's, or one of the host's, which stays.
    :param has_options: the resource gives options to the widget, which ``FieldWidget`` has not.
    """
    if found is widgets.SimpleArrayWidget:
        return partial(ArrayWidget, field)
    if found is widgets.JSONWidget:
        return partial(FieldWidget, field)
    if found in (*EXACT, *TEXT_WIDGETS) and _says_itself(field) and not has_options:
        return partial(FieldWidget, field)
    return EXACT.get(found, found)


def is_default_widget(widget: widgets.Widget, field: AnyField) -> bool:
    """Return whether a widget is django-import-export's or ours for such a field."""
    upstream = ModelResource.widget_from_django_field(field)
    return type(widget) in (upstream, EXACT.get(upstream), FieldWidget, ArrayWidget)


def default_reader(field: AnyField) -> Callable[[str], Any] | None:
    """Return what reads a text as a column of the field does; None if the field reads it itself."""
    field = value_field(field)
    widget = exact_widget(field, ModelResource.widget_from_django_field(field))()
    if type(widget) in TEXT_WIDGETS or isinstance(widget, FieldWidget | IntegerWidget):
        return None
    mean = understood(field)
    return lambda text: mean(widget.clean(text))


def text_widget(widget: widgets.Widget, field: AnyField) -> widgets.Widget:
    """Return what reads and writes the texts of a column with this widget."""
    leaves_them = type(widget) in TEXT_WIDGETS
    return FieldWidget(field) if leaves_them and _says_itself(field) else widget


def _says_itself(field: AnyField) -> bool:
    """Return whether a field reads and writes texts of its own."""
    names = ("ArrayField", "HStoreField", "RangeField")
    is_kind = isinstance(field, models.BinaryField | models.JSONField)
    is_kind = is_kind or any(is_postgres(field, name) for name in names)
    return is_kind or has_own_meaning(field, *SAYING)
