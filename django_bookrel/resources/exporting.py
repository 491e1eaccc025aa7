"""The database into files: a stream of pages in a format that an import reads again."""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, TextIO

from import_export.widgets import CharWidget

from .. import bulk
from ..bulk import read_rows
from ..conf import conf
from ..exceptions import InvalidOption
from ..sources import native
from ..sources.targets import suggestion
from .relational import RelationalResource

__all__ = ("FORMATS", "Exporter", "output_file")


class Format(ABC):
    """A file format; a subclass for each, in ``FORMATS`` by its name."""

    suffixes: ClassVar[tuple[str, ...]]

    def __init__(self, file: TextIO) -> None:
        self.file = file

    @abstractmethod
    def header(self, names: Sequence[str]) -> None:
        """Write the names of the columns."""

    @abstractmethod
    def row(self, cells: Sequence[str]) -> None:
        """Write one record, in cells of the native CSV."""


class CSV(Format):
    """Comma-separated text."""

    suffixes = (".csv",)
    delimiter = ","

    def __init__(self, file: TextIO) -> None:
        super().__init__(file)
        self.row = csv.writer(file, delimiter=self.delimiter).writerow  # type: ignore[method-assign]

    def header(self, names: Sequence[str]) -> None:
        self.row(names)

    def row(self, cells: Sequence[str]) -> None: ...


class TSV(CSV):
    """Tab-separated text."""

    suffixes = (".tsv", ".tab")
    delimiter = "\t"


class JSONLines(Format):
    """A JSON object a line; its values are the cells of the native CSV."""

    suffixes = (".jsonl", ".ndjson")

    def header(self, names: Sequence[str]) -> None:
        self.names = names

    def row(self, cells: Sequence[str]) -> None:
        record = dict(zip(self.names, cells, strict=True))
        self.file.write(json.dumps(record, ensure_ascii=False) + "\n")


FORMATS: dict[str, type[Format]] = {"csv": CSV, "tsv": TSV, "jsonl": JSONLines}


class Exporter:
    """
    One export of a resource.

    :param fields: the columns to write, in this order; None writes all.
    :param filters: look-ups that the records must meet.
    :param spreadsheet_safe: guard texts that a spreadsheet would take for formulas.
    :raises InvalidOption: there is no such column or look-up.
    """

    def __init__(
        self,
        resource: RelationalResource,
        *,
        fields: Sequence[str] | None = None,
        filters: Mapping[str, str] | None = None,
        spreadsheet_safe: bool = False,
    ) -> None:
        self.resource, self.spreadsheet_safe = resource, spreadsheet_safe
        self.using = resource.get_db_connection_name()
        known = resource.columns()
        order = [name for name in resource.get_export_order() if name in known]
        self.names = list(fields) if fields else order
        for name in self.names:
            if name not in known:
                raise InvalidOption(
                    f"There is no column “{name}”{suggestion(name, known)}. "
                    f"The columns are: {', '.join(order)}."
                )
        self.queryset = resource.get_queryset().using(self.using)
        if filters:
            self.queryset = self._filtered(filters)

    def _filtered(self, filters: Mapping[str, str]) -> Any:
        try:
            # By key: a look-up across several rows would give a record more than once.
            found = self.queryset.filter(**filters).values("pk")
            str(found.query)
        except Exception as error:
            said = ", ".join(f"{lookup}={value}" for lookup, value in filters.items())
            raise InvalidOption(f"Cannot filter by {said}: {error}") from error
        return self.queryset.filter(pk__in=found)

    def count(self) -> int:
        """Return how many records there are to write."""
        return self.queryset.count()

    def rows(self) -> Iterator[list[str]]:
        """Yield the records as cells of the native CSV, in the order of ``names``."""
        layout = self.resource.layout(self.names)
        says: dict[str, Callable[[Any], str]] = {}
        declared = self.resource.columns()
        for column in layout.columns:
            says[column.name] = _plain(declared[column.name])
        for key in layout.foreign_keys:
            relation = self.resource.relation_field(key.name, declared[key.name])
            says[key.name] = lambda names, say=relation.said: say(names) if names else ""
        for child in layout.children:
            relation = self.resource.relation_field(child.name, declared[child.name])
            says[child.name] = _entries(relation, child.target)
        guard, spreadsheet = native.guard_cell, self.spreadsheet_safe
        writer = bulk.get_writer(self.using)
        for row in read_rows(layout, writer, self.queryset, page_size=conf.batch_size):
            values = dict(zip(says, row, strict=True))
            self.resource.before_export_row(values)
            yield [guard(says[n](values[n]), spreadsheet=spreadsheet) for n in self.names]

    def write(self, file: TextIO, format_name: str, on_row: Callable[[], Any] | None = None) -> int:
        """Write the records to ``file`` and return their number."""
        written = 0
        writer = FORMATS[format_name](file)
        writer.header(self.names)
        for cells in self.rows():
            writer.row(cells)
            written += 1
            if on_row:
                on_row()
        return written


def _entries(relation: Any, place: int | None) -> Callable[[Any], str]:
    def say(entries: Any) -> str:
        if place is not None:
            entries = [(*e[:place], relation.said(e[place]), *e[place + 1 :]) for e in entries]
        return str(relation.cell(entries))

    return say


def _plain(declared: Any) -> Callable[[Any], str]:
    render = declared.widget.render

    def say(value: Any) -> str:
        return "" if value is None else str(render(value))

    return say if type(declared.widget) is not CharWidget else lambda value: value or ""


@contextmanager
def output_file(path: str | os.PathLike[str], *, force: bool = False) -> Iterator[TextIO]:
    """
    Give a text file that takes its name when it is complete; "-" is standard output.

    :raises InvalidOption: there is such a file already and ``force`` is not set, or it cannot be
        written.
    """
    if os.fspath(path) == "-":
        yield sys.stdout
        sys.stdout.flush()
        return
    path = Path(path)
    if path.exists() and not force:
        raise InvalidOption(f"{path} is there already; --force overwrites it.")
    try:
        file = tempfile.NamedTemporaryFile(  # noqa: SIM115
            "w",
            encoding="utf-8",
            newline="",
            dir=path.parent,
            prefix=f".{path.name}.",
            delete=False,
        )
    except OSError as error:
        raise InvalidOption(f"{path} cannot be written: {error.strerror}.") from error
    try:
        with file:
            yield file
        umask = os.umask(0)
        os.umask(umask)
        Path(file.name).chmod(0o666 & ~umask)
        Path(file.name).replace(path)
    except BaseException:
        Path(file.name).unlink(missing_ok=True)
        raise
