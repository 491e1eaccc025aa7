"""Sources whose columns go to fields: mending, people, lists; what foreign formats stand on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, ClassVar

from ..exceptions import InvalidISBN
from ..isbn import repair_isbn
from .base import Column, Issue, Record, Row, Source
from .cells import mend_number, mend_text, mend_year, split_series, split_texts
from .people import Commas, learn_commas, split_people, split_role
from .placement import check_single, place_columns
from .rows import SHOWN_CHARACTERS, issue
from .targets import Target, check_columns

__all__ = ("MappedSource",)

LOOKED_AT = 1_000
"""Records at the start of a file from which the separators of its columns are learned."""

_PEOPLE = ("author", "contributors")
_UNREPORTED_ISBN = (None, "isbn-10", "punctuation")

Reader = Callable[[list[str], Sequence[Column], dict[str, Any], list[Issue]], None]


class MappedSource(Source):
    """
    A source that reads by columns; a subclass says which column goes where.

    A target has one column, except lists and the ISBN: of several ISBN columns the first that
    holds one counts, and another ISBN becomes an identifier. Mapped columns come before the
    subclass's own for the same target. The first person of an author column is the author, the
    others are contributors: by the role behind the name, else as co-authors. Cells are mended,
    and what cannot be is left out; both are listed in ``Record.repairs``.
    """

    commas: ClassVar[Commas | None] = None
    """What commas do in cells with people; None: learn it for each column."""

    def find_target(self, name: str, fields: Collection[str]) -> tuple[int, Target] | str:
        """
        Say where a column goes.

        :returns: rank and target (of two columns for one target the lower rank counts), or the
            reason why it goes nowhere.
        """
        raise NotImplementedError

    def __init__(
        self,
        header: Sequence[str],
        fields: Collection[str],
        mapping: Sequence[tuple[Target, str]] = (),
    ) -> None:
        check_columns(mapping, header)
        check_single(mapping)
        self.columns = place_columns(header, mapping, lambda name: self.find_target(name, fields))
        self._commas: dict[int, Commas | None] = {}
        self._parts_people = "contributors" in fields
        self._keeps_identifiers = "identifiers" in fields
        by_field: dict[str, list[Column]] = {}
        for column in self.columns:
            if column.field:
                by_field.setdefault(column.field, []).append(column)
        self._plan = [
            (self._reader(field), columns)
            # These two begin the lists of contributors and identifiers.
            for field, columns in sorted(
                by_field.items(), key=lambda item: item[0] not in ("author", "isbn")
            )
        ]

    @property
    def fields(self) -> frozenset[str]:
        found = super().fields
        if "author" in found and self._parts_people:
            found |= {"contributors"}
        if self._keeps_identifiers and sum(c.field == "isbn" for c in self.columns) > 1:
            found |= {"identifiers"}
        return found

    def records(self, rows: Iterable[Row]) -> Iterator[Record]:
        rows = iter(rows)
        first = list(islice(rows, LOOKED_AT))
        for column in self.columns:
            if column.field in (*_PEOPLE, "subjects"):
                cells = [row.cells[column.position] for row in first if not row.errors]
                self._commas[column.position] = self._learned(column.field, cells)
        yield from super().records(chain(first, rows))

    def _learned(self, field: str, cells: list[str]) -> Commas:
        if field in _PEOPLE:
            return self.commas or learn_commas(cells)
        lists = any(";" in cell or "|" in cell for cell in cells)
        return Commas.WITHIN_NAMES if lists else Commas.BETWEEN_NAMES

    def read(self, row: Row) -> Record:
        cells = row.cells
        values: dict[str, Any] = {}
        repairs: list[Issue] = []
        if "&" in "".join(cells):
            cells = self._without_entities(cells, repairs)
        for reader, columns in self._plan:
            reader(cells, columns, values, repairs)
        return Record(row.line, values, row.cells, (), repairs)

    def _without_entities(self, cells: list[str], repairs: list[Issue]) -> list[str]:
        mended = list(cells)
        for column in self.columns:
            cell = mended[column.position]
            if column.field and "&" in cell and (text := mend_text(cell)) != cell:
                mended[column.position] = text
                repairs.append(_mended("entities", column, cell, text))
        return mended

    def _reader(self, field: str) -> Reader:
        if field == "author" and not self._parts_people:
            return _read_plain
        return getattr(self, f"_read_{field}", _READERS.get(field, _read_plain))

    def _read_author(
        self,
        cells: list[str],
        columns: Sequence[Column],
        values: dict[str, Any],
        repairs: list[Issue],
    ) -> None:
        author = ""
        others = values.setdefault("contributors", [])
        for name, role in self._people(cells, columns[0], repairs):
            if author or role not in (None, "co-author"):
                others.append((name, role or "co-author"))
            else:
                author = name
        values["author"] = author

    def _read_contributors(
        self,
        cells: list[str],
        columns: Sequence[Column],
        values: dict[str, Any],
        repairs: list[Issue],
    ) -> None:
        people = values.get("contributors", [])
        for column in columns:
            for name, role in self._people(cells, column, repairs):
                people.append((name, role or column.qualifier or "contributor"))
        values["contributors"] = list(dict.fromkeys(people))

    def _people(
        self, cells: list[str], column: Column, repairs: list[Issue]
    ) -> list[tuple[str, str | None]]:
        cell = cells[column.position].strip()
        people = split_people(cell, self._commas.get(column.position) or Commas.UNCLEAR)
        if len(people) > 1:
            repairs.append(_mended("people", column, cell, "; ".join(people)))
        elif people and people[0] != cell:
            repairs.append(_mended("spaces", column, cell, people[0]))
        return [split_role(name) for name in people]

    def _read_isbn(
        self,
        cells: list[str],
        columns: Sequence[Column],
        values: dict[str, Any],
        repairs: list[Issue],
    ) -> None:
        found: list[str] = []
        for column in columns:
            cell = cells[column.position]
            # What a spreadsheet guard or brackets leave of an empty cell.
            if not cell.strip(' ="[]'):
                continue
            try:
                isbn, repair = repair_isbn(cell)
            except InvalidISBN as error:
                repairs.append(_left_out("isbn", column, cell, str(error)))
                continue
            if repair not in _UNREPORTED_ISBN:
                repairs.append(_mended(f"isbn-{repair}", column, cell, isbn))
            if isbn not in found:
                found.append(isbn)
        values["isbn"] = found[0] if found else ""
        if len(columns) > 1 and self._keeps_identifiers:
            values["identifiers"] = [("isbn", isbn) for isbn in found[1:]]

    def _read_subjects(
        self,
        cells: list[str],
        columns: Sequence[Column],
        values: dict[str, Any],
        repairs: list[Issue],
    ) -> None:
        subjects: list[str] = []
        for column in columns:
            commas = self._commas.get(column.position) is Commas.BETWEEN_NAMES
            subjects += split_texts(cells[column.position], commas=commas)
        values["subjects"] = list(dict.fromkeys(subjects))


def _read_plain(
    cells: list[str], columns: Sequence[Column], values: dict[str, Any], repairs: list[Issue]
) -> None:
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
                repairs.append(_left_out("identifier", column, text, f'"{text}" has no scheme.'))
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
            repairs.append(_left_out(kind, column, cell, f'"{cell[:40]}" is no {kind}.'))
        elif number != cell:
            repairs.append(_mended("number", column, cell, number))

    return read


_READERS: dict[str, Reader] = {
    "publishers": _read_publishers,
    "series": _read_series,
    "identifiers": _read_identifiers,
    "year": _read_number(mend_year, "year"),
    "pages": _read_number(mend_number, "number"),
}


def _mended(kind: str, column: Column, cell: str, result: str) -> Issue:
    return issue(kind, column.name, cell, f'Read as "{result[:SHOWN_CHARACTERS]}".')


def _left_out(kind: str, column: Column, cell: str, reason: str) -> Issue:
    return issue(f"{kind}-left-out", column.name, cell, f"{reason} The cell is left out.")
