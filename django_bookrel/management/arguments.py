"""Numbers on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.core.management.base import CommandError

from ..bulk import Totals
from ..showing import shown
from .ending import USAGE

__all__ = ("reject_limit", "whole_number")

MOST_DIGITS = 18
"""No file has as many rows."""


def whole_number(option: str, text: str | int | None, least: int) -> int | None:
    """
    Return the value of an option; None stays None.

    :raises CommandError: it is no whole number, or too small or large a one.
    """
    if text is None:
        return None
    digits = str(text).strip()
    if not re.fullmatch(f"[0-9]{{1,{MOST_DIGITS}}}", digits) or int(digits) < least:
        most = f" and at most {MOST_DIGITS} digits" if len(digits) > MOST_DIGITS else ""
        said = f"{option} {shown(text, 80)}: expected a whole number of at least {least}{most}."
        raise CommandError(said, returncode=USAGE)
    return int(digits)


def reject_limit(text: str | None) -> Callable[[Totals], bool] | None:
    """
    Return what says whether too many rows were rejected, by a number or a percentage.

    :raises CommandError: the text is neither.
    """
    if text is None:
        return None
    if not (found := re.fullmatch(r"([0-9]{1,18})(%?)", text.strip())):
        raise CommandError(
            f"--max-rejects {shown(text, 80)}: expected a number of rows or a percentage such as "
            "5%.",
            returncode=USAGE,
        )
    number, share = int(found[1]), found[2]
    if share:
        return lambda totals: totals.rejected * 100 > number * totals.rows
    return lambda totals: totals.rejected > number
