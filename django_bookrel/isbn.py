"""
ISBNs in the forms that catalogues, spreadsheets and scanners give them, as 13 digits.

python-stdnum has the last word on what is valid and where the hyphens stand. The common cases are
decided here first, as it takes six times as long.
"""

from __future__ import annotations

import re
from operator import mul

from stdnum import isbn
from stdnum.exceptions import ValidationError

from .exceptions import InvalidISBN
from .folding import normalized
from .showing import short

__all__ = ("clean_isbn", "find_isbn", "format_isbn", "isbn10", "repair_isbn")

_WEIGHTS = range(10, 0, -1)
_PREFIX = re.compile(r"(?:urn:)?isbn(?:[\s-]?1[03](?=[\s:]))?[\s:.]*", re.IGNORECASE)
_SEPARATORS = re.compile("[-\\s\u00ad\u200b-\u200f\u2010-\u2015\u2212\u2060\ufe58\ufeff]+")


def _known(number: str) -> str | None:
    # Character codes serve as digits: 48, the code of "0", counts 25 times in the sum of 13 digits
    # and 55 times in that of 10, which leaves nothing modulo 10 and modulo 11. ":" is 48 + 10.
    if not number.isascii():
        return None
    if len(number) == 13 and number.isdigit() and number.startswith(("978", "979")):
        code = number.encode()
        return None if (sum(code[::2]) + 3 * sum(code[1::2])) % 10 else number
    if len(number) != 10 or not number[:9].isdigit() or number[9] not in "0123456789X":
        return None
    if sum(map(mul, number.replace("X", ":").encode(), _WEIGHTS)) % 11:
        return None
    code = f"978{number[:9]}0".encode()
    return f"978{number[:9]}{-(sum(code[::2]) + 3 * sum(code[1::2])) % 10}"


def _compact(text: str) -> str:
    plain = text if text.isascii() else normalized("NFKC", text)
    return _SEPARATORS.sub("", _PREFIX.sub("", plain, count=1)).upper()


def _fault(text: str, reason: str) -> InvalidISBN:
    return InvalidISBN(f'"{short(" ".join(text.split()))}" is not a valid ISBN: {reason}.')


def _checked(number: str, text: str) -> str:
    if found := _known(number):
        return found
    if not number:
        raise _fault(text, "it is empty")
    if strange := re.search("[^0-9]", re.sub("X$", "", number) if len(number) == 10 else number):
        raise _fault(text, f'"{strange[0]}" is not a digit')
    if len(number) not in (10, 13):
        raise _fault(text, f"it has {len(number)} digits instead of 10 or 13")
    if len(number) == 13 and number[:3] not in ("978", "979"):
        raise _fault(text, "it is not the number of a book, as it starts with neither 978 nor 979")
    try:
        return isbn.validate(number, convert=True)
    except ValidationError as error:
        right = next(digit for digit in "0123456789X" if _known(number[:-1] + digit))
        raise _fault(text, f"its check digit is {number[-1]} but should be {right}") from error


def clean_isbn(text: str) -> str:
    """
    Bring an ISBN-10 or ISBN-13 to 13 digits.

    Hyphens and dashes of any kind, spaces, a small x, full-width digits and a prefix ("ISBN",
    "ISBN-13:", "urn:isbn:") are understood.

    :returns: 13 digits.
    :raises InvalidISBN: it is something else; says what came and what is wrong with it.
    """
    return _known(text) or _checked(_compact(text), text)


_WRAPPINGS = (
    ("excel", re.compile(r'=\s*"([^"]*)"')),
    ("qualifier", re.compile(r"([^()]*[\dXx])\s*(?:\([^()]*\)\s*)+[.,:;]?")),
    ("float", re.compile(r"(\d+)[.,]0*")),
)
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d*))?e\+?(\d{1,2})", re.IGNORECASE)


def repair_isbn(text: str, *, lost_zeros: bool = False) -> tuple[str, str | None]:
    """
    Read an ISBN that other programs have damaged, where nothing has to be guessed.

    The kind of repair is the first that applies of "excel" (``="0439023483"``), "qualifier"
    (``0822956489 (pbk.)``), "float" (``439023483.0``, and ``9.780439023481E+12``, which has all
    digits), "zeros" (one to three zeros lost at the start of an ISBN-10), "isbn-10" (ten digits)
    and "punctuation" (prefix, hyphens, brackets, spaces); None for 13 plain digits.

    :param lost_zeros: whether it comes from where numbers have lost zeros at their start; else
        less than nine digits may be an ISSN, whose check digit is reckoned in the same way.
    :returns: 13 digits, and the kind of repair.
    :raises InvalidISBN: it is no ISBN, or a spreadsheet has cut off its last digits
        (``9.78043902348E+12``).
    """
    if found := _known(text):
        return found, None if len(text) == 13 else "isbn-10"
    if text[:2] == '="' and text[-1] == '"' and (found := _known(text[2:-1])):
        return found, "excel"
    number = normalized("NFKC", text).strip()
    kind = None
    for name, wrapping in _WRAPPINGS:
        if match := wrapping.fullmatch(number):
            number, kind = match[1].strip(), kind or name
    if match := _SCIENTIFIC.fullmatch(number):
        number, kind = match[1] + (match[2] or ""), kind or "float"
        if len(number) <= int(match[3]):
            raise _fault(text, "it was rounded as a number, so its last digits are lost")
    bare = number.strip("()[]{}\"'.,:;").upper()
    number = _compact(bare)
    # What has hyphens, or still a zero, was no number in a spreadsheet, but perhaps an ISSN. Nine
    # digits are those of the SBN, too, which began with anything.
    may_lack = len(number) == 9 or (lost_zeros and 7 <= len(number) <= 8 and number[0] != "0")
    if may_lack and number == bare and (found := _known(number.zfill(10))):
        return found, kind or "zeros"
    return _checked(number, text), kind or ("isbn-10" if len(number) == 10 else "punctuation")


def find_isbn(text: str | None) -> str | None:
    """
    Read an ISBN if the text as a whole is one, for search boxes and scanners.

    :returns: 13 digits, or None for everything that :func:`clean_isbn` rejects.
    """
    try:
        return clean_isbn(text) if text else None
    except InvalidISBN:
        return None


def format_isbn(isbn13: str) -> str:
    """
    Put the hyphens into an ISBN.

    :returns: the text unchanged if it is no ISBN or its range is not assigned.
    """
    parts = isbn.split(isbn13) if _known(isbn13) else ()
    return "-".join(parts) if parts and all(parts) else isbn13


def isbn10(isbn13: str) -> str | None:
    """
    Give the ten-digit form that older catalogues have of an ISBN.

    :returns: ten characters; None for 979, which has no such form, and for other text.
    """
    return isbn.to_isbn10(isbn13) if isbn13.startswith("978") and _known(isbn13) else None
