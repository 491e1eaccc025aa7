"""
The rows of a table as those of one file: counted, and without the headers of files joined to it.

``cat a.csv b.csv``, and sheets pasted below one another, repeat the header among the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol

from ...exceptions import UnreadableFile
from ..base import Row
from ..limits import Limits
from .undecodable import issue

__all__ = ("checked", "counted", "rows_of")

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
    for row in counted(table, limits):
        is_like_a_header = row.cells[0].strip() in names and not row.errors
        yield checked(row, table.header, names) if is_like_a_header else row


def counted(rows: Iterable[Row], limits: Limits) -> Iterator[Row]:
    """
    Yield rows up to the limit.

    :raises UnreadableFile: there are more.
    """
    rows = iter(rows)
    yield from islice(rows, limits.rows)
    if next(rows, None) is not None:
        raise UnreadableFile(f"the file has more rows than {limits.allowed('rows')}.")


def checked(row: Row, header: list[str], names: set[str]) -> Row:
    """
    Return a row whose first cell is a name of the header, with an error if it repeats the header.

    :raises UnreadableFile: as :func:`rows_of` does.
    """
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
