"""Imports in bulk: statements that do not depend on the rows, all or nothing, limits, accounts."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tablib
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from django_bookrel.bulk import Change, ImportStopped, RejectLimit, get_writer
from django_bookrel.bulk.errors import Blame
from django_bookrel.bulk.writers.base import SQLWriter
from django_bookrel.exceptions import InvalidOption, SourceError
from django_bookrel.models import Author, Book, ImportRecord, Publisher, RejectedRow
from django_bookrel.resources import BookResource, Result, load
from tests.hosts.newsdesk.models import Article, Reporter, Topic
from tests.hosts.newsdesk.resources import ArticleResource, StrictArticleResource
from tests.importing import books, capture_writes, counts, stored, write_csv

pytestmark = pytest.mark.django_db

ISBN = "9780306406157"


def isbn(number: int) -> str:
    digits = f"978{number:09d}"
    weights = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-weights % 10)


def distinct_rows(number: int, text: str = "") -> list[dict[str, str]]:
    """Make rows of which no two share a record."""
    return [
        {
            "isbn": isbn(n),
            "title": f"Title {n}{text}",
            "author": f"Author {n}{text} (1900-1980)",
            "contributors": f"Translator {n}{text} (translator)|Editor {n}{text} (editor)",
            "publishers": f"House {n}{text}|Press {n}{text}",
            "year": "1950",
            "language": "en",
            "pages": str(n + 1),
            "series": f"Series {n}{text} #{n}",
            "subjects": f"Subject {n}{text}",
            "identifiers": f"oclc:{n}{text}",
        }
        for n in range(number)
    ]


# Statements.


def statements(path: Path, **options: Any) -> tuple[list[str], Result]:
    with CaptureQueriesContext(connection) as context:
        result = load(path, batch_size=2000, **options)
    return [query["sql"] for query in context.captured_queries], result


@pytest.fixture
def sqlite_of_999_variables() -> Iterator[None]:
    if connection.vendor != "sqlite":
        pytest.skip("is about SQLite")
    connection.ensure_connection()
    limit = sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER
    before = connection.connection.setlimit(limit, 999)
    # Django asks for the limit once, if at all.
    connection.features.__dict__.pop("max_query_params", None)
    yield
    connection.connection.setlimit(limit, before)
    connection.features.__dict__.pop("max_query_params", None)


def counted_runs(tmp_path: Path, number: int) -> list[int]:
    """Count the statements of an import of new, unchanged and changed rows."""
    rows, changed = distinct_rows(number), distinct_rows(number, " again")
    found = []
    for name, table, outcome in (
        ("new", rows, "new"),
        ("unchanged", rows, "unchanged"),
        ("changed", changed, "updated"),
    ):
        sql, result = statements(write_csv(tmp_path / f"{name}-{number}.csv", table))
        assert counts(result) == {"rows": number, outcome: number}
        found.append(len(sql))
    Book.objects.all().delete()
    Author.objects.all().delete()
    return found


@pytest.mark.skipif(connection.vendor != "sqlite", reason="counts statements of SQLite")
def test_statements_do_not_depend_on_the_rows(tmp_path: Path):
    assert counted_runs(tmp_path, 200) == counted_runs(tmp_path, 2000)


@pytest.mark.usefixtures("sqlite_of_999_variables")
def test_oldest_variable_limit_of_sqlite(tmp_path: Path):
    assert counted_runs(tmp_path, 200) == counted_runs(tmp_path, 2000)


@pytest.mark.usefixtures("sqlite_of_999_variables")
def test_rejections_under_the_oldest_variable_limit(tmp_path: Path):
    rows = distinct_rows(2000)
    load(write_csv(tmp_path / "in.csv", rows))
    # The ISBN of one book with the identifier of another.
    half = [
        row | {"identifiers": other["identifiers"]}
        for row, other in zip(rows[:1000], rows[1000:], strict=True)
    ]
    result = load(write_csv(tmp_path / "clash.csv", half))
    assert counts(result) == {"rows": 1000, "rejected": 1000}
    assert RejectedRow.objects.count() == 1000


def test_rows_of_many_batches(tmp_path: Path):
    rows = distinct_rows(50)
    path = write_csv(tmp_path / "in.csv", rows)
    done: list[tuple[int, int | None, int]] = []
    result = load(
        path, batch_size=20, on_batch=lambda rows, total, t: done.append((rows, total, t.new))
    )
    assert counts(result) == {"rows": 50, "new": 50}
    assert done == [(20, 50, 20), (40, 50, 40), (50, 50, 50)]
    assert Book.objects.count() == 50
    assert counts(load(path, batch_size=7)) == {"rows": 50, "unchanged": 50}


def test_skip_and_limit(tmp_path: Path):
    path = write_csv(tmp_path / "in.csv", distinct_rows(10))
    assert counts(load(path, skip=3, limit=4, batch_size=3)) == {"rows": 4, "new": 4}
    assert list(Book.objects.order_by("pages").values_list("pages", flat=True)) == [4, 5, 6, 7]


@pytest.mark.parametrize("batch_size", [1, 100])
def test_author_who_comes_as_contributor_first(tmp_path: Path, batch_size: int):
    rows = [
        {"title": "A", "contributors": "Ann Lee (editor)|Bo Ek (translator)"},
        {"title": "B", "author": "Lee, Ann", "contributors": "Ek, Bo"},
    ]
    load(write_csv(tmp_path / "in.csv", rows), batch_size=batch_size)
    assert sorted(author.key for author in Author.objects.all()) == ["ann lee", "bo ek"]


# Dry runs.


@pytest.mark.parametrize("batch_size", [2, 100])
@pytest.mark.parametrize("options", [{}, {"existing": "fill"}, {"existing": "skip"}])
def test_dry_run_counts_as_the_run_does_and_writes_nothing(
    tmp_path: Path, batch_size: int, options: dict[str, Any]
):
    old = distinct_rows(6)
    load(write_csv(tmp_path / "old.csv", old))
    rows = [
        old[0],
        old[1] | {"title": "Changed", "author": "New", "publishers": "New house"},
        old[2] | {"subjects": "New subject"},
        {"title": "New", "author": "New", "subjects": "New subject"},
        {"title": "new", "author": "new"},
        {"isbn": ISBN, "title": "Numbered"},
        {"isbn": ISBN, "title": "Numbered again"},
        {"isbn": old[4]["isbn"], "title": "Clash", "identifiers": "oclc:5"},
        {"title": "", "author": "Nobody"},
        {"title": "Bad", "year": "abc"},
    ]
    path = write_csv(tmp_path / "in.csv", rows)
    before, records = stored(), ImportRecord.objects.count()
    with capture_writes() as written:
        dry = load(path, dry_run=True, batch_size=batch_size, **options)
    assert written == []
    assert (stored(), ImportRecord.objects.count()) == (before, records)
    run = load(path, batch_size=batch_size, **options)
    assert dry.counts == run.counts
    assert [str(rejection) for rejection in dry.rejections] == [str(r) for r in run.rejections]
    assert run.counts.new > 0
    assert run.counts.duplicates == 2
    assert run.counts.rejected == 3


ARTICLE = ("slug", "headline", "reporter", "topics")


def changes(result: Result) -> list[tuple[int, str, dict[str, tuple[str, str]]]]:
    return [(change.line, change.record, change.cells) for change in result.changes]


OLD = {
    "isbn": ISBN,
    "title": "Old",
    "author": "Ann Lee",
    "contributors": "Bo Ek (editor)|Cy Fay (editor)",
    "publishers": "North|South",
    "year": "1950",
    "subjects": "Sea",
    "identifiers": "oclc:1",
}
CHANGED = {
    "isbn": ISBN,
    "title": "New",
    "author": "Di Gale",
    "contributors": "EK, BO (editor)|Eve Hill (translator)",
    "publishers": "SOUTH|West",
    "year": "",
    "language": "en",
    "subjects": "sea",
    "identifiers": "oclc:2",
}
WEST = ("North|South", "South|West")


class HookedResource(BookResource):
    class Meta(BookResource.Meta):
        pass

    def after_save_instance(self, *args: Any, **kwargs: Any) -> None:
        super().after_save_instance(*args, **kwargs)


@pytest.mark.parametrize("hooked", [False, True])
@pytest.mark.parametrize(
    "options, expected",
    [
        (
            {},
            {
                "title": ("Old", "New"),
                # A new author has the name as it was written first.
                "author": ("Ann Lee", "di gale"),
                "contributors": (
                    "Bo Ek (editor)|Cy Fay (editor)",
                    "Bo Ek (editor)|Eve Hill (translator)",
                ),
                "publishers": WEST,
                "year": ("1950", ""),
                "language": ("", "en"),
                "identifiers": ("oclc:1", "oclc:1|oclc:2"),
            },
        ),
        (
            {"keep": ["author", "title", "contributors", "year", "identifiers"]},
            {"publishers": WEST, "language": ("", "en")},
        ),
        (
            {"existing": "fill"},
            {
                "contributors": (
                    "Bo Ek (editor)|Cy Fay (editor)",
                    "Bo Ek (editor)|Cy Fay (editor)|Eve Hill (translator)",
                ),
                "publishers": ("North|South", "North|South|West"),
                "language": ("", "en"),
                "identifiers": ("oclc:1", "oclc:1|oclc:2"),
            },
        ),
    ],
    ids=["update", "keep", "fill"],
)
def test_changes_of_a_dry_run(
    tmp_path: Path,
    options: dict[str, Any],
    expected: dict[str, tuple[str, str]],
    *,
    hooked: bool,
):
    load(write_csv(tmp_path / "old.csv", [OLD]))
    options = options | {"resource": HookedResource if hooked else BookResource}
    new = {"title": "Two", "author": "di gale", "subjects": "Sea|Sky"}
    path = write_csv(tmp_path / "in.csv", [{"title": "Bad", "year": "x"}, new, CHANGED])
    result = load(path, dry_run=True, **options)
    assert result.path == ("row" if hooked else "bulk")
    cells = {"title": ("", "Two"), "author": ("", "di gale"), "subjects": ("", "Sea|Sky")}
    assert changes(result) == [(3, "", cells), (4, "Old", expected)]
    run = load(path, **options)
    assert run.changes == []
    assert (run.counts.new, run.counts.updated) == (1, 1)
    assert changes(load(path, dry_run=True, **options)) == []


def test_dry_run_shows_the_first_changes_only(tmp_path: Path):
    path = write_csv(tmp_path / "in.csv", distinct_rows(30))
    with CaptureQueriesContext(connection) as few:
        result = load(path, dry_run=True, limit=10)
    with CaptureQueriesContext(connection) as many:
        result = load(path, dry_run=True)
    assert [change.line for change in result.changes] == list(range(2, 12))
    assert len(many) == len(few)


def test_rows_by_which_a_wrong_file_is_told_are_not_shown_as_changes(tmp_path: Path):
    path = write_csv(tmp_path / "in.csv", [{"slug": "a", "headline": "A"}] * 2100, ARTICLE)
    result = load(path, resource=StrictArticleResource, dry_run=True, source="native")
    assert [change.line for change in result.changes] == [2101]


def test_long_cells_of_changes_are_cut():
    change = Change(7, "Old", {"title": ("", "x" * 101), "year": ("1950", "")})
    assert str(change).splitlines() == [
        "line 7 changes “Old”",
        f"  title: (empty) -> {'x' * 100}…",
        "  year: 1950 -> (empty)",
    ]
    assert str(Change(8, "", {"title": ("", "A")})) == "line 8 is new\n  title: A"


# Failures.


@pytest.fixture
def fail_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the database fail after so many batches of new books."""

    def fail_after(batches: int) -> None:
        insert, left = SQLWriter.insert, [batches]

        def failing(self: SQLWriter, model: Any, *args: Any, **options: Any) -> Any:
            if model is Book:
                left[0] -= 1
                if left[0] < 0:
                    raise OperationalError("the server closed the connection")
            return insert(self, model, *args, **options)

        monkeypatch.setattr(SQLWriter, "insert", failing)

    return fail_after


@pytest.mark.django_db(transaction=True)
def test_failure_midway_leaves_whole_batches(
    tmp_path: Path, fail_after: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
):
    path = write_csv(tmp_path / "in.csv", distinct_rows(50))
    with monkeypatch.context() as patch:
        fail_after(2)
        with pytest.raises(ImportStopped) as raised:
            load(path, batch_size=10)
        patch.undo()
    monkeypatch.undo()
    said = "Stopped after 20 rows: The database failed: the server closed the connection."
    assert (str(raised.value), raised.value.is_lasting) == (said, False)
    assert Book.objects.count() == 20
    # Nothing is in of the batch that failed, its authors neither.
    assert (Author.objects.count(), Publisher.objects.count()) == (60, 40)
    [record] = ImportRecord.objects.all()
    assert (record.status, record.rows, record.new) == (ImportRecord.Status.FAILED, 20, 20)
    assert record.message == said
    assert counts(load(path, batch_size=10)) == {"rows": 50, "new": 30, "unchanged": 20}
    assert (Book.objects.count(), Author.objects.count()) == (50, 150)
    assert counts(load(path)) == {"rows": 50, "unchanged": 50}


@pytest.mark.django_db(transaction=True)
def test_failure_midway_of_an_atomic_import_leaves_nothing(
    tmp_path: Path, fail_after: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
):
    path = write_csv(tmp_path / "in.csv", distinct_rows(50))
    fail_after(2)
    with pytest.raises(ImportStopped):
        load(path, batch_size=10, atomic=True)
    monkeypatch.undo()
    assert all(rows == [] for rows in stored().values())
    [record] = ImportRecord.objects.all()
    assert (record.status, record.new) == (ImportRecord.Status.FAILED, 0)
    assert counts(load(path, atomic=True, batch_size=10)) == {"rows": 50, "new": 50}


@pytest.mark.django_db(transaction=True)
def test_fault_that_goes_away_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    insert, calls = SQLWriter.insert, []

    def failing(self: SQLWriter, model: Any, *args: Any, **options: Any) -> Any:
        if model is Book:
            calls.append(model)
            if len(calls) == 2:
                raise OperationalError("a deadlock")
        return insert(self, model, *args, **options)

    monkeypatch.setattr(SQLWriter, "insert", failing)
    kind = type(get_writer("default"))
    monkeypatch.setattr(kind, "blame", lambda self, error: Blame.AGAIN)
    path = write_csv(tmp_path / "in.csv", distinct_rows(30))
    assert counts(load(path, batch_size=10)) == {"rows": 30, "new": 30}
    assert len(calls) == 4
    assert (Book.objects.count(), Author.objects.count()) == (30, 90)


# Rejections and limits.


BAD = [
    ({"isbn": "1234567890123"}, "isbn"),
    ({"isbn": "9780306406158"}, "isbn"),
    ({"title": "", "language": "en"}, "title"),
    ({"author": "x" * 256}, "author"),
    ({"contributors": "x" * 256 + " (editor)"}, "contributors"),
    ({"publishers": "Good|" + "x" * 256}, "publishers"),
    ({"subjects": "x" * 256}, "subjects"),
    ({"series": "x" * 256 + " #1"}, "series"),
    ({"series": "Series #" + "1" * 41}, "series"),
    ({"year": "abc"}, "year"),
    ({"year": "99999"}, "year"),
    ({"year": "-99999"}, "year"),
    ({"year": "1999.5"}, "year"),
    ({"pages": "-1"}, "pages"),
    ({"pages": "99999999999999999999"}, "pages"),
    ({"language": "x" * 36}, "language"),
    ({"identifiers": "no scheme"}, "identifiers"),
    ({"identifiers": "x" * 41 + ":1"}, "identifiers"),
    ({"identifiers": "oclc:" + "1" * 256}, "identifiers"),
]


@pytest.mark.parametrize("cells, column", BAD, ids=lambda value: str(value)[:40])
def test_bad_cell(tmp_path: Path, cells: dict[str, str], column: str):
    rows = [{"title": "Good", "author": "Ann"}, {"title": "Bad"} | cells]
    path = write_csv(tmp_path / "in.csv", rows)
    result = load(path)
    assert counts(result) == {"rows": 2, "new": 1, "rejected": 1}
    [rejection] = result.rejections
    assert (rejection.line, rejection.column) == (3, column)
    assert rejection.value[:200] == cells[column][:200]
    assert rejection.reason
    assert "\n" not in str(rejection)
    assert [book["title"] for book in books()] == ["Good"]
    assert [author.name for author in Author.objects.all()] == ["Ann"]
    [stored_row] = RejectedRow.objects.all()
    assert (stored_row.line, stored_row.column) == (3, column)
    assert stored_row.value == rejection.value
    assert stored_row.reason == rejection.reason
    # All cells are there to be repaired.
    assert set(cells.values()) <= set(stored_row.cells)


@pytest.mark.parametrize(
    "line",
    [
        b'"A\0B",Ann,1999',
        b"A,Ann,1999,more",
        b"A",
        b'A"B",Ann "x,1999\n',
        b'"A" B,Ann,1999',
        b"\xff,Ann,1999",
    ],
    ids=repr,
)
def test_broken_row(tmp_path: Path, line: bytes):
    path = tmp_path / "in.csv"
    good = "".join(f"Title {n},Ann Ö,1999\n" for n in range(20)).encode()
    path.write_bytes(b"title,author,year\n" + good + line.rstrip() + b"\n" + b"Last,Bo,2000\n")
    result = load(path)
    if result.counts.rejected == 0:
        assert line.startswith(b'A"B"')  # A quote inside of a cell that is not quoted is a quote.
        return
    assert counts(result) == {"rows": 22, "new": 21, "rejected": 1}
    assert {rejection.line for rejection in result.rejections} == {22}
    assert Book.objects.filter(title="Last").exists()
    assert RejectedRow.objects.get().line == 22


def test_lines_are_those_of_the_file(tmp_path: Path):
    rows = [
        {"title": "two\nlines"},
        {"title": "Bad", "year": "x"},
        {"title": "Good"},
        {"title": "three\nmore\nlines", "year": "y"},
        {"title": "Bad", "year": "z"},
    ]
    result = load(write_csv(tmp_path / "in.csv", rows), batch_size=2)
    assert [(rejection.line, rejection.value) for rejection in result.rejections] == [
        (4, "x"),
        (6, "y"),
        (9, "z"),
    ]


def write_rows(path: Path, *, good: int, bad: int) -> Path:
    rows = [{"title": f"T{n}", "year": "1" if n < good else "x"} for n in range(good + bad)]
    return write_csv(path, rows)


@pytest.mark.parametrize("batch_size", [100, 2000, 5000])
def test_wrong_file_is_stopped_before_it_does_harm(tmp_path: Path, batch_size: int):
    path = write_rows(tmp_path / "in.csv", good=999, bad=1001)
    with pytest.raises(RejectLimit, match=r"1,001 of the first 2,000 rows.+ line 1001, year 'x'"):
        load(path, batch_size=batch_size)
    assert all(rows == [] for rows in stored().values())
    [record] = ImportRecord.objects.all()
    assert (record.status, record.new) == (ImportRecord.Status.STOPPED, 0)


def test_half_of_the_rows_rejected_is_not_too_many(tmp_path: Path):
    path = write_rows(tmp_path / "in.csv", good=1000, bad=1000)
    assert counts(load(path)) == {"rows": 2000, "new": 1000, "rejected": 1000}


def test_short_file_has_no_limit(tmp_path: Path):
    path = write_rows(tmp_path / "in.csv", good=1, bad=5)
    assert counts(load(path)) == {"rows": 6, "new": 1, "rejected": 5}


def test_rows_rejected_for_names_count_towards_the_limit(tmp_path: Path):
    Reporter.objects.create(email="ann@example.com")
    rows = [
        {
            "slug": f"a{n}",
            "headline": "A",
            "reporter": "ann@example.com" if n % 5 == 0 else "bo@example.com",
            "topics": "",
        }
        for n in range(2500)
    ]
    path = write_csv(tmp_path / "in.csv", rows, ["slug", "headline", "reporter", "topics"])
    with pytest.raises(RejectLimit):
        load(path, resource=StrictArticleResource, batch_size=500)
    assert Article.objects.count() == 0


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_rejected_row_does_not_take_the_one_before_it_along(tmp_path: Path, batch_size: int):
    rows = [
        {"slug": "a", "headline": "First", "words": "1"},
        {"slug": "a", "headline": "Second", "words": "2"},
        {"slug": "a", "headline": "Third", "words": "10001"},
        {"slug": "b", "headline": "Other", "words": "1"},
    ]
    path = write_csv(tmp_path / "in.csv", rows, ["slug", "headline", "words"])
    result = load(path, resource=ArticleResource, source="native", batch_size=batch_size)
    assert counts(result) == {"rows": 4, "new": 2, "duplicates": 1, "rejected": 1}
    assert [rejection.line for rejection in result.rejections] == [4]
    assert set(Article.objects.values_list("headline", flat=True)) == {"Second", "Other"}


def test_limit_of_the_caller(tmp_path: Path):
    path = write_rows(tmp_path / "in.csv", good=15, bad=30)
    with pytest.raises(RejectLimit, match="rows were rejected"):
        load(path, batch_size=10, max_rejects=lambda totals: totals.rejected > 7)
    assert Book.objects.count() == 15
    Book.objects.all().delete()
    with pytest.raises(RejectLimit):
        load(path, batch_size=10, max_rejects=lambda totals: totals.rejected > 7, atomic=True)
    assert Book.objects.count() == 0
    assert counts(load(path, max_rejects=lambda totals: False))["rejected"] == 30


# Accounts.


def test_import_record(tmp_path: Path):
    rows = [
        {"isbn": ISBN, "title": "Old"},
        {"isbn": ISBN, "title": "New"},
        {"title": "Bad", "year": "x", "pages": "y"},
        {"title": "Good"},
    ]
    path = write_csv(tmp_path / "in.csv", rows)
    load(path, user="ann", encoding="utf-8")
    record = ImportRecord.objects.get()
    assert {
        name: getattr(record, name)
        for name in (
            *("file", "source", "user", "status", "path", "message", "repairs"),
            *("rows", "new", "updated", "unchanged", "duplicates", "rejected"),
        )
    } == {
        "file": str(path)[-255:],
        "source": "native",
        "user": "ann",
        "status": "done",
        "path": "bulk",
        "message": "",
        "repairs": {},
        "rows": 4,
        "new": 2,
        "updated": 0,
        "unchanged": 0,
        "duplicates": 1,
        "rejected": 1,
    }
    assert record.options["encoding"] == "utf-8"
    assert record.resource.endswith("BookResource")
    assert record.started_at <= record.finished_at
    rejected = record.rejected_rows.values_list("line", "column", "value")
    assert list(rejected) == [(4, "year", "x"), (4, "pages", "y")]
    assert record.rejected_rows.first().cells[1] == "Bad"


def test_first_rejections_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("django_bookrel.resources.results.KEPT_REJECTIONS", 4)
    monkeypatch.setattr("django_bookrel.resources.loading.KEPT_ROWS", 5)
    path = write_rows(tmp_path / "in.csv", good=1, bad=9)
    told: list[int] = []
    result = load(path, batch_size=3, on_rejected=lambda some: told.extend(r.line for r in some))
    assert result.counts.rejected == 9
    assert [rejection.line for rejection in result.rejections] == [3, 4, 5, 6]
    assert list(RejectedRow.objects.values_list("line", flat=True)) == [3, 4, 5, 6, 7]
    assert told == list(range(3, 12))


def test_repairs_are_counted_once(tmp_path: Path):
    rows = [{"Title": f"T{n}", "Year": "2001.0", "Author": "Ann; Bo"} for n in range(25)]
    path = write_csv(tmp_path / "in.csv", rows, ["Title", "Year", "Author"])
    result = load(path, batch_size=10)
    assert result.counts.repairs == {"number": 25, "people": 25}
    assert ImportRecord.objects.get().repairs == {"number": 25, "people": 25}


def test_one_line_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    path = write_csv(tmp_path / "in.csv", [{"title": "A"}, {"title": "B", "year": "x"}])
    with caplog.at_level(logging.INFO, "django_bookrel.import"):
        load(path, batch_size=1)
    [record] = [r for r in caplog.records if r.name == "django_bookrel.import"]
    assert record.levelno == logging.INFO
    assert record.getMessage().startswith(
        f"{path}: 2 rows, 1 new, 0 updated, 0 unchanged, 0 duplicates, 1 rejected in "
    )


@pytest.mark.parametrize("text", ["", "author,year\nAnn,1999\n", "\0\0\0", "title\n\xff"])
def test_file_that_is_no_catalogue(tmp_path: Path, text: str):
    path = tmp_path / "in.csv"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(SourceError):
        load(path)
    assert ImportRecord.objects.count() == 0


# django-import-export's own door.


def dataset(rows: list[dict[str, Any]]) -> tablib.Dataset:
    found = tablib.Dataset(headers=list(rows[0]))
    for row in rows:
        found.append(list(row.values()))
    return found


@pytest.mark.parametrize("use_transactions", [None, True, False])
def test_import_data(use_transactions: bool | None):  # noqa: FBT001 (import-export's)
    rows = distinct_rows(30)
    rows[7]["year"] = "x"
    result = BookResource().import_data(dataset(rows), use_transactions=use_transactions)
    assert not result.has_errors()
    assert result.has_validation_errors()
    assert dict(result.totals) == {
        "new": 29,
        "update": 0,
        "delete": 0,
        "skip": 0,
        "error": 0,
        "invalid": 1,
    }
    assert result.total_rows == 30
    [invalid] = result.invalid_rows
    assert (invalid.number, list(invalid.field_specific_errors)) == (8, ["year"])
    assert Book.objects.count() == 29
    again = BookResource().import_data(dataset(rows))
    assert {name: number for name, number in again.totals.items() if number} == {
        "skip": 29,
        "invalid": 1,
    }


def test_import_data_of_a_dry_run_writes_nothing():
    rows = distinct_rows(3)
    result = BookResource().import_data(dataset(rows), dry_run=True)
    assert result.totals["new"] == 3
    assert all(rows == [] for rows in stored().values())


def test_import_data_may_raise():
    rows = [{"title": "A", "year": "x"}]
    with pytest.raises(Exception, match="whole number"):
        BookResource().import_data(dataset(rows), raise_errors=True)


def test_import_data_rolls_back_when_asked():
    rows = [{"title": "A", "year": "x"}, {"title": "B", "year": "1"}]
    BookResource().import_data(
        dataset(rows), use_transactions=True, rollback_on_validation_errors=True
    )
    assert Book.objects.count() == 0


def test_import_data_collects_failed_rows():
    rows = [{"title": "A", "year": "x"}, {"title": "B", "year": "1"}]
    result = BookResource().import_data(dataset(rows), collect_failed_rows=True)
    assert result.failed_dataset.headers == ["title", "year", "Error"]
    [failed] = result.failed_dataset
    assert failed[:2] == ("A", "x")
    assert "whole number" in failed[2]


def test_import_data_without_the_columns_of_the_identity():
    rows = [{"headline": "A"}]
    result = ArticleResource().import_data(dataset(rows))
    assert result.has_errors()
    assert (Article.objects.count(), Topic.objects.count()) == (0, 0)


# Options that name what there is not.


@pytest.mark.parametrize(
    "options, message",
    [
        ({"existing": "replace"}, "existing must be one of update, fill, skip, not 'replace'"),
        ({"keep": ["titel"]}, "keep: no field is named “titel”"),
        ({"limit": -1}, "limit must be at least 0, not -1"),
        ({"skip": -1}, "skip must be at least 0, not -1"),
        ({"batch_size": 0}, "batch_size must be at least 1, not 0"),
    ],
)
@pytest.mark.django_db
def test_options_that_make_no_sense(tmp_path: Path, options: dict[str, Any], message: str):
    path = write_rows(tmp_path / "in.csv", good=1, bad=0)
    with pytest.raises(InvalidOption, match=message):
        load(path, **options)
    assert Book.objects.count() == 0
