"""What a file leaves open stays: roles, places and numbers that it cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from django_bookrel.models import Book, Contribution
from django_bookrel.resources import bookresource_factory, load
from django_bookrel.resources.books import BaseBookResource
from tests.bookrows import ISBN
from tests.importing import books, code_of_the_host, counts, stored

pytestmark = pytest.mark.django_db

GOODBOOKS = "book_id,goodreads_book_id,work_id,title,isbn13,authors"


class HookedBookResource(BaseBookResource):
    def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None: ...


class RawBookResource(BaseBookResource):
    def before_import_row(self, row: Any, **kwargs: Any) -> None: ...


WAYS = {
    "bulk": (None, False),
    "receivers": (None, True),
    "hooks": (HookedBookResource, False),
    "raw": (RawBookResource, False),
}


@pytest.fixture(params=WAYS)
def options(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """Give what lets ``load()`` take each of its ways."""
    base, listens = WAYS[request.param]
    with code_of_the_host(Book, runs=listens):
        yield {} if base is None else {"resource": bookresource_factory(Book, base)}


def keep(folder: Path, author: str, contributors: str) -> None:
    """Have a book in the catalogue."""
    load_text(f"isbn,title,author,contributors\n{ISBN},A,{author},{contributors}\n", folder)
    # As somebody has ordered them in the admin.
    for place, row in enumerate(Contribution.objects.order_by("position"), 1):
        Contribution.objects.filter(pk=row.pk).update(position=10 * place)


def load_text(text: str, folder: Path, **options: Any) -> dict[str, int]:
    path = folder / "file.csv"
    path.write_text(text, encoding="utf-8")
    return counts(load(path, **options))


def import_twice(text: str, folder: Path, options: dict[str, Any]) -> dict[str, int]:
    """Import a file of one row, tried before, and again; give what became of it."""
    dry = load_text(text, folder, dry_run=True, **options)
    done = load_text(text, folder, **options)
    before = stored()
    assert dry == done
    assert load_text(text, folder, **options) == {"rows": 1, "unchanged": 1}
    assert stored() == before
    return done


def people() -> tuple[str | None, list[tuple[str, str, int]]]:
    """Give the author of the book and its contributors: name, role, position."""
    [book] = Book.objects.select_related("author")
    rows = book.contributions.select_related("author").order_by("position")
    return book.author and book.author.name, [(r.author.name, r.role, r.position) for r in rows]


@pytest.mark.parametrize(
    "was, authors, becomes",
    [
        # Everybody is credited.
        (
            ("Ann", "Bo (translator)|Cy (illustrator)"),
            "Ann, Cy, Bo",
            ("Ann", [("Bo", "translator", 10), ("Cy", "illustrator", 20)]),
        ),
        # Somebody is new, somebody is not named.
        (
            ("Ann", "Bo (translator)|Cy (editor)"),
            "Ann, Dee, Cy",
            ("Ann", [("Bo", "translator", 10), ("Cy", "editor", 20), ("Dee", "contributor", 21)]),
        ),
        # The first one is credited otherwise: the book has no author, or keeps its own.
        (("", "Bo (translator)"), "Bo", (None, [("Bo", "translator", 10)])),
        (
            ("Ann", "Bo (editor)"),
            "Bo, Cy",
            ("Ann", [("Bo", "editor", 10), ("Cy", "contributor", 11)]),
        ),
        # The author is named behind somebody new.
        (("Ann", ""), "Bo, Ann", ("Ann", [("Bo", "contributor", 1)])),
        # Nobody has named this author before.
        (("Ann", "Bo (editor)"), "Cy, Bo", ("Cy", [("Bo", "editor", 10)])),
        (("", ""), "Cy, Bo, Cy", ("Cy", [("Bo", "contributor", 1)])),
    ],
)
def test_people_without_roles(
    was: tuple[str, str],
    authors: str,
    becomes: tuple[Any, Any],
    tmp_path: Path,
    options: dict[str, Any],
):
    keep(tmp_path, *was)
    what = "unchanged" if people() == becomes else "updated"
    text = f'{GOODBOOKS}\n,,,A,{ISBN},"{authors}"\n'
    assert import_twice(text, tmp_path, options) == {"rows": 1, what: 1}
    assert people() == becomes


@pytest.mark.parametrize(
    "was, columns, cells, becomes",
    [
        # Of the roles that the row names; those of others stay.
        (
            ("Ann", "Bo (translator)|Cy (illustrator)"),
            "Translator",
            "Dee",
            ("Ann", [("Cy", "illustrator", 20), ("Dee", "translator", 21)]),
        ),
        (
            ("Ann", "Bo (translator)|Cy (illustrator)"),
            "Illustrator,Translator",
            "Dee; Cy,",
            (
                "Ann",
                [("Bo", "translator", 10), ("Cy", "illustrator", 20), ("Dee", "illustrator", 21)],
            ),
        ),
        # A role says more than "contributor", and nothing against another role.
        (("Ann", "Bo (contributor)"), "Translator", "Bo", ("Ann", [("Bo", "translator", 1)])),
        (
            ("Ann", "Bo (editor)"),
            "Translator",
            "Bo",
            ("Ann", [("Bo", "editor", 10), ("Bo", "translator", 11)]),
        ),
        (
            ("Ann", "Bo (editor)"),
            "Contributors",
            "Bo (translator); Cy",
            ("Ann", [("Bo", "editor", 10), ("Bo", "translator", 11), ("Cy", "contributor", 12)]),
        ),
        # Somebody else is the translator.
        (
            ("Ann", "Bo (translator)"),
            "Author,Translator",
            "Bo,Cy",
            ("Bo", [("Cy", "translator", 1)]),
        ),
        # Whose name says the role in the same row is named once.
        (("", ""), "Author,Translator", "Ann; Bo,Bo", ("Ann", [("Bo", "translator", 2)])),
        (
            ("Ann", "Bo (editor)"),
            "Author",
            "Bo Ek; Cy",
            ("Bo Ek", [("Bo", "editor", 10), ("Cy", "co-author", 11)]),
        ),
    ],
)
def test_columns_of_roles(
    was: tuple[str, str],
    columns: str,
    cells: str,
    becomes: tuple[Any, Any],
    tmp_path: Path,
    options: dict[str, Any],
):
    keep(tmp_path, *was)
    text = f"Title,ISBN,{columns}\nA,{ISBN},{cells}\n"
    assert import_twice(text, tmp_path, options) == {"rows": 1, "updated": 1}
    assert people() == becomes


@pytest.mark.parametrize(
    "cell, becomes",
    [
        # A native file lists everybody, in this order; without brackets they keep their roles.
        (
            "Cy|Dee|Bo",
            [
                ("Cy", "editor", 1),
                ("Cy", "translator", 1),
                ("Dee", "contributor", 2),
                ("Bo", "illustrator", 3),
            ],
        ),
        ("Bo|Ann", [("Bo", "illustrator", 1)]),
        ("Bo|Bo (editor)|Cy", [("Bo", "editor", 2), ("Cy", "editor", 3), ("Cy", "translator", 3)]),
        ("Bo (contributor)", [("Bo", "contributor", 1)]),
        ("", []),
    ],
)
def test_native_names_without_roles(
    cell: str, becomes: list[Any], tmp_path: Path, options: dict[str, Any]
):
    keep(tmp_path, "Ann", "Bo (illustrator)|Cy (editor)|Cy (translator)")
    text = f"isbn,title,author,contributors\n{ISBN},A,Ann,{cell}\n"
    assert import_twice(text, tmp_path, options) == {"rows": 1, "updated": 1}
    author, rows = people()
    assert (author, sorted(rows, key=lambda row: (row[2], row[1]))) == ("Ann", becomes)


def test_people_of_a_new_book(tmp_path: Path, options: dict[str, Any]):
    authors = "Title,ISBN,Author(s),Translator\n"
    load_text(f"{authors}A,{ISBN},Ann; Bo; Cy; Ann,Cy; Dee\n", tmp_path, **options)
    assert people() == (
        "Ann",
        [("Bo", "co-author", 1), ("Cy", "translator", 3), ("Dee", "translator", 4)],
    )


def test_what_is_filled_in(tmp_path: Path, options: dict[str, Any]):
    keep(tmp_path, "", "Bo (translator)")
    text = f"Title,ISBN,Author(s)\nA,{ISBN},Bo; Cy\n"
    assert import_twice(text, tmp_path, options | {"existing": "fill"}) == {"rows": 1, "updated": 1}
    assert people() == (None, [("Bo", "translator", 10), ("Cy", "co-author", 11)])


def test_fields_that_are_kept(tmp_path: Path, options: dict[str, Any]):
    keep(tmp_path, "Ann", "Bo (translator)")
    text = f"Title,ISBN,Author(s)\nA,{ISBN},Cy; Dee\n"
    assert import_twice(text, tmp_path, options | {"keep": ["contributors"]}) == {
        "rows": 1,
        "updated": 1,
    }
    assert people() == ("Cy", [("Bo", "translator", 10)])
    text = f"Title,ISBN,Author(s)\nA,{ISBN},Ann; Dee\n"
    assert import_twice(text, tmp_path, options | {"keep": ["author"]}) == {"rows": 1, "updated": 1}
    assert people() == ("Cy", [("Bo", "translator", 10), ("Dee", "co-author", 11)])


def test_series_without_a_number(tmp_path: Path, options: dict[str, Any]):
    load_text(f"isbn,title,series\n{ISBN},A,Sea #1|Land #2\n", tmp_path)
    done = import_twice(f"Title,ISBN,Series\nA,{ISBN},Sea; Air\n", tmp_path, options)
    assert done == {"rows": 1, "updated": 1}
    assert books()[0]["series"] == [("Air", ""), ("Sea", "1")]
    import_twice(f"isbn,title,series\n{ISBN},A,Sea\n", tmp_path, options)
    assert books()[0]["series"] == [("Sea", "")]
