"""Records: natural keys, credits, constraints, and hosts that keep or leave out models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, models, transaction
from django.test.utils import isolate_apps
from pytest_django import DjangoAssertNumQueries

from django_bookrel.abstract import AbstractAuthor, AbstractBook, Catalogue, Credit, Part
from django_bookrel.models import (
    Alias,
    Author,
    Book,
    Contribution,
    Identifier,
    ImportRecord,
    Publisher,
    RejectedRow,
    Series,
    SeriesEntry,
    Subject,
)
from tests.hosts.keeper import models as keeper
from tests.hosts.mirror import models as mirror
from tests.hosts.novels.models import House, Novel, Person
from tests.hosts.pair import models as pair
from tests.hosts.tenants import models as tenants

pytestmark = pytest.mark.django_db

ISBN = "9780306406157"


# Fixtures by natural keys.


def catalogue_rows(app: str) -> dict[str, list[Any]]:
    models = {model.__name__: model for model in apps.get_app_config(app).get_models()}
    columns = {
        "Author": ("name", "key", "sort_name", "born"),
        "Book": ("title", "sort_title", "author__name", "isbn", "year"),
        "Publisher": ("name", "key", "books__title"),
        "Series": ("name", "key"),
        "SeriesEntry": ("series__name", "book__title", "number", "sort_number"),
        "Subject": ("name", "key", "books__title"),
        "Contribution": ("book__title", "book__year", "author__name", "role", "position"),
        "Identifier": ("scheme", "value", "book__title"),
    }
    return {
        name: sorted(models[name].objects.values_list(*names), key=repr)
        for name, names in columns.items()
    }


@pytest.fixture(params=["django_bookrel", "mirror"])
def app(request: pytest.FixtureRequest) -> str:
    """The label of an app that holds a small catalogue."""
    get = apps.get_app_config(request.param).get_model
    anna, bert = (get("author").objects.create(name=n, born=1900) for n in ("Anna", "Bert"))
    create = get("book").objects.create
    books = [
        create(title="One", author=anna, isbn=ISBN, year=1950),
        create(title="Two", author=anna, year=1951),
        create(title="Two", author=anna, year=1952),
        create(title="Two", author=bert),
        create(title="Two"),
    ]
    get("publisher").objects.create(name="A & B").books.set(books)
    get("subject").objects.create(name="Letters").books.set(books[:2])
    series = get("series").objects.create(name="Numbers")
    for number, book in enumerate(books, start=1):
        series.entries.create(book=book, number=str(number))
        book.contributions.create(author=bert, role="editor")
        book.identifiers.create(scheme="test", value=str(number))
    return request.param


def test_dump_by_natural_keys_loads_again(app: str, tmp_path: Path):
    expected = catalogue_rows(app)
    file = tmp_path / "dump.json"
    options = {"natural_foreign": True, "natural_primary": True, "verbosity": 0}
    call_command("dumpdata", app, output=file, **options)
    with_pk = {row["model"].split(".")[1] for row in json.loads(file.read_text()) if "pk" in row}
    assert with_pk == {"contribution", "identifier", "seriesentry"}
    for model in ("Author", "Book", "Publisher", "Series", "Subject"):
        apps.get_model(app, model).objects.all().delete()
    assert not any(catalogue_rows(app).values())
    for _time in range(2):
        call_command("loaddata", file, verbosity=0)
        assert catalogue_rows(app) == expected


# Who has a part in a book.


@pytest.fixture
def waves() -> Book:
    woolf = Author.objects.create(name="Virginia Woolf")
    return Book.objects.create(title="The Waves", author=woolf)


def test_credits_are_the_author_and_then_by_position(waves: Book):
    bell, sackville = (Author.objects.create(name=n) for n in ("Vanessa Bell", "Vita S.-W."))
    waves.contributions.create(author=bell, role="illustrator", position=2)
    waves.contributions.create(author=sackville, role="introduction", position=1)
    waves.contributions.create(author=waves.author, role="editor", position=2)
    expected = [
        Credit(waves.author, "author", "Author"),
        Credit(sackville, "introduction", "Introduction"),
        Credit(bell, "illustrator", "Illustrator"),
        Credit(waves.author, "editor", "Editor"),
    ]
    assert waves.credits() == expected
    assert Book.objects.with_credits().get().credits() == expected
    assert Book.objects.with_relations().get().credits() == expected
    assert Book.objects.prefetch_related("contributions").get().credits() == expected


@pytest.mark.parametrize("size", [0, 2, 8])
def test_credits_take_at_most_two_queries(
    waves: Book, size: int, django_assert_num_queries: DjangoAssertNumQueries
):
    for number in range(size):
        waves.contributions.create(author=Author.objects.create(name=f"Author {number}"))
    book = Book.objects.get()
    with django_assert_num_queries(2):
        names = [credit.author.name for credit in book.credits()]
    assert names == ["Virginia Woolf", *(f"Author {number}" for number in range(size))]


def test_credits_without_an_author(django_assert_num_queries: DjangoAssertNumQueries):
    beowulf = Book.objects.create(title="Beowulf")
    heaney = Author.objects.create(name="Seamus Heaney")
    beowulf.contributions.create(author=heaney, role="translator")
    with django_assert_num_queries(1):
        assert beowulf.credits() == [Credit(heaney, "translator", "Translator")]


def test_credits_without_a_model_of_contributions():
    anna = Person.objects.create(name="Anna")
    novel = anna.novels.create(title="A novel")
    assert novel.credits() == [Credit(anna, "author", "Author")]
    assert Novel.objects.create(title="Another").credits() == []


@pytest.mark.parametrize(
    "authors, books",
    [
        (Author, Book),
        (mirror.Author, mirror.Book),
        (Person, Novel),
        (pair.Author, pair.Book),
    ],
    ids=["concrete", "mirror", "novels", "pair"],
)
def test_credited_books(authors: type[models.Model], books: type[models.Model]):
    anna = authors.objects.create(name="Anna")
    book = books.objects.create(title="A book", author=anna)
    books.objects.create(title="Another")
    assert [(one, one.roles) for one in anna.credited_books()] == [(book, ("author",))]


def test_credited_books_of_an_author_whom_a_host_keeps():
    anna = Author.objects.create(name="Anna")
    book = Book.objects.create(title="Ours", author=anna)
    kept = keeper.Book.objects.create(title="Theirs", author=anna)
    assert (list(anna.books.all()), list(anna.kept_books.all())) == ([book], [kept])
    assert list(anna.credited_books()) == [book]
    assert list(keeper.Book.objects.credited_to(anna)) == [kept]
    assert keeper.Book.objects.with_relations().get().credits() == [
        Credit(anna, "author", "Author")
    ]


def test_authors_without_a_model_of_books():
    with isolate_apps("tests.hosts.pair"):

        class Poet(AbstractAuthor):
            class Meta(AbstractAuthor.Meta):
                app_label = "pair"

        with pytest.raises(
            LookupError,
            match=r"pair\.Poet must be the author of exactly one book model; found: none",
        ):
            Poet.books_relation()


def test_authors_with_several_models_of_books():
    with isolate_apps("tests.hosts.pair"):

        class Poet(AbstractAuthor):
            class Meta(AbstractAuthor.Meta):
                app_label = "pair"

        for name in ("Poem", "Essay"):
            attributes = {
                "__module__": __name__,
                "author": models.ForeignKey(Poet, models.CASCADE, related_name=f"{name.lower()}s"),
                "Meta": type("Meta", (AbstractBook.Meta,), {"app_label": "pair"}),
            }
            type(name, (AbstractBook,), attributes)

        with pytest.raises(LookupError, match=r"found: pair\.(Poem|Essay), pair\.(Poem|Essay)"):
            Poet.books_relation()


@pytest.mark.parametrize(
    "book, catalogue",
    [
        (
            Book,
            Catalogue(
                Author,
                Part(Contribution, "contributions"),
                Part(Publisher, "publishers"),
                Part(SeriesEntry, "series_entries"),
                Part(Subject, "subjects"),
                Part(Identifier, "identifiers"),
            ),
        ),
        (
            mirror.Book,
            Catalogue(
                mirror.Author,
                Part(mirror.Contribution, "contributions"),
                Part(mirror.Publisher, "publishers"),
                Part(mirror.SeriesEntry, "series_entries"),
                Part(mirror.Subject, "subjects"),
                Part(mirror.Identifier, "identifiers"),
            ),
        ),
        (Novel, Catalogue(Person, None, Part(House, "houses"), None, None, None)),
        (pair.Book, Catalogue(pair.Author, None, None, None, None, None)),
        (keeper.Book, Catalogue(Author, None, None, None, None, None)),
    ],
    ids=["concrete", "mirror", "novels", "pair", "keeper"],
)
def test_catalogue(book: type[AbstractBook], catalogue: Catalogue):
    assert book.catalogue() == catalogue


# Constraints.


@pytest.mark.parametrize(
    "born, died",
    [(None, None), (1882, None), (None, 1941), (1882, 1941), (1900, 1900), (-43, 17), (-100, -44)],
)
@pytest.mark.parametrize("model", [Author, Person])
def test_years_that_agree(model: type[models.Model], born: int | None, died: int | None):
    author = model(name="Anna", born=born, died=died)
    author.full_clean()
    author.save()
    assert model.objects.values_list("born", "died").get() == (born, died)


@pytest.mark.parametrize("born, died", [(1941, 1882), (17, -43), (-44, -100)])
@pytest.mark.parametrize("model", [Author, Person])
def test_death_before_birth(model: type[models.Model], born: int, died: int):
    author = model(name="Anna", born=born, died=died)
    with pytest.raises(ValidationError) as caught:
        author.full_clean()
    assert caught.value.messages == ["The year of death must not be before the year of birth."]
    with pytest.raises(IntegrityError), transaction.atomic():
        author.save()


def test_every_fault_of_a_record_is_told_at_once(waves: Book):
    author = Author(name="WOOLF, Virginia", born=1941, died=1882)
    with pytest.raises(ValidationError) as caught:
        author.full_clean()
    name_exists = (
        f"Author “Virginia Woolf” (no. {waves.author.pk}) already has this name. Choose that "
        "record, or add a qualifier that tells the two apart: “WOOLF, Virginia (physicist)”."
    )
    assert caught.value.message_dict == {
        "name": [name_exists],
        "__all__": ["The year of death must not be before the year of birth."],
    }


def test_record_is_no_twin_of_itself(waves: Book):
    waves.isbn = ISBN
    waves.save()
    for record in (waves, waves.author):
        record.full_clean()


def test_another_constraint_over_the_same_field_is_checked_too():
    tenant = tenants.Tenant.objects.create(name="North")
    tenants.Series.objects.create(tenant=tenant, name="Poems", shelf="A1")
    with pytest.raises(ValidationError) as caught:
        tenants.Series(tenant=tenant, name="Letters", shelf="A1").full_clean()
    assert caught.value.messages == ["Series with this Tenant and Shelf already exists."]


@pytest.mark.parametrize(
    "make",
    [
        lambda book: book.contributions.create(author=book.author, role="editor"),
        lambda book: book.identifiers.create(scheme="test", value="1"),
        lambda book: book.series_entries.create(series=Series.objects.get(), number="1"),
        lambda book: Alias.objects.create(kind="django_bookrel.author", key="v w", target="1"),
    ],
    ids=["contribution", "identifier", "series entry", "alias"],
)
def test_same_thing_twice(waves: Book, make: Any):
    Series.objects.create(name="Modern classics")
    make(waves)
    with pytest.raises(IntegrityError), transaction.atomic():
        make(waves)


def test_deleting_a_book_deletes_what_is_its_own(waves: Book):
    series = Series.objects.create(name="Modern classics")
    waves.series_entries.create(series=series)
    waves.contributions.create(author=waves.author, role="editor")
    waves.identifiers.create(scheme="test", value="1")
    waves.delete()
    assert (Author.objects.count(), Series.objects.count()) == (1, 1)
    for model in (Contribution, SeriesEntry, Identifier):
        assert not model.objects.exists()


# What the database must hold.


def test_title_of_any_length():
    book = Book.objects.create(title="A " + "very " * 20_000 + "long title")
    book.refresh_from_db()
    assert (len(book.title), len(book.sort_title)) == (100_012, 254)


def test_sort_forms_of_long_names_in_four_byte_letters():
    book = Book.objects.create(title="𠮷" * 300)
    author = Author.objects.create(name="𠮷" * 255)
    book.refresh_from_db()
    author.refresh_from_db()
    assert (book.sort_title, author.sort_name) == ("𠮷" * 255, "𠮷" * 255)


# Texts.


def test_texts(waves: Book):
    series = Series.objects.create(name="Modern classics")
    record = ImportRecord(file="books.csv")
    texts = [
        (waves, "The Waves"),
        (waves.author, "Virginia Woolf"),
        (Contribution(author=waves.author, role="editor"), "Virginia Woolf (Editor)"),
        (Publisher(name="Hogarth Press"), "Hogarth Press"),
        (Subject(name="Time"), "Time"),
        (Identifier(scheme="oclc", value="1"), "oclc:1"),
        (series, "Modern classics"),
        (SeriesEntry(series=series, number="2.5"), "Modern classics #2.5"),
        (SeriesEntry(series=series), "Modern classics"),
        (Alias(name="V. Woolf"), "V. Woolf"),
        (record, "books.csv"),
        (RejectedRow(import_record=record, line=3, reason="no title"), "3: no title"),
    ]
    assert [str(one) for one, _text in texts] == [text for _one, text in texts]
