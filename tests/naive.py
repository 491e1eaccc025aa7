"""
An import as one would write it if time were no matter: dictionaries, row after row.

What ``docs/importing.rst`` says of identities, duplicates, ``existing`` and ``keep``, in the fewest
words. ``test_properties_engine`` compares the engine with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django_bookrel.names import parse_person, person_key, text_key
from django_bookrel.resources.books import FINGERPRINT, fingerprint

Row = Mapping[str, Any]
Candidate = tuple[Any, ...]

TOO_MANY = "10001"
"""Words of an article that only the database rejects, and so only where they are written."""

NAMED = ("publishers", "series", "subjects")


@dataclass(eq=False)
class Author:
    name: str
    key: str
    born: int | None
    died: int | None

    def agrees(self, born: int | None, died: int | None) -> bool:
        pairs = ((self.born, born), (self.died, died), (self.born, died), (born, self.died))
        return all(
            one is None or other is None or (one == other if n < 2 else one <= other)
            for n, (one, other) in enumerate(pairs)
        )


@dataclass(eq=False)
class Book:
    title: str = ""
    isbn: str | None = None
    author: Author | None = None
    year: int | None = None
    language: str = ""
    pages: int | None = None
    contributors: dict[tuple[Author, str], int] = field(default_factory=dict)
    publishers: set[str] = field(default_factory=set)
    series: dict[str, str] = field(default_factory=dict)
    subjects: set[str] = field(default_factory=set)
    identifiers: set[tuple[str, str]] = field(default_factory=set)

    def said(self) -> tuple[Any, ...]:
        """Give everything that an import may change."""
        return (
            *(self.title, self.isbn, self.author, self.year, self.language, self.pages),
            *(list(self.contributors.items()), set(self.publishers), dict(self.series)),
            *(set(self.subjects), set(self.identifiers)),
        )


class Catalogue:
    """
    What is in the database.

    :param same_title: whether the database takes two titles for one.
    """

    def __init__(self, same_title: Any) -> None:
        self.same_title = same_title
        self.books: list[Book] = []
        self.authors: list[Author] = []
        self.named: dict[str, dict[str, str]] = {kind: {} for kind in NAMED}

    def contents(self) -> dict[str, Any]:
        return {
            "books": sorted(map(self._book, self.books), key=repr),
            "authors": sorted(((a.name, a.born, a.died) for a in self.authors), key=repr),
            **{kind: sorted(names.values()) for kind, names in self.named.items()},
        }

    def _book(self, book: Book) -> tuple[Any, ...]:
        people = sorted(book.contributors.items(), key=lambda item: item[1])
        series = self.named["series"]
        return (
            *(book.title, book.isbn, book.author and book.author.name),
            *(book.year, book.language, book.pages),
            [(author.name, role) for (author, role), _place in people],
            sorted(self.named["publishers"][key] for key in book.publishers),
            sorted((series[key], number) for key, number in book.series.items()),
            sorted(self.named["subjects"][key] for key in book.subjects),
            sorted(book.identifiers),
        )


class Import:
    """
    One import of good rows.

    :param rows: field to value as a source gives it; what is absent leaves data alone.
    :param clears: whether an empty value empties the field.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        rows: Sequence[Row],
        *,
        existing: str,
        keep: Iterable[str],
        clears: bool,
    ) -> None:
        self.catalogue = catalogue
        self.rows = list(map(self._said, rows))
        self.existing, self.keep, self.clears = existing, set(keep), clears
        self.counts: Counter[str] = Counter()
        self.first_spelling: dict[Any, str] = {}
        """A new record has the name as it was written first."""
        for row in rows:
            for kind, name in self._names(row):
                self.first_spelling.setdefault(_identity(kind, name), name)

    def run(self) -> Counter[str]:
        """Change the catalogue; return the counts that are not zero."""
        groups = self._groups()
        self.counts["rejected"] = len(self.rows) - sum(map(len, groups))
        self.counts["duplicates"] = sum(len(group) - 1 for group in groups)
        for group in sorted(groups, key=lambda group: group[-1]):
            row = self._with_identities(group)
            books = set().union(*(self.meant[n] for n in group))
            for book in books:
                self._change(book, row)
            if not books:
                self._create(row)
        return +self.counts

    # Which rows are about which book.

    def _groups(self) -> list[list[int]]:
        """Group rows that share an identity, directly, through other rows or through a book."""
        # What rows mean is what they meant before the import.
        self.meant = [self._records(row) for row in self.rows]
        good = [n for n, books in enumerate(self.meant) if len(books) < 2]
        while True:
            bad: set[int] = set()
            for some in self._joined(good, self._unknown):
                # Rows about different books share what no book has.
                if len(set().union(*(self.meant[n] for n in some))) > 1:
                    bad |= {n for n in some if self.meant[n]}
            groups = self._joined(good, lambda n: {*_candidates(self.rows[n]), *self.meant[n]})
            if not bad:
                for group in groups:
                    bad |= self._unfit(group)
            if not bad:
                return groups
            good = [n for n in good if n not in bad]

    def _said(self, row: Row) -> Row:
        """Give a row whose ISBN is a further one of a book by that identifier of the book."""
        isbn, books = row.get("isbn"), self.catalogue.books
        is_known = any(book.isbn == isbn for book in books)
        if not isbn or is_known or not any(("isbn", isbn) in book.identifiers for book in books):
            return row
        return {k: v for k, v in row.items() if k != "isbn"} | {
            "identifiers": [*row.get("identifiers", ()), ("isbn", isbn)]
        }

    def _unknown(self, n: int) -> set[Any]:
        known = {
            candidate for book in self.meant[n] for candidate in (*book.identifiers, (book.isbn,))
        }
        return _candidates(self.rows[n]) - known

    def _unfit(self, group: list[int]) -> set[int]:
        """Give the rows that cannot be what the group says of them."""
        books = set().union(*(self.meant[n] for n in group))
        lacking = {n for n in group if not self.rows[n].get("title")}
        if lacking and (not books or len(lacking) < len(group)):
            return lacking
        if not books:
            return set()
        [book] = books
        says = [n for n in reversed(group) if self.rows[n].get("isbn")]
        if not says or self.existing != "update" or "isbn" in self.keep:
            return set()
        isbn = self.rows[says[0]]["isbn"]
        # The ISBN would change, and nothing else of what a row says will be known of the book.
        stays = {(isbn,), *book.identifiers}
        if "identifiers" not in self.keep:
            stays |= {c for n in group for c in _candidates(self.rows[n]) if len(c) > 1}
        lost = [
            n
            for n in group
            if (book.isbn,) in (mine := _candidates(self.rows[n])) and not mine & stays
        ]
        return {says[0]} if lost and isbn != book.isbn else set()

    @staticmethod
    def _joined(rows: Iterable[int], of: Callable[[int], set[Any]]) -> list[list[int]]:
        groups: list[tuple[list[int], set[Any]]] = []
        for n in rows:
            keys = of(n) | {n}
            same = [group for group in groups if group[1] & keys]
            groups = [group for group in groups if group not in same]
            numbers = sorted([n, *(m for some, _keys in same for m in some)])
            groups.append((numbers, keys.union(*(some for _numbers, some in same))))
        return [numbers for numbers, _keys in groups]

    def _with_identities(self, group: list[int]) -> Row:
        """Give the last row of a group, with all that identifies the others."""
        *others, row = (dict(self.rows[n]) for n in group)
        is_new = not any(self.meant[n] for n in group)
        overwrites = self.existing == "update" and "isbn" not in self.keep
        if others and all(c[0] == FINGERPRINT for c in _candidates(row)):
            row["identifiers"] = [*_candidates(row)]
        for other in reversed(others):
            for candidate in _candidates(other):
                if len(candidate) == 1 and not row.get("isbn"):
                    row["isbn"] = candidate[0]
                elif len(candidate) == 1 and not is_new and not overwrites:
                    continue
                elif candidate != (row.get("isbn"),):
                    entry = ("isbn", *candidate)[-2:]
                    row["identifiers"] = [*row.get("identifiers", ()), entry]
        return row

    def _records(self, row: Row) -> set[Book]:
        candidates = _candidates(row)
        found = {
            book
            for book in self.catalogue.books
            if book.identifiers & candidates or (book.isbn,) in candidates
        }
        if found or any(c[0] != FINGERPRINT for c in candidates):
            return found
        author = self._author(row["author"]) if row.get("author") else None
        if row.get("author") and author is None:
            return found
        year = _number(row.get("year", ""))
        same = [
            book
            for book in self.catalogue.books
            if book.isbn is None and self.catalogue.same_title(book.title, row["title"])
            if (book.author, book.year) == (author, year)
        ]
        return set(same[:1])

    # What happens to it.

    def _create(self, row: Row) -> None:
        self.counts["new"] += 1
        book = Book()
        self.catalogue.books.append(book)
        self._set(book, row, {name for name in row if row[name]})
        candidates = _candidates(row)
        if all(c[0] == FINGERPRINT for c in candidates):
            book.identifiers |= candidates

    def _change(self, book: Book, row: Row) -> None:
        if self.existing == "skip":
            self.counts["unchanged"] += 1
            return
        before = book.said()
        said = {name for name in row if row[name] or (self.clears and name != "isbn")}
        self._set(book, row, said - self.keep)
        self.counts["unchanged" if book.said() == before else "updated"] += 1

    def _set(self, book: Book, row: Row, names: set[str]) -> None:
        fill = self.existing == "fill" and book.title != ""
        for name in names & {"title", "isbn", "language", "year", "pages"}:
            if not fill or getattr(book, name) in (None, ""):
                is_number = name in ("year", "pages")
                setattr(book, name, _number(row[name]) if is_number else row[name])
        if "author" in names:
            self._set_author(book, row["author"], fill=fill)
        if "contributors" in names:
            self._set_contributors(book, row["contributors"], fill=fill)
        for name in names & {"publishers", "subjects"}:
            keys = {text_key(text) for text in row[name]}
            setattr(book, name, keys | (getattr(book, name) if fill else set()))
            self._name(name, row[name])
        if "series" in names:
            series = {text_key(text): number for text, number in reversed(row["series"])}
            book.series = series | book.series if fill else series
            self._name("series", [text for text, _number in row["series"]])
        if "identifiers" in names:
            book.identifiers |= set(row["identifiers"])

    def _set_author(self, book: Book, name: str, *, fill: bool) -> None:
        if fill and book.author is not None:
            self._complete(name)
        else:
            book.author = self._author(name, create=True) if name else None

    def _set_contributors(
        self, book: Book, people: Sequence[tuple[str, str]], *, fill: bool
    ) -> None:
        wanted: dict[tuple[Author, str], int] = {}
        for place, (name, role) in enumerate(people, 1):
            wanted.setdefault((self._author(name, create=True), role), place)
        if fill:
            book.contributors = book.contributors | {
                key: place for key, place in wanted.items() if key not in book.contributors
            }
        elif list(wanted) != sorted(book.contributors, key=book.contributors.__getitem__):
            book.contributors = wanted

    # The records that it names.

    def _names(self, row: Row) -> Iterable[tuple[str, str]]:
        if row.get("author"):
            yield "authors", row["author"]
        yield from (("authors", name) for name, _role in row.get("contributors", ()))
        yield from (("series", name) for name, _number in row.get("series", ()))
        for kind in ("publishers", "subjects"):
            yield from ((kind, name) for name in row.get(kind, ()))

    def _name(self, kind: str, texts: Iterable[str]) -> None:
        for text in texts:
            name = self.first_spelling[_identity(kind, text)]
            self.catalogue.named[kind].setdefault(text_key(text), name)

    def _author(self, text: str, *, create: bool = False) -> Author | None:
        """Find the author that a name means, or make one; fill in what is not known of them."""
        authors = {author.key: author for author in self.catalogue.authors}
        name, born, died = parse_person(text)
        qualified = f"{name} ({born or ''}-{died or ''})"
        for key in [person_key(qualified)] * bool(born or died) + [person_key(name)]:
            if key in authors and authors[key].agrees(born, died):
                if create:
                    authors[key].born = authors[key].born or born
                    authors[key].died = authors[key].died or died
                return authors[key]
        if not create:
            return None
        name, born, died = parse_person(self.first_spelling[_identity("authors", text)])
        if person_key(name) in authors:
            name = f"{name} ({born or ''}-{died or ''})"
        author = Author(name, person_key(name), born, died)
        self.catalogue.authors.append(author)
        return author

    def _complete(self, text: str) -> None:
        if text and self._author(text) is not None:
            self._author(text, create=True)


def _number(text: str) -> int | None:
    return int(text) if text else None


def _identity(kind: str, name: str) -> tuple[Any, ...]:
    if kind != "authors":
        return kind, text_key(name)
    name, born, died = parse_person(name)
    return kind, person_key(name), born, died


def _candidates(row: Row) -> set[Candidate]:
    """Give what two rows of a file share that mean one book."""
    found: set[Candidate] = {*row.get("identifiers", ())}
    if row.get("isbn"):
        found.add((row["isbn"],))
    if not found and row["title"]:
        author = person_key(parse_person(row.get("author", "")).name)
        year = _number(row.get("year", ""))
        found.add((FINGERPRINT, fingerprint(row["title"], author, year)))
    return found


def import_articles(
    contents: dict[str, Any], file: Sequence[tuple[Row, bool]], *, existing: str, keep: set[str]
) -> Counter[str]:
    """
    Import the newsdesk's articles into ``contents``.

    :param file: rows, and whether they are good.
    """
    articles = contents["articles"]
    counts: Counter[str] = Counter()
    out = {n for n, (row, is_good) in enumerate(file) if not is_good and row["words"] != TOO_MANY}
    while True:
        last = {row["slug"]: n for n, (row, _is_good) in enumerate(file) if n not in out}
        lost = {
            n
            for slug, n in last.items()
            if file[n][0]["follows"] not in {"", *articles, *last}
            or (file[n][0]["words"] == TOO_MANY and (slug not in articles or existing == "update"))
        }
        if not lost:
            break
        # Now the row before it counts.
        out |= lost
    counts["rejected"] = len(out)
    counts["duplicates"] = len(file) - len(out) - len(last)
    for slug, n in last.items():
        row = file[n][0]
        said = {
            "headline": row["headline"],
            "reporter": row["reporter"] or None,
            "editor": row["editor"] or None,
            "follows": row["follows"] or None,
            "words": int(row["words"] or 0),
            "topics": set(row["topics"]),
        }
        was = dict(zip(said, articles[slug], strict=True)) if slug in articles else None
        if was is not None:
            fill = existing == "fill"
            said = {
                name: was[name]
                if name in keep or (fill and name != "topics" and was[name] not in (None, ""))
                else was[name] | value
                if fill and name == "topics"
                else value
                for name, value in said.items()
            }
        counts["new" if was is None else "unchanged" if said == was else "updated"] += 1
        articles[slug] = list(said.values())
        people = {said["reporter"], said["editor"]} - {None}
        contents["reporters"] = sorted({*contents["reporters"], *people})
        contents["topics"] = sorted({*contents["topics"], *said["topics"]})
    return +counts
