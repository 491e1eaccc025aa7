"""Fields in which code of a host says what values mean, each by other methods."""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models


class PhoneField(models.CharField):
    """Telephone numbers: ``to_python()`` drops the spaces, and rejects what is none."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        if value and not value.replace(" ", "").lstrip("+").isdigit():
            raise ValidationError("is not a telephone number")
        return value and value.replace(" ", "")

    def get_prep_value(self, value: Any) -> Any:
        return self.to_python(value)


class SortsField(models.CharField):
    """Several choices, as a list in Python and a text in the database."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.to_python(value)

    def to_python(self, value: Any) -> Any:
        return value.split(",") if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        return ",".join(value) if isinstance(value, list) else value

    def value_to_string(self, obj: Any) -> str:
        return self.get_prep_value(self.value_from_object(obj))

    def run_validators(self, value: Any) -> None:
        pass


class CodeField(models.CharField):
    """Codes that only ``get_prep_value()`` brings into their form."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value and value.strip().upper()


class FixedField(models.CharField):
    """The example of Django's documentation: a type of fixed width."""

    def db_type(self, connection: Any) -> str:
        return f"char({self.max_length})"


COLOURS = {"red": 1, "green": 2, "infrared": 2**40}


class ColourField(models.IntegerField):
    """Names of colours, numbers in the database; an unknown one is a KeyError."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return next((name for name, number in COLOURS.items() if number == value), None)

    def get_prep_value(self, value: Any) -> Any:
        return value and COLOURS[value]

    def to_python(self, value: Any) -> Any:
        return value

    @property
    def validators(self) -> list[Any]:
        return []


class MoneyField(models.DecimalField):
    """Amounts as people write them."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.removesuffix(" €").replace(".", "").replace(",", ".")
        return super().to_python(value)

    def value_to_string(self, obj: Any) -> str:
        return f"{self.value_from_object(obj)} €".replace(".", ",")


class Point(NamedTuple):
    x: int
    y: int


class PointField(models.Field):
    """Values of a class of the host's, kept as a text."""

    def db_type(self, connection: Any) -> str:
        return "varchar(30)"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.to_python(value)

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        x, y = value.split(";")
        return Point(int(x), int(y))

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else f"{value.x};{value.y}"


class SecondField(models.DateTimeField):
    """Points in time of which the database keeps whole seconds."""

    def db_type(self, connection: Any) -> str:
        return {"postgresql": "timestamp(0) with time zone"}.get(connection.vendor, "datetime")


class WorkdayField(models.DateField):
    """Days of which ``validate()`` rejects some."""

    def validate(self, value: datetime.date, model_instance: Any) -> None:
        super().validate(value, model_instance)
        if value.weekday() > 4:
            raise ValidationError("is a day off")


class LevelsField(models.JSONField):
    """JSON of which Python has a tuple."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.to_python(super().from_db_value(value, expression, connection))

    def to_python(self, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value
