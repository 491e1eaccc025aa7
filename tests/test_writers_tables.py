"""What writers ask of the catalogue: once, and what they warn of before anything is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from django_bookrel.bulk import get_writer
from django_bookrel.bulk.writers import TableWarning, Writer, orm
from django_bookrel.bulk.writers.tables import Index, best_indexes, shown_name
from django_bookrel.models import Author, Book
from django_bookrel.resources import load
from tests.distinct import distinct_rows
from tests.hosts.custom.models import Bulletin, Special
from tests.hosts.legacy import models as m
from tests.importing import write_csv

VENDOR = connection.vendor
CATALOGUE = re.compile(r"pragma_|sqlite_master|pg_class|pg_index|SHOW (?!transaction)|@@|EXPLAIN")


@pytest.mark.django_db
@pytest.mark.parametrize("changed", ["", " again"])
def test_each_table_is_asked_once(tmp_path: Path, changed: str):
    load(write_csv(tmp_path / "old.csv", distinct_rows(15)))
    path = write_csv(tmp_path / "in.csv", distinct_rows(20, changed))
    with CaptureQueriesContext(connection) as context:
        assert load(path, batch_size=5).counts.rows == 20
    asked = [q["sql"] for q in context.captured_queries if CATALOGUE.search(q["sql"])]
    assert len(set(asked)) == len(asked)
    assert any(Book._meta.db_table in statement for statement in asked)


@pytest.mark.django_db
def test_tables_of_the_package_have_nothing_to_warn_of():
    writer = get_writer("default")
    assert writer.catalogue.warnings([Book, Author, Book.publishers.through]) == []
    assert writer.database.notes == []


@pytest.fixture
def writer(db: None, legacy: frozenset[str]) -> Writer:
    return get_writer("default")


NEEDS = "The table legacy_needy needs a value for its column colour, which the model does not have."
GENERATED = "The column name of legacy_generated is generated: no row may say it."


@pytest.mark.parametrize(
    "model, reason",
    [
        (m.Missing, "The table legacy_missing does not exist."),
        (m.Narrow, "The table legacy_narrow has no column n."),
        (m.Needy, NEEDS),
        (m.Generated, f"{GENERATED} Declare a GeneratedField."),
    ],
)
def test_warnings(writer: Writer, model: type[Model], reason: str):
    assert writer.catalogue.warnings([m.Plain, model, model]) == [TableWarning(reason)]
    # Rows that are saved one by one go into the same tables.
    saving = orm.Writer(orm.Instances(writer.database), writer)
    assert [str(warning) for warning in saving.catalogue.warnings([model])] == [reason]


def test_warnings_of_the_tables_of_parents(writer: Writer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Bulletin._meta, "db_table", "nowhere")
    assert list(map(str, writer.catalogue.warnings([Special]))) == [
        "The table nowhere does not exist."
    ]


@pytest.mark.skipif(VENDOR != "mysql", reason="engines are MariaDB's and MySQL's")
def test_warning_of_an_engine_that_cannot_roll_back(writer: Writer):
    assert writer.catalogue.warnings([m.NotTransactional]) == [
        TableWarning(
            "The engine MyISAM of the table legacy_nottransactional cannot roll back: what a "
            "rejected row or a failed import has written would stay.",
            "ALTER TABLE `legacy_nottransactional` ENGINE = InnoDB;",
        )
    ]


@pytest.mark.skipif(VENDOR != "mysql", reason="the mode is MariaDB's and MySQL's")
def test_warning_of_a_server_that_cuts_values(writer: Writer):
    with connection.cursor() as cursor:
        cursor.execute("SET @before = @@sql_mode, sql_mode = ''")
        try:
            [warning] = writer.catalogue.warnings([m.Plain])
        finally:
            cursor.execute("SET sql_mode = @before")
    assert str(warning) == (
        "The sql_mode is not strict: the database cuts values that do not fit. "
        "Repair it with: SET GLOBAL sql_mode = concat(@@sql_mode, ',STRICT_ALL_TABLES');"
    )


@pytest.mark.parametrize(
    "quoted, name",
    [
        ('"item"', "item"),
        ('"archive"."old ""item"""', 'archive.old "item"'),
        ("`archive`.`it``em`", "archive.it`em"),
    ],
)
def test_names(quoted: str, name: str):
    assert shown_name(quoted) == name


def test_best_indexes():
    indexes = [
        Index("author", ("author",)),
        Index("title", ("title", "id")),
        Index("both", ("title", "author")),
        Index("expression", ("", "title")),
        Index("unique", ("author", "title"), is_unique=True),
        Index("more", ("title", "author", "year"), is_unique=True),
        Index("other", ("isbn",), is_unique=True),
    ]
    found = [index.name for index in best_indexes(indexes, ["title", "author"])]
    assert found == ["unique", "both", "more", "title", "author"]
    assert [index.name for index in best_indexes(indexes, ["year", "author"])] == [
        "author",
        "unique",
    ]
    assert best_indexes(indexes, ["pages"]) == []
