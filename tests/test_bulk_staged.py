"""The cleaned rows of a file on disk: which of them count, and which do when one is rejected."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from django_bookrel.bulk import UNSET, Rejection
from django_bookrel.bulk.history import History
from django_bookrel.bulk.plan import Joined, Plan
from django_bookrel.bulk.staged import Counting, Part, StagedRows
from django_bookrel.models import Book
from django_bookrel.resources import BookResource
from django_bookrel.resources.rowpath.paths import ImportPath
from tests.batches import Row, batch_of, parts
from tests.hosts.newsdesk.models import Article
from tests.hosts.newsdesk.resources import ArticleResource

pytestmark = pytest.mark.django_db

ISBN, OTHER = "9780306406157", "9780061120084"
NAMES = ("title", "isbn", "identifiers")


def book(title: str, isbn: str = "", *numbers: str) -> Row:
    return {"title": title, "isbn": isbn, "identifiers": [("oclc", number) for number in numbers]}


def of_books() -> ImportPath:
    return parts(BookResource, NAMES)


def staged(path: ImportPath, *batches: list[Row], grouped: bool = True) -> StagedRows:
    found, line = StagedRows(path.transactions.planner.selection), 2
    for rows in batches:
        found.add(Part(len(rows), batch_of(path, rows, line), []))
        line += len(rows)
    if grouped:
        found.group()
    return found


@pytest.fixture
def rows_of(request: pytest.FixtureRequest) -> Any:
    """Stage batches of rows of books, until the test is over."""

    def rows_of(*batches: list[Row], path: ImportPath | None = None) -> StagedRows:
        found = staged(path or of_books(), *batches)
        request.addfinalizer(found.close)
        return found

    return rows_of


def said(counting: Counting) -> list[tuple[Any, ...]]:
    """Give line, ISBN and numbers of the rows that count."""
    batch = counting.batch
    pairs = zip(batch.lines, batch.columns[1], batch.children[0], strict=True)
    return [
        (line, isbn if isbn is not UNSET else "", "".join(value for _scheme, value in entries))
        for row, (line, isbn, entries) in enumerate(pairs)
        if row not in counting.out
    ]


def fates(rows: Iterator[Counting] | StagedRows) -> list[tuple[int, set[int], int]]:
    return [(counting.records, counting.out, counting.duplicates) for counting in rows]


def test_rows_that_share_nothing(rows_of: Any):
    path = of_books()
    batches = [[book("A", ISBN)], [book("B", "", "1"), book("C", "", "2")]]
    rows = rows_of(*batches, path=path)
    assert rows.count == 3
    assert [counting.batch for counting in rows] == [
        batch_of(path, batches[0]),
        batch_of(path, batches[1], 3),
    ]
    assert fates(rows) == [(1, set(), 0), (2, set(), 0)]


def test_last_row_counts_and_keeps_every_identity(rows_of: Any):
    rows = rows_of(
        [book("Emma", ISBN), book("Dune", "", "7")],
        [book("Emma", ISBN, "1")],
        [book("Dune", OTHER, "7", "8"), book("Ulysses", "", "1")],
    )
    # Each time anew: what is on disk stays as it was.
    for _time in range(2):
        found = list(rows)
        assert fates(found) == [(2, {0, 1}, 2), (1, {0}, 1), (2, set(), 0)]
        assert list(map(said, found)) == [[], [], [(5, OTHER, "78"), (6, ISBN, "1")]]
        assert [counting.joined for counting in found] == [
            [],
            [],
            [Joined(2, "Emma", 6, "Ulysses"), Joined(4, "Emma", 6, "Ulysses")],
        ]


def test_rows_that_are_in_memory_stay_as_they_were_too(rows_of: Any):
    rows = rows_of([book("A", ISBN), book("B", ISBN, "1"), book("C", "", "1")])
    for _time in range(2):
        assert list(map(said, rows)) == [[(4, ISBN, "1")]]
    assert rows.parts[0].part.batch.columns[1] == [ISBN, ISBN, UNSET]


def test_row_before_a_rejected_one_counts(rows_of: Any):
    rows = rows_of([book("A", ISBN), book("B", ISBN, "1")], [book("C", "", "1")])
    found = rows.reopen(4)
    assert said(Counting(1, found.counting())) == [(3, ISBN, "1")]
    assert found.rejections == []
    found = rows.reopen(3)
    assert said(Counting(1, found.counting())) == [(2, ISBN, "")]
    assert rows.reopen(2) is None


def test_several_rows_may_count_in_the_place_of_one(rows_of: Any):
    rows = rows_of([book("A", ISBN)], [book("B", "", "1")], [book("C", ISBN, "1")])
    found = rows.reopen(4)
    assert said(Counting(1, found.counting())) == [(2, ISBN, ""), (3, "", "1")]
    assert found.rejections == []


def test_row_that_is_rejected_with_the_one_that_counted(rows_of: Any):
    known = Book.objects.create(title="Old", isbn=ISBN)
    known.identifiers.create(scheme="oclc", value="1")
    rows = rows_of([book("A", ISBN)], [book("B", OTHER, "1")], [book("C", ISBN)])
    assert fates(rows) == [(1, {0}, 1), (1, {0}, 1), (1, set(), 0)]
    found = rows.reopen(4)
    reason = "The row would overwrite isbn, the only identity of the record in line 2."
    assert found.counting().lines == [2]
    assert found.rejections == [Rejection(3, "", "", reason, ["B", OTHER, [("oclc", "1")]])]


def test_nothing_takes_the_place_of_a_row_that_shares_nothing(rows_of: Any):
    assert rows_of([book("A", ISBN), book("B", OTHER)]).reopen(2) is None


def test_rows_of_one_record(rows_of: Any):
    known = Book.objects.create(title="Old", isbn=ISBN)
    known.identifiers.create(scheme="oclc", value="1")
    rows = rows_of([book("A", ISBN)], [book("B", "", "1")])
    assert fates(rows) == [(1, {0}, 1), (1, set(), 0)]


def test_row_that_means_two_records(rows_of: Any):
    known = Book.objects.create(title="Old", isbn=ISBN)
    other = Book.objects.create(title="Other")
    other.identifiers.create(scheme="oclc", value="1")
    rows = rows_of([book("A", "", "1"), book("B", ISBN, "1")])
    [counting] = rows
    reason = (
        f"The row matches more than one record: oclc:1 is “Other” (no. {other.pk}); "
        f"isbn {ISBN} is “Old” (no. {known.pk})."
    )
    cells = ["B", ISBN, [("oclc", "1")]]
    assert (counting.out, counting.rejections) == ({1}, [Rejection(3, "", "", reason, cells)])
    # It does not take the row before it along.
    assert (said(counting), counting.duplicates) == ([(2, "", "1")], 0)


def test_rows_that_contradict_one_another(rows_of: Any):
    known = Book.objects.create(title="Old", isbn=ISBN)
    known.identifiers.create(scheme="oclc", value="1")
    rows = rows_of([book("A", ISBN)], [book("B", OTHER, "1")])
    first, second = rows
    reason = "The row would overwrite isbn, the only identity of the record in line 2."
    cells = ["B", OTHER, [("oclc", "1")]]
    assert (first.out, second.out) == (set(), {0})
    assert second.rejections == [Rejection(3, "", "", reason, cells)]


def test_rejections_of_the_records_without_a_row(rows_of: Any):
    path = of_books()
    rows = StagedRows(path.transactions.planner.selection)
    rejection = Rejection(3, "year", "x", "is no year")
    with closing(rows):
        rows.add(Part(2, batch_of(path, [book("A", ISBN)]), [rejection]))
        rows.add(Part(1, batch_of(path, []), []))
        rows.add(Part(1, batch_of(path, [book("B", ISBN)], 5), []))
        rows.group()
        assert rows.count == 4
        assert [counting.rejections for counting in rows] == [[rejection], [], []]
        assert fates(rows) == [(2, {0}, 1), (1, set(), 0), (1, set(), 0)]
        assert rows.reopen(5).counting().lines == [2]


def test_rows_about_what_was_written_before_the_file_was_known():
    article = Article.objects.create(slug="a", headline="A")
    path = parts(ArticleResource, ("slug", "headline"))
    selection = path.transactions.planner.selection
    selection.history = History(selection.grouping.overwritten)
    earlier = batch_of(path, [{"slug": "a", "headline": "A"}])
    selection.history.note(Plan(earlier, known={0: article.pk}), [])
    rows = staged(path, [{"slug": "a", "headline": "B"}], [{"slug": "b", "headline": "C"}])
    with closing(rows):
        # One row of its group is in already, so it has a verdict of its own.
        assert rows.groups.verdicts([2, 3]).keys() == {2}
        assert fates(rows) == [(1, set(), 0), (1, set(), 0)]
