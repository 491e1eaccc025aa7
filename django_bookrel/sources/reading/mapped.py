"""Sources whose columns go to fields: repairing, people, lists; what foreign formats stand on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import Any, ClassVar

from ...names import person_key
from ..base import SET_ASIDE, Column, Issue, Record, Row, Source, Target
from .columns import check_columns, in_reading_order, place_columns
from .credits import credited, is_nobody
from .garbled import has_mojibake, repair_entities, repair_mojibake
from .isbns import collect_numbers, has_lost_zeros, is_rounded_column
from .lists import is_list, split_texts
from .people import Commas, learn_commas, split_people
from .readers import READERS, Reader, left_out, read_plain, repaired
from .series import join_series, take_series

__all__ = ("MappedSource",)

LOOKED_AT = 1_000
"""Records at the start of a file from which the separators of its columns are learned."""

_PEOPLE = ("author", "contributors")
_LEARNED = (*_PEOPLE, "subjects", "isbn")


def _turn(item: tuple[str, list[Column]]) -> int:
    # The first two begin the lists of contributors and identifiers; a statement of publication
    # may have a year or pages that are not said elsewhere.
    return {"author": 0, "isbn": 0, "publishers": 2}.get(item[0], 1)


def _once(people: Iterable[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    first: dict[tuple[str, str], tuple[str, str | None]] = {}
    for name, role in people:
        first.setdefault((person_key(name), role or "co-author"), (name, role))
    return list(first.values())


def _without_author(people: list[tuple[str, str]], author: str) -> list[tuple[str, str]]:
    # That the author has a part in the book is said already.
    key = person_key(author)
    return [
        (name, role)
        for name, role in people
        if role not in ("co-author", "contributor") or person_key(name) != key
    ]


class MappedSource(Source):
    """
    A source that reads by columns; a subclass says which column goes where.

    Lists may come from several columns. Of several columns for one value the first counts that
    has one, in the order of their rank; another ISBN becomes an identifier, and another author a
    contributor. Mapped columns come in place of the subclass's own for the same target. The first
    person of an author column is the author, the others are contributors: by the role behind the
    name, else as co-authors. A series at the end of a title joins those of a column. Cells are
    repaired, and what cannot be is left out; both are listed in ``Record.repairs``.
    Undecodable bytes in a column that goes nowhere cost no row, nor do missing cells of such
    columns at its end; undecodable bytes in what does not tell the book are left out.

    A subclass changes how the columns of a field are read by a method ``_read_FIELD`` with the
    signature of :data:`~.readers.Reader`.
    """

    commas: ClassVar[Commas | None] = None
    """What commas do in cells with people; None: learn it for each column."""

    own_numbers: ClassVar[str] = ""
    """Scheme of the format's own numbers, which stand where an ISBN should be; "" if none do."""

    is_misread: ClassVar[bool] = False
    """Whether files of the format are known to have been misread: see :mod:`.garbled`."""

    def find_target(self, name: str, fields: Collection[str]) -> tuple[int, Target] | str:
        """
        Say where a column goes.

        :returns: rank (see ``Column.rank``) and target, or the reason why it goes nowhere.
        """
        raise NotImplementedError

    def __init__(
        self,
        header: Sequence[str],
        fields: Collection[str],
        mapping: Sequence[tuple[Target, str]] = (),
    ) -> None:
        check_columns(mapping, header)
        self._width = len(header)
        self.columns = place_columns(header, mapping, lambda name: self.find_target(name, fields))
        self._commas: dict[int, Commas | None] = {}
        self._rounded: set[int] = set()
        self._lacking_zeros: set[int] = set()
        self._parts_people = "contributors" in fields
        self._keeps_identifiers = "identifiers" in fields
        self._titles = [c for c in self.columns if c.field == "title" and "series" in fields]
        by_field: dict[str, list[Column]] = {}
        for column in self.columns:
            if column.field:
                by_field.setdefault(column.field, []).append(column)
        self._plan = [
            (self._reader(field), in_reading_order(columns))
            for field, columns in sorted(by_field.items(), key=_turn)
        ]

    def read_plainly(self, fields: Collection[str]) -> None:
        self._plan = [
            (read_plain if columns[0].field in fields else reader, columns)
            for reader, columns in self._plan
        ]
        self._titles = [] if {"title", "series"}.intersection(fields) else self._titles
        self._parts_people &= {"author", "contributors"}.isdisjoint(fields)
        self._keeps_identifiers &= {"isbn", "identifiers"}.isdisjoint(fields)

    @property
    def fields(self) -> frozenset[str]:
        found = super().fields
        if not any(c.field == "title" and not c.qualifier for c in self.columns):
            # A subtitle alone names no book.
            found -= {"title"}
        if "author" in found and self._parts_people:
            found |= {"contributors"}
        if "isbn" in found and self._keeps_identifiers:
            found |= {"identifiers"}
        if self._titles:
            found |= {"series"}
        return found

    def records(self, rows: Iterable[Row]) -> Iterator[Record]:
        rows = iter(rows)
        first = list(islice(rows, LOOKED_AT))
        for column in self.columns:
            if column.field not in _LEARNED:
                continue
            cells = [row.cells[column.position] for row in first if not row.errors]
            if column.field != "isbn":
                self._commas[column.position] = self._learned(column.field, cells)
                continue
            if is_rounded_column(cells):
                self._rounded.add(column.position)
            if has_lost_zeros(cells):
                self._lacking_zeros.add(column.position)
        yield from super().records(chain(first, rows))

    def _learned(self, field: str, cells: list[str]) -> Commas:
        if field in _PEOPLE:
            return self.commas or learn_commas(cells)
        return Commas.WITHIN_NAMES if any(map(is_list, cells)) else Commas.BETWEEN_NAMES

    def reject(self, row: Row) -> Record:
        damaged = [column for column in self.columns if column.position in row.undecoded]
        if row.errors[0].kind == "cells" and self._lacks_nothing(row):
            cells = row.cells + [""] * (self._width - len(row.cells))
            warnings = list(row.errors)
        elif damaged and not any(map(self._needs, damaged)):
            cells = [row.undecoded.get(place, cell) for place, cell in enumerate(row.cells)]
            warnings = self._left_out(row, damaged, cells) or list(row.errors)
        else:
            return super().reject(row)
        record = self.read(Row(row.line, cells))
        return replace(record, raw=row.cells, repairs=[*warnings, *record.repairs])

    def _lacks_nothing(self, row: Row) -> bool:
        missing = [column for column in self.columns if column.position >= len(row.cells)]
        return bool(missing) and not any(c.field or self._needs(c) for c in missing)

    def _left_out(self, row: Row, damaged: Sequence[Column], cells: list[str]) -> list[Issue]:
        found = []
        for column in damaged:
            if column.field and column.field not in self.mixed:
                cell, cells[column.position] = cells[column.position], ""
                found.append(left_out("decoding", column, cell, row.errors[0].message))
        return found

    def _needs(self, column: Column) -> bool:
        return bool(column.field) and column.field not in self.mixed | SET_ASIDE

    def read(self, row: Row) -> Record:
        cells = row.cells
        values: dict[str, Any] = {}
        repairs: list[Issue] = []
        text = "".join(cells)
        if not text.isascii() and has_mojibake(text):
            repair = partial(repair_mojibake, is_known=self.is_misread)
            cells = self._changed("misread", repair, cells, repairs)
        if "&" in text:
            cells = self._without_entities(cells, repairs)
        for reader, columns in self._plan:
            reader(cells, columns, values, repairs)
        if self._titles and "#" in values["title"]:
            self._take_series(values, repairs)
        return Record(row.line, values, row.cells, (), repairs)

    def _without_entities(self, cells: list[str], repairs: list[Issue]) -> list[str]:
        return self._changed("entities", repair_entities, cells, repairs)

    def _changed(
        self, kind: str, repair: Callable[[str], str], cells: list[str], repairs: list[Issue]
    ) -> list[str]:
        plain = list(cells)
        for column in self.columns:
            cell = plain[column.position]
            if column.field and (text := repair(cell)) != cell:
                plain[column.position] = text
                repairs.append(repaired(kind, column, cell, text))
        return plain

    def _take_series(self, values: dict[str, Any], repairs: list[Issue]) -> None:
        printed = values["title"]
        title, found = take_series(printed)
        series = join_series(values.get("series", ()), found) if found else []
        if series:
            values["title"], values["series"] = title, series
            said = "; ".join(f"{name} #{number}" for name, number in found)
            result = f"{title}; series: {said}"
            repairs.append(repaired("series-in-title", self._titles[0], printed, result))

    def _reader(self, field: str) -> Reader:
        if field == "author" and not self._parts_people:
            return read_plain
        return getattr(self, f"_read_{field}", READERS.get(field, read_plain))

    def _read_author(
        self,
        cells: list[str],
        columns: Sequence[Column],
        values: dict[str, Any],
        repairs: list[Issue],
    ) -> None:
        people = self._somebody(cells, columns, repairs)
        if len(columns) > 1:
            people = _once(people)
        author = ""
        others = values.setdefault("contributors", [])
        for name, role in people:
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
            for name, role in self._somebody(cells, (column,), repairs):
                people.append((name, role or column.qualifier or "contributor"))
        if people and values.get("author"):
            people = _without_author(people, values["author"])
        values["contributors"] = list(dict.fromkeys(people))

    def _somebody(
        self, cells: list[str], columns: Sequence[Column], repairs: list[Issue]
    ) -> list[tuple[str, str | None]]:
        people: list[tuple[str, str | None]] = []
        for column in columns:
            found = self._people(cells, column, repairs)
            for name, role in found:
                if is_nobody(name):
                    reason = f'"{name}" is no person.'
                    repairs.append(left_out("nobody", column, name, reason))
                else:
                    people.append((name, role))
        return people

    def _people(
        self, cells: list[str], column: Column, repairs: list[Issue]
    ) -> list[tuple[str, str | None]]:
        cell = cells[column.position].strip()
        people = split_people(cell, self._commas.get(column.position) or Commas.UNCLEAR)
        if len(people) > 1:
            repairs.append(repaired("people", column, cell, "; ".join(people)))
        elif people and people[0] != cell:
            kind = "spaces" if people[0] == " ".join(cell.split()) else "people"
            repairs.append(repaired(kind, column, cell, people[0]))
        return credited(people)

    def _read_isbn(
        self,
        cells: list[str],
        columns: Sequence[Column],
        values: dict[str, Any],
        repairs: list[Issue],
    ) -> None:
        isbns, identifiers = collect_numbers(
            cells,
            columns,
            repairs,
            own=self.own_numbers,
            rounded=self._rounded,
            lacking=self._lacking_zeros,
        )
        values["isbn"] = isbns[0] if isbns else ""
        if self._keeps_identifiers and (identifiers or len(isbns) > 1):
            values["identifiers"] = [("isbn", isbn) for isbn in isbns[1:]] + identifiers

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
