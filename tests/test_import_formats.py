"""Files of other systems come into the catalogue, and a second time change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from django_bookrel.models import Book
from django_bookrel.resources import Result, load
from tests.importing import books, stored
from tests.test_sources_samples import FILES, read

pytestmark = pytest.mark.django_db


def outcome(result: Result) -> tuple[int, int, int]:
    counts = result.counts
    return counts.new, counts.updated + counts.unchanged + counts.duplicates, counts.rejected


def without_titles(path: Path) -> bool:
    return not any("title" in record for record in read(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_again_changes_nothing(path: Path):
    records = read(path)
    rejected = sum("errors" in record for record in records)
    # A format may have several rows for a book, which then say the same.
    new = len({repr({**record, "line": 0}) for record in records if "errors" not in record})
    if without_titles(path):
        rejected, new = len(records), 0
    assert outcome(load(path)) == (new, len(records) - rejected - new, rejected)
    before = stored()
    assert outcome(load(path)) == (0, len(records) - rejected, rejected)
    assert stored() == before


def test_a_file_without_titles_finds_books_by_their_numbers(tmp_path: Path):
    path = tmp_path / "log.csv"
    path.write_text("Work Id,Edition Id,Bookshelf\nOL1W,OL2M,Already Read\nOL3W,,Want to Read\n")
    book = Book.objects.create(title="Emma")
    book.identifiers.create(scheme="openlibrary", value="OL2M")
    before = books()
    result = load(path)
    assert outcome(result) == (0, 1, 1)
    assert [str(rejection) for rejection in result.rejections] == [
        "line 3, title '': is required for a new book"
    ]
    assert books() == before
