from __future__ import annotations

from collections.abc import Callable

import pytest
from taggit.models import Tag

from django_bookrel.checks import check_resources
from django_bookrel.exceptions import UnknownField, UnknownRelation
from django_bookrel.related import related_set
from django_bookrel.resources import RelationalResource, Result
from django_bookrel.resources.exporting import Exporter

from .models import Author, Book
from .resources import BookResource

EMMA, KIM = "9780141439587", "9780141183633"
HEADER = "isbn,title,tags"
EXPORT = ("bookrel_export", "--resource=tests.neighbours.with_taggit.resources.BookResource")


def tags() -> list[list[str]]:
    return [sorted(book.tags.names()) for book in Book.objects.order_by("isbn")]


def test_tags_by_name(take: Callable[..., Result], said: Callable[..., str]):
    lines = [HEADER, f"{KIM},Kim,", f"{EMMA},Emma,Love|Money"]
    result = take(lines, resource=BookResource)
    assert (result.counts.new, tags()) == (2, [[], ["Love", "Money"]])
    assert result.reasons == ["Tag.save() is overridden"]
    assert [tag.slug for tag in Book.objects.get(isbn=EMMA).tags.order_by("slug")] == [
        "love",
        "money",
    ]
    assert take(lines, resource=BookResource).counts.unchanged == 2
    changed = [HEADER, f"{KIM},Kim,India|Money", f"{EMMA},Emma,Love"]
    assert take(changed, resource=BookResource).counts.updated == 2
    assert tags() == [["India", "Money"], ["Love"]]
    exported = said(*EXPORT, "--fields", HEADER).splitlines()
    assert sorted(exported) == sorted(changed)


def test_tags_by_primary_key_as_in_any_resource(take: Callable[..., Result]):
    kim, emma = Book.objects.create(title="Kim", isbn=KIM), Book.objects.create(title="Emma")
    kim.tags.add("India", "Love")
    pks = ",".join(str(tag.pk) for tag in Tag.objects.order_by("pk"))

    class PlainResource(RelationalResource):
        class Meta:
            model = Book
            fields = ("id", "tags")

    exported = PlainResource().export()
    assert {row["id"]: row["tags"] for row in exported.dict} == {str(kim.pk): pks, str(emma.pk): ""}
    take(["id,tags", f"{kim.pk},", f'{emma.pk},"{pks}"'], resource=PlainResource)
    assert [sorted(book.tags.names()) for book in (kim, emma)] == [[], ["India", "Love"]]


def test_tags_in_templates(db: None):
    book = Book.objects.create(title="Emma")
    book.tags.add("Love", "Money")
    with pytest.raises(UnknownRelation, match="has no relation 'tags'; it has: author, tagged"):
        related_set(book, "tags")
    links = related_set(book, "taggedbook_set")
    assert sorted(link.tag.name for link in links) == ["Love", "Money"]


def test_tags_of_every_model_are_left_out_with_a_warning(take: Callable[..., Result]):
    class AuthorResource(RelationalResource):
        class Meta:
            model = Author
            fields = ("name", "born", "notes")
            import_id_fields = ("name",)

    [warning] = check_resources()
    assert warning.id == "django_bookrel.W104"
    assert warning.msg == (
        "AuthorResource excludes notes from imports and exports: "
        "with_taggit.Author.notes is a TaggableManager, not a many-to-many relation."
    )
    with pytest.raises(UnknownField, match=r'Column "notes" is not a field\.'):
        take(["name,born,notes", "Jane Austen,1775,a|b"], resource=AuthorResource)
    assert take(["name,born", "Jane Austen,1775"], resource=AuthorResource).counts.new == 1
    exporter = Exporter(AuthorResource())
    assert (exporter.names, list(exporter.pages())) == (
        ["name", "born"],
        [[("Jane Austen", "1775")]],
    )
