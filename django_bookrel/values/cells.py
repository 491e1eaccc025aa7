"""
Cells of a file -> values of a model's column, a whole column of a batch at once.

A value that is returned is the one that the database gives back when it was written, and preparing
it for the driver does not fail: all that can be wrong with a cell is a rejection of that cell.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from ..fields import AnyField, CodePointField, ISBNField
from .defaults import MISSING, empty_value
from .jsons import check_writable
from .limits import NOT_OF_A_CELL, TOO_LONG, Checks, reason_of
from .meaning import is_plain, value_field
from .stored import Store, as_stored
from .texts import from_text

__all__ = ("Cleaner", "cleaner")

Cleaner = Callable[[list[Any]], tuple[list[Any], dict[int, str]]]
"""
Texts, maybe empty -> values, and by index the reason for each cell that is rejected.

Not texts but whatever its ``convert`` takes, where there is one.
"""


def cleaner(
    field: AnyField,
    connection: BaseDatabaseWrapper,
    convert: Callable[[Any], Any] | None = None,
    *,
    empty: Any = MISSING,
) -> Cleaner:
    """
    Return a function that turns cells into values of ``field``.

    :param connection: of the database that the values are for; it need not be there yet.
    :param convert: turns a cell that is not empty into a value; whatever it raises, but a
        DatabaseError, is the reason of a rejection. None reads the cell as the field itself does.
    :param empty: the value of an empty cell, and of one that is converted to None; by default the
        field's own.
    """
    if empty is MISSING:
        empty = empty_value(field)
    field = value_field(field)
    is_text = isinstance(field, models.CharField | models.TextField)
    if convert is None and is_text and is_plain(field) and not isinstance(field, ISBNField):
        return _TextCells(field, connection, str, empty)
    return _Cells(field, connection, convert or from_text(field), empty)


class _Cells:
    """Cells that are converted."""

    def __init__(
        self,
        field: AnyField,
        connection: BaseDatabaseWrapper,
        convert: Callable[[str], Any],
        empty: Any,
    ) -> None:
        self.field, self.connection = field, connection
        self.empty, self.convert = empty, convert
        self.check = Checks(field)

    def __call__(self, cells: list[str]) -> tuple[list[Any], dict[int, str]]:
        # The whole column at once, and cell by cell only where something is wrong.
        try:
            values = self.all_at_once(cells)
        except NOT_OF_A_CELL:
            raise
        except Exception:  # noqa: BLE001 (code of a host's may raise anything)
            return self.one_by_one(cells)
        return values, {}

    @cached_property
    def store(self) -> Store | None:
        """What makes of a value the one that the database gives back."""
        return as_stored(self.field, self.connection)

    def all_at_once(self, cells: list[str]) -> list[Any]:
        """Return the values, or raise what ``convert``, a check or the database's limits raise."""
        convert, empty = self.convert, self.empty
        if "" in cells:
            self.check_empty()
        # No map(), which a StopIteration of the host's would end.
        values = [convert(cell) if cell else empty for cell in cells]
        if empty is not None and None in values:
            self.check_empty()
            values = [empty if value is None else value for value in values]
        said = [value for value in values if value is not None] if None in values else values
        if said:
            self.check(said)
        if (store := self.store) is not None:
            values = [None if value is None else store(value) for value in values]
        return values

    def one_by_one(self, cells: list[str]) -> tuple[list[Any], dict[int, str]]:
        """Return the values, None for those rejected, and the reasons."""
        values: list[Any] = [None] * len(cells)
        reasons = {}
        for index, cell in enumerate(cells):
            try:
                (values[index],) = self.all_at_once([cell])
            except NOT_OF_A_CELL:
                raise
            except Exception as error:  # noqa: BLE001 (as above)
                reasons[index] = reason_of(error)
        return values, reasons

    def check_empty(self) -> None:
        """Raise ValueError if the field must have a value."""
        if self.empty is MISSING:
            raise ValueError("is empty")


class _TextCells(_Cells):
    """Cells that are taken as they are."""

    def all_at_once(self, cells: list[str]) -> list[Any]:
        if isinstance(self.field, CodePointField):
            # As it is saved.
            cells = [cell.strip() for cell in cells]
        values: list[Any] = cells
        limit = self.field.max_length
        if "" in cells:
            self.check_empty()
            if self.empty != "":
                values = [cell or self.empty for cell in cells]
        if limit is not None and cells and (longest := max(map(len, cells))) > limit:
            raise ValueError(TOO_LONG.format(longest, limit))
        check_writable(cells)
        for check in self.check.validators:
            for cell in filter(None, cells):
                check(cell)
        if (store := self.store) is not None:
            values = [value and store(value) for value in values]
        return values
