"""
The catalogue that Calibre writes as CSV.

https://calibre-ebook.com, "Create a catalog" or ``calibredb catalog books.csv``,
https://manual.calibre-ebook.com/generated/en/calibredb.html#catalog (seen 2026-11). UTF-8, since
version 1 with a byte order mark, comma, all cells quoted. The user chooses the columns, and may
have own ones, which begin with ``#``.

- Authors are separated by ``&``; within a name it is written ``&&``.
- ``identifiers`` is a list of ``scheme:value`` with commas between; a comma in a value is ``|``, as
  is the colon of ``https:``.
- The number in a series is a float, and 1.0 also where there is no series.
- No date of publication is ``0101-01-01``, in the time zone of the computer: perhaps 31 December.
- Tags are subjects: they become ``dc:subject`` of an e-book, and come from there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from ...isbn import find_isbn
from ..base import Column, Target
from ..reading.described import DescribedSource
from ..reading.draft import Draft
from ..reading.mapped import People

__all__ = ("CalibreSource",)

_COPY = "about a copy of the e-book"
_SORTED = "the sort form of another column"
# The user chooses columns; two of these are there if the choice is not very small.
_OWN = frozenset(
    {"author_sort", "title_sort", "series_index", "library_name", "timestamp", "pubdate", "formats"}
)
_AMAZON = re.compile(r"(?:amazon(?:_[a-z]+)?|mobi-asin|asin)")
_NO_DATE = re.compile("010[01]-")


def _further_isbn(text: str, values: dict[str, Any]) -> str:
    isbn = find_isbn(text) or ""
    if values.get("isbn") == "":
        values["isbn"] = isbn
    return "" if isbn == values.get("isbn") else isbn


class CalibreSource(DescribedSource):
    """A catalogue of Calibre."""

    name: ClassVar[str] = "calibre"
    title: ClassVar[str] = "Calibre catalogue"
    signature: ClassVar[frozenset[str]] = frozenset({"authors", "title"})
    separators: ClassVar[Mapping[str, re.Pattern[str]]] = {"authors": re.compile("(?<!&)&(?!&)")}
    places: ClassVar[Mapping[str, str]] = {
        "title": "title",
        "authors": "author",
        "isbn": "isbn",
        "identifiers": "identifiers",
        "uuid": "identifiers:calibre",
        "publisher": "publishers",
        "pubdate": "year",
        "languages": "language",
        "series": "series",
        "series_index": "series:number",
        "tags": "subjects",
    }
    ignored: ClassVar[Mapping[str, str]] = {
        "author_sort": _SORTED,
        "title_sort": _SORTED,
        "rating": "about a reader, not the book",
        "comments": "books have no field for it",
        "library_name": _COPY,
        "timestamp": _COPY,
        "formats": _COPY,
        "size": _COPY,
        "cover": _COPY,
        "id": "a number within one library; uuid is unique",
        "ondevice": _COPY,
        "marked": _COPY,
    }

    @classmethod
    def identify(cls, header: Sequence[str], fields: Collection[str]) -> int:
        return super().identify(header, fields) if len(_OWN.intersection(header)) > 1 else 0

    def find_target(self, name: str, fields: Collection[str]) -> tuple[int, Target] | str:
        if name.startswith("#"):
            own = name.removeprefix("#")
            return (0, Target(own)) if own in fields else "a custom column"
        return super().find_target(name, fields)

    def read_people(self, draft: Draft, column: Column) -> People:
        people = super().read_people(draft, column)
        if "&&" in draft.cells[column.position]:
            people = [(name.replace("&&", "&"), role) for name, role in people]
        return people

    def read_subjects(self, draft: Draft, columns: Sequence[Column]) -> list[str]:
        tags = (
            tag.strip() for column in columns for tag in draft.cells[column.position].split(",")
        )
        return [tag for tag in dict.fromkeys(tags) if tag]

    def read_series(self, draft: Draft, columns: Sequence[Column]) -> list[tuple[str, str]]:
        names = [" ".join(draft.text(c).split()) for c in columns if not c.qualifier]
        numbers = [draft.text(c) for c in columns if c.qualifier]
        number = re.sub(r"[.,]0+\Z", "", numbers[0]) if numbers else ""
        return [(name, number) for name in names if name]

    def read_year(self, draft: Draft, columns: Sequence[Column]) -> str:
        if _NO_DATE.match(draft.cells[columns[0].position]):
            return ""
        return super().read_year(draft, columns)

    def read_identifiers(self, draft: Draft, columns: Sequence[Column]) -> list[tuple[str, str]]:
        found = draft.values.get("identifiers", [])
        for column in columns:
            cell = draft.cells[column.position]
            if column.qualifier:
                found.append((column.qualifier, cell.strip()))
                continue
            for text in cell.split(","):
                scheme, _, value = (part.strip() for part in text.partition(":"))
                if scheme == "isbn":
                    value = _further_isbn(value, draft.values)
                elif scheme in ("uri", "url"):
                    value = value[:8].replace("|", ":") + value[8:]
                elif _AMAZON.fullmatch(scheme):
                    scheme = "asin"
                found.append((scheme, value.replace("|", ",")))
        return [entry for entry in dict.fromkeys(found) if all(entry)]
