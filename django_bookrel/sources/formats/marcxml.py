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
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar
from xml.sax import SAXParseException, make_parser
from xml.sax.handler import (
    ContentHandler,
    LexicalHandler,
    feature_namespaces,
    property_lexical_handler,
)

from ...exceptions import UnreadableFile
from ..base import ByteReader, Dialect, Row
from ..files.lines import blocks
from ..files.undecodable import issue
from .marc import MarcSource, import_pymarc, row_of
from .marcfields import COLUMNS

__all__ = ("MarcXmlSource",)

START_BYTES = 20_000
_MAX_RECORD = 10_000_000
"""Bytes from one record to the next."""

_NAMESPACE = b"http://www.loc.gov/MARC21/slim"
_DECLARATION = b"<!DOCTYPE"
_DECLARED = (
    "the XML has a document type declaration, which MARCXML never needs and which may be harmful."
)
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
            raise UnreadableFile(_DECLARED)
        inner = import_pymarc().marcxml.XmlHandler(strict=_NAMESPACE in start)
        return list(COLUMNS), _rows(file, inner)


def _rows(file: ByteReader, inner: Any) -> Iterator[Row]:
    parser: Any = make_parser()  # noqa: S317 (declarations are rejected)
    records = _Records(inner)
    parser.setFeature(feature_namespaces, 1)
    parser.setContentHandler(records)
    parser.setProperty(property_lexical_handler, records)
    size = 0
    try:
        for block in blocks(file):
            parser.feed(block)
            size = 0 if records.rows else size + len(block)
            if size > _MAX_RECORD:
                raise UnreadableFile(f"{_MAX_RECORD:,} bytes of its XML contain no MARC record.")
            while records.rows:
                yield records.rows.popleft()
        parser.close()
    except (SAXParseException, LookupError, ValueError) as error:
        # Those before the fault are good.
        yield from records.rows
        reason = error.getMessage() if isinstance(error, SAXParseException) else str(error)
        message = f"line {parser.getLineNumber()}: invalid XML ({reason})."
        raise UnreadableFile(message) from error
    yield from records.rows


class _Records(ContentHandler, LexicalHandler):
    """What the parser finds, for pymarc to make records of, which become rows."""

    def __init__(self, inner: Any) -> None:
        self.rows: deque[Row] = deque()
        self._inner = inner
        self._count = 0
        self._fault: Exception | None = None
        inner.process_record = self._found

    def startDTD(self, name: str, public_id: str | None, system_id: str | None) -> None:  # noqa: N802
        # It stood further on than what was looked at when the file was opened.
        raise UnreadableFile(_DECLARED)

    def startElementNS(self, name: Any, qname: Any, attrs: Any) -> None:  # noqa: N802
        if name[1] == "record":
            self._fault = None
        self._told(self._inner.startElementNS, name, qname, attrs)

    def endElementNS(self, name: Any, qname: Any) -> None:  # noqa: N802
        self._told(self._inner.endElementNS, name, qname)

    def characters(self, content: str) -> None:
        self._inner.characters(content)

    def _told(self, method: Any, *arguments: Any) -> None:
        try:
            method(*arguments)
        except Exception as error:  # noqa: BLE001 (pymarc raises what it comes upon)
            self._fault = error

    def _found(self, record: Any) -> None:
        self._count += 1
        if self._fault is None:
            self.rows.append(row_of(self._count, record))
            return
        reason = f"The record cannot be read: {self._fault}."
        self.rows.append(Row(self._count, [""], (issue("marc", "", "", reason),)))
