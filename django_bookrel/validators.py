"""Validators for model and form fields."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from .exceptions import InvalidISBN
from .isbn import clean_isbn

__all__ = ("validate_isbn",)


def validate_isbn(value: str) -> None:
    """
    Accept an ISBN-10 or ISBN-13 in any usual form.

    :raises ValidationError: the text is no ISBN; the message says what is wrong with it.
    """
    try:
        clean_isbn(value)
    except InvalidISBN as error:
        raise ValidationError(str(error), code="invalid_isbn") from error
