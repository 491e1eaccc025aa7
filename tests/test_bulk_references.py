"""What rows of a batch name: by columns and by children, in the order of the rows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_bookrel.bulk import UNSET, Batch, get_writer
from django_bookrel.bulk.references import Named, References, named_rows
from django_bookrel.bulk.resolve import Pending
from django_bookrel.models import Author
from django_bookrel.resources import BookResource, ForeignKeyField, RelationalResource
from tests.hosts.newsdesk.models import Article, Reporter, Topic
from tests.hosts.newsdesk.resources import (
    ArticleResource,
    IssueResource,
    StrictArticleResource,
)

pytestmark = pytest.mark.django_db

NAMES = ("slug", "headline", "reporter", "topics")


def references(
    resource: type[RelationalResource] = ArticleResource,
    names: tuple[str, ...] = NAMES,
    keep: tuple[str, ...] = (),
) -> References:
    return References(resource().layout(names), get_writer("default"), keep)


def batch_of(*rows: tuple[Any, Any]) -> Batch:
    """Make rows of a reporter and topics."""
    lines = list(range(2, 2 + len(rows)))
    slugs = [f"a{line}" for line in lines]
    reporters = [name if name in (None, UNSET) else (name,) for name, _topics in rows]
    topics = [some if some is UNSET else [((name,),) for name in some] for _name, some in rows]
    return Batch(lines, [[]] * len(rows), [slugs, slugs, reporters], [topics])


def names_of(found: References, batch: Batch, column: str, **options: Any) -> dict[Any, int]:
    reference = {key.name: key.reference for key in found.layout.foreign_keys} | {
        child.name: child.reference for child in found.layout.children
    }
    rows = options.pop("rows", range(len(batch)))
    return found.names(batch, reference[column], rows, **options)


BATCH = (("ann", ["Sea", "Sky"]), (None, UNSET), (UNSET, []), ("bo", ["Sky", "Sun"]))


def test_names_with_their_first_rows():
    found, batch = references(), batch_of(*BATCH)
    assert names_of(found, batch, "reporter") == {("ann",): 0, ("bo",): 3}
    assert names_of(found, batch, "topics") == {("Sea",): 0, ("Sky",): 0, ("Sun",): 3}
    assert names_of(found, batch, "topics", rows=[3, 0]) == {("Sea",): 0, ("Sky",): 0, ("Sun",): 3}
    assert names_of(found, batch, "topics", rows=[1, 3]) == {("Sky",): 3, ("Sun",): 3}


def test_names_in_what_is_kept_on_records_that_exist():
    found, batch = references(keep=("reporter",)), batch_of(*BATCH)
    assert names_of(found, batch, "reporter", kept=False) == {}
    assert names_of(found, batch, "reporter") == {("ann",): 0, ("bo",): 3}


class EditedResource(RelationalResource):
    reporter = ForeignKeyField(Reporter, by="email", create=True)
    editor = ForeignKeyField(Reporter, by="email")

    class Meta:
        model = Article
        import_id_fields = ("slug",)
        fields = ("slug", "reporter", "editor")


def test_kinds_of_references():
    found = references()
    assert (found.rejects, found.borrowing, found.identifying) == (False, set(), set())
    assert references(StrictArticleResource).rejects is True
    edited = references(EditedResource, ("slug", "reporter", "editor"))
    reporter, editor = (key.reference for key in edited.layout.foreign_keys)
    assert (edited.borrowing, edited.places) == ({editor}, {reporter: [1], editor: [2]})
    issues = references(IssueResource, ("section", "number", "title"))
    assert issues.identifying == {issues.layout.foreign_keys[0].reference}


def test_columns_have_what_refers_to_records():
    ann = Reporter.objects.create(email="ann")
    found, batch = references(), batch_of(*BATCH)
    found.find(batch)
    [slugs, headlines, reporters] = found.columns(batch)
    assert (slugs, headlines) == (batch.columns[0], batch.columns[1])
    assert reporters[:3] == [ann.pk, None, UNSET]
    assert (type(reporters[3]), reporters[3].names) == (Pending, ("bo",))
    # The batch has names as before.
    assert batch.columns[2] == [("ann",), None, UNSET, ("bo",)]
    assert found.keys_of(Article._meta.get_field("reporter")) == {("ann",): ann.pk}


def test_names_that_are_not_there():
    Reporter.objects.create(email="ann")
    Topic.objects.create(name="Sky")
    found, batch = references(StrictArticleResource), batch_of(*BATCH)
    found.find(batch)
    reporter, topics = found.layout.references
    assert list(found.unknown(batch)) == [
        Named(3, "reporter", reporter, ("bo",)),
        Named(0, "topics", topics, ("Sea",)),
        Named(3, "topics", topics, ("Sun",)),
    ]
    assert len(list(named_rows(found.layout, batch, [topics]))) == 4
    found = references()
    found.find(batch)
    assert list(found.unknown(batch)) == []
    reporter, topics = found.layout.references
    assert list(found.unknown(batch, [reporter])) == [Named(3, "reporter", reporter, ("bo",))]


def test_names_that_a_dry_run_would_have_created():
    found, batch = references(StrictArticleResource), batch_of(("ann", []))
    found.find(batch)
    [named] = found.unknown(batch)
    found.promise(named)
    assert list(found.unknown(batch)) == []
    assert found.columns(batch)[2][0].line == -1


def test_only_what_identifies_is_looked_up():
    found = references()
    with CaptureQueriesContext(connection) as context:
        found.find(batch_of(*BATCH), identifying=True)
    assert len(context) == 0
    assert [found.keys(reference) for reference in found.layout.references] == [{}, {}]
    found.find(batch_of(*BATCH))
    assert [len(found.keys(reference)) for reference in found.layout.references] == [2, 3]


def test_what_was_found_is_forgotten():
    key = Reporter.objects.create(email="ann").pk
    found, batch = references(), batch_of(("ann", []))
    found.find(batch)
    Reporter.objects.all().delete()
    found.find(batch)
    assert found.columns(batch)[2] == [key]
    found.forget()
    found.find(batch)
    assert type(found.columns(batch)[2][0]) is Pending


def test_what_rows_say_of_records_that_are_there():
    ann = Author.objects.create(name="Ann Lee")
    found = references(BookResource, ("title", "author", "contributors"), keep=("author",))
    said, bare = ("Ann Lee (1900-1980)",), ("Ann Lee",)
    entries: list[Any] = [UNSET, [(said, "editor", 1)], UNSET]
    columns = [["A", "B", "C"], [said, bare, bare]]
    # The identifiers of books without any.
    batch = Batch([2, 3, 4], [[]] * 3, columns, [entries, [UNSET] * 3])
    found.find(batch)
    author, contributors = found.layout.references
    assert author == contributors
    assert found.completions(batch, [0], [1, 2]) == [
        (0, author, (ann.pk, (1900, 1980))),
        (1, author, (ann.pk, (1900, 1980))),
    ]
    # The row of a record that is there says it in a column that is kept.
    assert found.completions(batch, [2], [0]) == []
