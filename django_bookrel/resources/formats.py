"""The file formats of exports."""

from __future__ import annotations

import csv
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar, TextIO

from ..exceptions import ExportError

__all__ = ("CSV", "FORMATS", "TSV", "XLSX", "Format", "JSONLines")


class Format(ABC):
    """
    A file format; a subclass for each, in ``FORMATS`` by its name.

    :param file: a text file; a format that is no text writes to its ``buffer``.
    """

    suffixes: ClassVar[tuple[str, ...]]
    typed: ClassVar[bool] = False
    """Whether rows are JSON values, and not cells of the native CSV."""
    most_rows: ClassVar[int | None] = None
    """How many records a file can hold."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.written = 0
        """How many records were written."""

    @abstractmethod
    def header(self, names: Sequence[str]) -> None:
        """Write the names of the columns."""

    def rows(self, rows: Sequence[Sequence[Any]]) -> None:
        """
        Write records.

        :raises ExportError: the format cannot hold one, the one after :attr:`written`.
        """
        for values in rows:
            self.row(values)
            self.written += 1

    @abstractmethod
    def row(self, values: Sequence[Any]) -> None:
        """
        Write one record.

        :raises ExportError: the format cannot hold it.
        """

    def close(self, *, complete: bool) -> None:
        """Write what comes after the last record, or leave the file as incomplete as it is."""
        self.file.flush()


class CSV(Format):
    """Comma-separated text."""

    suffixes: ClassVar[tuple[str, ...]] = (".csv",)
    delimiter = ","

    def __init__(self, file: TextIO) -> None:
        super().__init__(file)
        self.writer = csv.writer(file, delimiter=self.delimiter)

    def header(self, names: Sequence[str]) -> None:
        self.row(names)

    def rows(self, rows: Sequence[Sequence[Any]]) -> None:
        self.writer.writerows(rows)
        self.written += len(rows)

    def row(self, values: Sequence[Any]) -> None:
        self.writer.writerow(values)


class TSV(CSV):
    """Tab-separated text."""

    suffixes = (".tsv", ".tab")
    delimiter = "\t"


class JSONLines(Format):
    """
    A JSON object a line.

    Numbers, truth values and JSON fields are themselves; a list is a list of the texts that the
    cell of the native CSV would list; null is null, an empty text or list is itself.
    Anything else is the text of its cell.
    """

    suffixes = (".jsonl", ".ndjson")
    typed = True

    def header(self, names: Sequence[str]) -> None:
        self.names = names

    def row(self, values: Sequence[Any]) -> None:
        record = dict(zip(self.names, values, strict=True))
        self.file.write(json.dumps(record, ensure_ascii=False, default=str) + "\n")


class XLSX(Format):
    """
    A workbook of one sheet, whose every cell is a text and has the format "Text".

    So "00123", "1e5" and "=1+1" are what they look like, also when somebody edits them. Characters
    that XML cannot hold are written as ``_xHHHH_``, which spreadsheets read as the character.

    Source: https://learn.microsoft.com/office/open-xml and ECMA-376 part 1, 18.3.1.4 (cells) and
    22.9.2.19 (escapes); limits of rows and characters by
    https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3 (2026-11).

    :raises ExportError: openpyxl is not installed, or the file takes no bytes.
    """

    suffixes = (".xlsx",)
    most_rows = 1_048_575
    most_characters = 32_767
    """In a cell, counted in 16-bit units."""

    unwritable = re.compile("[\0-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")

    def __init__(self, file: TextIO) -> None:
        try:
            # An optional dependency.
            from openpyxl import Workbook
        except ImportError as error:
            raise ExportError("XLSX needs openpyxl: pip install django-bookrel[xlsx]") from error
        if not hasattr(file, "buffer"):
            raise ExportError("XLSX cannot be written to standard output; name a FILE.")
        super().__init__(file)
        self.workbook = Workbook(write_only=True)
        self.sheet = self.workbook.create_sheet()

    def header(self, names: Sequence[str]) -> None:
        # As late as this, for it needs openpyxl.
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.utils import get_column_letter

        self.names = names
        self.cells = [WriteOnlyCell(self.sheet) for _name in names]
        columns = self.sheet.column_dimensions
        for number, cell in enumerate(self.cells, 1):
            cell.number_format = columns[get_column_letter(number)].number_format = "@"
        self.row(names)

    def row(self, values: Sequence[str]) -> None:
        cells: list[Any] = []
        for name, cell, text in zip(self.names, self.cells, values, strict=True):
            if len(text) > self.most_characters // 2:
                self._check_length(name, text)
            cell.value = self.unwritable.sub(_escaped, text)
            # openpyxl takes "=1+1" and "#N/A" for something else.
            cell.data_type = "s"
            cells.append(cell if text else None)
        self.sheet.append(cells)

    def close(self, *, complete: bool) -> None:
        if complete:
            self.workbook.save(self.file.buffer)
        elif not self.sheet.closed:
            # What is half written is of no use; whether it can be ended does not matter.
            with suppress(Exception):
                self.sheet.close()

    def _check_length(self, name: str, text: str) -> None:
        size = len(text.encode("utf-16-le", "surrogatepass")) // 2
        if size > self.most_characters:
            raise ExportError(
                f"{name} has {size:,} characters, but a cell of an XLSX file holds at most "
                f"{self.most_characters:,}; write CSV, or leave the column out."
            )


def _escaped(found: re.Match[str]) -> str:
    return f"_x{ord(found[0]):04X}_"


FORMATS: dict[str, type[Format]] = {"csv": CSV, "tsv": TSV, "jsonl": JSONLines, "xlsx": XLSX}
