"""The numbers by which libraries know a record, as everybody writes them."""

from __future__ import annotations

import re
from typing import Any

from .lists import split_texts

__all__ = ("clean_identifiers", "clean_number")

_OCLC = re.compile(
    r"(?:\(OCoLC\))?\s*(?:oc[mn]|on)?(?:0(?=\d))*+(\d+)(?:\.0)?", re.ASCII | re.IGNORECASE
)
_LCCN = re.compile(r"([a-z]{0,3})(\d{2}|\d{4})-?(\d{1,6})", re.ASCII)


def clean_number(scheme: str, value: str) -> str:
    """
    Write a number of OCLC or the Library of Congress in its normal form; others stay as they are.

    https://www.loc.gov/marc/lccn-namespace.html (seen 2026-11): no blanks, nothing from a slash on,
    a serial number of six digits behind a hyphen.
    """
    if scheme == "oclc":
        match = _OCLC.fullmatch(value)
        return match[1] if match else value
    if scheme == "lccn":
        plain = "".join(value.partition("/")[0].split()).lower()
        match = _LCCN.fullmatch(plain) if "-" in plain else None
        return f"{match[1]}{match[2]}{match[3]:0>6}" if match else plain
    return value


def clean_identifiers(values: dict[str, Any]) -> None:
    """Split the identifiers of a record that came as lists, and write each in its normal form."""
    if "identifiers" in values:
        found = {
            (scheme, clean_number(scheme, number)): None
            for scheme, numbers in values["identifiers"]
            for number in split_texts(numbers)
        }
        values["identifiers"] = list(found)
