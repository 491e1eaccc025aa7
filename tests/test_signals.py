"""``rows_written``: what an import tells those who listen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from django_bookrel.bulk.writers.sql import SQLInserter
from django_bookrel.models import Book
from django_bookrel.resources import BookResource, load
from django_bookrel.signals import rows_written
from tests.hosts.newsdesk.models import Article
from tests.importing import write_csv

pytestmark = pytest.mark.django_db(transaction=True)

ISBNS = ["9780306406157", "9780140449136", "9780441172719", "9780156027328", "9780553283686"]


class Heard(list[dict[str, Any]]):
    """What was sent, and how many books were there for others to see when it was."""

    def __call__(self, sender: Any, signal: Any, **sent: Any) -> None:
        assert not connection.in_atomic_block
        self.append({"sender": sender, "books": Book.objects.count(), **sent})


@pytest.fixture
def heard() -> Iterator[Heard]:
    heard = Heard()
    rows_written.connect(heard, sender=Book)
    yield heard
    rows_written.disconnect(heard, sender=Book)


def catalogue(path: Path, text: str = "") -> Path:
    rows = [{"isbn": isbn, "title": f"Title {n}{text}"} for n, isbn in enumerate(ISBNS)]
    return write_csv(path, rows, ["isbn", "title"])


def keys(*numbers: int) -> list[int]:
    return [Book.objects.get(title__startswith=f"Title {n}").pk for n in numbers]


@pytest.mark.parametrize("atomic, books", [(False, [2, 4, 5]), (True, [5, 5, 5])])
def test_once_for_each_batch_when_it_is_committed(
    heard: Heard,
    tmp_path: Path,
    atomic: bool,  # noqa: FBT001
    books: list[int],
):
    load(catalogue(tmp_path / "in.csv"), batch_size=2, atomic=atomic)
    assert [type(sent.pop("resource")) for sent in heard] == [BookResource] * 3
    common = {"sender": Book, "using": "default", "updated": [], "deleted": []}
    assert heard == [
        {"new": new, "books": count, **common}
        for new, count in zip([keys(0, 1), keys(2, 3), keys(4)], books, strict=True)
    ]


def test_rows_that_changed(heard: Heard, tmp_path: Path):
    load(catalogue(tmp_path / "in.csv"))
    heard.clear()
    # Of the first book only a related row changes.
    rows = [
        {"isbn": ISBNS[0], "title": "Title 0", "subjects": "Tea"},
        {"isbn": ISBNS[1], "title": "Title 1", "subjects": ""},
        {"isbn": ISBNS[2], "title": "Title 2b", "subjects": ""},
        {"isbn": "", "title": "Title 9", "subjects": ""},
    ]
    load(write_csv(tmp_path / "again.csv", rows, list(rows[0])))
    assert [(sent["new"], sorted(sent["updated"])) for sent in heard] == [(keys(9), keys(0, 2))]


def test_nothing_without_a_write(heard: Heard, tmp_path: Path):
    path = catalogue(tmp_path / "in.csv")
    load(path, dry_run=True)
    assert heard == []
    load(path)
    heard.clear()
    load(path, batch_size=2)
    assert heard == []
    load(catalogue(tmp_path / "new.csv", "b"), existing="skip")
    load(catalogue(tmp_path / "new.csv", "b"), dry_run=True)
    assert heard == []


def test_nothing_for_what_is_rolled_back(
    heard: Heard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = catalogue(tmp_path / "in.csv")
    with transaction.atomic():
        load(path)
        transaction.set_rollback(True)
    assert heard == []
    # A batch that the database rejects is written in parts, of one transaction.
    insert = SQLInserter.insert

    def failing(self: Any, model: Any, fields: Any, rows: Any, **options: Any) -> Any:
        keys = insert(self, model, fields, rows, **options)
        if model is Book and len(rows) > 2:
            insert(self, model, fields, rows, **options)
        return keys

    monkeypatch.setattr(SQLInserter, "insert", failing)
    load(path)
    assert [sent["new"] for sent in heard] == [keys(0, 1, 2, 3, 4)]


def test_receiver_that_fails(heard: Heard, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    def failing(**sent: Any) -> None:
        raise LookupError("the index is away")

    rows_written.connect(failing)
    try:
        result = load(catalogue(tmp_path / "in.csv"), batch_size=2)
    finally:
        rows_written.disconnect(failing)
    assert (result.counts.new, Book.objects.count(), len(heard)) == (5, 5, 3)
    records = [record for record in caplog.records if record.name == "django.dispatch"]
    assert len(records) == 3
    assert "the index is away" in records[0].getMessage()


def test_other_models_are_not_heard(heard: Heard, tmp_path: Path):
    path = write_csv(tmp_path / "in.csv", [{"slug": "a", "headline": "A"}], ["slug", "headline"])
    load(path, resource="tests.hosts.newsdesk.resources.ArticleResource")
    assert (Article.objects.count(), heard) == (1, [])
