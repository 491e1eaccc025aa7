"""
MARC 21 records as XML, by pymarc (extra ``marc``): MARCXML, also within OAI-PMH and SRU answers.

https://www.loc.gov/standards/marcxml/ (seen 2026-11). The encoding is that of the XML declaration.

- A document type declaration is rejected, and with it entities of any kind: no MARCXML has one, and
  a few of its bytes can unpack to gigabytes, or name files of the computer that reads them.
- The file is read as a stream. XML that is not well formed ends the reading with the line that is
  wrong; the records before it are good.
- A line is a record here, counted from 1, as many files have no line ends.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar
from xml.sax.xmlreader import AttributesNSImpl

from ...exceptions import UnreadableFile
from ..base import ByteReader, Dialect, Row
from ..files.lines import blocks
from ..files.markup import DECLARED, SEPARATOR, MarkupError, parsed
from ..files.undecodable import issue
from ..limits import Limits
from .marc import MarcSource, import_pymarc, row_of
from .marcfields import COLUMNS

__all__ = ("MarcXmlSource",)

START_BYTES = 20_000
_NAMESPACE = b"http://www.loc.gov/MARC21/slim"
_DECLARATION = b"<!DOCTYPE"
_MARKUP = re.compile(rb"<(?:\w+:)?(?:datafield|controlfield|leader)\b")


class MarcXmlSource(MarcSource):
    """MARC 21 records as XML."""

    name: ClassVar[str] = "marcxml"
    title: ClassVar[str] = "MARCXML"
    dialects: ClassVar[Sequence[Dialect]] = ()

    @classmethod
    def open_table(cls, file: ByteReader) -> tuple[list[str], Iterator[Row]] | None:
        start = file.peek(START_BYTES).replace(b"\0", b"")
        if not start.lstrip(b"\xef\xbb\xbf\xfe\xff \r\n\t").startswith(b"<"):
            return None
        if _NAMESPACE not in start and not _MARKUP.search(start):
            return None
        if _DECLARATION in start:
            raise UnreadableFile(f"{DECLARED}.")
        inner = import_pymarc().marcxml.XmlHandler(strict=_NAMESPACE in start)
        return list(COLUMNS), _rows(file, inner)


def _rows(file: ByteReader, inner: Any) -> Iterator[Row]:
    records = _Records(inner, file.limits)
    size = 0
    try:
        stream = parsed(blocks(file), file.limits, records.start, records.end, inner.characters)
        for count in stream:
            size = 0 if records.rows else size + count
            if size > file.limits.record:
                limit = file.limits.allowed("record")
                raise UnreadableFile(f"the XML contains no MARC record within {limit}.")
            while records.rows:
                yield records.rows.popleft()
    except MarkupError as error:
        # Those before the fault are good.
        yield from records.rows
        raise UnreadableFile(f"{error}.") from error
    yield from records.rows


class _Records:
    """What the parser finds, for pymarc to make records of, which become rows."""

    def __init__(self, inner: Any, limits: Limits) -> None:
        self.rows: deque[Row] = deque()
        self._inner = inner
        self._limits = limits
        self._count = self._elements = 0
        self._fault: Exception | None = None
        inner.process_record = self._found

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        space, _, local = name.rpartition(SEPARATOR)
        if local == "record":
            self._fault, self._elements = None, 0
        self._elements += 1
        if self._elements > self._limits.elements:
            limit = self._limits.allowed("elements")
            self._fault = ValueError(f"it has more elements than {limit}")
        else:
            named = AttributesNSImpl({(None, key): text for key, text in attributes.items()}, {})
            self._told(self._inner.startElementNS, (space or None, local), None, named)

    def end(self, name: str) -> None:
        space, _, local = name.rpartition(SEPARATOR)
        if self._elements <= self._limits.elements or local == "record":
            self._told(self._inner.endElementNS, (space or None, local), None)

    def _told(self, method: Any, *arguments: Any) -> None:
        try:
            method(*arguments)
        except Exception as error:  # noqa: BLE001 (pymarc raises what it comes upon)
            self._fault = error

    def _found(self, record: Any) -> None:
        self._count += 1
        if self._fault is None and record.fields:
            self.rows.append(row_of(self._count, record))
            return
        reason = f"The record cannot be read: {self._fault or 'it has no fields'}."
        self.rows.append(Row(self._count, [""], (issue("marc", "", "", reason),)))
