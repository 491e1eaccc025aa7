"""The database into files: a stream of pages in a format that an import reads again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TextIO

from django.db import connections, transaction

from .. import bulk
from ..bulk import read_pages
from ..conf import conf
from ..exceptions import ExportError, InvalidFilter, InvalidOption, suggestion
from ..showing import short
from ..sources.reading import notation
from .formats import FORMATS, Format
from .naming import in_export_order
from .relational import RelationalResource
from .rendering import cell_makers

__all__ = ("Exporter",)


class Exporter:
    """
    One export of a resource.

    :param fields: the columns to write, in this order; None writes all.
    :param filters: look-ups that the records must meet.
    :param spreadsheet_safe: guard texts that a spreadsheet would take for formulas.
    :raises InvalidOption: there is no such column.
    :raises InvalidFilter: there is no such look-up, or the database does not take its value.
    """

    def __init__(
        self,
        resource: RelationalResource,
        *,
        fields: Sequence[str] | None = None,
        filters: Mapping[str, Any] | None = None,
        spreadsheet_safe: bool = False,
    ) -> None:
        self.resource, self.spreadsheet_safe = resource, spreadsheet_safe
        self.using = resource.get_db_connection_name()
        known = resource.layout(resource.columns()).every_name
        declared = (field.column_name for field in in_export_order(resource))
        order = [name for name in declared if name in known]
        self.names = list(fields) if fields else order
        for name in self.names:
            if name not in known:
                raise InvalidOption(
                    f"No column is named “{short(name)}”{suggestion(name, known)}. "
                    f"The columns are: {', '.join(order)}."
                )
        self.queryset = resource.get_queryset().using(self.using)
        if filters:
            self.queryset = self._filtered(filters)

    def _filtered(self, filters: Mapping[str, Any]) -> Any:
        try:
            # By key: a look-up across several rows would give a record more than once.
            found = self.queryset.filter(**filters).values("pk")
            with transaction.atomic(self.using):
                # What a value or a pattern is worth the database decides.
                found.exists()
        except Exception as error:
            said = ", ".join(f"{lookup}={value}" for lookup, value in filters.items())
            raise InvalidFilter(f"Cannot filter by {said}: {_first_line(error)}") from error
        return self.queryset.filter(pk__in=found)

    def count(self) -> int:
        """Return how many records there are to write."""
        count: int = self.queryset.count()
        return count

    def pages(self, *, typed: bool = False) -> Iterator[list[tuple[Any, ...]]]:
        """
        Yield lists of records, each a tuple of values in the order of ``names``.

        :param typed: JSON values; otherwise cells of the native CSV.
        """
        layout = self.resource.layout(self.names)
        says = cell_makers(self.resource, layout, typed=typed)
        writer = bulk.get_writer(self.using)
        for _keys, page in read_pages(layout, writer, self.queryset, page_size=conf.batch_size):
            self.resource.before_export_page(page)
            columns = [says[name](page[name]) for name in self.names]
            if not typed:
                columns = [self._guarded(column) for column in columns]
            yield list(zip(*columns, strict=True))

    def _guarded(self, cells: list[str]) -> list[str]:
        guard, spreadsheet = notation.guard_cell, self.spreadsheet_safe
        return [
            # Most cells begin with a letter or digit.
            cell if cell[:1].isalnum() else guard(cell, spreadsheet=spreadsheet)
            for cell in cells
        ]

    def write(
        self, file: TextIO, format_name: str, on_page: Callable[[int], Any] | None = None
    ) -> int:
        """
        Write the records to ``file`` and return their number.

        :param on_page: called with the number of records of each page that was written.
        :raises ExportError: the format cannot hold them.
        """
        with bulk.unlogged(connections[self.using]), bulk.rare_collections():
            return self._write(file, FORMATS[format_name], on_page)

    def _write(self, file: TextIO, kind: type[Format], on_page: Callable[[int], Any] | None) -> int:
        if kind.most_rows is not None and (number := self.count()) > kind.most_rows:
            raise ExportError(
                f"There are {number:,} records, but a file of this format holds at most "
                f"{kind.most_rows:,}; export to CSV, or fewer records with --filter."
            )
        writer, complete = kind(file), False
        try:
            writer.header(self.names)
            for page in self.pages(typed=kind.typed):
                before = writer.written
                try:
                    writer.rows(page)
                except ExportError as error:
                    written = writer.written
                    where = _record(written + 1, page[written - before])
                    raise ExportError(f"{where}: {error}") from error
                if on_page:
                    on_page(len(page))
            complete = True
        finally:
            writer.close(complete=complete)
        return writer.written


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or repr(error)


def _record(number: int, row: Sequence[Any]) -> str:
    said = ", ".join(f"“{short(value)}”" for value in [v for v in row if v][:2])
    return f"Record {number:,} ({said})"
