"""
The British Library's "researcher format": extracts of its catalogue as tables.

https://www.bl.uk/collection-metadata/downloads, ``records.csv``, ``names.csv``, ``titles.csv``,
``topics.csv`` and ``classification.csv`` (seen 2026-11). UTF-8, comma, all cells quoted.

- The five tables are one, each with the column first by which it is sorted, and then with several
  rows for a record: one for each name, topic or class mark. They are one book; their lists are
  united.
- Numbers of records begin with zeros.
- Lists are separated by `` ; ``, and so are the roles of a person among "All names":
  ``Hall, Douglas, illustrator [person] ; Carroll, Lewis, 1832-1898, author ; editor [person]``.
- "Name" is the one under which the record stands; in ``names.csv`` it is any of them, and the
  others are "Other names".
- Subjects have their parts joined by ``--``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from ...roles import find_role
from ..base import Column, Credited, Record, Row
from ..reading.credits import is_nobody
from ..reading.draft import Draft
from ..reading.headings import NOT_OF_THE_BOOK, HeadingSource, without_fuller_form
from ..reading.identifiers import clean_identifiers
from ..reading.isbd import find_pages, join_title
from ..reading.numbers import repair_number
from ..reading.uniting import UnitingSource

__all__ = ("BlRecordsSource",)

_LIST = " ; "
_KIND = re.compile(r"(?<!\s)\s*+\[[a-z ]++\]\Z")
# A title of nobility such as "comte de" is none.
_ROLE = re.compile(r"[a-z][a-z ()'-]*(?<!\bde)(?<!\bdi)(?<!\bvon)(?<!\bof)")


class BlRecordsSource(UnitingSource, HeadingSource):
    """A table in the British Library's researcher format."""

    name: ClassVar[str] = "bl_records"
    title: ClassVar[str] = "British Library researcher format"
    own_scheme: ClassVar[str] = "bl"
    signature: ClassVar[frozenset[str]] = frozenset({"BL record ID", "Title"})
    places: ClassVar[Mapping[str, str]] = {
        "Title": "title",
        "Name": "author",
        "All names": "contributors",
        "Other names": "contributors",
        "Publisher": "publishers",
        "Date of creation/publication": "year",
        "Date of publication": "year",
        "ISBN": "isbn",
        "Physical description": "pages",
        "Languages": "language",
        "Series title": "series",
        "Number within series": "series:number",
        "Topics": "subjects",
        "Genre": "subjects",
        "BL record ID": "identifiers:bl",
        "BNB number": "identifiers:bnb",
        "Archival Resource Key": "identifiers:ark",
    }
    looked_at: ClassVar[Mapping[str, str]] = {
        "Dates associated with name": "read with the name",
        "Role": "read with the name",
    }
    ignored: ClassVar[Mapping[str, str]] = {
        "Type of name": "authors have no field for it",
        "Variant titles": "books have one title",
        "Place of publication": "books have no field for a place",
        "Place of creation/publication": "books have no field for a place",
        "Country of publication": "books have no field for a place",
        "Dewey classification": "books have no field for a class mark",
        "BL shelfmark": "about a copy",
        "Provenance": "about a copy",
        **dict.fromkeys(
            (
                "Type of resource",
                "Content type",
                "Material type",
                "Edition",
                "Notes",
                "Referenced in",
            ),
            "books have no field for it",
        ),
    }

    def read(self, row: Row) -> Record:
        record = super().read(row)
        values: dict[str, Any] = record.values
        if "title" in values:
            values["title"] = join_title(values["title"])
        clean_identifiers(values)
        return record

    def read_author(self, draft: Draft, columns: Sequence[Column]) -> str:
        if columns[0].name != "Name":
            return super().read_author(draft, columns)
        people = self._everybody(draft)
        author = _author(people)
        draft.values["contributors"] = [
            (name if roles else Credited(name), role)
            for name, roles in people.items()
            for role in roles or ["contributor"]
            if name != author or (roles and role != "co-author")
        ]
        return author or ""

    def read_contributors(self, draft: Draft, columns: Sequence[Column]) -> list[tuple[str, str]]:
        # Those of the format's own columns were read with the author.
        others = [column for column in columns if column.name not in ("All names", "Other names")]
        return super().read_contributors(draft, others)

    def _everybody(self, draft: Draft) -> dict[str, list[str]]:
        """Read all names, the one under which the record stands first, with roles."""
        name, dates, role = (
            self._cell(draft, column) for column in ("Name", "Dates associated with name", "Role")
        )
        heading = f"{name}, {dates}" if name and dates else name
        said = [(heading, role.split(_LIST) if role else [])] if name else []
        for column in ("All names", "Other names"):
            said += _split_names(self._cell(draft, column))
        people: dict[str, list[str]] = {}
        for heading, roles in said:
            known = [find_role(role) or "contributor" for role in roles]
            if not is_nobody(heading) and not (roles and NOT_OF_THE_BOOK.issuperset(roles)):
                people.setdefault(without_fuller_form(heading), []).extend(known)
        return {heading: list(dict.fromkeys(roles)) for heading, roles in people.items()}

    def _cell(self, draft: Draft, name: str) -> str:
        column = self.named.get(name)
        return draft.text(column) if column else ""

    def read_pages(self, draft: Draft, columns: Sequence[Column]) -> str:
        cell = draft.text(columns[0])
        return find_pages(cell) or repair_number(cell) or ""


def _split_names(cell: str) -> list[tuple[str, list[str]]]:
    people: list[tuple[str, list[str]]] = []
    is_open = False
    for piece in cell.split(_LIST) if cell else ():
        text = _KIND.sub("", piece)
        if is_open and _ROLE.fullmatch(text):
            people[-1][1].append(text)
        else:
            heading, _, role = text.rpartition(", ")
            has_role = heading and _ROLE.fullmatch(role)
            people.append((heading, [role]) if has_role else (text, []))
        is_open = text == piece
    return people


def _author(people: Mapping[str, Sequence[str]]) -> str | None:
    first = next(iter(people), None)
    if first is None or not people[first]:
        return first
    return next((name for name, roles in people.items() if "co-author" in roles), None)
