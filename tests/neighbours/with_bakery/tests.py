from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models import Model
from model_bakery import baker

from django_bookrel.isbn import clean_isbn
from django_bookrel.models import Author, Book, Contribution
from django_bookrel.names import person_key

pytestmark = pytest.mark.django_db

MODELS = list(apps.get_app_config("django_bookrel").get_models())


def test_all_models():
    assert len(MODELS) == 11


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("fill", [False, True])
def test_make(model: type[Model], fill: bool):  # noqa: FBT001
    # No generator knows that one year must not be before the other.
    years = {"born": 1775, "died": 1817} if fill and model is Author else {}
    made = baker.make(model, 3, _fill_optional=fill, **years)
    assert model._default_manager.count() >= 3
    for record in made:
        record.refresh_from_db()
        record.full_clean(exclude={f.name for f in model._meta.fields if not f.editable})


def test_values():
    authors = baker.make(Author, 20)
    assert [author.key for author in authors] == [person_key(author.name) for author in authors]
    book = baker.make(Book, title="Emma", author__name="Jane Austen", _fill_optional=["isbn"])
    assert (book.author.key, clean_isbn(book.isbn)) == ("jane austen", book.isbn)
    contributions = baker.make(Contribution, 3, book=book)
    assert [contribution.position for contribution in contributions] == [1, 2, 3]
