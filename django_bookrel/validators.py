"""Validators for model and form fields."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from .exceptions import InvalidISBN
from .isbn import clean_isbn

__all__ = ("FreeNameValidator", "validate_isbn")


class FreeNameValidator:
    """
    Lets serializers answer as forms do to a name that another record has.

    Forms and models ask the record for that, and give a validator nothing but the name. Django REST
    framework knows no computed columns, and gives it the serializer's field, too.
    """

    requires_context = True

    def __call__(self, value: str, serializer_field: Any = None) -> None:
        """
        Accept a name that is free; queries: one.

        :raises ValidationError: another record has it, in this or another spelling.
        """
        if serializer_field is None:
            return
        serializer = serializer_field.parent
        name = serializer_field.source_attrs[-1]
        record = serializer.Meta.model(**{name: value})
        if serializer.instance is not None:
            record.pk, record._state = serializer.instance.pk, serializer.instance._state
        if check_free := getattr(record, "check_free", None):
            check_free(name)


def validate_isbn(value: str) -> None:
    """
    Accept an ISBN-10 or ISBN-13 in any usual form.

    :raises ValidationError: the text is no ISBN; the message says what is wrong with it.
    """
    try:
        clean_isbn(value)
    except InvalidISBN as error:
        raise ValidationError(str(error), code="invalid_isbn") from error
