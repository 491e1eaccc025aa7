"""
The rows of a table as those of one file: counted, and without the headers of files joined to it.

``cat a.csv b.csv``, and sheets pasted below one another, repeat the header among the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from ...exceptions import UnreadableFile
from ..base import Row
from ..limits import Limits
from .undecodable import issue

__all__ = ("counted", "rows_of")

_REPEATED = "The header is repeated here, as in files that were joined."


class _Table(Protocol):
    header: list[str]

    def __iter__(self) -> Iterator[Row]: ...


def rows_of(table: _Table, limits: Limits) -> Iterator[Row]:
    """
    Yield the rows of a table; those that repeat its header have errors.

    :raises UnreadableFile: the header is repeated with its columns in another order, for what is
        below it would be read wrongly; or there are more rows than the limit.
    """
    names = set(table.header) - {""}
    # The rows are counted here as well, for each generator costs time in every row.
    for count, row in enumerate(table, 1):
        if count > limits.rows:
            raise _too_many(limits)
        if row.cells[0].strip() in names and not row.errors:
            yield _checked(row, table.header, names)
        else:
            yield row


def counted(rows: Iterable[Row], limits: Limits) -> Iterator[Row]:
    """
    Yield rows up to the limit.

    :raises UnreadableFile: there are more.
    """
    for count, row in enumerate(rows, 1):
        if count > limits.rows:
            raise _too_many(limits)
        yield row


def _too_many(limits: Limits) -> UnreadableFile:
    return UnreadableFile(f"the file has more rows than {limits.allowed('rows')}.")


def _checked(row: Row, header: list[str], names: set[str]) -> Row:
    cells = [cell.strip() for cell in row.cells]
    if cells == header:
        return row._replace(errors=(issue("heading", "", ", ".join(cells), _REPEATED),))
    found = [cell for cell in cells if cell]
    if len(found) > 1 and len(set(found)) == len(found) and names.issuperset(found):
        raise UnreadableFile(
            f"line {row.line} repeats the header with its columns in another order. Files that "
            "differ in their columns cannot be joined; import them one by one."
        )
    return row
