"""How the cells of the columns that go to one field become its value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from ..base import Column, Issue
from ..files.undecodable import visible
from .imprints import is_no_publisher, split_imprint
from .isbd import find_pages
from .languages import LONGEST_LANGUAGE, split_languages
from .lists import split_texts
from .numbers import repair_number, repair_year
from .series import bare_number, join_series, split_series

__all__ = ("READERS", "Reader", "left_out", "read_imprints", "read_plain", "repaired")

# A place before it, or a year or edition behind it, is no part of a publisher's name.
_IS_STATEMENT = re.compile(
    r" : |[,\[(][\sc©]*[0-9]{4}\??[\])]?(?:,|\.?\s*\Z)|;[^;|]*\s[Ee]dition\s*\Z"
)
# "1.320 p." may be thousands, "5-10 p." is a part of something.
_UNCLEAR_NUMBER = re.compile(r"[0-9][.,–-][0-9]")

Reader = Callable[[list[str], Sequence[Column], dict[str, Any], list[Issue]], None]
"""
Reads the cells of a row: all of them, the columns of the field, the values of the record so far,
to which it adds its own, and the repairs of the record, likewise.
"""


def repaired(kind: str, column: Column, cell: str, result: str, message: str = "") -> Issue:
    """Say what a cell was read as, and in ``message``, a sentence, what of it was not read."""
    return Issue(kind, column.name, visible(cell), message, visible(result))


def left_out(kind: str, column: Column, cell: str, reason: str) -> Issue:
    """Say that a cell was not read; ``reason`` is a sentence."""
    return Issue(f"{kind}-left-out", column.name, visible(cell), f"{reason} The cell is left out.")


def read_plain(
    cells: list[str], columns: Sequence[Column], values: dict[str, Any], repairs: list[Issue]
) -> None:
    """Take the first cell that is not empty, without edge space."""
    for column in columns:
        cell = cells[column.position].strip()
        if cell:
            break
    values[column.field] = cell


def _read_title(
    cells: list[str], columns: Sequence[Column], values: dict[str, Any], repairs: list[Issue]
) -> None:
    title = subtitle = ""
    for column in columns:
        cell = cells[column.position].strip()
        if column.qualifier:
            subtitle = subtitle or cell
        else:
            title = title or cell
    if title and subtitle and subtitle.casefold() not in title.casefold():
        title = f"{title.rstrip(' :')}: {subtitle}"
    values["title"] = " ".join(title.split())
    if values["title"] != title:
        repairs.append(repaired("spaces", columns[0], title, values["title"]))


def _read_publishers(
    cells: list[str], columns: Sequence[Column], values: dict[str, Any], repairs: list[Issue]
) -> None:
    if any(_IS_STATEMENT.search(cells[column.position]) for column in columns):
        read_imprints(cells, columns, values, repairs)
        return
    names = []
    for column in columns:
        for name in split_texts(cells[column.position]):
            if is_no_publisher(name):
                repairs.append(left_out("nobody", column, name, f'"{name}" is no publisher.'))
            else:
                names.append(name)
    values["publishers"] = list(dict.fromkeys(names)) if len(names) > 1 else names


def read_imprints(
    cells: list[str], columns: Sequence[Column], values: dict[str, Any], repairs: list[Issue]
) -> None:
    """
    Take publishers from statements of publication.

    For sources that know their columns to be such; year and pages are taken where the file has
    columns for them, and these are empty.
    """
    publishers: list[str] = []
    for column in columns:
        cell = cells[column.position].strip()
        if not cell:
            continue
        found = split_imprint(cell)
        publishers += found.publishers
        for field, number in (("year", found.year), ("pages", found.pages)):
            if number and values.get(field) == "":
                values[field] = number
        if found.publishers != [cell]:
            said = f"Left out: {'; '.join(found.left_out)}." if found.left_out else ""
            repairs.append(repaired("publication", column, cell, "; ".join(found.publishers), said))
    values["publishers"] = list(dict.fromkeys(publishers))


def _read_series(
    cells: list[str], columns: Sequence[Column], values: dict[str, Any], repairs: list[Issue]
) -> None:
    series: list[tuple[str, str]] = []
    numbered = None
    for column in columns:
        if not column.qualifier:
            series += split_series(cells[column.position].strip())
        elif numbered is None and cells[column.position].strip():
            numbered = column
    if numbered:
        series = _numbered(series, numbered, cells[numbered.position].strip(), repairs)
    values["series"] = list(dict.fromkeys(series))


def _numbered(
    series: list[tuple[str, str]], column: Column, cell: str, repairs: list[Issue]
) -> list[tuple[str, str]]:
    texts = split_texts(cell) if len(series) > 1 else [cell]
    bare = list(map(bare_number, texts))
    numbers = [repair_number(number) or number for number in bare]
    found = [(name, number) for (name, _), number in zip(series, numbers, strict=False)]
    if len(numbers) == len(series) and (joined := join_series(series, found)):
        if bare != texts:
            repairs.append(repaired("number", column, cell, "; ".join(numbers)))
        return joined
    reason = "Its series is not certain." if series else "There is no series for it."
    repairs.append(left_out("series-number", column, cell, reason))
    return series


def _read_identifiers(
    cells: list[str], columns: Sequence[Column], values: dict[str, Any], repairs: list[Issue]
) -> None:
    found = values.get("identifiers", [])
    for column in columns:
        cell = cells[column.position].strip()
        if column.qualifier:
            if cell:
                found.append((column.qualifier, repair_number(cell) or cell))
            continue
        for text in split_texts(cell, commas=True):
            scheme, _, value = (part.strip() for part in text.partition(":"))
            if scheme and value:
                found.append((scheme, value))
            else:
                repairs.append(left_out("identifier", column, text, f'"{text}" has no scheme.'))
    values["identifiers"] = list(dict.fromkeys(found))


def _read_language(
    cells: list[str], columns: Sequence[Column], values: dict[str, Any], repairs: list[Issue]
) -> None:
    read_plain(cells, columns, values, repairs)
    cell = values["language"]
    languages = split_languages(cell)
    if not cell or (languages == (cell,) and len(cell) <= LONGEST_LANGUAGE):
        return
    column = next(column for column in columns if cells[column.position].strip())
    values["language"], *others = languages or ("",)
    if len(values["language"]) > LONGEST_LANGUAGE:
        values["language"] = ""
        repairs.append(left_out("language", column, cell, "It names no language that is known."))
    elif others:
        message = f"A book has one language. Left out: {', '.join(others)}."
        repairs.append(repaired("further-languages", column, cell, languages[0], message))
    else:
        repairs.append(repaired("language", column, cell, values["language"]))


def _read_number(repair: Callable[[str], str | None], kind: str) -> Reader:
    def read(
        cells: list[str], columns: Sequence[Column], values: dict[str, Any], repairs: list[Issue]
    ) -> None:
        number = None
        for column in columns:
            cell = cells[column.position].strip()
            if not cell:
                continue
            number = repair(cell)
            if number == cell:
                break
            if number:
                repairs.append(repaired("number", column, cell, number))
                break
            repairs.append(left_out(kind, column, cell, f'"{cell[:40]}" is no {kind}.'))
        values[column.field] = number or ""

    return read


def _repair_pages(text: str) -> str | None:
    number = repair_number(text)
    if number or _UNCLEAR_NUMBER.search(text):
        return number
    return find_pages(text) or None


READERS: dict[str, Reader] = {
    "title": _read_title,
    "publishers": _read_publishers,
    "series": _read_series,
    "identifiers": _read_identifiers,
    "language": _read_language,
    "year": _read_number(repair_year, "year"),
    "pages": _read_number(_repair_pages, "number"),
}
"""By field; any other is read by ``read_plain``."""
