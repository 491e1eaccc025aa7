"""Cells of relations: names of records, and rows of other tables, each text checked once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from ..bulk import UNSET, Bare, Children, ForeignKey, Reference
from ..fields import AnyField, field_of
from ..showing import short
from ..sources import Credited
from ..values import MISSING, Checks, Cleaner, cleaner, is_plain, plain_text

__all__ = ("EntryCells", "NameCells", "RelationCells")

REMEMBERED_TEXTS = 1_000
"""Texts of a column that are remembered as good from one batch to the next."""


class _Texts(dict[str, Any]):
    """Texts of a column, each checked once as the column does."""

    def __init__(self, column: AnyField, connection: BaseDatabaseWrapper) -> None:
        self.clean = cleaner(column, connection)
        self.is_number = isinstance(column, models.IntegerField) and is_plain(column)
        self.takes = Checks(column)

    def values_of(self, texts: Sequence[Any]) -> list[Any]:
        """
        Return the column's values of texts, or of what code of the host's has read of texts.

        :raises ValueError: the column does not take one.
        """
        if self.is_number and set(map(type, texts)) == {int}:
            self.takes(texts)
            return list(texts)
        texts = [text if isinstance(text, str) else plain_text(text) for text in texts]
        self.learn(texts)
        return [self[text] for text in texts]

    def learn(self, texts: Sequence[str]) -> None:
        if len(self) > REMEMBERED_TEXTS:
            self.clear()
        new = [text for text in dict.fromkeys(texts) if text not in self]
        if new:
            self.update(zip(new, self.check(new), strict=True))

    def check(self, texts: list[str]) -> Iterable[Any]:
        return _checked(self.clean, texts)


class _Names(_Texts):
    """Texts that name a record, each checked once as the columns that hold its names do."""

    def __init__(
        self, relation: Any, reference: Reference, connection: BaseDatabaseWrapper
    ) -> None:
        self.names = relation.names
        columns = [field_of(reference.model, name) for name in reference.by]
        self.cleaners = [cleaner(one, connection) for one in columns]

    def values_of(self, texts: Sequence[Any]) -> list[Any]:
        if None in texts:
            # A row of another table that names none.
            return [None if text is None else self.values_of([text])[0] for text in texts]
        found = super().values_of(texts)
        if Credited not in set(map(type, texts)):
            return found
        pairs = zip(texts, found, strict=True)
        return [Bare(names) if type(text) is Credited else names for text, names in pairs]

    is_number = False

    def check(self, texts: list[str]) -> Iterable[Any]:
        columns = zip(*[self.names(text) for text in texts], strict=True)
        pairs = zip(self.cleaners, columns, strict=True)
        return zip(*[_checked(clean, list(map(str, names))) for clean, names in pairs], strict=True)


class NameCells:
    """Cells that name one record."""

    def __init__(self, relation: Any, key: ForeignKey, connection: BaseDatabaseWrapper) -> None:
        self.known = _Names(relation, key.reference, connection)
        # A default is the key of a record, which has no names here.
        self.empty = None if key.field.null else MISSING if key.required else UNSET

    def __call__(self, cells: list[str]) -> list[tuple[Any, ...]]:
        if not all(map(str.strip, cells)):
            raise ValueError("is empty")
        return self.known.values_of(cells)

    said = staticmethod(str)


class EntryCells:
    """Cells that name several records, or say rows of a child table."""

    empty: Any = ()

    def __init__(self, relation: Any, child: Children, connection: BaseDatabaseWrapper) -> None:
        self.entries, self.cell = relation.entries, relation.cell
        self.checks: list[_Texts] = [
            _Names(relation, child.reference, connection)
            if place == child.target and child.reference is not None
            else _Texts(column, connection)
            for place, column in enumerate(child.columns)
        ]

    def __call__(self, cells: list[Any]) -> list[list[tuple[Any, ...]]]:
        read = [self.entries(cell) for cell in cells]
        columns = list(zip(*chain.from_iterable(read), strict=True)) or [()] * len(self.checks)
        pairs = zip(self.checks, columns, strict=True)
        entries = zip(*[known.values_of(texts) for known, texts in pairs], strict=True)
        return [list(islice(entries, len(of_cell))) for of_cell in read]

    def said(self, cell: Any) -> str:
        """Return the cell as the native CSV has it."""
        return cell if isinstance(cell, str) else self.cell(self.entries(cell))


RelationCells = NameCells | EntryCells


def _checked(clean: Cleaner, texts: list[str]) -> list[Any]:
    values, reasons = clean(["" if text.isspace() else text for text in texts])
    if reasons:
        index = min(reasons)
        raise ValueError(f"“{short(texts[index])}” {reasons[index]}")
    return values
