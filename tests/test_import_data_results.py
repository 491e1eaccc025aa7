"""What callers of import_data() are told: errors, invalid rows, row results, a record."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
import tablib
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.html import strip_tags
from import_export import results
from import_export.exceptions import ImportError as RowError

from django_bookrel.models import Book, ImportRecord
from django_bookrel.resources import BookResource, ForeignKeyField, Result, rowresults
from tests.hosts.newsdesk.models import Article, Reporter, Topic
from tests.hosts.newsdesk.resources import ArticleResource

pytestmark = pytest.mark.django_db

HEADERS = ["slug", "headline", "words", "reporter"]
GOOD = ("good", "A", 5, "")
TOO_MANY = ("long", "B", 20_000, "")
INVALID = ("bad", "C", "many", "")


class HookedResource(ArticleResource):
    def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        if instance.headline == "Boom":
            raise RuntimeError("the hook fails")


BOTH = pytest.mark.parametrize("resource", [ArticleResource, HookedResource])


def data(*rows: tuple[Any, ...], headers: list[str] = HEADERS) -> tablib.Dataset:
    return tablib.Dataset(*rows, headers=headers)


@pytest.fixture(autouse=True)
def reporter() -> Reporter:
    return Reporter.objects.create(email="ann@example.com")


@BOTH
@pytest.mark.parametrize("dry_run", [False, True])
def test_what_the_database_rejects_is_an_error(resource: Any, *, dry_run: bool):
    result = resource().import_data(data(GOOD, TOO_MANY), dry_run=dry_run)
    assert (result.has_errors(), result.has_validation_errors()) == (True, False)
    [(number, [error])] = result.row_errors()
    assert (number, type(error.error)) == (2, IntegrityError)
    assert error.row == dict(zip(HEADERS, TOO_MANY, strict=True))
    assert result.totals["error"] == 1
    # An error rolls everything back, and the result says so.
    assert Article.objects.count() == 0
    assert result.totals["new"] == (1 if dry_run else 0)


@BOTH
def test_without_a_transaction_good_rows_go_in(resource: Any):
    result = resource().import_data(data(GOOD, TOO_MANY, INVALID), use_transactions=False)
    assert list(Article.objects.values_list("slug", flat=True)) == ["good"]
    found = {name: number for name, number in result.totals.items() if number}
    assert found == {"new": 1, "error": 1, "invalid": 1}


@BOTH
def test_name_that_is_not_there_is_an_error(resource: Any):
    class Strict(resource):
        reporter = ForeignKeyField(by="email")

    result = Strict().import_data(data(("a", "A", 1, "bob@example.com")))
    [(number, [error])] = result.row_errors()
    assert (number, type(error.error)) == (1, Reporter.DoesNotExist)
    said = "Reporter matching query does not exist. (reporter: bob@example.com)"
    assert str(error.error) == said


@BOTH
def test_invalid_cells_of_a_row_are_one_invalid_row(resource: Any):
    result = resource().import_data(data(("a", "A", "many", ""), headers=HEADERS))
    assert (result.has_errors(), result.has_validation_errors()) == (False, True)
    both = data(("a", "A", "many", "x"), headers=["slug", "headline", "words", "published"])
    result = ArticleResource().import_data(both)
    [invalid] = result.invalid_rows
    assert sorted(invalid.field_specific_errors) == ["published", "words"]
    assert invalid.error_count == 2


def test_exception_of_a_hook_is_an_error_with_its_traceback():
    result = HookedResource().import_data(data(("a", "Boom", 1, "")), dry_run=True)
    [(_number, [error])] = result.row_errors()
    assert type(error.error) is RuntimeError
    assert "after_save_instance" in error.traceback


@pytest.mark.parametrize(
    "row, error", [(TOO_MANY, IntegrityError), (INVALID, ValidationError)], ids=["error", "invalid"]
)
def test_errors_are_raised_when_asked(row: tuple[Any, ...], error: type[Exception]):
    with pytest.raises(RowError) as caught:
        ArticleResource().import_data(data(GOOD, row), raise_errors=True)
    assert (caught.value.number, type(caught.value.error)) == (2, error)
    assert caught.value.row == dict(zip(HEADERS, row, strict=True))
    assert Article.objects.count() == 0


def test_after_import_may_fail():
    class Failing(ArticleResource):
        def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
            raise RuntimeError("afterwards")

    result = Failing().import_data(data(GOOD))
    assert [str(error.error) for error in result.base_errors] == ["afterwards"]
    assert Article.objects.count() == 0


def test_no_record_without_what_it_needs():
    rows = data(("Dune", "Herbert"), headers=["Title", "Author"])
    assert BookResource().import_data(rows).has_errors()
    rows = data(("9780306406157", "5"), headers=["isbn", "pages"])
    result = BookResource().import_data(rows)
    [(_number, [error])] = result.row_errors()
    assert str(error.error) == "A new book requires title, for which there is no column."
    assert Book.objects.count() == 0


def test_file_may_have_some_columns_only_for_records_that_are_there():
    Book.objects.create(title="Dune", isbn="9780306406157")
    rows = data(("9780306406157", "5"), headers=["isbn", "pages"])
    assert not BookResource().import_data(rows).has_errors()
    assert Book.objects.get().pages == 5


def test_columns_that_go_nowhere_are_said():
    rows = data(("a", "A", "x"), headers=["slug", "headline", "headlin"])
    assert ArticleResource().import_data(rows).ignored_columns == ["headlin"]


@BOTH
@pytest.mark.parametrize("dry_run", [False, True])
def test_row_results(resource: Any, *, dry_run: bool):
    topic = Topic.objects.create(name="Sea")
    same = Article.objects.create(slug="same", headline="Same")
    old = Article.objects.create(slug="old", headline="Old")
    old.topics.set([topic])
    headers = ["slug", "headline", "topics"]
    rows = [("new", "N", "Sea"), ("same", "Same", ""), ("old", "Newer", "Sky")]
    result = resource().import_data(
        data(*rows, headers=headers), dry_run=dry_run, retain_instance_in_row_result=True
    )
    found = [(row.number, row.import_type, row.object_repr) for row in result.rows]
    assert found == [(1, "new", "N"), (2, "skip", "Same"), (3, "update", "Newer")]
    assert [row.object_id for row in result.rows][1:] == [same.pk, old.pk]
    assert [row.instance.slug for row in result.rows] == ["new", "same", "old"]
    assert result.rows[2].original.headline == "Old"
    shown = dict(zip(result.diff_headers, result.rows[2].diff, strict=True))
    assert shown["headline"].count("<del") == shown["headline"].count("<ins") == 1
    assert strip_tags(shown["topics"]) == "Seaky"
    assert shown["slug"] == "<span>old</span>"
    assert "<ins" in dict(zip(result.diff_headers, result.rows[0].diff, strict=True))["slug"]


@BOTH
def test_row_results_are_of_the_first_rows(resource: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rowresults, "KEPT_ROWS", 2)
    Article.objects.create(slug="s0", headline="A")
    rows = [(f"s{n}", "A") for n in range(6)]
    result = resource().import_data(data(*rows, headers=["slug", "headline"]))
    assert [(row.number, row.import_type) for row in result.rows] == [
        (1, "skip"),
        (2, "new"),
        (3, "new"),
    ]
    assert result.totals["new"] == 5


@BOTH
def test_rows_that_stay_as_they_are_leave_room_for_others(
    resource: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rowresults, "KEPT_ROWS", 2)
    slugs = [f"s{n}" for n in range(5)]
    Article.objects.bulk_create([Article(slug=slug, headline="A") for slug in slugs])
    rows = [*((slug, "A") for slug in slugs), ("s4", "B"), ("new", "C")]
    own = type("Own", (resource,), {"Meta": type("Meta", (resource.Meta,), {"batch_size": 1})})
    result = own().import_data(data(*rows, headers=["slug", "headline"]))
    assert [row.import_type for row in result.rows].count("skip") == 2
    changed, new = result.rows[-2:]
    assert (changed.import_type, new.import_type) == ("update", "new")
    place = result.diff_headers.index("headline")
    assert ["<ins" in row.diff[place] for row in (changed, new)] == [True, True]


def test_record_that_somebody_deletes_meanwhile(monkeypatch: pytest.MonkeyPatch):
    articles = [Article.objects.create(slug=slug, headline=slug) for slug in "abc"]
    rows = rowresults.RowResults(ArticleResource(), Result(), keeps_instances=False)
    read = rowresults.read_pages

    def reading(*args: Any) -> Any:
        Article.objects.filter(slug="b").delete()
        return read(*args)

    monkeypatch.setattr(rowresults, "read_pages", reading)
    found = rows.images([article.pk for article in articles])
    place = [field.column_name for field in rows.fields].index("slug")
    assert [(one.instance.slug, one.cells[place]) for one in found.values()] == [
        ("a", "a"),
        ("c", "c"),
    ]


def test_nothing_is_shown_that_was_rolled_back():
    result = ArticleResource().import_data(data(GOOD, TOO_MANY))
    assert [(row.number, row.import_type) for row in result.rows] == [(2, "error")]


def test_texts_of_a_file_are_escaped_in_differences():
    rows = data(("a", "<script>"), headers=["slug", "headline"])
    [row] = ArticleResource().import_data(rows).rows
    assert "&lt;script&gt;" in "".join(row.diff)
    assert "<script>" not in "".join(row.diff)


def test_long_texts_are_shown_without_a_comparison():
    Article.objects.create(slug="a", headline="A", extra={"text": "old " * 1_000})
    rows = data(("a", json.dumps({"text": "new " * 1_000})), headers=["slug", "extra"])
    [row] = ArticleResource().import_data(rows).rows
    shown = dict(zip(ArticleResource().get_diff_headers(), row.diff, strict=True))["extra"]
    assert (
        shown.count("<del"),
        shown.count("<ins"),
        shown.count("… and 3,012 more characters"),
    ) == (1, 1, 2)
    assert len(shown) < 3_000


class OwnResult(results.Result):
    """Knows nothing of ours."""

    extra = "mine"


def test_result_class_of_the_host():
    class Own(ArticleResource):
        def get_result_class(self) -> Any:
            return OwnResult

        def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
            seen.append(type(result))
            result.note = "kept"

    seen: list[type] = []
    assert Own().import_data(data(GOOD, TOO_MANY)).note == "kept"
    seen.clear()
    result = Own().import_data(data(GOOD, TOO_MANY, INVALID), use_transactions=False)
    assert (type(result), result.extra, seen) == (OwnResult, "mine", [OwnResult])
    assert (result.has_errors(), result.has_validation_errors()) == (True, True)
    assert result.totals["new"] == 1
    assert [row.number for row in pickle.loads(pickle.dumps(result.rows))] == [1, 2, 3]
    assert isinstance(ArticleResource().import_data(data(GOOD)), Result)


def test_dry_run_finds_what_save_rejects(monkeypatch: pytest.MonkeyPatch):
    def save(article: Article, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError("cannot be saved")

    monkeypatch.setattr(Article, "save", save)
    result = ArticleResource().import_data(data(GOOD), dry_run=True)
    [(number, [error])] = result.row_errors()
    assert (number, str(error.error)) == (1, "cannot be saved")


@pytest.mark.parametrize("use_transactions", [True, False])
def test_every_import_leaves_a_record(django_user_model: Any, *, use_transactions: bool):
    user = django_user_model(username="lib")
    kwargs = {"file_name": "a.csv", "user": user, "use_transactions": use_transactions}
    ArticleResource().import_data(data(GOOD), dry_run=True, **kwargs)
    assert ImportRecord.objects.count() == 0
    ArticleResource().import_data(data(GOOD, TOO_MANY), **kwargs)
    record = ImportRecord.objects.get()
    assert (record.file, record.user, record.rows, record.rejected) == ("a.csv", "lib", 2, 1)
    assert record.resource.endswith("ArticleResource")
    assert [row.line for row in record.rejected_rows.all()] == [2]
    if use_transactions:
        expected = (0, "failed", "Nothing was imported; rows rejected: 1 of 2.")
    else:
        expected = (1, "done", "")
    assert (record.new, record.status, record.message) == expected


def test_record_of_an_import_that_raises():
    with pytest.raises(RowError):
        ArticleResource().import_data(data(GOOD, TOO_MANY), raise_errors=True)
    record = ImportRecord.objects.get()
    assert (record.status, record.new, record.rejected) == ("failed", 0, 1)
