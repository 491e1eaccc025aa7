"""
Books of HathiTrust as the Post45 Data Collective gives them: MARC records as a table.

https://data.post45.org, ``iowa_writers_workshop-hathitrust_metadata.csv``,
``nyt_hardcover_fiction_bestsellers-hathitrust_metadata.csv`` and ``-titles.csv``,
``major_literary_prizes-hathitrust_metadata.csv`` (seen 2026-11). UTF-8, comma, LF.

- Each file has its own columns; numbers of OCLC and the author's headings are in all.
- Some cells are Python lists, whose texts may be lists again:
  ``['0822956489 (pbk. : acid-free paper),0822940434 (acid-free paper)']``.
- Numbers are written ``22812747.0``.
- In the Iowa file a title ends in what the title page says of its authors, ``/ Joe Haldeman.``
  The second to fourth author may have a role (``Victor, Thomas photographer.``), be the publisher
  (``Zasterle Press publisher.``) or someone who had this copy (``Bye, Reed former owner.``); the
  latter two are left out. Some of its UTF-8 was taken for ISO-8859-1.
- A row is a volume of HathiTrust; those with one number of OCLC are copies of one book, which has
  all their numbers.
"""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Mapping
from typing import Any, ClassVar

from ...roles import find_role
from ..base import Column, Record, Row
from ..files.undecodable import is_faulty
from ..reading.described import SINGLE
from ..reading.draft import Draft
from ..reading.headings import NOT_OF_THE_BOOK, HeadingSource
from ..reading.identifiers import clean_identifiers
from ..reading.isbd import join_title, without_responsibility, without_stop
from ..reading.mapped import People
from ..reading.uniting import UnitingSource

__all__ = ("HathiTrustSource",)

_OF_THE_AUTHOR = "about the author, not the book"
_OF_THE_LIST = "about a list of bestsellers, not the book"
_COPIES = "about copies, not the book"
_BRACKETS = re.compile("[^()]*+[()]?")
_LONGEST_ROLES = 50
"""Words of the longest list of roles behind a name."""
_OTHER_ROLES = frozenset({"designer", "book designer"})


class HathiTrustSource(UnitingSource, HeadingSource):
    """A table of books of HathiTrust or OCLC, of the Post45 Data Collective."""

    name: ClassVar[str] = "hathitrust"
    title: ClassVar[str] = "HathiTrust metadata (Post45 Data Collective)"
    is_misread: ClassVar[bool] = True
    own_scheme: ClassVar[str] = "oclc"
    signature: ClassVar[frozenset[str]] = frozenset(
        {"author_authorized_heading", "author_lccn", "author_viaf", "oclc", "oclc_owi"}
    )
    separators: ClassVar[Mapping[str, re.Pattern[str]]] = dict.fromkeys(
        ("author1", "author2", "author3", "author4"), SINGLE
    )
    places: ClassVar[Mapping[str, str]] = {
        "title": "title",
        "shorttitle": "title",
        "author": "author",
        "author1": "author",
        "author2": "contributors",
        "author3": "contributors",
        "author4": "contributors",
        "publisher_marc": "publishers",
        "date": "year",
        "imprintdate": "year",
        "inferreddate": "year",
        "year": "year",
        "isbn": "isbn",
        "oclc_isbn": "isbn",
        "htid": "identifiers:hathitrust",
        "hathi_id": "identifiers:hathitrust",
        "oclc": "identifiers:oclc",
        "lccn": "identifiers:lccn",
    }
    ignored: ClassVar[Mapping[str, str]] = {
        "id": "number of the row",
        "title_id": "number of a row of another table",
        "imprint": "repeats publisher and year",
        "place": "books have no field for a place",
        "isbn_most_common_edition": "of another edition, if not of this one",
        "oclc_owi": "number of the work, which all its editions share",
        **dict.fromkeys(
            (
                "author1_normalized",
                "author_authorized_heading",
                "author_lccn",
                "author_viaf",
                "author_wikidata",
                "author_wikidata_qid",
                "person_id",
                "full_name",
                "given_name",
                "last_name",
                "gender",
            ),
            _OF_THE_AUTHOR,
        ),
        **dict.fromkeys(("oclc_eholdings", "oclc_holdings", "hathi_rights"), _COPIES),
        **dict.fromkeys(("best_rank", "debut_rank", "first_week", "total_weeks"), _OF_THE_LIST),
    }

    def read(self, row: Row) -> Record:
        record = super().read(row._replace(cells=[_plain(cell) for cell in row.cells]))
        record.raw = row.cells
        values: dict[str, Any] = record.values
        if "title" in values:
            values["title"] = join_title(without_responsibility(values["title"]))
        clean_identifiers(values)
        return record

    def read_people(self, draft: Draft, column: Column) -> People:
        found: People = []
        for heading, role in super().read_people(draft, column):
            name, roles = _part_roles(heading)
            kept = [each for each in roles if each not in NOT_OF_THE_BOOK]
            if roles and not kept:
                reason = f"{' and '.join(roles).capitalize()} is not a role that is kept."
                draft.dropped("person", column, heading, reason)
                continue
            role = role or (find_role(kept[0]) or "contributor" if kept else None)
            found.append((without_stop(name), role))
        return found


def _plain(cell: str) -> str:
    if not (cell.startswith("[") and cell.endswith("]")):
        return cell
    try:
        texts = literal_eval(cell)
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        return cell
    plain = "; ".join(part.strip() for text in texts for part in _at_commas(str(text)))
    return cell if is_faulty(plain) else plain


def _at_commas(text: str) -> list[str]:
    """Split at the commas that are not followed by a closing bracket before an opening one."""
    parts: list[list[str]] = [[]]
    for piece in _BRACKETS.findall(text):
        first, *others = [piece] if piece.endswith(")") else piece.split(",")
        parts[-1].append(first)
        parts += ([other] for other in others)
    return list(map("".join, parts))


def _part_roles(heading: str) -> tuple[str, list[str]]:
    words = heading.split(" ")
    # The longest that is known: "writer of introduction, former owner".
    for count in range(max(1, len(words) - _LONGEST_ROLES), len(words)):
        text = " ".join(words[count:])
        roles = [role.strip() for role in text.split(",")]
        if text.islower() and all(map(_is_role, roles)):
            return " ".join(words[:count]), roles
    return heading, []


def _is_role(text: str) -> bool:
    return text in NOT_OF_THE_BOOK or text in _OTHER_ROLES or find_role(text) is not None
