"""Plans into the database: what is written, by how many statements, and in which order."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from django_bookrel.bulk import BulkSaver, Plan, get_writer
from django_bookrel.bulk.executing import MOST_UPDATES
from django_bookrel.models import Author, Book
from django_bookrel.resources import BookResource, RelatedRowsField, RelationalResource
from django_bookrel.resources.rowpath.paths import ImportPath
from tests.batches import OtherRows, Row, batch_of, parts
from tests.hosts.garden.models import Plant
from tests.hosts.newsdesk.models import Article, Reporter, Topic
from tests.hosts.newsdesk.resources import ArticleResource
from tests.importing import capture_writes

pytestmark = pytest.mark.django_db

NAMES = ("slug", "headline", "reporter", "follows", "topics", "words")


def planned(path: ImportPath, rows: list[Row]) -> tuple[BulkSaver, Plan]:
    planner = path.transactions.planner
    saver = BulkSaver(planner.layout, get_writer("default"), planner.references)
    return saver, planner.plan(batch_of(path, rows), OtherRows())


def of_articles(*rows: Row) -> tuple[BulkSaver, Plan]:
    blank = dict.fromkeys(NAMES, "") | {"headline": "A"}
    return planned(parts(ArticleResource, NAMES), [blank | row for row in rows])


def updates(saver: BulkSaver, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Save a plan; return names of fields and number of rows of each update of the model."""
    found: list[Any] = []
    update = saver.writer.changer.update

    def noting(model: type[Model], fields: list[Any], rows: list[Any]) -> None:
        if model is saver.model:
            found.append((sorted(field.name for field in fields), len(rows)))
        update(model, fields, rows)

    monkeypatch.setattr(saver.writer.changer, "update", noting)
    saver.save(plan)
    return found


def test_new_and_changed_records():
    old = Article.objects.create(slug="old", headline="Old")
    sea = Topic.objects.create(name="Sea")
    old.topics.set([sea])
    saver, plan = of_articles(
        {"slug": "new", "topics": "Sky|Sea", "reporter": "ann@example.com"},
        {"slug": "old", "headline": "Changed", "topics": "Sky"},
    )
    outcome = saver.save(plan)
    new = Article.objects.get(slug="new")
    assert (outcome.new, outcome.updated) == ({2: new.pk}, {3: old.pk})
    assert +outcome.counts == {"new": 1, "updated": 1}
    links = Article.objects.values_list("slug", "headline", "reporter__email", "topics__name")
    assert sorted(links, key=repr) == [
        ("new", "A", "ann@example.com", "Sea"),
        ("new", "A", "ann@example.com", "Sky"),
        ("old", "Changed", None, "Sky"),
    ]


def test_nothing_is_written_of_what_does_not_change():
    Article.objects.create(slug="old", headline="Old")
    saver, plan = of_articles({"slug": "old", "headline": "Old"})
    with capture_writes() as written:
        outcome = saver.save(plan)
    assert (written, outcome.new, outcome.updated) == ([], {}, {})
    assert +outcome.counts == {"unchanged": 1}


def test_only_what_changes_is_written(monkeypatch: pytest.MonkeyPatch):
    for slug in "abc":
        Article.objects.create(slug=slug, headline="Old")
    saver, plan = of_articles(
        {"slug": "a", "headline": "New"},
        {"slug": "b", "headline": "New"},
        {"slug": "c", "headline": "Old", "words": "7"},
    )
    # The stamp is set with each of them.
    assert updates(saver, plan, monkeypatch) == [
        (["changed_at", "headline"], 2),
        (["changed_at", "words"], 1),
    ]


def test_record_of_which_only_a_link_changes_is_stamped(monkeypatch: pytest.MonkeyPatch):
    Article.objects.create(slug="a", headline="A")
    saver, plan = of_articles({"slug": "a", "topics": "Sea"})
    assert updates(saver, plan, monkeypatch) == [(["changed_at"], 1)]


def test_many_kinds_of_changes_are_one_statement(monkeypatch: pytest.MonkeyPatch):
    plants = [Plant.objects.create(code=f"p{n}") for n in range(2 * MOST_UPDATES)]
    said = ("code", "price", "height", "motto", "note", "hint")

    class PlantResource(RelationalResource):
        class Meta:
            model = Plant
            fields = said
            import_id_fields = ("code",)

    # Each changes other columns.
    rows = [
        {
            "code": plant.code,
            "price": "1.00" if n & 1 else "0",
            "height": "5" if n & 2 else "3",
            "motto": "new" if n & 4 else "tba",
            "note": "new" if n & 8 else "",
            "hint": "",
        }
        for n, plant in enumerate(plants)
    ]
    saver, plan = planned(parts(PlantResource, said), rows)
    assert len(plan.changed) == 2 * MOST_UPDATES - 1
    names = ["changed_at", "height", "motto", "note", "price"]
    assert updates(saver, plan, monkeypatch) == [(names, 2 * MOST_UPDATES - 1)]
    found = Plant.objects.order_by("pk").values_list("height", "motto", "note")
    assert list(found) == [(int(row["height"]), row["motto"], row["note"] or None) for row in rows]


def test_rows_that_refer_to_one_another():
    saver, plan = of_articles(
        {"slug": "a", "follows": "b"}, {"slug": "b", "follows": "a"}, {"slug": "c", "follows": "c"}
    )
    saver.save(plan)
    found = Article.objects.order_by("slug").values_list("slug", "follows__slug")
    assert list(found) == [("a", "b"), ("b", "a"), ("c", "c")]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="counts statements of SQLite")
def test_statements_do_not_depend_on_the_rows():
    found = []
    for number in (20, 200):
        rows = [
            {
                "slug": f"{number}-{n}",
                "reporter": f"r{number}-{n}@example.com",
                "follows": f"{number}-{(n + 1) % number}",
                "topics": f"t{number}-{n}",
            }
            for n in range(number)
        ]
        saver, plan = of_articles(*rows)
        with CaptureQueriesContext(connection) as context:
            saver.save(plan)
        found.append(len(context))
    assert found[0] == found[1]


def test_what_was_rolled_back_is_created_again():
    saver, plan = of_articles({"slug": "a", "reporter": "ann@example.com"})
    assert saver.create(plan) is True
    assert saver.create(plan) is False
    Reporter.objects.all().delete()
    saver.forget()
    saver.begin()
    assert saver.create(plan) is True
    assert [one.value for one in saver.created] == [Reporter.objects.get().pk]


def test_what_rows_say_of_records_that_are_there():
    Author.objects.create(name="Ann Lee")
    path = parts(BookResource, ("title", "author"))
    saver, plan = planned(path, [{"title": "A", "author": "Ann Lee (1900-1980)"}])
    saver.save(plan)
    assert list(Author.objects.values_list("name", "born", "died")) == [("Ann Lee", 1900, 1980)]


def test_records_that_turn_out_to_be_another():
    kept = Book.objects.create(title="Kept", isbn="9780306406157")
    merged = Book.objects.create(title="Merged")
    merged.identifiers.create(scheme="oclc", value="1")
    path = parts(BookResource, ("title", "isbn", "identifiers"))
    planner = path.transactions.planner
    rows = [{"title": "Both", "isbn": kept.isbn, "identifiers": [("oclc", "1")]}]
    plan = planner.plan(batch_of(path, rows), OtherRows(), pks=[kept.pk])
    plan.merged = {0: [merged.pk]}
    BulkSaver(planner.layout, get_writer("default"), planner.references).save(plan)
    assert list(Book.objects.values_list("pk", "title", "identifiers__value")) == [
        (kept.pk, "Both", "1")
    ]


class StepsResource(RelationalResource):
    steps = RelatedRowsField(
        columns=("name", "place"),
        key=("name",),
        parse=lambda cell: [(name, place) for place, name in enumerate(cell.split(), 1)],
        render=lambda entries: " ".join(name for name, _place in entries),
    )

    class Meta:
        model = Plant
        fields = ("code", "steps")
        import_id_fields = ("code",)


def test_rows_take_places_from_each_other():
    plant = Plant.objects.create(code="rose")
    keys = {
        name: plant.steps.create(name=name, place=place).pk
        for place, name in enumerate(("dig", "sow", "cut"), 1)
    }
    saver, plan = planned(
        parts(StepsResource, ("code", "steps")), [{"code": "rose", "steps": "sow dig dry"}]
    )
    saver.save(plan)
    found = list(plant.steps.order_by("place").values_list("name", "place"))
    assert found == [("sow", 1), ("dig", 2), ("dry", 3)]
    assert {step.name: step.pk for step in plant.steps.all() if step.name in keys} == {
        name: keys[name] for name in ("sow", "dig")
    }


def test_cells_of_a_row():
    saver, plan = of_articles({"slug": "a", "reporter": "ann@example.com", "words": "7"})
    expected: dict[str, Any] = {
        "slug": ("slug", "a"),
        "headline": ("headline", "A"),
        "words": ("words", "7"),
        "reporter": ("reporter", "ann@example.com"),
        "follows": ("follows", ""),
    }
    assert saver.said(plan, 0) == expected
