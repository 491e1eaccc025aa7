r"""
How a cell of the native CSV is written: lists, contributors, series, identifiers.

- Lists are separated by ``|``. In a list a backslash takes the meaning off the next character: a
  literal ``|`` is ``\|``, a literal backslash ``\\``, and ``\`` and a space keep space at the edge
  of a text, where it is dropped otherwise. Before any other character a backslash stands for
  itself. Empty texts in a list are dropped.
- A contributor is ``Name (role)``: the last bracket, if it is a known role; without one it keeps
  the roles that it has in the book, and a new one is a "contributor". Export always writes the
  role, so that brackets in names are safe.
- A series is ``Name #number``, split at the last `` #``. A name that holds `` #`` itself and has
  no number ends in `` #``; in numbers ``#`` is written ``\#``.
- An identifier is ``scheme:value``, split at the first colon; in schemes ``:`` is written ``\:``.
- A text that starts like a formula behind one or more apostrophes loses one apostrophe: the guard
  against spreadsheets that run such texts (``guard_cell``).

Everything that the functions ``format_*``, ``join_list`` and ``guard_cell`` write is read again as
the same text, whatever it holds (``csv.writer`` must quote line ends, as it does with its default
line terminator).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from ...isbn import clean_isbn
from ...roles import find_role
from ...showing import short
from ..base import LIST_FIELDS, Credited

__all__ = (
    "PARSERS",
    "format_contributor",
    "format_identifier",
    "format_series",
    "guard_cell",
    "join_list",
    "parse_cell",
    "split_list",
    "unguard_cell",
)

# Also full-width, and behind blanks, controls and characters that are not seen. None of all that is
# a letter or digit.
_FORMULA = (
    "[\\s\0-\x1f\x7f-\x9f\xad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff]*[=+\\-@＝＋－＠\t\r]"
)
# At the start of a row it would be taken for a byte order mark.
_MARK = "\ufeff"
_GUARDED = re.compile(f"'+(?:{_FORMULA}|{_MARK})")
_LIKE_A_GUARD = re.compile(f"'+{_FORMULA}|'*{_MARK}")
_UNSAFE = re.compile(f"'*(?:{_FORMULA}|{_MARK})")

_IDENTIFIER = re.compile(r"((?:[^\\:]|\\.)*):(.*)", re.DOTALL)


def guard_cell(text: str, *, spreadsheet: bool) -> str:
    """
    Put an apostrophe before a text that a spreadsheet would take for a formula.

    Such a text starts with ``= + - @`` or one of these in full width, a tab or a return, perhaps
    behind blanks and invisible characters.

    :param spreadsheet: False guards only the texts that look guarded already, or begin with a byte
        order mark, which any native file, or file of rejected rows, needs to be read again as they
        are.
    """
    if text[:1].isalnum():
        return text
    changes = _UNSAFE.match(text) if spreadsheet else _LIKE_A_GUARD.match(text)
    return f"'{text}" if changes else text


def unguard_cell(text: str) -> str:
    """Undo ``guard_cell``."""
    return text[1:] if _GUARDED.match(text) else text


@lru_cache(16)
def _patterns(separator: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    whole, first = re.escape(separator), re.escape(separator[0])
    return (
        re.compile(rf"\A\s|\s\Z|[\\{first}]"),
        re.compile(rf"((?:\\[\s\S]|(?!{whole})[\s\S])*)(?:{whole}|\Z)"),
        re.compile(rf"\\([\s\\{first}])"),
    )


def split_list(text: str, separator: str = "|") -> list[str]:
    r"""
    Split a list; the inverse of ``join_list``.

    :returns: the texts without edge space and with their escapes undone; no empty ones.
    """
    if "\\" not in text:
        if separator not in text:
            text = text.strip()
            return [text] if text else []
        return [part.strip() for part in text.split(separator) if part and not part.isspace()]
    _, part_pattern, escaped = _patterns(separator)
    parts = map(_stripped, part_pattern.findall(text))
    return [escaped.sub(r"\1", part) for part in parts if part]


def _stripped(part: str) -> str:
    stripped = part.rstrip()
    # An odd number of backslashes at the end: the last one keeps the space behind it.
    if stripped != part and (len(stripped) - len(stripped.rstrip("\\"))) % 2:
        stripped = part[: len(stripped) + 1]
    return stripped.lstrip()


def join_list(texts: Iterable[str], separator: str = "|") -> str:
    """Write a list of texts as one; empty texts are left out."""
    special = _patterns(separator)[0]
    # To look first is faster, as next to no text has anything to escape.
    return separator.join(
        [special.sub(r"\\\g<0>", text) if special.search(text) else text for text in texts if text]
    )


def format_contributor(name: str, role: str) -> str:
    """Write a contributor; ``role`` is a key of ``ROLES``."""
    return f"{name} ({role})"


def format_series(name: str, number: str = "") -> str:
    """Write the place of a book in a series."""
    if number:
        number = re.sub(r"[\\#]", r"\\\g<0>", number)
    elif " #" not in name:
        return name
    return f"{name} #{number}"


def format_identifier(scheme: str, value: str) -> str:
    """Write an identifier."""
    return re.sub(r"[\\:]", r"\\\g<0>", scheme) + f":{value}"


_role = lru_cache(1024)(find_role)


def _contributor(text: str) -> tuple[str, str]:
    if text.endswith(")") and (cut := text.rfind("(")) > 0 and (role := _role(text[cut + 1 : -1])):
        return text[:cut].removesuffix(" "), role
    return Credited(text), "contributor"


def _series(text: str) -> tuple[str, str]:
    name, separator, number = text.rpartition(" #")
    if not separator:
        return text, ""
    return name, re.sub(r"\\([\\#])", r"\1", number) if "\\" in number else number


def _identifier(text: str) -> tuple[str, str]:
    scheme, _, value = text.partition(":")
    if "\\" in scheme and (match := _IDENTIFIER.match(text)):
        scheme, value = re.sub(r"\\([\\:])", r"\1", match[1]), match[2]
    if not scheme or not value:
        raise ValueError(f'"{short(text)}" is not an identifier; expected scheme:value.')
    return scheme, value


def _contributors(text: str) -> list[tuple[str, str]]:
    return [_contributor(item) for item in split_list(text)]


def _all_series(text: str) -> list[tuple[str, str]]:
    return [_series(item) for item in split_list(text)]


def _identifiers(text: str) -> list[tuple[str, str]]:
    return [_identifier(item) for item in split_list(text)]


PARSERS: dict[str, Callable[[str], Any]] = {
    "contributors": _contributors,
    "publishers": split_list,
    "series": _all_series,
    "subjects": split_list,
    "identifiers": _identifiers,
    "isbn": clean_isbn,
}
"""Field to what reads a cell of it that is not empty; every other cell is a text."""


def parse_cell(field: str, text: str) -> str | list[Any]:
    """
    Read a cell of the native CSV.

    :raises ValueError: the text is no value of the field; its message is a sentence.
    """
    text = unguard_cell(text)
    parser = PARSERS.get(field)
    if parser is None:
        return text
    return parser(text) if text else ([] if field in LIST_FIELDS else "")
