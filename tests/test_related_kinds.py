# ruff: noqa: DJ008 (the models of this module are never shown)
"""Related sets along relations of every kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.db.models import Model
from django.test.utils import isolate_apps
from pytest_django import DjangoAssertNumQueries, DjangoDbBlocker

from django_bookrel.related import (
    prefetch_related_sets,
    related_count,
    related_set,
    relations,
)
from tests.relatedsets import content, related_rows

pytestmark = pytest.mark.django_db

with isolate_apps("tests"):

    class Plain(models.Model):
        class Meta:
            abstract = True
            app_label = "tests"

    class Place(Plain):
        code = models.CharField(max_length=10, unique=True)
        parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
        near = models.ManyToManyField("self")
        notes = GenericRelation("Note", "number", "kind")
        seen_from = models.ManyToManyField("self", symmetrical=False, related_name="sees")

        class Meta(Plain.Meta):
            ordering = ("code",)

    class Restaurant(Place):
        pass

    class Living(models.Manager):
        def get_queryset(self) -> models.QuerySet:
            return super().get_queryset().filter(deleted=False)

    class Menu(Plain):
        place = models.OneToOneField(Place, models.CASCADE, null=True, related_name="menu")

    class Visit(Plain):
        place = models.ForeignKey(Place, models.CASCADE, to_field="code")
        deleted = models.BooleanField(default=False)
        objects = Living()

    class Tag(Plain):
        places = models.ManyToManyField(Place)
        secret = models.ForeignKey(Place, models.CASCADE, null=True, related_name="+")
        shown = models.ManyToManyField(Place, related_name="+")
        deleted = models.BooleanField(default=False)
        objects = Living()

    class Note(Plain):
        kind = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
        number = models.PositiveIntegerField()
        about = GenericForeignKey("kind", "number")

    MODELS = (Place, Restaurant, Menu, Visit, Tag, Note)


@pytest.fixture(scope="module")
def tables(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)
    yield
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        for model in reversed(MODELS):
            editor.delete_model(model)


@pytest.fixture
def places(tables: None, db: None) -> list[Model]:
    places = [Place.objects.create(code=f"p{n}") for n in range(4)]
    places.append(Restaurant.objects.create(code="p4", parent=places[0]))
    for n, place in enumerate(places):
        place.near.set(places[:n])
        place.seen_from.set(places[n:])
        if n % 2:
            Menu.objects.create(place=place)
            place.parent = places[0]
            place.save()
        for m in range(n):
            Visit.objects.create(place=place, deleted=not m)
            tag = Tag.objects.create(deleted=not m, secret=place)
            tag.places.set(places[:n])
            tag.shown.set(places[n:])
    Menu.objects.create()
    Note.objects.create(kind=ContentType.objects.get_for_model(User), number=1)
    return places


def test_relations(tables: None):
    assert {model.__name__: sorted(relations(model)) for model in MODELS} == {
        "Place": [
            "children",
            "menu",
            "near",
            "parent",
            "restaurant",
            "seen_from",
            "sees",
            "tag_set",
            "visit_set",
        ],
        "Restaurant": [
            "children",
            "menu",
            "near",
            "parent",
            "place_ptr",
            "seen_from",
            "sees",
            "tag_set",
            "visit_set",
        ],
        "Menu": ["place"],
        "Visit": ["place"],
        "Tag": ["places", "secret", "shown"],
        "Note": ["kind"],
    }


@pytest.mark.parametrize("limit", [None, 2])
@pytest.mark.parametrize(
    "model, relation",
    [(model, relation) for model in MODELS for relation in sorted(relations(model))],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_relations_of_every_kind(
    model: type[Model],
    relation: str,
    limit: int | None,
    places: list[Model],
    django_assert_num_queries: DjangoAssertNumQueries,
):
    expected = [
        (rows[:limit], len(rows))
        for rows in (related_rows(obj, relation) for obj in model._default_manager.order_by("pk"))
    ]
    objects = list(model._default_manager.order_by("pk"))
    lone = [related_set(obj, relation, limit=limit) for obj in objects]
    counts = [related_count(obj, relation) for obj in objects]
    objects = list(model._default_manager.order_by("pk"))
    with django_assert_num_queries(1):
        prefetch_related_sets(objects, relation, limit=limit)
    with django_assert_num_queries(0):
        batched = [related_set(obj, relation, limit=limit) for obj in objects]
    assert [content(found, limit) for found in batched] == expected
    assert [content(found, limit) for found in lone] == expected
    assert counts == [total for _rows, total in expected]
    # Restaurants have no rows of their own in the upper part of some relations.
    assert any(counts) or model is Restaurant


def test_one_to_one_narrowed(
    places: list[Model], django_assert_num_queries: DjangoAssertNumQueries
):
    using = Menu.objects.filter(place__code="p1")
    with django_assert_num_queries(1):
        prefetch_related_sets(places[:4], "menu", using=using, limit=3)
        found = [related_set(place, "menu", using=using, limit=7) for place in places[:4]]
    assert [books.total for books in found] == [0, 1, 0, 0]
