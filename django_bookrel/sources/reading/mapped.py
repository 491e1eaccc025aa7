"""Sources whose columns go to fields: repairing, people, lists; what foreign formats stand on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import ClassVar

from ...names import person_key
from ...showing import short
from ..base import SET_ASIDE, Column, Credited, Issue, Record, Row, Target
from ..files.undecodable import issue
from .columns import check_columns, in_reading_order, place_columns
from .credits import credited, is_nobody
from .draft import Draft
from .fields import FieldReader, Reader
from .garbled import has_mojibake, repair_entities, repair_mojibake
from .isbns import has_lost_zeros, is_rounded_column
from .lists import is_list
from .people import Commas, learn_commas, split_people
from .series import join_series, take_series

__all__ = ("MappedSource", "People")

LOOKED_AT = 1_000
"""Records at the start of a file from which the separators of its columns are learned."""

_PEOPLE = ("author", "contributors")
_LEARNED = (*_PEOPLE, "subjects", "isbn")

People = list[tuple[str, str | None]]
"""Names, each with its role or None."""


def _once(people: People) -> People:
    first: dict[tuple[str, str], tuple[str, str | None]] = {}
    for name, role in people:
        first.setdefault((person_key(name), role or "co-author"), (name, role))
    return list(first.values())


def _named(name: str, role: str | None) -> str:
    return name if role else Credited(name)


def _without_author(people: list[tuple[str, str]], author: str) -> list[tuple[str, str]]:
    # That the author has a part in the book is said already.
    neutral, key = ("co-author", "contributor"), person_key(author)
    return [one for one in people if one[1] not in neutral or person_key(one[0]) != key]


class MappedSource(FieldReader):
    """
    A source that reads by columns; a subclass says which column goes where.

    Lists may come from several columns. Of several columns for one value the first counts that
    has one, in the order of their rank; another ISBN becomes an identifier, and another author a
    contributor. Mapped columns come in place of the subclass's own for the same target. The first
    person of an author column is the author, the others are contributors: by the role behind the
    name, else ``Credited`` as co-authors. A series at the end of a title joins those of a column.
    Cells are repaired, and what cannot be is left out; both are listed in ``Record.repairs``.
    Undecodable bytes in a column that goes nowhere cost no row, nor do missing cells of such
    columns at its end; undecodable bytes in what does not tell the book are left out.
    """

    commas: ClassVar[Commas | None] = None
    """What commas do in cells with people; None: learn it for each column."""

    further_role: ClassVar[str] = "co-author"
    """The role of those behind the first of an author column who are new to the book."""

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
        *,
        plain: Collection[str] = (),
    ) -> None:
        check_columns(mapping, header)
        self.header = header
        self.known = frozenset(fields).difference(plain)
        self.columns = place_columns(header, mapping, lambda name: self.find_target(name, fields))
        # Stray bytes are read by the readers of the format, which plain texts do not come to.
        self._mixed = self.mixed & self.known
        self._commas = {}
        self._rounded = set()
        self._lacking_zeros = set()
        self._titles = [column for column in self.columns if column.field == "title"]
        if not {"title", "series"} <= self.known:
            self._titles = []
        self._plan = list(self._planned())
        self._parsed = {f for f, read, _ in self._plan if read != self.read_plain} - {"title"}

    def readers(self) -> dict[str, Reader]:
        """Give what reads each field of a book, in the order in which they are read."""
        return {
            # These two begin the lists of contributors and identifiers.
            "author": self.read_author,
            "isbn": self.read_isbn,
            "title": self.read_title,
            "contributors": self.read_contributors,
            "year": self.read_year,
            "language": self.read_language,
            "pages": self.read_pages,
            "series": self.read_series,
            "subjects": self.read_subjects,
            "identifiers": self.read_identifiers,
            # An imprint may have a year or pages that are said nowhere else.
            "publishers": self.read_publishers,
        }

    def _planned(self) -> Iterator[tuple[str, Reader, list[Column]]]:
        readers = self.readers()
        if not self.known.issuperset(_PEOPLE):
            readers["author"] = self.read_plain
        for field in dict.fromkeys([*readers, *(column.field for column in self.columns)]):
            columns = [column for column in self.columns if column.field == field]
            if field and columns:
                is_plain = field not in readers or field not in self.known
                read = self.read_plain if is_plain else readers[field]
                yield field, read, in_reading_order(columns)

    @property
    def fields(self) -> frozenset[str]:
        found = super().fields
        if not any(c.field == "title" and not c.qualifier for c in self.columns):
            # A subtitle alone names no book.
            found -= {"title"}
        if "author" in found and self.known.issuperset(_PEOPLE):
            found |= {"contributors"}
        if "isbn" in found and {"isbn", "identifiers"} <= self.known:
            found |= {"identifiers"}
        if self._titles:
            found |= {"series"}
        return found

    def records(self, rows: Iterable[Row]) -> Iterator[Record]:
        rows = map(self._within, rows)
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

    def _within(self, row: Row) -> Row:
        limit = self.limits.parsed_cell
        if len("".join(row.cells)) <= limit:
            return row
        if row.errors and not (row.undecoded or row.errors[0].kind == "cells"):
            return row
        for column in self.columns:
            cell = "".join(row.cells[column.position : column.position + 1])
            if len(cell) > limit and self._parses(column):
                message = f"{column.name} has {len(cell):,} characters, more than "
                message += f"{self.limits.allowed('parsed_cell')}."
                error = issue("length", column.name, cell, message)
                return Row(row.line, row.cells, (error, *row.errors))
        return row

    def _learned(self, field: str, cells: list[str]) -> Commas:
        if field in _PEOPLE:
            return self.commas or learn_commas(cells)
        return Commas.WITHIN_NAMES if any(map(is_list, cells)) else Commas.BETWEEN_NAMES

    def reject(self, row: Row) -> Record:
        damaged = [column for column in self.columns if column.position in row.undecoded]
        if row.errors[0].kind == "cells" and self._lacks_nothing(row):
            cells = row.cells + [""] * (len(self.header) - len(row.cells))
            warnings = list(row.errors)
        elif damaged and not any(map(self._needs, damaged)):
            cells = [row.undecoded.get(place, cell) for place, cell in enumerate(row.cells)]
            warnings = self._dropped(row, damaged, cells) or list(row.errors)
        else:
            return super().reject(row)
        record = self.read(Row(row.line, cells))
        return replace(record, raw=row.cells, repairs=[*warnings, *record.repairs])

    def _lacks_nothing(self, row: Row) -> bool:
        missing = [column for column in self.columns if column.position >= len(row.cells)]
        return bool(missing) and not any(c.field or self._needs(c) for c in missing)

    def _dropped(self, row: Row, damaged: Sequence[Column], cells: list[str]) -> list[Issue]:
        draft = Draft(cells)
        for column in damaged:
            if column.field and column.field not in self._mixed:
                cell, cells[column.position] = cells[column.position], ""
                draft.dropped("decoding", column, cell, row.errors[0].message)
        return draft.repairs

    def _parses(self, column: Column) -> bool:
        return column.field in self._parsed

    def _needs(self, column: Column) -> bool:
        return bool(column.field) and column.field not in self._mixed | SET_ASIDE

    def read(self, row: Row) -> Record:
        draft = Draft(row.cells)
        text = "".join(row.cells)
        if not text.isascii() and has_mojibake(text):
            repair = partial(repair_mojibake, is_known=self.is_misread)
            self._repair(draft, "misread", repair)
        if "&" in text:
            self._repair(draft, "entities", self.repair_entities)
        values = draft.values
        for field, read, columns in self._plan:
            values[field] = read(draft, columns)
        if self._titles and "#" in values["title"]:
            self._take_series(draft)
        return Record(row.line, values, row.cells, (), draft.repairs)

    def repair_entities(self, text: str) -> str:
        """Undo the HTML entities of a cell with ``&``."""
        return repair_entities(text)

    def _repair(self, draft: Draft, kind: str, repair: Callable[[str], str]) -> None:
        draft.cells = list(draft.cells)
        for column in self.columns:
            cell = draft.cells[column.position]
            if column.field and (text := repair(cell)) != cell:
                draft.cells[column.position] = text
                draft.repaired(kind, column, cell, text)

    def _take_series(self, draft: Draft) -> None:
        printed = draft.values["title"]
        title, found = take_series(printed)
        series = join_series(draft.values.get("series", ()), found) if found else []
        if series:
            draft.values |= {"title": title, "series": series}
            said = "; ".join(f"{name} #{number}" for name, number in found)
            result = f"{title}; series: {said}"
            draft.repaired("series-in-title", self._titles[0], printed, result)

    def read_author(self, draft: Draft, columns: Sequence[Column]) -> str:
        """Take the first person; the others begin the contributors."""
        people = self._somebody(draft, columns)
        if len(columns) > 1:
            people = _once(people)
        author = ""
        others = draft.values["contributors"] = []
        for name, role in people:
            if author or role not in (None, "co-author"):
                others.append((_named(name, role), role or self.further_role))
            else:
                author = _named(name, role)
        return author

    def read_contributors(self, draft: Draft, columns: Sequence[Column]) -> list[tuple[str, str]]:
        """Take the people, with the role behind the name or else that of the column."""
        people = draft.values.get("contributors", [])
        for column in columns:
            for name, role in self._somebody(draft, (column,)):
                role = role or column.qualifier
                people.append((_named(name, role), role or "contributor"))
        if people and (author := draft.values.get("author")):
            people = _without_author(people, author)
        return list(dict.fromkeys(people))

    def _somebody(self, draft: Draft, columns: Sequence[Column]) -> People:
        people: People = []
        for column in columns:
            for name, role in self.read_people(draft, column):
                if is_nobody(name):
                    draft.dropped("nobody", column, name, f'"{short(name)}" is not a person.')
                else:
                    people.append((name, role))
        return people

    def read_people(self, draft: Draft, column: Column) -> People:
        """Take the people of a column, of authors or contributors."""
        cell = draft.cells[column.position].strip()
        people = split_people(cell, self._commas.get(column.position) or Commas.UNCLEAR)
        if len(people) > 1:
            draft.repaired("people", column, cell, "; ".join(people))
        elif people and people[0] != cell:
            kind = "spaces" if people[0] == " ".join(cell.split()) else "people"
            draft.repaired(kind, column, cell, people[0])
        return credited(people)
