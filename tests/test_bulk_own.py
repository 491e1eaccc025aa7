"""References to rows of the same file: which rows can be written, and what stands for what."""

from __future__ import annotations

import pytest

from django_bookrel.bulk import Batch, get_writer
from django_bookrel.bulk.batch import Candidate
from django_bookrel.bulk.own import OwnReferences, Unmet, settle_own
from django_bookrel.bulk.planning import Planner
from django_bookrel.bulk.resolve import Pending
from django_bookrel.resources import ForeignKeyField, RelationalResource
from tests.batches import OtherRows, batch_of, parts
from tests.hosts.garden.models import Kind
from tests.hosts.newsdesk.models import Article
from tests.hosts.newsdesk.resources import StrictArticleResource, StrictSequelResource

pytestmark = pytest.mark.django_db

NAMES = ("slug", "headline", "follows")


def slug_is(slug: str) -> Candidate:
    return (0, (slug,))


def prepared(*pairs: str) -> tuple[Planner, Batch]:
    """Look up what rows name; each is a slug and the slug of what it follows."""
    path = parts(StrictSequelResource, NAMES)
    found = [pair.partition(" ") for pair in pairs]
    batch = batch_of(path, [{"slug": a, "headline": a, "follows": b} for a, _, b in found])
    path.transactions.planner.references.find(batch)
    return path.transactions.planner, batch


def unmet(
    planner: Planner, batch: Batch, file: OtherRows, makers: list[int] | None = None
) -> dict[int, Unmet]:
    own = planner.own
    unknown = list(planner.references.unknown(batch, own.identities))
    return own.unmet(batch, range(len(batch)) if makers is None else makers, unknown, file)


def waits(*slugs: str, is_fatal: bool = True) -> Unmet:
    return Unmet([(slug_is(slug), is_fatal) for slug in slugs], None)


def test_resources_that_have_such_references():
    def own(resource: type[RelationalResource], *names: str) -> OwnReferences:
        return parts(resource, names).transactions.planner.own

    assert bool(own(StrictSequelResource, *NAMES)) is True
    assert bool(own(StrictSequelResource, "slug", "headline")) is False
    assert bool(own(StrictArticleResource, "slug", "headline", "topics")) is False


def test_rows_that_the_batch_makes():
    planner, batch = prepared("a b", "b a", "c b", "d d", "e")
    assert unmet(planner, batch, OtherRows()) == {}
    makers, needed = planner.own.needs(batch, planner.references)
    assert makers == {0: {1}, 1: {0}, 2: {1}}
    assert needed == {row: [(slug_is(slug), True)] for row, slug in enumerate("bab")}
    made = planner.own.makes()
    assert {line: [one.names for _ref, one in some] for line, some in made.items()} == {
        2: [("a",)],
        3: [("b",)],
        5: [("d",)],
    }


def test_rows_that_need_later_ones_wait_and_take_others_along():
    planner, batch = prepared("a later", "b a", "c b", "d", "e d")
    assert unmet(planner, batch, OtherRows({slug_is(slug) for slug in ("later", "a", "b")})) == {
        0: waits("later"),
        1: waits("a"),
        2: waits("b"),
    }
    assert planner.own.needs(batch, planner.references)[0] == {4: {3}}


def test_rows_that_wait_for_nothing():
    planner, batch = prepared("a never", "b a")
    found = unmet(planner, batch, OtherRows({slug_is("a")}))
    assert found[0].waits == [(slug_is("never"), True)]
    assert (found[0].hopeless.row, found[0].hopeless.names) == (0, ("never",))
    # The row after it knows of that once it was rejected.
    assert found[1] == waits("a")


def test_rejected_rows_make_nothing():
    planner, batch = prepared("a", "b a")
    found = unmet(planner, batch, OtherRows(), makers=[1])
    assert {row: one.hopeless.names for row, one in found.items()} == {1: ("a",)}


def test_records_that_are_there_need_no_row():
    Article.objects.create(slug="old", headline="Old")
    planner, batch = prepared("a old", "old")
    assert unmet(planner, batch, OtherRows(), makers=[0]) == {}
    assert planner.own.needs(batch, planner.references) == ({}, {})
    assert planner.own.makes() == {}


def test_what_a_dry_run_has_planned():
    planner, batch = prepared("a earlier", "b a")
    assert unmet(planner, batch, OtherRows(planned={slug_is("earlier")})) == {}
    keys = planner.references.keys(planner.layout.foreign_keys[0].reference)
    assert {names: one.line for names, one in keys.items()} == {("earlier",): -1, ("a",): 2}
    assert planner.own.needs(batch, planner.references)[0] == {1: {0}}


class CreatingResource(RelationalResource):
    """Creates the parents that no row makes."""

    parent = ForeignKeyField(Kind, by="name", create=True)

    class Meta:
        model = Kind
        fields = ("name", "parent")
        import_id_fields = ("name",)


def test_reference_that_creates_waits_for_rows_only():
    path = parts(CreatingResource, ("name", "parent"))
    pairs = [("a", "later"), ("b", "nobody"), ("c", "a")]
    batch = batch_of(path, [{"name": name, "parent": parent} for name, parent in pairs])
    planner = path.transactions.planner
    planner.references.find(batch)
    found = unmet(planner, batch, OtherRows({slug_is("later"), slug_is("a")}))
    assert found == {0: waits("later", is_fatal=False), 2: waits("a", is_fatal=False)}
    # What no row makes is created for being named.
    [key] = planner.layout.foreign_keys
    assert planner.references.keys(key.reference)[("nobody",)].line == 0


def test_long_chains_are_gone_through_once():
    size = 2_000
    planner, batch = prepared(*(f"a{n} a{n + 1}" for n in range(size)))
    found = unmet(planner, batch, OtherRows({slug_is(f"a{n}") for n in range(size + 1)}))
    assert found == {n: waits(f"a{n + 1}") for n in range(size)}


class KindResource(RelationalResource):
    parent = ForeignKeyField(Kind, by="name")
    stock = ForeignKeyField(Kind, by="name")

    class Meta:
        model = Kind
        fields = ("name", "parent", "stock")
        import_id_fields = ("name",)


def test_references_are_settled_by_what_they_refer_to():
    kinds = [Kind.objects.create(name=name) for name in "ab"]
    layout = KindResource().layout(("name", "parent", "stock"))
    parent, stock = (key.reference for key in layout.foreign_keys)
    pairs = [
        (reference, Pending((kind.name,), (kind.name,), line=2))
        for kind in kinds
        for reference in (parent, stock)
    ]
    settle_own(pairs, [kind.pk for kind in kinds for _key in "ps"], layout, get_writer("default"))
    assert [one.value for _reference, one in pairs] == [
        value for kind in kinds for value in (kind.pk, kind.token)
    ]
