"""
The dumps of Open Library: a line for each edition, work or author.

https://openlibrary.org/developers/dumps, ``ol_dump_editions_latest.txt.gz`` and others (seen
2026-11). UTF-8, tab, no header: type, key, revision, date and the record as JSON.

- Editions and works name their authors by key only. The names stand in the dump of authors; put it
  first, and they are known: ``cat ol_dump_authors.txt.gz ol_dump_editions.txt.gz``, for files
  packed by gzip can be joined so. An author is no book and makes no record. A key whose author has
  not come before is left out.
- Many editions leave it to their work to name the authors; where the dump of works stands between
  the two, they have them from there.
- An edition makes a book, and so does a work.
- What came from libraries joins a series and its volume by dashes: ``Lecture notes -- v. 3``.
- Numbers of LibraryThing are those of works, which other editions share, and are not read, nor are
  redirects, deleted records, lists and pages.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, ClassVar

from ...exceptions import MissingColumns
from ..base import ByteReader, Column, Dialect, Issue, Record, Row, Source, Target
from ..files.lines import MARK, Lines, blocks
from ..files.undecodable import issue, visible
from ..reading.described import PIPE
from ..reading.headings import HeadingSource
from ..reading.identifiers import clean_identifiers
from ..reading.isbd import find_pages, without_stop
from ..reading.languages import find_language

__all__ = ("OpenLibraryDumpSource",)

_HEADER = ["type", "key", "revision", "last_modified", "json"]
_START = re.compile(rb"(?:\xef\xbb\xbf)?/type/\w+\t/[^\t\n]+\t\d+\t[^\t\n]*\t\{")
_START_BYTES = 1_000
_EDITION, _WORK, _AUTHOR = "/type/edition", "/type/work", "/type/author"
_SCHEMES = {"amazon": "asin", "project_gutenberg": "gutenberg", "british_library": "bl"}
_OF_WORKS = frozenset({"librarything"})
_SUBJECTS = ("subjects", "genres", "subject_people", "subject_places", "subject_times")


class OpenLibraryDumpSource(Source):
    """A dump of Open Library, or several joined."""

    name: ClassVar[str] = "openlibrary_dump"
    title: ClassVar[str] = "Open Library dump"
    dialects: ClassVar[Sequence[Dialect]] = (Dialect(","), Dialect("\t", quotes=False))

    @classmethod
    def identify(cls, header: Sequence[str], fields: Collection[str]) -> int:
        return 50 if set(_HEADER) <= set(header) else 0

    @classmethod
    def open_table(cls, file: ByteReader) -> tuple[list[str], Iterator[Row]] | None:
        if not _START.match(file.peek(_START_BYTES)):
            return None
        return list(_HEADER), _rows(file)

    def __init__(
        self,
        header: Sequence[str],
        fields: Collection[str],
        mapping: Sequence[tuple[Target, str]] = (),
        *,
        plain: Collection[str] = (),
    ) -> None:
        if missing := [name for name in _HEADER if name not in header]:
            raise MissingColumns(f"{self.title} has a column {missing[0]}.")
        self._positions = [header.index(name) for name in _HEADER]
        self._book = _Book(list(_Book.places), fields, plain=plain)
        reasons = dict.fromkeys(_HEADER, "tells what the line is about")
        self.columns = [
            Column(position, name, reason=reasons.get(name, f"not a column of {self.title}"))
            for position, name in enumerate(header)
            if name != "json"
        ]
        self.columns += [
            column._replace(position=header.index("json"), name=f"json {column.name}")
            for column in self._book.columns
        ]

    @property
    def fields(self) -> frozenset[str]:
        return self._book.fields

    def records(self, rows: Iterable[Row]) -> Iterator[Record]:
        read: deque[tuple[list[str], list[str]]] = deque()
        self._book.limits = self.limits
        with closing(_Known()) as known:
            for record in self._book.records(self._books(rows, known, read)):
                record.raw, nameless = read.popleft()
                if nameless:
                    record.repairs = [*record.repairs, _nameless(nameless)]
                yield record

    def _books(
        self, rows: Iterable[Row], known: _Known, read: deque[tuple[list[str], list[str]]]
    ) -> Iterator[Row]:
        has_books = has_authors = False
        for row in rows:
            if row.errors:
                read.append((row.cells, []))
                yield row
                continue
            kind, key, _, _, text = (row.cells[position] for position in self._positions)
            said = _parsed(text) if kind in (_EDITION, _WORK, _AUTHOR) else None
            if kind == _AUTHOR and said:
                has_authors = True
                known.keep_author(key, said)
            elif kind in (_EDITION, _WORK):
                has_books = True
                authors, nameless = known.names(_authors(kind, key, said or {}, known))
                read.append((row.cells, nameless))
                problem = issue("json", "json", text, "The record is not a JSON object.")
                errors = () if said else (problem,)
                yield Row(row.line, _cells(key, said or {}, authors), errors)
        if has_authors and not has_books:
            raise MissingColumns(
                "the dump has authors only. Put it before the dump of editions or works: "
                "zcat AUTHORS EDITIONS | ... -"
            )


class _Book(HeadingSource):
    """The JSON of an edition or work as a table; lists are separated by |."""

    title: ClassVar[str] = "Open Library"
    separators: ClassVar[Mapping[str, re.Pattern[str]]] = dict.fromkeys(
        ("authors", "contributors"), PIPE
    )
    places: ClassVar[Mapping[str, str]] = {
        "title": "title",
        "authors": "author",
        "contributors": "contributors",
        "publishers": "publishers",
        "publish_date": "year",
        "languages": "language",
        "number_of_pages": "pages",
        "series": "series",
        "subjects": "subjects",
        "isbn_13": "isbn",
        "isbn_10": "isbn",
        "key": "identifiers:openlibrary",
        "oclc_numbers": "identifiers:oclc",
        "lccn": "identifiers:lccn",
        "identifiers": "identifiers",
    }

    def read(self, row: Row) -> Record:
        record = super().read(row)
        clean_identifiers(record.values)
        return record


class _Known:
    """The names of authors and the authors of works that came by, on disk."""

    def __init__(self) -> None:
        # An empty name is a database on disk that goes when it is closed.
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("PRAGMA synchronous=off")
        self._database.execute("PRAGMA journal_mode=off")
        self._database.execute("CREATE TABLE known (key PRIMARY KEY, said) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def close(self) -> None:
        self._database.close()

    def _keep(self, key: str, said: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO known VALUES (?, ?)", (key, said))

    def _said(self, key: str) -> str:
        found = self._database.execute("SELECT said FROM known WHERE key = ?", (key,)).fetchone()
        return found[0] if found else ""

    def keep_author(self, key: str, said: Mapping[str, Any]) -> None:
        for name in _texts(said.get("name"))[:1]:
            self._keep(key, name)

    def keep_work(self, key: str, authors: Sequence[str]) -> None:
        if authors:
            self._keep(key, "\n".join(authors))

    def authors_of_work(self, key: str) -> list[str]:
        return self._said(key).split()

    def names(self, keys: Iterable[str]) -> tuple[list[str], list[str]]:
        """Give the names of authors, and the keys of those without."""
        said = [(key, self._said(key)) for key in keys]
        return [name for _, name in said if name], [key for key, name in said if not name]


def _rows(file: ByteReader) -> Iterator[Row]:
    lines = Lines(blocks(file), "utf-8", file.limits)
    for number, line in enumerate(lines, 1):
        cells = line.removeprefix(MARK).rstrip("\r\n").split("\t", len(_HEADER) - 1)
        if fault := lines.faults.pop(number, None):
            shown = [visible(cell) for cell in cells]
            problem = issue(fault.kind, "", line, f"Line {number}: {fault.message}.")
            yield Row(number, shown, (problem,))
        elif len(cells) == len(_HEADER):
            yield Row(number, cells)
        elif line.strip():
            message = f"expected {len(_HEADER)} cells, found {len(cells)}."
            yield Row(number, cells, (issue("cells", "", line, message),))


def _texts(value: Any) -> list[str]:
    """Give the texts of a value that may be a text, a number, an object with one, or a list."""
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    if isinstance(value, dict):
        return _texts(value.get("key") or value.get("value") or value.get("author"))
    text = " ".join(str(value).split()) if isinstance(value, str | int) else ""
    return [text] if text else []


def _listed(texts: Iterable[str]) -> str:
    plain = (text.replace("|", "/").replace(";", ",") for text in texts)
    return " | ".join(dict.fromkeys(plain))


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _nameless(keys: Sequence[str]) -> Issue:
    listed = ", ".join(keys)
    return issue("author-dropped", "json authors", listed, f"The dump does not name {listed}.")


def _authors(kind: str, key: str, said: Mapping[str, Any], known: _Known) -> list[str]:
    authors = _texts(said.get("authors"))
    if kind == _WORK:
        known.keep_work(key, authors)
    elif not authors:
        return [a for work in _texts(said.get("works")) for a in known.authors_of_work(work)]
    return authors


def _cells(key: str, said: Mapping[str, Any], authors: Sequence[str]) -> list[str]:
    pages = _texts(said.get("number_of_pages"))
    dates = _texts(said.get("publish_date") or said.get("first_publish_date"))
    subjects = [text for name in _SUBJECTS for text in _texts(said.get(name))]
    languages = [code.rpartition("/")[2] for code in _texts(said.get("languages"))]
    isbns = [_listed(_texts(said.get(name))) for name in ("isbn_13", "isbn_10")]
    return [
        _title(said),
        _listed(authors),
        _listed(_contributors(said)),
        _listed(_texts(said.get("publishers"))),
        dates[0] if dates else "",
        _listed(find_language(code) or code for code in languages),
        pages[0] if pages else find_pages(" ".join(_texts(said.get("pagination")))),
        " | ".join(text.replace("|", "/") for text in _texts(said.get("series"))),
        _listed(without_stop(text) for text in subjects),
        *isbns,
        key.rpartition("/")[2],
        _listed(_texts(said.get("oclc_numbers"))),
        _listed(_texts(said.get("lccn"))),
        _listed(_identifiers(said)),
    ]


def _title(said: Mapping[str, Any]) -> str:
    prefix, title, subtitle = (
        " ".join(_texts(said.get(name))[:1]) for name in ("title_prefix", "title", "subtitle")
    )
    title = f"{prefix} {title}".strip()
    return f"{title.rstrip(' :')}: {subtitle}" if title and subtitle else title


def _contributors(said: Mapping[str, Any]) -> Iterator[str]:
    contributors = said.get("contributors")
    for each in contributors if isinstance(contributors, list) else ():
        if isinstance(each, dict) and (names := _texts(each.get("name"))):
            roles = _texts(each.get("role"))
            yield f"{names[0]} [{roles[0]}]" if roles else names[0]
    yield from _texts(said.get("contributions"))


def _identifiers(said: Mapping[str, Any]) -> Iterator[str]:
    identifiers = said.get("identifiers")
    for scheme, values in identifiers.items() if isinstance(identifiers, dict) else ():
        if scheme not in _OF_WORKS:
            yield from (f"{_SCHEMES.get(scheme, scheme)}:{value}" for value in _texts(values))
