"""
The same import by hand, for one file format and one purpose: what the machine allows.

The file goes into temporary tables (``executemany`` on SQLite, COPY on PostgreSQL, INSERTs of many
rows on MariaDB) and from there into the catalogue by one statement a table, in one transaction.
Rows get their numbers in Python before they are written, so that links are pairs of numbers. Keys,
sort forms and ISBNs are made by the package's own functions: the tables come out equal.

What it does without: rejected rows (one bad cell ends it), life dates in names, aliases, links that
are to go, rows that an ISBN and an identifier contradict, constant memory (it keeps all names).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from django_bookrel.isbn import clean_isbn
from django_bookrel.names import person_key, sort_name, sort_number, sort_title, text_key
from django_bookrel.resources.books import fingerprint
from django_bookrel.sources.reading.notation import parse_cell, split_list

__all__ = ("load",)

BATCH = 5_000
BOOK = ("isbn", "title", "sort_title", "author_id", "year", "language", "pages")


def load(path: Path) -> None:
    """Import a native CSV file."""
    source = path.open(newline="", encoding="utf-8")
    with source as file, transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "mysql":
            cursor.execute("SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')")
        if connection.vendor == "postgresql":
            cursor.execute("LOCK TABLE django_bookrel_book IN SHARE ROW EXCLUSIVE MODE")
        reader = csv.reader(file)
        catalogue = _Catalogue(cursor, next(reader))
        while batch := list(islice(reader, BATCH)):
            for cells in batch:
                catalogue.add(cells)
            catalogue.stage()
        catalogue.write()


class _Table:
    """A table of the catalogue, with a temporary one in which its new rows wait."""

    def __init__(self, cursor: Any, name: str, columns: Sequence[str]) -> None:
        self.cursor, self.name, self.columns = cursor, name, ("n", *columns)
        self.rows: list[tuple[Any, ...]] = []
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) + 1 FROM django_bookrel_{name}")
        self.number = cursor.fetchone()[0]
        cursor.execute(
            f"CREATE TEMPORARY TABLE staged_{name} AS SELECT {_list(('id AS n', *columns))} "
            f"FROM (SELECT 1 AS one) AS one LEFT JOIN django_bookrel_{name} ON 1 = 0 WHERE 1 = 0"
        )

    def add(self, *values: Any) -> int:
        number = self.number
        self.rows.append((number, *values))
        self.number += 1
        return number

    def stage(self) -> None:
        if not self.rows:
            return
        if connection.vendor == "postgresql":
            copying = f"COPY staged_{self.name} ({_list(self.columns)}) FROM STDIN"
            with self.cursor.cursor.copy(copying) as copy:
                for row in self.rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(self.columns))
            self.cursor.executemany(
                f"INSERT INTO staged_{self.name} ({_list(self.columns)}) VALUES ({places})",
                self.rows,
            )
        self.rows.clear()

    def know(self, *selects: str) -> None:
        """Note the rows that are there already, as pairs of staged and real numbers."""
        self.cursor.execute(
            f"CREATE TEMPORARY TABLE known_{self.name} AS {' UNION '.join(selects)}"
        )
        self.cursor.execute(f"CREATE INDEX known_{self.name}_n ON known_{self.name} (n)")

    def renumber(self) -> None:
        # Only PostgreSQL's sequences do not notice numbers that were given.
        if connection.vendor == "postgresql":
            table = f"django_bookrel_{self.name}"
            self.cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, 'id'), MAX(id)) FROM {table}", [table]
            )


class _Names(_Table):
    """Authors, publishers, series or subjects: one number for each key."""

    def __init__(
        self, cursor: Any, name: str, key: Callable[[str], str], sort: Callable | None = None
    ) -> None:
        super().__init__(cursor, name, ("name", "key") + (("sort_name",) if sort else ()))
        self.key, self.sort = key, sort
        self.by_name: dict[str, int] = {}
        self.by_key: dict[str, int] = {}

    def __getitem__(self, name: str) -> int:
        number = self.by_name.get(name)
        if number is None:
            key = self.key(name)
            number = self.by_key.get(key)
            if number is None:
                sort = (self.sort(name),) if self.sort else ()
                number = self.by_key[key] = self.add(name, key, *sort)
            self.by_name[name] = number
        return number

    def write(self, now: Any) -> None:
        self.know(
            f"SELECT s.n, t.id FROM staged_{self.name} s "
            f'JOIN django_bookrel_{self.name} t ON t."key" = s."key"'
        )
        times = () if self.name == "subject" else ("created_at", "updated_at")
        self.cursor.execute(
            f"INSERT INTO django_bookrel_{self.name} ({_list(('id', *self.columns[1:], *times))}) "
            f"SELECT {_list(self.columns, 's.')}{', %s' * len(times)} FROM staged_{self.name} s "
            f"LEFT JOIN known_{self.name} k ON k.n = s.n WHERE k.n IS NULL",
            [now] * len(times),
        )


class _Links(_Table):
    """Rows that hang on a book, and maybe on a name."""

    def __init__(self, cursor: Any, name: str, columns: Sequence[str]) -> None:
        super().__init__(cursor, name, columns)
        self.targets = {c: c.removesuffix("_id") for c in columns if c.endswith("_id")}

    def write(self) -> None:
        values = [
            f"COALESCE({self.targets[column]}.id, s.{column})"
            if column in self.targets
            else f's."{column}"'
            for column in self.columns[1:]
        ]
        joins = " ".join(
            f"LEFT JOIN known_{target} {target} ON {target}.n = s.{column}"
            for column, target in self.targets.items()
        )
        self.cursor.execute(
            f"INSERT INTO django_bookrel_{self.name} ({_list(self.columns[1:])}) "
            f"SELECT {', '.join(values)} FROM staged_{self.name} s {joins} WHERE 1 = 1 "
            + (
                "ON DUPLICATE KEY UPDATE book_id = VALUES(book_id)"
                if connection.vendor == "mysql"
                else "ON CONFLICT DO NOTHING"
            )
        )


class _Catalogue:
    """All the tables that a header asks for."""

    def __init__(self, cursor: Any, header: list[str]) -> None:
        self.cursor = cursor
        self.places = {column: header.index(column) for column in header}
        self.authors = _Names(cursor, "author", person_key, sort_name)
        self.books = _Table(cursor, "book", BOOK)
        self.names = [self.authors]
        self.parts: list[tuple[int, Callable[[int, str], None]]] = []
        self.links: list[_Links] = []
        self.identifiers = self._links("identifier", "book_id", "scheme", "value")
        for column in ("publishers", "subjects", "contributors", "series", "identifiers"):
            if column in header:
                self.parts.append((header.index(column), getattr(self, f"_{column}")()))
        self.isbn, self.title, self.author, self.year, self.language, self.pages = (
            self.places.get(name)
            for name in ("isbn", "title", "author", "year", "language", "pages")
        )

    def add(self, cells: list[str]) -> None:
        title, isbn, year, pages = (
            cells[self.title], cells[self.isbn], cells[self.year], cells[self.pages],
        )  # fmt: skip
        author = cells[self.author]
        number = self.books.add(
            clean_isbn(isbn) if isbn else None,
            title,
            sort_title(title),
            self.authors[author] if author else None,
            int(year) if year else None,
            cells[self.language] if self.language is not None else "",
            int(pages) if pages else None,
        )
        known = self.identifiers.number
        for place, add in self.parts:
            if cells[place]:
                add(number, cells[place])
        if not isbn and self.identifiers.number == known:
            key = person_key(author) if author else ""
            said = fingerprint(title, key, int(year) if year else None)
            self.identifiers.add(number, "fingerprint", said)

    def stage(self) -> None:
        for table in (*self.names, self.books, *self.links):
            table.stage()

    def write(self) -> None:
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        for names in self.names:
            names.write(now)
            names.renumber()
        self._write_books(now)
        self.books.renumber()
        for links in self.links:
            links.write()

    def _write_books(self, now: Any) -> None:
        self.books.know(
            "SELECT s.n, b.id FROM staged_book s JOIN django_bookrel_book b ON b.isbn = s.isbn",
            "SELECT s.book_id, i.book_id FROM staged_identifier s JOIN django_bookrel_identifier i "
            'ON i.scheme = s.scheme AND i."value" = s."value"',
        )
        excluded = "VALUES({})" if connection.vendor == "mysql" else "excluded.{}"
        changes = [f"{column} = {excluded.format(column)}" for column in (*BOOK, "updated_at")]
        conflict = (
            "ON DUPLICATE KEY UPDATE"
            if connection.vendor == "mysql"
            else "ON CONFLICT (id) DO UPDATE SET"
        )
        values = _list(BOOK, "s.").replace('s."author_id"', "COALESCE(a.id, s.author_id)")
        self.cursor.execute(
            f"INSERT INTO django_bookrel_book (id, {_list(BOOK)}, created_at, updated_at) "
            f"SELECT COALESCE(k.id, s.n), {values}, %s, %s FROM staged_book s "
            "LEFT JOIN known_book k ON k.n = s.n LEFT JOIN known_author a ON a.n = s.author_id "
            f"WHERE 1 = 1 {conflict} {', '.join(changes)}",
            [now, now],
        )

    def _links(self, name: str, *columns: str) -> _Links:
        self.links.append(_Links(self.cursor, name, columns))
        return self.links[-1]

    def _linked_names(self, name: str) -> Callable[[int, str], None]:
        names = _Names(self.cursor, name, text_key)
        self.names.append(names)
        add = self._links(f"{name}_books", "book_id", f"{name}_id").add

        def link(book: int, cell: str) -> None:
            for number in dict.fromkeys([names[text] for text in split_list(cell)]):
                add(book, number)

        return link

    def _publishers(self) -> Callable[[int, str], None]:
        return self._linked_names("publisher")

    def _subjects(self) -> Callable[[int, str], None]:
        return self._linked_names("subject")

    def _contributors(self) -> Callable[[int, str], None]:
        add = self._links("contribution", "book_id", "author_id", "role", "position").add

        def contribute(book: int, cell: str) -> None:
            said = {}
            for position, (name, role) in enumerate(parse_cell("contributors", cell), 1):
                said.setdefault((self.authors[name], role), position)
            for (author, role), position in said.items():
                add(book, author, role, position)

        return contribute

    def _series(self) -> Callable[[int, str], None]:
        series = _Names(self.cursor, "series", text_key)
        self.names.append(series)
        add = self._links("seriesentry", "book_id", "series_id", "number", "sort_number").add

        def enter(book: int, cell: str) -> None:
            said: dict[int, str] = {}
            for name, number in parse_cell("series", cell):
                said.setdefault(series[name], number)
            for place, number in said.items():
                add(book, place, number, sort_number(number))

        return enter

    def _identifiers(self) -> Callable[[int, str], None]:
        add = self.identifiers.add

        def identify(book: int, cell: str) -> None:
            for scheme, value in dict.fromkeys(parse_cell("identifiers", cell)):
                add(book, scheme, value)

        return identify


def _list(columns: Iterable[str], prefix: str = "") -> str:
    return ", ".join(column if " " in column else f'{prefix}"{column}"' for column in columns)
