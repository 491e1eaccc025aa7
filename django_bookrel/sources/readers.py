"""How the cells of the columns that go to one field become its value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .base import Column, Issue
from .cells import mend_number, mend_year, split_texts
from .rows import SHOWN_CHARACTERS, issue
from .series import split_series

__all__ = ("READERS", "Reader", "left_out", "mended", "read_plain")

Reader = Callable[[list[str], Sequence[Column], dict[str, Any], list[Issue]], None]
"""
Reads the cells of a row: all of them, the columns of the field, the values of the record so far,
to which it adds its own, and the repairs of the record, likewise.
"""


def mended(kind: str, column: Column, cell: str, result: str) -> Issue:
    """Say that a cell was read as something else."""
    return issue(kind, column.name, cell, f'Read as "{result[:SHOWN_CHARACTERS]}".')


def left_out(kind: str, column: Column, cell: str, reason: str) -> Issue:
    """Say that a cell was not read; ``reason`` is a sentence."""
    return issue(f"{kind}-left-out", column.name, cell, f"{reason} The cell is left out.")


def read_plain(
    cells: list[str], columns: Sequence[Column], values: dict[str, Any], repairs: list[Issue]
) -> None:
    """Take the cell without edge space."""
    values[columns[0].field] = cells[columns[0].position].strip()


def _read_publishers(
    cells: list[str], columns: Sequence[Column], values: dict[str, Any], repairs: list[Issue]
) -> None:
    names = [name for column in columns for name in split_texts(cells[column.position])]
    values["publishers"] = list(dict.fromkeys(names)) if len(names) > 1 else names


def _read_series(
    cells: list[str], columns: Sequence[Column], values: dict[str, Any], repairs: list[Issue]
) -> None:
    series: list[tuple[str, str]] = []
    number = ""
    for column in columns:
        cell = cells[column.position].strip()
        if column.qualifier:
            number = mend_number(cell) or cell
        else:
            series += split_series(cell)
    if number and len(series) == 1 and not series[0][1]:
        series = [(series[0][0], number)]
    values["series"] = list(dict.fromkeys(series))


def _read_identifiers(
    cells: list[str], columns: Sequence[Column], values: dict[str, Any], repairs: list[Issue]
) -> None:
    found = values.get("identifiers", [])
    for column in columns:
        cell = cells[column.position].strip()
        if column.qualifier:
            if cell:
                found.append((column.qualifier, mend_number(cell) or cell))
            continue
        for text in split_texts(cell, commas=True):
            scheme, _, value = (part.strip() for part in text.partition(":"))
            if scheme and value:
                found.append((scheme, value))
            else:
                repairs.append(left_out("identifier", column, text, f'"{text}" has no scheme.'))
    values["identifiers"] = list(dict.fromkeys(found))


def _read_number(mend: Callable[[str], str | None], kind: str) -> Reader:
    def read(
        cells: list[str], columns: Sequence[Column], values: dict[str, Any], repairs: list[Issue]
    ) -> None:
        column = columns[0]
        cell = cells[column.position].strip()
        number = mend(cell) if cell else ""
        values[column.field] = number or ""
        if number is None:
            repairs.append(left_out(kind, column, cell, f'"{cell[:40]}" is no {kind}.'))
        elif number != cell:
            repairs.append(mended("number", column, cell, number))

    return read


READERS: dict[str, Reader] = {
    "publishers": _read_publishers,
    "series": _read_series,
    "identifiers": _read_identifiers,
    "year": _read_number(mend_year, "year"),
    "pages": _read_number(mend_number, "number"),
}
"""By field; any other is read by ``read_plain``."""
