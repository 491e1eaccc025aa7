"""How the cells of the columns that go to one field become its value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from ...showing import short
from ..base import Column, Source
from .draft import Draft
from .imprints import is_no_publisher, split_imprint
from .isbd import find_pages
from .isbns import collect_numbers
from .languages import LONGEST_LANGUAGE, split_languages
from .lists import split_texts
from .numbers import repair_number, repair_year
from .people import Commas
from .series import bare_number, join_series, split_series

__all__ = ("FieldReader", "Reader")

# A place before it, or a year or edition behind it, is no part of a publisher's name.
_IS_IMPRINT = re.compile(
    r" : |[,\[(][\sc©]*[0-9]{4}\??[\])]?(?:,|\.?\s*\Z)|;[^;|]*\s[Ee]dition\s*\Z"
)
# "1.320 p." may be thousands, "5-10 p." is a part of something.
_UNCLEAR_NUMBER = re.compile(r"[0-9][.,–-][0-9]")

Reader = Callable[[Draft, Sequence[Column]], Any]
"""Gives the value of a field, of the draft and the columns that go to it, in reading order."""

Series = list[tuple[str, str]]


class FieldReader(Source):
    """
    A method for each field of a book but those of people; a subclass may override any.

    What else a reader finds it puts into the draft: what was repaired or left out, and values of
    fields that are read behind its own.
    """

    own_numbers: ClassVar[str] = ""
    """Scheme of the format's own numbers, which stand where an ISBN should be; "" if none do."""

    known: frozenset[str]
    """The fields that records may have, without those whose cells are to be plain texts."""

    # What the first rows tell of columns, by position.
    _commas: dict[int, Commas]
    _rounded: set[int]
    _lacking_zeros: set[int]

    def read_plain(self, draft: Draft, columns: Sequence[Column]) -> str:
        """Take the first cell that is not empty, without edge space."""
        cell = ""
        for column in columns:
            cell = draft.cells[column.position].strip()
            if cell:
                break
        return cell

    def read_title(self, draft: Draft, columns: Sequence[Column]) -> str:
        """Join title and subtitle."""
        title = subtitle = ""
        for column in columns:
            cell = draft.cells[column.position].strip()
            if column.qualifier:
                subtitle = subtitle or cell
            else:
                title = title or cell
        if title and subtitle and subtitle.casefold() not in title.casefold():
            title = f"{title.rstrip(' :')}: {subtitle}"
        plain = " ".join(title.split())
        if plain != title:
            draft.repaired("spaces", columns[0], title, plain)
        return plain

    def read_isbn(self, draft: Draft, columns: Sequence[Column]) -> str:
        """Take the first ISBN; others, and numbers of other systems, begin the identifiers."""
        isbns, identifiers = collect_numbers(
            draft,
            columns,
            own=self.own_numbers,
            rounded=self._rounded,
            lacking=self._lacking_zeros,
        )
        if "identifiers" in self.known and (identifiers or len(isbns) > 1):
            draft.values["identifiers"] = [("isbn", isbn) for isbn in isbns[1:]] + identifiers
        return isbns[0] if isbns else ""

    def read_publishers(self, draft: Draft, columns: Sequence[Column]) -> list[str]:
        """Take the names of a list, or publishers from imprints."""
        if any(_IS_IMPRINT.search(draft.cells[column.position]) for column in columns):
            return self.read_imprints(draft, columns)
        names = []
        for column in columns:
            for name in split_texts(draft.cells[column.position]):
                if is_no_publisher(name):
                    draft.dropped("nobody", column, name, f'"{short(name)}" is not a publisher.')
                else:
                    names.append(name)
        return list(dict.fromkeys(names)) if len(names) > 1 else names

    def read_imprints(self, draft: Draft, columns: Sequence[Column]) -> list[str]:
        """
        Take publishers from imprints.

        For formats that know their columns to be such; year and pages are taken where the file has
        columns for them, and these are empty.
        """
        publishers: list[str] = []
        for column in columns:
            cell = draft.text(column)
            if not cell:
                continue
            found = split_imprint(cell)
            publishers += found.publishers
            for field, number in (("year", found.year), ("pages", found.pages)):
                if number and draft.values.get(field) == "":
                    draft.values[field] = number
            if found.publishers != [cell]:
                said = f"Dropped: {'; '.join(found.dropped)}." if found.dropped else ""
                draft.repaired("publication", column, cell, "; ".join(found.publishers), said)
        return list(dict.fromkeys(publishers))

    def read_series(self, draft: Draft, columns: Sequence[Column]) -> Series:
        """Take series with their numbers, which a column of their own may hold."""
        series: Series = []
        numbered = None
        for column in columns:
            if not column.qualifier:
                series += split_series(draft.text(column))
            elif numbered is None and draft.text(column):
                numbered = column
        if numbered:
            series = _numbered(series, numbered, draft)
        return list(dict.fromkeys(series))

    def read_subjects(self, draft: Draft, columns: Sequence[Column]) -> list[str]:
        """Take the texts of lists."""
        subjects: list[str] = []
        for column in columns:
            commas = self._commas.get(column.position) is Commas.BETWEEN_NAMES
            subjects += split_texts(draft.cells[column.position], commas=commas)
        return list(dict.fromkeys(subjects))

    def read_identifiers(self, draft: Draft, columns: Sequence[Column]) -> list[tuple[str, str]]:
        """Take ``scheme:value`` from lists, or the number of a column with a scheme."""
        found = draft.values.get("identifiers", [])
        for column in columns:
            cell = draft.cells[column.position].strip()
            if column.qualifier:
                if cell:
                    found.append((column.qualifier, repair_number(cell) or cell))
                continue
            for text in split_texts(cell, commas=True):
                scheme, _, value = (part.strip() for part in text.partition(":"))
                if scheme and value:
                    found.append((scheme, value))
                else:
                    draft.dropped("identifier", column, text, f'"{short(text)}" has no scheme.')
        return list(dict.fromkeys(found))

    def read_language(self, draft: Draft, columns: Sequence[Column]) -> str:
        """Take the tag of the first language."""
        cell = self.read_plain(draft, columns)
        languages = split_languages(cell)
        if not cell or (languages == (cell,) and len(cell) <= LONGEST_LANGUAGE):
            return cell
        column = next(column for column in columns if draft.text(column))
        language, *others = languages or ("",)
        if len(language) > LONGEST_LANGUAGE:
            draft.dropped("language", column, cell, "The language is unknown.")
            return ""
        if others:
            message = f"A book has one language. Dropped: {', '.join(others)}."
            draft.repaired("further-languages", column, cell, language, message)
        else:
            draft.repaired("language", column, cell, language)
        return language

    def read_year(self, draft: Draft, columns: Sequence[Column]) -> str:
        """Take the first year."""
        return _first_number(draft, columns, repair_year, "year")

    def read_pages(self, draft: Draft, columns: Sequence[Column]) -> str:
        """Take the first number of pages."""
        return _first_number(draft, columns, _repair_pages, "number")


def _numbered(series: Series, column: Column, draft: Draft) -> Series:
    cell = draft.text(column)
    texts = split_texts(cell) if len(series) > 1 else [cell]
    bare = list(map(bare_number, texts))
    numbers = [repair_number(number) or number for number in bare]
    found = [(name, number) for (name, _), number in zip(series, numbers, strict=False)]
    if len(numbers) == len(series) and (joined := join_series(series, found)):
        if bare != texts:
            draft.repaired("number", column, cell, "; ".join(numbers))
        return joined
    reason = "The series it belongs to is uncertain." if series else "It has no series."
    draft.dropped("series-number", column, cell, reason)
    return series


def _first_number(
    draft: Draft, columns: Sequence[Column], repair: Callable[[str], str | None], kind: str
) -> str:
    for column in columns:
        cell = draft.cells[column.position].strip()
        if not cell:
            continue
        number = repair(cell)
        if number == cell:
            return cell
        if number:
            draft.repaired("number", column, cell, number)
            return number
        draft.dropped(kind, column, cell, f'"{short(cell)}" is not a {kind}.')
    return ""


def _repair_pages(text: str) -> str | None:
    number = repair_number(text)
    if number or _UNCLEAR_NUMBER.search(text):
        return number
    return find_pages(text) or None
