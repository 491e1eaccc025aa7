"""The engine does what a naive import does, for random imports one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from operator import or_
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from django_bookrel import models
from django_bookrel.names import person_key, text_key
from django_bookrel.resources import BookResource, RelationalResource
from django_bookrel.resources.relational import ImportOptions
from django_bookrel.sources import BOOK_FIELDS, Record
from tests.hosts.newsdesk.models import Article, Reporter, Topic
from tests.hosts.newsdesk.resources import ArticleResource
from tests.importing import code_of_the_host, rolled_back
from tests.naive import TOO_MANY, Catalogue, Import, import_articles

pytestmark = pytest.mark.django_db

Row = dict[str, Any]
Contents = dict[str, Any]


def some(values: Iterable[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from([*values]), max_size=2)


def files(
    row: st.SearchStrategy[Row],
    bad: Mapping[str, Any],
    most: int,
) -> st.SearchStrategy[list[tuple[Row, bool]]]:
    """Make rows, some of them with a bad cell, and say which are good."""
    spoiled = st.sampled_from([{}] * 5 + [{name: cell} for name, cell in bad.items()])
    rows = st.builds(lambda row, cell: (row | cell, not cell), row, spoiled)
    return st.lists(rows, min_size=1, max_size=most)


def imported(
    resource: type[RelationalResource],
    rows: Sequence[Row],
    *,
    batch_size: int,
    dry_run: bool = False,
    existing: str = "update",
    keep: Iterable[str] = (),
    clears: bool = True,
) -> Counter[str]:
    """Import with the engine; return its counts that are not zero."""
    records = [Record(line, dict(row), []) for line, row in enumerate(rows, 2)]
    result = resource().import_records(
        lambda: iter(records),
        list(rows[0]),
        clears=clears,
        checked=True,
        options=ImportOptions(existing, [*keep], batch_size=batch_size, dry_run=dry_run),
    )
    assert result.counts.rows == len(rows)
    names = ("new", "updated", "unchanged", "duplicates", "rejected")
    return +Counter({name: getattr(result.counts, name) for name in names})


# Books.

ISBNS = ("9780306406157", "9780061120084", "9780439023481")
OCLC, ASIN = ("oclc", "1"), ("asin", "1")
PEOPLE = (*("Ann Lee", "Lee, Ann", "ANN LEE", "Ånn Lee", "Bo Ek", "Ek, Bo", "Bo Ek (poet)"),)
DATED = ("Ann Lee (1900-1980)", "Lee, Ann, 1900-", "Ann Lee (1950-2000)", "ann lee (-1850)")
NAMES = ("Ace", "ACE", "Åce!", "Bo & Co", "bo and co")
BAD = {"title": "", "year": "MM", "pages": "-1", "language": "x" * 36, "publishers": ["x" * 256]}


def any_book(people: Sequence[str]) -> st.SearchStrategy[Row]:
    return st.builds(
        or_,
        st.sampled_from(
            [
                {"isbn": isbn, "identifiers": identifiers}
                for isbn in ("", *ISBNS[:2])
                for identifiers in ([], [OCLC], [ASIN], [OCLC, ASIN])
            ]
        ),
        st.fixed_dictionaries(
            {
                "title": st.sampled_from(["Emma", "EMMA", "Émma", "Dune"]),
                "author": st.sampled_from(["", *people]),
                "contributors": some(
                    (name, role) for name in people for role in ("editor", "narrator")
                ),
                "publishers": some(NAMES),
                "year": st.sampled_from(["", "1815", "-44"]),
                "language": st.sampled_from(["", "en"]),
                "pages": st.sampled_from(["", "0", "320"]),
                "series": some((name, number) for name in NAMES for number in ("", "1")),
                "subjects": some(NAMES),
            }
        ),
    )


# What is known of each by all rows that mean it, in one spelling.
WORKS = (
    {"isbn": ISBNS[0], "identifiers": []},
    {"isbn": ISBNS[1], "identifiers": [OCLC]},
    {"isbn": "", "identifiers": [("oclc", "2"), ASIN]},
    {"isbn": "", "identifiers": [], "title": "Anonymous", "author": "Ann Lee", "year": "1815"},
    {"isbn": "", "identifiers": [], "title": "Anonymous", "author": "", "year": ""},
)
ROW_OF_A_WORK = st.builds(
    or_,
    st.fixed_dictionaries(
        {
            "title": st.sampled_from(["Emma", "Dune"]),
            "author": st.sampled_from(["", "Ann Lee", "Bo Ek"]),
            "contributors": some([("Ann Lee", "editor"), ("Bo Ek", "editor"), ("Cy", "narrator")]),
            "publishers": some(["Ace", "Bo & Co"]),
            "year": st.sampled_from(["", "1815"]),
            "language": st.sampled_from(["", "en"]),
            "pages": st.sampled_from(["", "320"]),
            "series": some([("Ace", "1"), ("Ace", "2"), ("Bo", "")]),
            "subjects": some(["Ace", "Bo"]),
        }
    ),
    st.sampled_from(WORKS),
)
TREATMENT = {
    "existing": st.sampled_from(["update", "update", "fill", "skip"]),
    "keep": st.sets(st.sampled_from(BOOK_FIELDS), max_size=2),
}


def absent(*fields: str) -> st.SearchStrategy[set[str]]:
    return st.sets(st.sampled_from(fields), max_size=3)


def same_title(one: str, other: str) -> bool:
    # The usual collations of MariaDB and MySQL tell neither case nor accents.
    return text_key(one) == text_key(other) if connection.vendor == "mysql" else one == other


def books() -> Contents:
    """Give the database in the form of ``Catalogue.contents()``."""
    found = {
        pk: (*values, [], [], [], [], [])
        for pk, *values in models.Book.objects.values_list(
            "pk", "title", "isbn", "author__name", "year", "language", "pages"
        )
    }
    for place, model, order, fields in (
        (6, models.Contribution, ("position", "pk"), ("author__name", "role")),
        (8, models.SeriesEntry, (), ("series__name", "number")),
        (10, models.Identifier, (), ("scheme", "value")),
    ):
        for pk, *values in model.objects.order_by(*order).values_list("book_id", *fields):
            found[pk][place].append(tuple(values))
            if not order:
                # Databases sort each in its own way.
                found[pk][place].sort()
    for place, model in ((7, models.Publisher), (9, models.Subject)):
        for pk, name in model.objects.exclude(books=None).values_list("books", "name"):
            found[pk][place].append(name)
            found[pk][place].sort()
    return {
        "books": sorted(found.values(), key=repr),
        "authors": sorted(models.Author.objects.values_list("name", "born", "died"), key=repr),
        "publishers": sorted(models.Publisher.objects.values_list("name", flat=True)),
        "series": sorted(models.Series.objects.values_list("name", flat=True)),
        "subjects": sorted(models.Subject.objects.values_list("name", flat=True)),
    }


def by_key(found: Any) -> Any:
    """
    Give books with keys in the place of the names of what they refer to.

    What a row of an earlier batch has named stays as it was written there, though another row of
    the book counts in the end.
    """
    known = [
        (
            *(title, isbn, author and person_key(author), *plain),
            [(person_key(name), role) for name, role in people],
            sorted(map(text_key, publishers)),
            sorted((text_key(name), number) for name, number in series),
            sorted(map(text_key, subjects)),
            identifiers,
        )
        for title, isbn, author, *plain, people, publishers, series, subjects, identifiers in found
    ]
    return sorted(known, key=repr)


@given(
    imports=st.lists(
        st.tuples(
            files(any_book([*PEOPLE, *DATED]), BAD, 6),
            st.fixed_dictionaries(TREATMENT | {"clears": st.booleans()}),
            absent(*BOOK_FIELDS[:1], *BOOK_FIELDS[2:]),
        ),
        min_size=2,
        max_size=4,
    ),
    row_by_row=st.booleans(),
    dry_first=st.booleans(),
)
def test_books_in_one_batch(imports: Any, row_by_row: bool, dry_first: bool) -> None:  # noqa: FBT001
    catalogue = Catalogue(same_title)
    with rolled_back(), code_of_the_host(models.Book, runs=row_by_row):
        for file, how, missing in imports:
            expected = naively(catalogue, file, how, missing)
            rows = [_without(row, missing) for row, _is_good in file]
            if dry_first:
                before = books()
                assert imported(BookResource, rows, batch_size=6, dry_run=True, **how) == expected
                assert books() == before
            assert imported(BookResource, rows, batch_size=6, **how) == expected
            assert books() == catalogue.contents()


@given(
    imports=st.lists(
        st.tuples(
            files(any_book(PEOPLE), BAD, 8),
            st.fixed_dictionaries(TREATMENT | {"clears": st.booleans()}),
            absent(*BOOK_FIELDS[:1], *BOOK_FIELDS[2:]),
        ),
        min_size=1,
        max_size=3,
    ),
    batch_size=st.integers(1, 4),
    row_by_row=st.booleans(),
    dry_first=st.booleans(),
)
def test_books_in_many_batches(
    imports: Any,
    batch_size: int,
    row_by_row: bool,  # noqa: FBT001
    dry_first: bool,  # noqa: FBT001
) -> None:
    catalogue = Catalogue(same_title)
    with rolled_back(), code_of_the_host(models.Book, runs=row_by_row):
        for file, how, missing in imports:
            expected = naively(catalogue, file, how, missing)
            rows = [_without(row, missing) for row, _is_good in file]
            how |= {"batch_size": batch_size}
            if dry_first:
                before = books()
                assert imported(BookResource, rows, dry_run=True, **how) == expected
                assert books() == before
            assert imported(BookResource, rows, **how) == expected
            assert by_key(books()["books"]) == by_key(catalogue.contents()["books"])
            again = imported(BookResource, rows, **how)
            assert (again["new"], again["updated"]) == (0, 0)


def naively(
    catalogue: Catalogue,
    file: Sequence[tuple[Row, bool]],
    how: Mapping[str, Any],
    missing: set[str],
) -> Counter[str]:
    """Import into ``catalogue``; return the counts that are not zero."""
    good = [
        _without(row, missing)
        for row, is_good in file
        # What a file does not say is not bad, nor is for books that exist what says nothing.
        if is_good
        or any(row[name] == BAD[name] for name in missing & BAD.keys())
        or (not row["title"] and not how["clears"])
    ]
    expected = Import(catalogue, good, **how).run()
    return expected + Counter(rejected=len(file) - len(good))


def _without(row: Row, missing: set[str]) -> Row:
    return {name: cell for name, cell in row.items() if name not in missing}


# Articles: a host's own models, and rows that refer to one another.

SLUGS = ("sun", "moon", "mars", "io", "ida", "eris")
ARTICLE = st.fixed_dictionaries(
    {
        "headline": st.sampled_from(["Up", "Down"]),
        "reporter": st.sampled_from(["", "ann@example.com", "bo@example.com"]),
        "editor": st.sampled_from(["", "ann@example.com", "cy@example.com"]),
        "topics": some(["Sky", "Sea"]),
        "words": st.sampled_from(["", "1", "900"]),
    }
)
FOLLOWING = st.fixed_dictionaries(
    {"slug": st.sampled_from(SLUGS), "follows": st.sampled_from(["", "", *SLUGS, "vesta"])}
)
BAD_ARTICLE = {"headline": "", "words": TOO_MANY, "reporter": "nobody"}


def articles() -> Contents:
    found = {
        slug: [*values, set()]
        for slug, *values in Article.objects.values_list(
            "slug", "headline", "reporter__email", "editor__email", "follows__slug", "words"
        )
    }
    for slug, name in Topic.objects.exclude(article=None).values_list("article__slug", "name"):
        found[slug][-1].add(name)
    return {
        "articles": found,
        "reporters": sorted(Reporter.objects.values_list("email", flat=True)),
        "topics": sorted(Topic.objects.values_list("name", flat=True)),
    }


@given(
    imports=st.lists(
        st.tuples(
            files(st.builds(or_, FOLLOWING, ARTICLE), BAD_ARTICLE, 8),
            st.fixed_dictionaries(
                {
                    "existing": st.sampled_from(["update", "fill"]),
                    "keep": st.sets(st.sampled_from(["headline", "reporter", "topics"])),
                }
            ),
        ),
        min_size=1,
        max_size=3,
    ),
    batch_size=st.integers(1, 9),
    row_by_row=st.booleans(),
)
def test_articles(imports: Any, batch_size: int, row_by_row: bool) -> None:  # noqa: FBT001
    expected: Contents = {"articles": {}, "reporters": [], "topics": []}
    with rolled_back(), code_of_the_host(Article, runs=row_by_row):
        # Each of them twice: what a row means may have changed meanwhile.
        for file, how in [one for one in imports for _time in range(2)]:
            before = deepcopy(expected)
            counts = import_articles(expected, file, **how)
            rows = [row for row, _is_good in file]
            options = how | {"batch_size": batch_size}
            if all(row["words"] != TOO_MANY for row in rows):
                assert imported(ArticleResource, rows, dry_run=True, **options) == counts
                assert articles() == before
            assert imported(ArticleResource, rows, **options) == counts
            assert articles() == expected
