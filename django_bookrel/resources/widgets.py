"""
Widgets of columns: what the field itself reads and writes.

django-import-export's own write numbers as the locale does, drop microseconds and the time zone,
say "None" for an empty list of JSON, take any text that they do not know for False and a duration
that they cannot read for none; so they are taken only where a resource gives them a format.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from import_export import widgets
from import_export.fields import Field

from ..fields import AnyField
from ..values import ArrayTexts, cell_text, from_text, has_own_meaning, to_text, understood
from .rowpath.detection import has_own_default

__all__ = (
    "FieldWidget",
    "is_read_by_host",
    "reader_of",
    "reads_plainly",
    "text_widget",
    "widget_of",
)

TEXT_WIDGETS = (widgets.CharWidget, widgets.Widget)
"""django-import-export's widgets that leave texts as they are."""

RELATIONS = (widgets.ForeignKeyWidget, widgets.ManyToManyWidget)

NATIVE = (bool, datetime.date, datetime.time, datetime.timedelta, Decimal, float, int)
"""What cells of a workbook hold, where an admin asks for native types."""


class FieldWidget(widgets.Widget):
    """
    What the field itself reads and writes.

    :param field: the column.
    :param allow_blank: whether nothing is an empty text; else it is None. By default it is one in
        columns of texts.
    """

    def __init__(self, field: AnyField, *, allow_blank: bool | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if allow_blank is None:
            allow_blank = isinstance(field, models.CharField | models.TextField)
        self.nothing = "" if allow_blank else None
        self.read, self.write = from_text(field), to_text(field)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        if value is None or value == "":
            return self.nothing
        return self.read(value if isinstance(value, str) else cell_text(value))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if not self.coerce_to_string:
            return value
        if kwargs.get("force_native_type") and isinstance(value, NATIVE):
            if isinstance(value, datetime.datetime) and timezone.is_aware(value):
                return timezone.make_naive(value)
            return value
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


class FormattedWidget(FieldWidget):
    """
    Days or times in a format that the resource gives.

    :param kind: django-import-export's widget, which has that option.
    """

    def __init__(self, field: AnyField, kind: Any, format: str, **kwargs: Any) -> None:  # noqa: A002
        super().__init__(field, **kwargs)
        formatted = kind(format)

        def read(text: str) -> Any:
            try:
                return formatted.clean(text)
            except ValueError:
                raise ValueError(f"does not have the format {format}") from None

        self.read, self.write = read, formatted.render


def widget_of(field: AnyField, found: widgets.Widget, options: Mapping[str, Any]) -> widgets.Widget:
    """
    Return the widget of a field, in the place of django-import-export's.

    :param found: django-import-export's, or one of the host's, which stays.
    :param options: those with which it was made.
    """
    kind = type(found)
    if kind.__module__ != widgets.__name__ or isinstance(found, RELATIONS):
        return found
    field = getattr(field, "output_field", None) or field
    made: FieldWidget
    if options.get("format"):
        made = FormattedWidget(field, kind, **options)
    else:
        made = (ArrayWidget if kind is widgets.SimpleArrayWidget else FieldWidget)(field, **options)
    made.__class__ = _also(type(made), kind)
    return made


def _also(made: type[FieldWidget], kind: type[widgets.Widget]) -> type[FieldWidget]:
    """Return the class for hosts that ask for django-import-export's by ``isinstance()``."""
    return made if kind in TEXT_WIDGETS else type(kind.__name__, (made, kind), {})


def text_widget(widget: widgets.Widget, field: AnyField) -> widgets.Widget:
    """Return what reads and writes the texts of a column with this widget."""
    return FieldWidget(field) if type(widget) in TEXT_WIDGETS else widget


def reads_plainly(declared: Field, found: AnyField) -> bool:
    """Return whether no code of the host reads the cells of a column."""
    return not is_read_by_host(declared, found) and not has_own_meaning(found)


def is_read_by_host(declared: Field, found: AnyField) -> bool:
    """
    Return whether the resource says how the cells of a column are read.

    Its field is then asked as django-import-export does: for empty cells too, each as it is in the
    data set and with its row.
    """
    if not isinstance(text_widget(declared.widget, found), FieldWidget):
        return True
    makes_default = callable(declared.default) and has_own_default(declared, found)
    return makes_default or type(declared).clean is not Field.clean


def reader_of(declared: Field, found: AnyField) -> Callable[[Any], Any] | None:
    """
    Return what reads the cells of a column; None if its field does.

    Where :func:`is_read_by_host` it takes a cell's row, and what hooks get beside that.
    """
    if is_read_by_host(declared, found):
        return _host_reader(declared, found)
    widget = text_widget(declared.widget, found)
    return widget.read if isinstance(widget, ArrayWidget | FormattedWidget) else None


def _host_reader(declared: Field, found: AnyField) -> Callable[[Any], Any]:
    # Many widgets read texts only, and a text is never what the database has in the column.
    mean = understood(found)
    takes_blanks = found.null and isinstance(found, models.CharField | models.TextField)

    def read(cell: tuple[Mapping[str, Any], Mapping[str, Any]]) -> Any:
        row, options = cell
        value = declared.clean(row, **options)
        is_nothing = value is None or (value == "" and not takes_blanks)
        return None if is_nothing else mean(value)

    return read
