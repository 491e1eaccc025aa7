"""bookrel_export: every format, its options and its files."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_bookrel.models import Author, Book, Subject
from django_bookrel.querysets import BookQuerySet
from django_bookrel.resources import BookResource, load
from tests.exported import CELLS, ISBN, write_distinct
from tests.hosts.newsdesk.models import Article, Reporter, Section, Topic
from tests.importing import read_csv, write_csv

pytestmark = pytest.mark.django_db

HEADER = "isbn,title,author,contributors,publishers,year,language,pages,series,subjects,identifiers"


class Run(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def run() -> Callable[..., Run]:
    """Run the command; an error's text ends what goes to stderr, as it does in a shell."""

    def run(*args: object, **options: Any) -> Run:
        out, err, status = io.StringIO(newline=""), io.StringIO(), 0
        try:
            call_command("bookrel_export", *map(str, args), stdout=out, stderr=err, **options)
        except CommandError as error:
            status = error.returncode
            err.write(str(error))
        return Run(status, out.getvalue(), err.getvalue())

    return run


@pytest.mark.usefixtures("book")
def test_csv(run: Callable[..., Run], tmp_path: Path):
    path = tmp_path / "out.csv"
    assert run(path) == (0, "", f"{path}: 1 row\n")
    assert path.read_bytes().split(b"\r\n")[0].decode() == HEADER
    assert read_csv(path) == [CELLS]
    assert list(tmp_path.iterdir()) == [path]


class RewritingQuerySet(BookQuerySet[Book]):
    def values_list(self, *fields: str, **options: Any) -> Any:
        return super().values_list(*fields, "title", **options)


class RewritingResource(BookResource):
    def get_queryset(self) -> Any:
        return RewritingQuerySet(Book).filter(isbn=ISBN)


@pytest.mark.usefixtures("book")
def test_queryset_that_puts_other_columns_in_place(run: Callable[..., Run], tmp_path: Path):
    Book.objects.create(title="Another")
    path = tmp_path / "out.csv"
    assert run(path, "--resource", f"{__name__}.RewritingResource").status == 0
    assert read_csv(path) == [CELLS]


@pytest.mark.usefixtures("book")
def test_standard_output(run: Callable[..., Run], tmp_path: Path):
    run(tmp_path / "out.csv")
    expected = (tmp_path / "out.csv").read_bytes().decode()
    assert run() == (0, expected, "")
    assert run("-", verbosity=0) == (0, expected, "")


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("name, args", [("out.tsv", []), ("out.txt", ["--format", "tsv"])])
def test_tsv(run: Callable[..., Run], tmp_path: Path, name: str, args: list[str]):
    run(tmp_path / name, *args)
    lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()
    assert [line.split("\t") for line in lines] == [HEADER.split(","), list(CELLS.values())]


@pytest.mark.usefixtures("book")
def test_json_lines(run: Callable[..., Run], tmp_path: Path):
    Book.objects.create(title="'=1")
    run(tmp_path / "out.jsonl", "--spreadsheet-safe")
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    lists = ("contributors", "publishers", "series", "subjects", "identifiers")
    assert [json.loads(line) for line in lines] == [
        {
            "isbn": ISBN,
            "title": "=The Brothers | Karamazov",
            "author": "Fyodor Dostoevsky",
            "contributors": ["Constance Garnett (translator)", "Fritz Eichenberg (illustrator)"],
            "publishers": ["Heinemann", "z|b"],
            "year": 1912,
            "language": "en",
            "pages": 1838,
            "series": ["Novels #1"],
            "subjects": ["Russia"],
            "identifiers": ["oclc:12"],
        },
        {
            **dict.fromkeys(CELLS),
            **{name: [] for name in lists},
            "title": "'=1",
            # An empty text is no null.
            "language": "",
        },
    ]


def test_json_lines_of_a_host(run: Callable[..., Run]):
    Article.objects.create(slug="a", headline="A", extra={"b": [1]}, published="2026-01-31")
    resource = "tests.hosts.newsdesk.resources.ArticleResource"
    fields = "slug,reporter,published,is_free,extra,topics"
    run_ = run("--resource", resource, "--fields", fields, "--format", "jsonl")
    assert json.loads(run_.out) == {
        "slug": "a",
        "reporter": None,
        "published": "2026-01-31",
        "is_free": False,
        "extra": {"b": [1]},
        "topics": [],
    }


def read_xlsx(path: Path) -> list[list[Any]]:
    """Give the cells as spreadsheets show them; each must be a text, and stay one."""
    book = openpyxl.load_workbook(path)
    [sheet] = book.worksheets
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}
    book.close()
    return [
        [re.sub("_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), cell or "") for cell in row]
        for row in sheet.iter_rows(values_only=True)
    ]


@pytest.mark.usefixtures("book")
def test_xlsx(run: Callable[..., Run], tmp_path: Path):
    path = tmp_path / "out.xlsx"
    assert run(path) == (0, "", f"{path}: 1 row\n")
    assert read_xlsx(path) == [list(CELLS), list(CELLS.values())]
    assert [p.name for p in tmp_path.iterdir()] == ["out.xlsx"]


TEXTS = [
    "=1+1",
    "00123",
    "1e5",
    "=",
    "#N/A",
    "TRUE",
    "2026-01-31",
    " edge ",
    "a\tb\nc\rd",
    "\x01\x1f\ufffe",
    "_x0041_",
    "𠮷" * 16_383,
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text[:20]))
def test_texts_stay_texts(run: Callable[..., Run], tmp_path: Path, text: str):
    Book.objects.create(title=text, year=-750)
    path = tmp_path / "out.xlsx"
    run(path, "--fields", "title,isbn,year")
    assert read_xlsx(path) == [["title", "isbn", "year"], [text, "", "-750"]]


def test_text_that_is_too_long_for_a_cell(run: Callable[..., Run], tmp_path: Path):
    Book.objects.create(title="Fine", year=1)
    Book.objects.create(title="𠮷" * 16_384, isbn=ISBN)
    path = tmp_path / "out.xlsx"
    path.write_text("precious", encoding="utf-8")
    status, out, err = run(path, "--force", "--fields", "isbn,title")
    assert (status, out) == (1, "")
    assert err == (
        f"Record 2 (“{ISBN}”, “{'𠮷' * 80}… and 16,304 more characters”): title has 32,768 "
        "characters, but a cell of an XLSX file holds at most 32,767; write CSV, or leave the "
        "column out."
    )
    assert [p.name for p in tmp_path.iterdir()] == ["out.xlsx"]
    assert path.read_text(encoding="utf-8") == "precious"


@pytest.mark.usefixtures("book")
def test_more_rows_than_a_sheet_has(
    run: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("django_bookrel.resources.exporting.Exporter.count", lambda _: 1_048_576)
    path = tmp_path / "out.xlsx"
    status, out, err = run(path)
    assert (status, out) == (1, "")
    assert "There are 1,048,576 records" in err
    assert not path.exists()
    monkeypatch.setattr("django_bookrel.resources.exporting.Exporter.count", lambda _: 1_048_575)
    assert run(path).status == 0


@pytest.mark.usefixtures("book")
def test_xlsx_without_openpyxl(
    run: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    path = tmp_path / "out.xlsx"
    assert run(path) == (1, "", "XLSX needs openpyxl: pip install django-bookrel[xlsx]")
    assert not path.exists()


def test_xlsx_is_not_written_as_text(run: Callable[..., Run]):
    assert run("--format", "xlsx") == (
        1,
        "",
        "XLSX cannot be written to standard output; name a FILE.",
    )


@pytest.mark.usefixtures("book")
def test_xlsx_to_standard_output(capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path):
    call_command("bookrel_export", "--format", "xlsx", "--fields", "title")
    path = tmp_path / "out.xlsx"
    path.write_bytes(capfdbinary.readouterr().out)
    assert read_xlsx(path) == [["title"], [CELLS["title"]]]


@pytest.mark.usefixtures("book")
def test_fields(run: Callable[..., Run]):
    assert run("--fields", "title, isbn").out == (
        f"title,isbn\r\n=The Brothers | Karamazov,{ISBN}\r\n"
    )
    status, out, err = run("--fields", "title,autor")
    assert (status, out) == (1, "")
    assert (
        err == f'No column is named “autor” (did you mean "author"?). '
        f"The columns are: {HEADER.replace(',', ', ')}."
    )


@pytest.mark.usefixtures("book")
def test_filter(run: Callable[..., Run]):
    russia = Subject.objects.get()
    for number in range(3):
        book = Book.objects.create(title=f"Book {number}", year=1990 + number)
        book.subjects.add(russia, Subject.objects.create(name=f"Russia {number}"))
    args = ["--fields", "title", "--filter", "year__gte=1991"]
    assert run(*args).out.splitlines() == ["title", "Book 1", "Book 2"]
    args += ["--filter", "title=Book 2"]
    assert run(*args).out.splitlines() == ["title", "Book 2"]
    # A record that meets the filter by several rows is written once.
    found = run("--fields", "title", "--filter", "subjects__name__startswith=Russia")
    assert len(found.out.splitlines()) == 5
    # Filtered by one link, a record still has all of them.
    args = ["--fields", "subjects", "--filter", "subjects__name=Russia 1"]
    assert sorted(run(*args).out.splitlines()[1].split("|")) == ["Russia", "Russia 1"]


@pytest.mark.parametrize("text", ["year__in=1990,1992", "title__in=Book 0,Book 2"])
def test_filter_by_several_values(run: Callable[..., Run], text: str):
    for number in range(4):
        Book.objects.create(title=f"Book {number}", year=1990 + number)
    found = run("--fields", "title", "--filter", text)
    assert found.out.splitlines() == ["title", "Book 0", "Book 2"]
    found = run("--fields", "title", "--filter", "year__range=1990,1992")
    assert len(found.out.splitlines()) == 4


@pytest.mark.parametrize(
    "text, status",
    [
        *(("year", 2), ("jahr=1", 2), ("year=x", 2), ("year__near=1", 2)),
        ("title__regex=[", 2),
    ],
)
def test_filter_that_makes_no_sense(run: Callable[..., Run], text: str, status: int):
    Book.objects.create(title="A", year=1)
    result = run("--filter", text)
    assert result[:2] == (status, "")
    assert text in result.err
    assert len(result.err.splitlines()) == 1


@pytest.mark.usefixtures("book")
def test_spreadsheet_safe(run: Callable[..., Run]):
    Book.objects.update(language="@x")
    Author.objects.filter(name__startswith="Fyodor").update(name="+F")
    lines = run("--spreadsheet-safe", "--fields", "title,author,language,year").out.splitlines()
    assert lines[1] == "'=The Brothers | Karamazov,'+F,'@x,1912"


def test_year_before_the_common_era_is_guarded_and_read(run: Callable[..., Run], tmp_path: Path):
    Book.objects.create(title="Iliad", year=-750)
    path = tmp_path / "out.csv"
    run(path, "--spreadsheet-safe")
    result = load(path)
    assert (result.counts.unchanged, result.counts.rejected) == (1, 0)


@pytest.mark.usefixtures("book")
def test_no_file_is_overwritten(run: Callable[..., Run], tmp_path: Path):
    path = tmp_path / "out.csv"
    path.write_text("precious", encoding="utf-8")
    status, out, err = run(path)
    assert (status, out) == (1, "")
    assert "--force" in err
    assert path.read_text(encoding="utf-8") == "precious"
    assert run(path, "--force").status == 0
    assert read_csv(path) == [CELLS]


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_failure_leaves_no_file(
    run: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    def failing(self: Any, **options: Any) -> Any:
        yield [list(CELLS.values())]
        raise KeyboardInterrupt

    monkeypatch.setattr("django_bookrel.resources.exporting.Exporter.pages", failing)
    path = tmp_path / name
    path.write_text("precious", encoding="utf-8")
    assert run(path, "--force") == (130, "", "interrupted.")
    assert [p.name for p in tmp_path.iterdir()] == [name]
    assert path.read_text(encoding="utf-8") == "precious"


def test_folder_that_is_not_there(run: Callable[..., Run], tmp_path: Path):
    status, _out, err = run(tmp_path / "none" / "out.csv")
    assert status == 1
    assert "Cannot write" in err


def test_empty_catalogue(run: Callable[..., Run]):
    assert run() == (0, HEADER + "\r\n", "")


def test_other_resource(run: Callable[..., Run]):
    article = Article.objects.create(
        slug="a",
        headline="A",
        reporter=Reporter.objects.create(email="ann@example.com"),
        section=Section.objects.create(name="Science"),
    )
    article.topics.add(Topic.objects.create(name="Space"))
    resource = "tests.hosts.newsdesk.resources.ArticleResource"
    fields = "slug,reporter,editor,topics,section,published,is_free"
    assert run("--resource", resource, "--fields", fields).out.splitlines() == [
        fields,
        "a,ann@example.com,,Space,Science,,0",
    ]


@pytest.mark.django_db(databases=["default", "other"])
def test_other_database(run: Callable[..., Run]):
    book = Book.objects.using("other").create(title="There")
    book.subjects.add(Subject.objects.using("other").create(name="Elsewhere"))
    args = ["--fields", "title,subjects"]
    assert run(*args, "--database", "other").out.splitlines()[1:] == ["There,Elsewhere"]
    assert run(*args).out.splitlines()[1:] == []
    assert run(*args, "--database", "nowhere").status == 1


def test_queries_do_not_depend_on_the_rows(run: Callable[..., Run], tmp_path: Path):
    found = []
    for number in (20, 200):
        load(write_distinct(tmp_path / "in.csv", number))
        with CaptureQueriesContext(connection) as context:
            assert len(run().out.splitlines()) == number + 1
        found.append(len(context))
        Book.objects.all().delete()
    assert found[0] == found[1]


def test_pages_of_rows(run: Callable[..., Run], tmp_path: Path, settings: Any):
    rows = [{"title": f"Title {n:02}", "subjects": f"Subject {n}|All"} for n in range(25)]
    load(write_csv(tmp_path / "in.csv", rows))
    settings.BOOKREL_BATCH_SIZE = 10
    lines = run("--fields", "title,subjects").out.splitlines()
    assert lines[1:] == [f"Title {n:02},Subject {n}|All" for n in range(25)]


def test_piped_into_a_reader_that_has_enough(tmp_path: Path):
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
    }
    rows = [{"title": f"Title {n} " + "x" * 500} for n in range(2000)]
    path = write_csv(tmp_path / "in.csv", rows)
    django = [sys.executable, "-m", "django"]
    options: dict[str, Any] = {"env": environment, "check": True, "capture_output": True}
    subprocess.run([*django, "migrate", "django_bookrel", "-v", "0"], **options)
    subprocess.run([*django, "bookrel_import", path], **options)
    with subprocess.Popen(
        [*django, "bookrel_export"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().decode().strip() == HEADER
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141
