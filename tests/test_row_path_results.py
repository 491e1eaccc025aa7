"""What is saved row by row is the same as in bulk."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db.models import signals

from django_bookrel.models import (
    Author,
    Book,
    Identifier,
    Publisher,
    Series,
    Subject,
)
from django_bookrel.resources import (
    BookResource,
    bookresource_factory,
    load,
)
from django_bookrel.resources.books import BaseBookResource
from django_bookrel.testing import catalogue
from tests.hostcode import counts, heard
from tests.hostrows import rejected
from tests.hosts.custom.models import ran
from tests.importing import books, write_csv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_ran")]

EXAMPLES = Path(__file__).parent.parent / "example_project" / "data"


def catalogue_values() -> dict[str, Any]:
    """Give the whole catalogue without keys and times that differ from one import to the next."""
    return {
        "books": books(),
        "sorted": sorted(Book.objects.values_list("title", "sort_title", "isbn")),
        "authors": sorted(Author.objects.values_list("name", "key", "sort_name"), key=repr),
        "years": sorted(Author.objects.values_list("key", "born", "died"), key=repr),
        "publishers": sorted(Publisher.objects.values_list("name", "key")),
        "series": sorted(Series.objects.values_list("name", "key")),
        "subjects": sorted(Subject.objects.values_list("name", "key")),
        "identifiers": sorted(Identifier.objects.values_list("book__title", "scheme", "value")),
    }


def both_ways(
    files: list[Path], connect: Callable[..., None], resource: Any = BookResource, **options: Any
) -> list[tuple[Any, ...]]:
    """Import files in bulk, then row by row into an empty catalogue; give what comes of each."""
    found = []
    for row_by_row in (False, True):
        for model in (Book, Author, Publisher, Series, Subject):
            model.objects.all().delete()
        results = []
        for path in files:
            result = load(path, resource=resource, bulk=not row_by_row, **options)
            assert result.path == ("row" if row_by_row else "bulk")
            results.append((counts(result), rejected(result)))
        found.append((results, catalogue_values()))
        connect(signals.post_save, heard)
        connect(signals.m2m_changed, heard)
    return found


class HookedBookResource(BaseBookResource):
    def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        ran.append("hook")


class RawBookResource(BaseBookResource):
    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        ran.append("hook")


BOOK_RESOURCES = {
    "receivers": BookResource,
    "late hook": bookresource_factory(Book, HookedBookResource),
    "early hook": bookresource_factory(Book, RawBookResource),
}


@pytest.mark.parametrize("resource", BOOK_RESOURCES.values(), ids=BOOK_RESOURCES)
def test_examples_come_in_the_same(tmp_path: Path, connect: Callable[..., None], resource: Any):
    with (EXAMPLES / "catalogue.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    path = write_csv(tmp_path / "in.csv", rows[::4])
    by_sets, row_by_row = both_ways([path, path], connect, resource)
    assert row_by_row == by_sets


@pytest.mark.parametrize("resource", BOOK_RESOURCES.values(), ids=BOOK_RESOURCES)
def test_years_of_persons(tmp_path: Path, connect: Callable[..., None], resource: Any):
    connect(signals.post_save, heard)
    rows = [{"title": "A", "author": "John Smith"}, {"title": "B", "contributors": "Jane Roe"}]
    path = write_csv(tmp_path / "in.csv", rows)
    assert counts(load(path, resource=resource)) == {"rows": 2, "new": 2}
    rows = [
        {"title": "A", "author": "John Smith (1820-1891)"},
        {"title": "B", "contributors": "Jane Roe (1830-1901)"},
        {"title": "C", "author": "John Smith (1900-1950)"},
    ]
    path = write_csv(tmp_path / "in.csv", rows)
    assert load(path, resource=resource).counts.new == 1
    assert set(Author.objects.values_list("name", "born", "died")) == {
        ("John Smith", 1820, 1891),
        ("Jane Roe", 1830, 1901),
        ("John Smith (1900-1950)", 1900, 1950),
    }


@pytest.mark.parametrize("batch_size", [1, 100])
def test_persons_of_rejected_rows(tmp_path: Path, connect: Callable[..., None], batch_size: int):
    def saved(sender: Any, instance: Any, **kwargs: Any) -> None:
        if instance.title.startswith("Bad"):
            raise ValueError("not this one")

    for name in ("Jane Roe", "Max Mo"):
        Author.objects.create(name=name)
    people = "Jane Roe (1830-1901)|Max Mo (1800-1850)"
    connect(signals.post_save, saved, Book)
    rows = [
        {"title": "Bad 1", "author": "John Smith", "contributors": people},
        {"title": "Bad 2", "author": "John Smith (1820-1891)"},
        {"title": "Good 1", "author": "John Smith (1820-1891)", "contributors": "Jane Roe"},
        {"title": "Good 2", "author": "Smith, John", "contributors": "Jane Roe (1830-1901)"},
    ]
    result = load(write_csv(tmp_path / "in.csv", rows), batch_size=batch_size)
    assert counts(result) == {"rows": 4, "new": 2, "rejected": 2}
    assert set(Author.objects.values_list("name", "born", "died")) == {
        ("John Smith", 1820, 1891),
        ("Jane Roe", 1830, 1901),
        ("Max Mo", None, None),
    }
    assert {book.author.name for book in Book.objects.all()} == {"John Smith"}


@pytest.mark.parametrize(
    "seed, options",
    [
        (0, {}),
        (1, {"batch_size": 7}),
        (2, {"existing": "fill"}),
        (3, {"existing": "skip"}),
        (4, {"keep": ("title", "publishers")}),
    ],
    ids=str,
)
@pytest.mark.parametrize("resource", BOOK_RESOURCES.values(), ids=BOOK_RESOURCES)
def test_random_files_come_in_the_same(
    tmp_path: Path,
    connect: Callable[..., None],
    seed: int,
    options: dict[str, Any],
    resource: Any,
):
    files = []
    for changed in (0, 0.3):
        path = tmp_path / f"{changed}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            catalogue.write_csv(
                file, 40, seed=seed, isbn_share=0.6, changed=changed, bad_lines={5, 17}
            )
        files.append(path)
    by_sets, row_by_row = both_ways([*files, files[1]], connect, resource, **options)
    assert row_by_row == by_sets
