"""
XML as a stream of elements, held to limits: nothing is built, and a few bytes cannot become many.

A document type declaration is rejected, and with it entities of any kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate
from xml.parsers.expat.errors import messages

from ..limits import Limits

__all__ = ("DECLARED", "SEPARATOR", "MarkupError", "parsed")

DECLARED = (
    "the XML has a document type declaration, which no catalogue needs and which may be harmful"
)
SEPARATOR = " "
"""Between the namespace of an element or attribute and its name."""

_MOST_NAMES = 10_000
_MOST_DEPTH = 200

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


class MarkupError(Exception):
    """Raised when XML is not well formed, or harmful; the message has no full stop."""


def parsed(
    blocks: Iterable[bytes], limits: Limits, start: Start, end: End, text: Text
) -> Iterator[int]:
    """
    Call functions for what XML has; yield the number of bytes of each block that was read.

    :raises MarkupError: with what is wrong and the line; what came before it was given.
    """
    guard = _Guard(start, end)
    parser: Any = ParserCreate(namespace_separator=SEPARATOR)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = guard.start, guard.end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _declared
    size = 0
    try:
        for block in blocks:
            parser.Parse(block, False)  # noqa: FBT003 (expat takes no keywords)
            size += len(block)
            if size - parser.CurrentByteIndex > limits.line:
                raise MarkupError(f"its XML has a tag of more bytes than {limits.allowed('line')}")
            if len(parser.intern) > _MOST_NAMES:
                raise MarkupError(f"its XML has more than {_MOST_NAMES:,} different names")
            yield len(block)
        parser.Parse(b"", True)  # noqa: FBT003
    except ExpatError as error:
        raise MarkupError(f"line {error.lineno}: invalid XML ({messages[error.code]})") from error
    except (LookupError, ValueError) as error:
        # An encoding that Python does not know, or that has several bytes a character.
        raise MarkupError(f"line {parser.CurrentLineNumber}: invalid XML ({error})") from error


def _declared(*_: Any) -> None:
    raise MarkupError(DECLARED)


class _Guard:
    """Elements no deeper than any real file has them."""

    def __init__(self, start: Start, end: End) -> None:
        self._start, self._end = start, end
        self._depth = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise MarkupError(f"its XML nests elements more than {_MOST_DEPTH} deep")
        self._start(name, attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        self._end(name)
