"""The SQL of imports: the same on every database, in statements whose number is constant."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, connection, connections, transaction
from django.db.models import Field, Model
from django.test.utils import CaptureQueriesContext

from django_bookrel.bulk import get_writer
from django_bookrel.bulk.writers import Writer, orm
from django_bookrel.models import Author, Book, Identifier
from django_bookrel.values import Filler, to_db
from tests.hosts.newsdesk.models import Article, Photo, Reporter, Topic
from tests.importing import moment

pytestmark = pytest.mark.django_db

NASTY = (
    "",
    " edge ",
    "a\tb",
    "a\nb",
    "a\\b",
    "\\N",
    "\\.",
    '"',
    "'",
    "%s",
    "{}",
    "é",
    "😀",
    "NULL",
)


@pytest.fixture
def writer() -> Writer:
    return get_writer("default")


def columns(model: type[Model], *names: str) -> list[Field]:
    return [model._meta.get_field(name) for name in names]


def insert(writer: Writer, model: type[Model], names: str, *rows: tuple[Any, ...]) -> list[Any]:
    """Insert rows of Python values; return their keys."""
    fill = Filler(model, columns(model, *names.split()), connection, adding=True)
    values = [list(column) for column in zip(*rows, strict=True)]
    return writer.inserter.insert(model, fill.fields, fill.rows(values, len(rows)))


def update(writer: Writer, model: type[Model], names: str, *rows: tuple[Any, ...]) -> None:
    """Update rows of (primary key, Python values)."""
    fields = columns(model, *names.split())
    prepare = [to_db(field, connection) or (lambda value: value) for field in fields]
    said = [(pk, *(p(v) for p, v in zip(prepare, row, strict=True))) for pk, *row in rows]
    writer.changer.update(model, fields, said)


def test_insert_numbers_rows_in_order(writer: Writer):
    Topic.objects.create(name="before")
    names = [f"Topic {n}" for n in range(500)]
    keys = insert(writer, Topic, "name", *((name,) for name in names))
    assert [Topic.objects.in_bulk(keys)[key].name for key in keys] == names
    # The next row by hand takes a number of its own.
    assert Topic.objects.create(name="after").pk not in keys


def test_wrappers_see_what_is_inserted(writer: Writer):
    seen = []

    def wrapper(execute: Any, sql: str, *arguments: Any) -> Any:
        seen.append(sql.partition(" ")[0])
        return execute(sql, *arguments)

    with connection.execute_wrapper(wrapper):
        keys = insert(writer, Topic, "name", ("weather",), ("sport",))
    assert seen.count("INSERT") == 1
    assert Topic.objects.in_bulk(keys).keys() == set(keys)
    assert len(keys) == 2


def test_insert_into_an_empty_table_and_after_deletion(writer: Writer):
    for _time in range(2):
        keys = insert(writer, Topic, "name", ("a",), ("b",))
        assert list(Topic.objects.order_by("pk").values_list("pk", "name")) == [
            (keys[0], "a"),
            (keys[1], "b"),
        ]
        Topic.objects.all().delete()


@pytest.mark.parametrize("text", NASTY)
def test_texts(writer: Writer, text: str):
    [key] = insert(writer, Topic, "name", (text,))
    assert Topic.objects.get().name == text
    update(writer, Topic, "name", (key, text + "!"))
    assert Topic.objects.get().name == text + "!"
    found = writer.finder.match(
        columns(Topic, "name"), [(text + "!",)], columns(Topic, "id", "name")
    )
    assert list(found) == [(0, key, text + "!")]


VALUES: dict[str, Any] = {
    "slug": "a",
    "headline": "A",
    "published": datetime.date(1969, 7, 21),
    "embargo": moment(1969, 7, 20, 20, 17, 40, 123456),
    "fee": Decimal("-1234.50"),
    "is_free": True,
    "kind": "essay",
    "words": 0,
    "extra": {"a": [1, None, 'é"\\']},
    "changed_at": moment(2024, 2, 29),
}
EMPTY = VALUES | {"slug": "b", "published": None, "embargo": None, "fee": None, "extra": {}}


@pytest.mark.parametrize("values", [VALUES, EMPTY], ids=["full", "empty"])
def test_every_kind_of_value_is_written_and_read_as_the_orm_does(
    writer: Writer, values: dict[str, Any]
):
    names = " ".join(values)
    [key] = insert(writer, Article, names, tuple(values.values()))
    assert Article.objects.values(*values).get() == values
    found = writer.finder.match([Article._meta.pk], [(key,)], columns(Article, *values))
    assert found == [(0, *values.values())]
    changed = values | {"fee": Decimal("0.01"), "is_free": False, "extra": [1], "published": None}
    update(writer, Article, names, (key, *changed.values()))
    assert Article.objects.values(*values).get() == changed


def test_keys_that_python_makes(writer: Writer):
    keys = insert(writer, Photo, "code credit", ("p1", "NASA"), ("p2", "ESA"))
    assert all(isinstance(key, uuid.UUID) for key in keys)
    assert list(Photo.objects.order_by("code").values_list("pk", "credit")) == [
        (keys[0], "NASA"),
        (keys[1], "ESA"),
    ]
    found = writer.finder.match([Photo._meta.pk], [(keys[1],)], columns(Photo, "id", "code"))
    assert found == [(0, keys[1], "p2")]
    update(writer, Photo, "credit", (keys[0], "N."))
    writer.changer.delete(Photo, [keys[1]])
    assert list(Photo.objects.values_list("code", "credit")) == [("p1", "N.")]


def test_keys_that_are_given(writer: Writer):
    keys = insert(writer, Topic, "id name", (70, "a"), (60, "b"))
    assert keys == [70, 60]
    assert dict(Topic.objects.values_list("pk", "name")) == {70: "a", 60: "b"}
    given = uuid.uuid4()
    assert insert(writer, Photo, "id code credit", (given, "p1", "NASA")) == [given]
    assert Photo.objects.get().pk == given


def test_match_by_several_columns(writer: Writer):
    book = Book.objects.create(title="A")
    for scheme, value in (("oclc", "1"), ("oclc", "2"), ("asin", "1")):
        book.identifiers.create(scheme=scheme, value=value)
    wanted = [("asin", "2"), ("oclc", "2"), ("asin", "1"), ("OCLC", "1")]
    found = writer.finder.match(
        columns(Identifier, "scheme", "value"), wanted, columns(Identifier, "scheme", "value")
    )
    assert sorted(tuple(row) for row in found) == [(1, "oclc", "2"), (2, "asin", "1")]


def test_match_gives_every_row_of_a_key(writer: Writer):
    books = [Book.objects.create(title="A", year=1999 + n) for n in range(3)]
    found = writer.finder.match(columns(Book, "title"), [("B",), ("A",)], columns(Book, "id"))
    assert sorted(tuple(row) for row in found) == [(1, book.pk) for book in books]
    found = writer.finder.match(columns(Book, "title", "year"), [("A", 2000)], columns(Book, "id"))
    assert [tuple(row) for row in found] == [(0, books[1].pk)]


def test_match_by_numbers_and_dates(writer: Writer):
    article = Article.objects.create(**(VALUES | {"changed_at": None}))
    for name in ("published", "embargo", "fee", "is_free", "words"):
        found = writer.finder.match(
            columns(Article, name), [(VALUES[name],)], columns(Article, "id")
        )
        assert [tuple(row) for row in found] == [(0, article.pk)], name


def test_column_decides_what_is_equal(writer: Writer):
    # As the ORM says it: collations differ between databases.
    Topic.objects.create(name="Straße")
    Author.objects.create(name="Søren")
    for model, name in ((Topic, "name"), (Author, "key")):
        for text in ("Straße", "STRASSE", "straße", "Søren", "soren", "søren"):
            same = list(model.objects.filter(**{name: text}).values_list("pk", flat=True))
            found = writer.finder.match(columns(model, name), [(text,)], columns(model, "id"))
            assert [row[1] for row in found] == same


def test_nothing_to_do_takes_no_statement(writer: Writer):
    with CaptureQueriesContext(connection) as context:
        assert writer.finder.match(columns(Topic, "name"), [], columns(Topic, "id")) == []
        assert writer.inserter.insert(Topic, columns(Topic, "name"), []) == []
        writer.changer.update(Topic, columns(Topic, "name"), [])
        writer.changer.delete(Topic, [])
    assert len(context) == 0


def test_foreign_keys(writer: Writer):
    reporter = Reporter.objects.create(email="ann@example.com")
    names = " ".join([*VALUES, "reporter", "editor"])
    [key] = insert(writer, Article, names, (*VALUES.values(), reporter.pk, reporter.email))
    article = Article.objects.get(pk=key)
    assert (article.reporter, article.editor) == (reporter, reporter)
    found = writer.finder.match(
        columns(Article, "id"), [(key,)], columns(Article, "reporter", "editor")
    )
    assert list(found) == [(0, reporter.pk, reporter.email)]
    update(writer, Article, "reporter editor", (key, None, None))
    assert Article.objects.values_list("reporter", "editor").get() == (None, None)


def test_update_and_delete_of_many_rows(writer: Writer):
    keys = insert(writer, Topic, "name", *((f"a{n}",) for n in range(3000)))
    update(writer, Topic, "name", *((key, f"b{key}") for key in keys))
    assert all(topic.name == f"b{topic.pk}" for topic in Topic.objects.all())
    writer.changer.delete(Topic, keys[1:])
    assert [topic.pk for topic in Topic.objects.all()] == keys[:1]


def test_smallest_number(writer: Writer):
    [key] = insert(writer, Article, "slug rank", ("a", -(2**31)))
    update(writer, Article, "rank", (key, 1))
    update(writer, Article, "rank", (key, -(2**31)))
    assert Article.objects.get().rank == -(2**31)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite takes texts of any length")
def test_texts_that_do_not_fit_are_rejected_not_cut(writer: Writer):
    [key] = insert(writer, Topic, "name", ("a",))
    with pytest.raises(DataError), transaction.atomic():
        insert(writer, Topic, "name", ("x" * 51,))
    with pytest.raises(DataError), transaction.atomic():
        update(writer, Topic, "name", (key, "x" * 51))
    assert Topic.objects.get().name == "a"


def test_unknown_database(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections["default"], "vendor", "oracle")
    assert type(get_writer("default")) is orm.Writer
