"""Columns of ISBNs, whose cells may hold more, or something else, than an ISBN."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple

from ...exceptions import InvalidISBN
from ...isbn import find_isbn, repair_isbn
from ..base import Column
from .draft import Draft

__all__ = (
    "Numbers",
    "collect_numbers",
    "has_lost_zeros",
    "is_rounded_column",
    "split_numbers",
)


class Numbers(NamedTuple):
    """ISBNs, and schemes and values of what is the number of some other system; each once."""

    isbns: list[str]
    identifiers: list[tuple[str, str]]


_NO_NUMBERS = Numbers([], [])
_UNREPORTED = (None, "isbn-10", "punctuation")
# What a spreadsheet, its guard or brackets leave of an empty cell.
_NOTHING = ' ="[]0.-'
_SEPARATORS = re.compile(r"[;,|/\n\"']+|(?<=\))\s+")
_QUALIFIER = re.compile(r"\([^()]*\)|\[[^\[\]]*\](?=.)")
# With a check digit that is right, this is no other number.
_WITHIN = re.compile(r"(?<![\w.-])(?:97[89][- ]?)?[0-9](?:[- ]?[0-9]){8}[- ]?[0-9Xx](?![\w-])")
_ASIN = re.compile("(?:978)?(B0[0-9A-Z]{8})")
_OTHER = re.compile("(?!ISBN)[A-Z]{2,5}[0-9]{3,}(?:[_-][0-9]+)*")
_OWN = re.compile("[0-9]")
_ISBN_SHAPE = re.compile(r"[0-9 -]{9,17}[0-9Xx]?")
_ARTICLE_NUMBER = re.compile("(?!97[89])[0-9]{12,13}")
_SCIENTIFIC = re.compile(r"([0-9])[.,]([0-9]+)e\+?([0-9]{1,2})", re.IGNORECASE)

_WHOLE = re.compile("(97[89][0-9]{10})(?:[.,]0*)?")
_ENOUGH = 10
"""So many numbers end in zero by chance in one of ten thousand million files."""


def is_rounded_column(cells: Iterable[str]) -> bool:
    """
    Say whether a program has rounded the ISBNs of a column to twelve digits.

    ``9780439023480.0`` then stands for any of ten numbers, one of which seems right by chance.

    :param cells: the cells of the first records.
    """
    digits = [match[1] for cell in cells if (match := _WHOLE.fullmatch(cell.strip()))]
    return len(digits) >= _ENOUGH and all(number.endswith("0") for number in digits)


def has_lost_zeros(cells: Iterable[str]) -> bool:
    """
    Say whether a program has taken the ISBNs of a column for numbers.

    It shows in ISBNs that lack one zero, or have a fraction or a power of ten.

    :param cells: the cells of the first records.
    """
    return any(_is_numeric(cell.strip()) for cell in cells)


def _is_numeric(text: str) -> bool:
    try:
        return repair_isbn(text)[1] in ("zeros", "float")
    except InvalidISBN:
        return _SCIENTIFIC.fullmatch(text) is not None


def collect_numbers(
    draft: Draft,
    columns: Sequence[Column],
    *,
    own: str = "",
    rounded: Container[int] = (),
    lacking: Container[int] = (),
) -> tuple[list[str], list[tuple[str, str]]]:
    """
    Read the ISBN columns of a row in this order.

    A number that a spreadsheet has rounded is read if another column has it whole.

    :param own: as for ``split_numbers``; such numbers are no repairs.
    :param rounded: positions of rounded columns.
    :param lacking: positions of columns that have lost zeros.
    :returns: as ``Numbers``.
    """
    isbns: list[str] = []
    identifiers: list[tuple[str, str]] = []
    unread: list[tuple[Column, str, str]] = []
    for column in columns:
        cell = draft.cells[column.position]
        if not cell.strip(_NOTHING):
            continue
        if column.position in rounded and _WHOLE.fullmatch(cell.strip()):
            unread.append((column, cell, "All numbers of this column are rounded."))
            continue
        try:
            isbn, repair = repair_isbn(cell, lost_zeros=column.position in lacking)
        except InvalidISBN as error:
            several = split_numbers(cell, own)
            isbns += several.isbns
            identifiers += several.identifiers
            if several == _NO_NUMBERS:
                unread.append((column, cell, str(error)))
            elif several.isbns or not own:
                kind = "isbn-list" if several.isbns else "isbn-other"
                said = [*several.isbns, *map(":".join, several.identifiers)]
                draft.repaired(kind, column, cell, ", ".join(said))
        else:
            isbns.append(isbn)
            if repair not in _UNREPORTED:
                draft.repaired(f"isbn-{repair}", column, cell, isbn)
    for each in unread:
        _explain(draft, *each, isbns)
    return list(dict.fromkeys(isbns)) if len(isbns) > 1 else isbns, identifiers


def _explain(draft: Draft, column: Column, cell: str, reason: str, isbns: Sequence[str]) -> None:
    whole = next((isbn for isbn in isbns if _is_rounded(cell.strip(), isbn)), None)
    if whole:
        draft.repaired("isbn-rounded", column, cell, whole)
    else:
        draft.dropped("isbn", column, cell, reason)


def split_numbers(text: str, own: str = "") -> Numbers:
    """
    Read every number of a cell that is no single ISBN.

    Lists are split, also those of Python (``['0822956489 (pbk.)', ...]``). A number that Amazon
    gives (``B0092G4TD5``, ``978B0092G4TD5``) has the scheme "asin", an article number with a right
    check digit "upc" or "ean".

    :param own: scheme of any other text with a digit that has not the shape of an ISBN; "" takes
        only codes of capitals and digits, as "other".
    """
    if _SCIENTIFIC.fullmatch(text):
        return _NO_NUMBERS
    isbns: list[str] = []
    identifiers = []
    for part in _parts(text):
        found = _isbns(part)
        isbns += found
        if not found and (identifier := _identifier(part, own)):
            identifiers.append(identifier)
    return Numbers(list(dict.fromkeys(isbns)), list(dict.fromkeys(identifiers)))


def _parts(text: str) -> list[str]:
    # Commas within a qualifier split nothing: "0822956489 (pbk., 2nd printing)".
    plain = _QUALIFIER.sub(lambda match: re.sub(_SEPARATORS, " ", match[0]), text)
    return [part for piece in _SEPARATORS.split(plain) if (part := piece.strip(" []"))]


def _isbns(text: str) -> list[str]:
    try:
        return [repair_isbn(text)[0]]
    except InvalidISBN:
        within = map(find_isbn, _WITHIN.findall(_QUALIFIER.sub(" ", text)))
        return list(filter(None, within))


def _identifier(text: str, own: str) -> tuple[str, str] | None:
    number = text.replace("-", "").replace(" ", "").upper()
    if match := _ASIN.fullmatch(number):
        return "asin", match[1]
    if _is_article_number(number):
        return "upc" if len(number) == 12 else "ean", number
    if not own:
        return ("other", text) if _OTHER.fullmatch(text) else None
    return (own, text) if _OWN.search(text) and not _ISBN_SHAPE.fullmatch(text) else None


def _is_article_number(number: str) -> bool:
    if not _ARTICLE_NUMBER.fullmatch(number) or not number.strip("0"):
        return False
    digits = [int(digit) for digit in number.zfill(13)]
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def _is_rounded(text: str, isbn: str) -> bool:
    if match := _WHOLE.fullmatch(text):
        return f"{int(isbn):.11e}" == f"{int(match[1]):.11e}"
    match = _SCIENTIFIC.fullmatch(text)
    if match is None or int(match[3]) != 12:
        return False
    return f"{int(isbn):.{len(match[2])}e}" == f"{match[1]}.{match[2]}e+12"
