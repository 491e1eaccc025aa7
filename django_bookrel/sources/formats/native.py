"""
The package's own CSV, which ``bookrel_export`` writes and people fill in by hand.

The header holds field names only, in any order; of the fields of a book at least one list is among
them. Comma, in spreadsheets of some countries semicolon, or tab. An empty cell empties the field.
:mod:`.notation` has the cells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from ...exceptions import MissingColumns, UnknownField, suggestion
from ...showing import short
from ..base import (
    LIST_FIELDS,
    REJECT_COLUMNS,
    SPREADSHEET_DIALECTS,
    Column,
    Dialect,
    Issue,
    Record,
    Row,
    Source,
    Target,
)
from ..files.undecodable import issue
from ..reading.columns import check_columns
from ..reading.notation import PARSERS, unguard_cell

__all__ = ("NativeSource",)


class NativeSource(Source):
    """A header of field names, or of other names mapped to whole fields."""

    name: ClassVar[str] = "native"
    title: ClassVar[str] = "django-bookrel CSV"
    dialects: ClassVar[Sequence[Dialect]] = SPREADSHEET_DIALECTS
    clears: ClassVar[bool] = True

    @classmethod
    def identify(cls, header: Sequence[str], fields: Collection[str]) -> int:
        lists = LIST_FIELDS.intersection(fields)
        known = set(fields).issuperset(header)
        return 100 if known and (lists.intersection(header) or not lists) else 0

    def __init__(
        self,
        header: Sequence[str],
        fields: Collection[str],
        mapping: Sequence[tuple[Target, str]] = (),
        *,
        plain: Collection[str] = (),
    ) -> None:
        check_columns(mapping, header)
        by_name: dict[str, list[Target]] = {}
        for target, column_name in mapping:
            by_name.setdefault(column_name, []).append(target)
        mapped = {target.field for target, _ in mapping}
        self.columns = [
            column
            for index, name in enumerate(header)
            for column in self._placed(index, name, fields, by_name.get(name, []), mapped)
        ]
        used = [column for column in self.columns if column.field]
        for column in used:
            if column.qualifier:
                raise UnknownField(
                    f'"{column.field}:{column.qualifier}" cannot be mapped in a native file, '
                    "whose cells name roles and schemes themselves."
                )
        self._names = [column.field for column in used]
        if len(self.fields) < len(used):
            double = Counter(self._names).most_common(1)[0][0]
            raise MissingColumns(
                f'Two columns are mapped to "{short(double)}"; a native file allows one.'
            )
        self._indexes = [column.position for column in used]
        self._in_order = self._indexes == list(range(len(header)))
        self._parsed = [c for c in used if c.field in PARSERS and c.field not in plain]

    def _placed(
        self,
        index: int,
        name: str,
        fields: Collection[str],
        targets: Sequence[Target],
        mapped: Collection[str],
    ) -> list[Column]:
        if targets:
            return [Column.mapped(index, name, target) for target in targets]
        if name in REJECT_COLUMNS:
            return [Column(index, name, reason="about an earlier import")]
        if name and name in mapped:
            return [Column(index, name, reason=f"another column is mapped to {name}")]
        if name in fields:
            return [Column(index, name, name)]
        raise UnknownField(
            f'Column "{short(name)}" is not a field{suggestion(name, fields)}. '
            f"The fields are: {', '.join(fields)}."
        )

    def read(self, row: Row) -> Record:
        cells = row.cells
        if "\n'" in "\n" + "\n".join(cells):
            cells = [unguard_cell(cell) for cell in cells]
        kept = cells if self._in_order else [cells[index] for index in self._indexes]
        values: dict[str, str | list[Any]] = dict(zip(self._names, kept, strict=True))
        errors: list[Issue] = []
        for index, name, field, *_ in self._parsed:
            cell = cells[index]
            if cell:
                try:
                    values[field] = PARSERS[field](cell)
                except ValueError as error:
                    kind = "isbn" if field == "isbn" else "identifier"
                    errors.append(issue(kind, name, cell, str(error)))
            elif field != "isbn":
                values[field] = []
        return Record(row.line, values, row.cells, errors)
