"""Querysets keep derived columns true, and give related rows in a fixed number of queries."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Model, Value
from django.db.models.functions import Concat, Upper
from pytest_django import DjangoAssertNumQueries

from django_bookrel.models import (
    Author,
    Book,
    Contribution,
    Identifier,
    Publisher,
    Series,
    SeriesEntry,
    Subject,
)
from tests.hosts.keeper import models as keeper
from tests.hosts.mirror import models as mirror
from tests.hosts.novels.models import House, Novel, Person
from tests.hosts.pair import models as pair

pytestmark = pytest.mark.django_db

PERSON = ("Tolkien, J. R. R.", "jrr tolkien", "J.R.R. TOLKIEN")
TEXT = ("Allen & Unwin", "allen and unwin", "ALLEN AND UNWIN")
ISBN = "9780306406157"


@pytest.fixture(
    params=[Author, Person, mirror.Author, Publisher, House, Series, Subject],
    ids=lambda model: model._meta.label,
)
def named(request: pytest.FixtureRequest) -> type[Model]:
    return request.param


@pytest.fixture
def spellings(named: type[Model]) -> tuple[str, str, str]:
    """A name, its key, and another spelling."""
    return PERSON if issubclass(named, Author.__base__) else TEXT


def stored(model: type[Model]) -> list[tuple[str, str]]:
    return list(model.objects.values_list("name", "key"))


# Writing.


def test_update(named: type[Model], spellings: tuple[str, str, str]):
    name, key, _other = spellings
    named.objects.create(name="Nobody")
    assert named.objects.update(name=name) == 1
    assert stored(named) == [(name, key)]


def test_update_of_every_derived_column():
    author = Author.objects.create(name="Nobody")
    book = author.books.create(title="Nothing")
    Author.objects.update(name="Virginia Woolf")
    author.books.update(title="The Waves")
    author.refresh_from_db()
    book.refresh_from_db()
    assert (author.key, author.sort_name) == ("virginia woolf", "woolf virginia")
    assert book.sort_title == "waves"


def test_update_of_another_field_leaves_the_key_alone():
    Author.objects.create(name="Virginia Woolf")
    Author.objects.update(born=1882)
    assert stored(Author) == [("Virginia Woolf", "virginia woolf")]


@pytest.mark.parametrize(
    "expression", [Upper("name"), F("name"), Value("Nobody"), Concat("name", Value("!"))]
)
def test_update_by_an_expression_raises_type_error(expression: Any):
    Author.objects.create(name="Virginia Woolf")
    message = r"Author\.key cannot be computed from an expression"
    with pytest.raises(TypeError, match=message):
        Author.objects.update(name=expression)
    assert stored(Author) == [("Virginia Woolf", "virginia woolf")]


def test_bulk_create(named: type[Model], spellings: tuple[str, str, str]):
    name, key, _other = spellings
    (one,) = named.objects.bulk_create([named(name=name)])
    assert (one.key, stored(named)) == (key, [(name, key)])


def test_bulk_create_that_ignores_conflicts(named: type[Model], spellings: tuple[str, str, str]):
    name, key, other = spellings
    named.objects.create(name=name)
    named.objects.bulk_create([named(name=other)], ignore_conflicts=True)
    assert stored(named) == [(name, key)]


@pytest.mark.parametrize("is_positional", [True, False], ids=["positional", "keywords"])
def test_bulk_create_that_updates_the_name(
    named: type[Model],
    spellings: tuple[str, str, str],
    is_positional: bool,  # noqa: FBT001
):
    name, key, other = spellings
    unique = ["key"] if connection.features.supports_update_conflicts_with_target else None
    one = named.objects.create(name=name)
    if is_positional:
        named.objects.bulk_create([named(name=other)], None, False, True, ["name"], unique)  # noqa: FBT003
    else:
        named.objects.bulk_create(
            [named(name=other)],
            update_conflicts=True,
            update_fields=["name"],
            unique_fields=unique,
        )
    assert stored(named) == [(other, key)]
    assert named.objects.get().pk == one.pk


@pytest.mark.parametrize("is_positional", [True, False], ids=["positional", "keywords"])
def test_bulk_create_that_updates_a_title(is_positional: bool):  # noqa: FBT001
    unique = ["isbn"] if connection.features.supports_update_conflicts_with_target else None
    Book.objects.create(title="The Waves", isbn=ISBN)
    books = [Book(title="The Years", isbn="0-306-40615-2")]
    if is_positional:
        Book.objects.bulk_create(books, None, False, True, ["title"], unique)  # noqa: FBT003
    else:
        Book.objects.bulk_create(
            books, update_conflicts=True, update_fields=["title"], unique_fields=unique
        )
    assert list(Book.objects.values_list("title", "sort_title")) == [("The Years", "years")]


def test_bulk_update(named: type[Model], spellings: tuple[str, str, str]):
    name, key, _other = spellings
    one, other = (named.objects.create(name=text) for text in ("Nobody", "Somebody"))
    one.name, other.name = name, "Anybody"
    assert named.objects.bulk_update(iter([one, other]), iter(["name"])) == 2
    assert one.key == key
    assert set(stored(named)) == {(name, key), ("Anybody", "anybody")}


def test_bulk_update_of_another_field_leaves_the_name_alone():
    one = Author.objects.create(name="Nobody")
    one.name, one.born = "Somebody", 1882
    Author.objects.bulk_update([one], ["born"])
    assert Author.objects.values_list("name", "key", "born").get() == ("Nobody", "nobody", 1882)


def test_bulk_update_by_an_expression_raises_type_error():
    one = Author.objects.create(name="Nobody")
    one.name = Upper("name")
    with pytest.raises(TypeError, match="cannot be computed from an expression"):
        Author.objects.bulk_update([one], ["name"])


def test_get_or_create_with_another_spelling(named: type[Model], spellings: tuple[str, str, str]):
    name, key, other = spellings
    one, is_new = named.objects.get_or_create(name=name)
    assert (one.key, is_new) == (key, True)
    assert named.objects.get_or_create(name=other) == (one, False)
    assert stored(named) == [(name, key)]


def test_get_or_create_with_defaults():
    woolf, is_new = Author.objects.get_or_create(name="Virginia Woolf", defaults={"born": 1882})
    assert (woolf.name, woolf.born, is_new) == ("Virginia Woolf", 1882, True)
    again = Author.objects.get_or_create(name="Woolf, Virginia", defaults={"born": 1})
    assert (again, again[0].born) == ((woolf, False), 1882)
    james, _is_new = Author.objects.get_or_create(
        name="james, henry", defaults={"name": "Henry James"}
    )
    assert james.name == "Henry James"


def test_get_or_create_by_a_lookup():
    woolf = Author.objects.create(name="Virginia Woolf")
    assert Author.objects.get_or_create(name__startswith="Virginia") == (woolf, False)
    assert Author.objects.get_or_create(key="virginia woolf") == (woolf, False)


def test_get_or_create_by_name_and_another_field():
    woolf = Author.objects.create(name="Virginia Woolf", born=1882)
    assert Author.objects.get_or_create(name="WOOLF, Virginia", born=1882) == (woolf, False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Author.objects.get_or_create(name="WOOLF, Virginia", born=1883)


def test_update_or_create_with_another_spelling(
    named: type[Model], spellings: tuple[str, str, str]
):
    name, key, other = spellings
    one, is_new = named.objects.update_or_create(name=name)
    assert (one.key, is_new) == (key, True)
    assert named.objects.update_or_create(name=other) == (one, False)
    assert stored(named) == [(name, key)]


def test_update_or_create_with_defaults():
    woolf, is_new = Author.objects.update_or_create(name="Virginia Woolf", defaults={"born": 1})
    assert (woolf.name, woolf.born, is_new) == ("Virginia Woolf", 1, True)
    again = Author.objects.update_or_create(name="Woolf, Virginia", defaults={"born": 1882})
    assert (again, again[0].born) == ((woolf, False), 1882)
    Author.objects.update_or_create(name="virginia woolf", defaults={"name": "V. Woolf"})
    assert stored(Author) == [("V. Woolf", "v woolf")]


def test_update_or_create_with_create_defaults():
    for _time in range(2):
        woolf, _is_new = Author.objects.update_or_create(
            name="Virginia Woolf", defaults={"died": 1941}, create_defaults={"born": 1882}
        )
    assert (woolf.name, woolf.born, woolf.died) == ("Virginia Woolf", 1882, 1941)


def test_related_get_or_create_with_another_spelling():
    book = Book.objects.create(title="The Hobbit")
    one, is_new = book.publishers.get_or_create(name="Allen & Unwin")
    assert (one.key, is_new) == ("allen and unwin", True)
    assert book.publishers.get_or_create(name="ALLEN AND UNWIN") == (one, False)
    assert book.publishers.update_or_create(name="Allen and Unwin", defaults={"name": "A&U"}) == (
        one,
        False,
    )
    assert stored(Publisher) == [("A&U", "a and u")]


def test_related_get_or_create_of_a_record_that_is_not_related():
    Publisher.objects.create(name="Allen & Unwin")
    book = Book.objects.create(title="The Hobbit")
    # Django's documentation says so of every unique field.
    with pytest.raises(IntegrityError), transaction.atomic():
        book.publishers.get_or_create(name="ALLEN AND UNWIN")


def test_asynchronous_methods_with_another_spelling():
    book = Book.objects.create(title="The Hobbit")

    async def create() -> list[tuple[Model, bool]]:
        return [
            await Author.objects.aget_or_create(name="J.R.R. Tolkien"),
            await Author.objects.aget_or_create(name="Tolkien, J. R. R."),
            await Author.objects.aupdate_or_create(name="JRR Tolkien", defaults={"born": 1892}),
            await book.publishers.aget_or_create(name="Allen & Unwin"),
            await book.publishers.aget_or_create(name="Allen and Unwin"),
        ]

    async def rename() -> None:
        await Author.objects.aupdate(name="Tolkien, Christopher")
        publisher = await Publisher.objects.aget()
        publisher.name = "Unwin Hyman"
        await Publisher.objects.abulk_update([publisher], ["name"])

    results = async_to_sync(create)()
    assert [is_new for _one, is_new in results] == [True, False, False, True, False]
    assert (Author.objects.get().born, list(book.publishers.all())) == (
        1892,
        [Publisher.objects.get()],
    )
    async_to_sync(rename)()
    assert stored(Author) == [("Tolkien, Christopher", "christopher tolkien")]
    assert stored(Publisher) == [("Unwin Hyman", "unwin hyman")]


@pytest.mark.parametrize("method", ["get_or_create", "update_or_create", "update", "bulk_update"])
def test_templates_cannot_call_what_writes(method: str):
    assert getattr(Author.objects.all(), method).alters_data
    assert getattr(Author.objects, method).alters_data


# Finding records by name.


def test_named(named: type[Model], spellings: tuple[str, str, str]):
    name, _key, other = spellings
    one = named.objects.create(name=name)
    named.objects.create(name="Nobody")
    assert list(named.objects.named(other)) == [one]
    assert list(named.objects.named("Somebody")) == []


def test_natural_key_of_a_name(named: type[Model], spellings: tuple[str, str, str]):
    name, _key, other = spellings
    one = named.objects.create(name=name)
    assert one.natural_key() == (name,)
    assert named.objects.get_by_natural_key(other) == one
    with pytest.raises(named.DoesNotExist):
        named.objects.get_by_natural_key("Nobody")


@pytest.mark.parametrize(
    "text, found",
    [
        ("tolk", ["J. R. R. Tolkien"]),
        ("TOLKIEN, J.R.R.", ["J. R. R. Tolkien"]),
        ("kierkegaard soren", ["Søren Kierkegaard"]),
        ("k", ["J. R. R. Tolkien", "Søren Kierkegaard"]),
        ("tolkien kierkegaard", []),
        ("%", []),
        ("", []),
        (" , ", []),
    ],
)
def test_search_for_authors(text: str, found: list[str]):
    for name in ("J. R. R. Tolkien", "Søren Kierkegaard"):
        Author.objects.create(name=name)
    assert sorted(author.name for author in Author.objects.search(text)) == found


# Finding books.


def test_natural_key_of_a_book():
    anna = Author.objects.create(name="Anna")
    with_isbn = Book.objects.create(title="A book", author=anna, isbn=ISBN)
    of_anna = Book.objects.create(title="A book", author=anna, year=1900)
    of_anna_again = Book.objects.create(title="A book", author=anna)
    of_nobody = Book.objects.create(title="A book")
    keys = {
        with_isbn: (ISBN,),
        of_anna: (None, "A book", "Anna", 1900),
        of_anna_again: (None, "A book", "Anna", None),
        of_nobody: (None, "A book", "", None),
    }
    for book, key in keys.items():
        assert (book.natural_key(), Book.objects.get_by_natural_key(*key)) == (key, book)
    assert Book.objects.get_by_natural_key("0-306-40615-2") == with_isbn
    with pytest.raises(Book.DoesNotExist):
        Book.objects.get_by_natural_key("9780140449136")


@pytest.fixture
def hobbit() -> Book:
    tolkien = Author.objects.create(name="J. R. R. Tolkien")
    lee = Author.objects.create(name="Alan Lee")
    Book.objects.create(title="Letters from Father Christmas", author=tolkien)
    Book.objects.create(title="Faeries", author=lee, isbn="9780140449136")
    hobbit = Book.objects.create(title="The Hobbit", author=tolkien)
    hobbit.contributions.create(author=lee, role="illustrator")
    hobbit.contributions.create(author=lee, role="introduction")
    hobbit.identifiers.create(scheme="isbn", value="9780261102217")
    hobbit.identifiers.create(scheme="asin", value="0261102214")
    hobbit.identifiers.create(scheme="goodreads", value="5907")
    hobbit.isbn = ISBN
    hobbit.save()
    return hobbit


@pytest.mark.parametrize(
    "text",
    [
        "9780306406157",
        "978-0-306-40615-7",
        "0306406152",
        "0-306-40615-2",
        "ISBN 0 306 40615 2",
        " 9780306406157\n",
    ],
)
def test_search_by_any_form_of_an_isbn(hobbit: Book, text: str):
    assert list(Book.objects.search(text)) == [hobbit]


@pytest.mark.parametrize(
    "text", ["9780261102217", "978-0-261-10221-7", "0-261-10221-4", "0261102214"]
)
@pytest.mark.parametrize("value", ["9780261102217", "0261102214"])
def test_search_by_an_isbn_among_the_identifiers(hobbit: Book, text: str, value: str):
    hobbit.identifiers.exclude(value=value).delete()
    assert list(Book.objects.search(text)) == [hobbit]


@pytest.mark.parametrize(
    "text, titles",
    [
        ("hobbit", ["The Hobbit"]),
        ("The Hobbit", ["The Hobbit"]),
        ("HÖBBIT", ["The Hobbit"]),
        ("tolkien hobbit", ["The Hobbit"]),
        ("J. R. R. Tolkien: The Hobbit", ["The Hobbit"]),
        ("lee", ["Faeries", "The Hobbit"]),
        ("alan lee hobbit", ["The Hobbit"]),
        ("tolkien", ["The Hobbit", "Letters from Father Christmas"]),
        ("tolkien faeries", []),
        ("9780261102200", []),
        ("%", []),
        ("", []),
    ],
)
def test_search_by_words(hobbit: Book, text: str, titles: list[str]):
    assert [book.title for book in Book.objects.search(text)] == titles


@pytest.mark.parametrize("title", ["The The", "A", "An"])
def test_search_by_an_article(title: str):
    book = Book.objects.create(title=title)
    assert list(Book.objects.search(title)) == [book]


def test_search_without_the_models_that_a_host_left_out():
    anna = pair.Author.objects.create(name="Anna")
    book = pair.Book.objects.create(title="The Hobbit", author=anna, isbn=ISBN)
    for text in ("hobbit", "anna", "0-306-40615-2"):
        assert list(pair.Book.objects.search(text)) == [book]


# Everybody who has a part in a book.


@pytest.mark.parametrize(
    "books, authors, contributions",
    [
        (Book, Author, Contribution),
        (mirror.Book, mirror.Author, mirror.Contribution),
    ],
    ids=["concrete", "mirror"],
)
def test_credited_to(books: type[Model], authors: type[Model], contributions: type[Model]):
    anna, bert = (authors.objects.create(name=name) for name in ("Anna", "Bert"))
    both, edited, written, other = (
        books.objects.create(title=title, author=author)
        for title, author in [("Both", anna), ("Edited", bert), ("Own", anna), ("X", bert)]
    )
    nobodys = books.objects.create(title="Unknown")
    for book, role in [
        (both, "translator"),
        (both, "illustrator"),
        (edited, "editor"),
        (edited, "co-author"),
        (nobodys, "narrator"),
    ]:
        contributions.objects.create(book=book, author=anna, role=role)
    contributions.objects.create(book=both, author=bert, role="editor")
    expected = [
        (both, ("author", "illustrator", "translator")),
        (edited, ("co-author", "editor")),
        (written, ("author",)),
        (nobodys, ("narrator",)),
    ]
    found = books.objects.credited_to(anna)
    assert [(book, book.roles) for book in found] == expected
    assert [(book, book.roles) for book in books.objects.credited_to(anna.pk)] == expected
    assert [(book, book.roles) for book in anna.credited_books()] == expected
    assert (found.count(), found.exists(), found.first()) == (4, True, both)
    assert list(found.filter(author=bert).values_list("title", "roles")) == [
        ("Edited", ("co-author", "editor"))
    ]
    assert list(books.objects.filter(title="Both").credited_to(anna)) == [both]
    assert (books.objects.credited_to(bert) & books.objects.filter(title="X")).get() == other


@pytest.mark.parametrize(
    "books, authors",
    [(pair.Book, pair.Author), (Novel, Person), (keeper.Book, Author)],
    ids=["pair", "novels", "keeper"],
)
def test_credited_to_without_contributions(books: type[Model], authors: type[Model]):
    anna, bert = (authors.objects.create(name=name) for name in ("Anna", "Bert"))
    book = books.objects.create(title="Own", author=anna)
    books.objects.create(title="Other", author=bert)
    assert [(one, one.roles) for one in books.objects.credited_to(anna)] == [(book, ("author",))]


@pytest.mark.parametrize(
    "joined, roles",
    [
        ("author,translator,editor", ("author", "editor", "translator")),
        ("translator,co-author", ("co-author", "translator")),
        ("author,", ("author",)),
        ("", ()),
        (None, ()),
    ],
)
def test_roles_have_one_order_on_every_database(joined: str | None, roles: tuple[str, ...]):
    field = Book.objects.credited_to(1).query.annotations["roles"].output_field
    assert field.from_db_value(joined) == roles


def test_credited_to_takes_one_query(django_assert_num_queries: DjangoAssertNumQueries):
    anna = Author.objects.create(name="Anna")
    for number in range(20):
        book = anna.books.create(title=f"Book {number}")
        book.contributions.create(author=anna, role="editor")
    with django_assert_num_queries(1):
        assert {book.roles for book in anna.credited_books()} == {("author", "editor")}


# Related rows in a fixed number of queries.


def make_catalogue(app: Any, size: int) -> None:
    for number in range(size):
        author = app.Author.objects.create(name=f"Author {number}")
        other = app.Author.objects.create(name=f"Other {number}")
        publisher = app.Publisher.objects.create(name=f"Publisher {number}")
        subject = app.Subject.objects.create(name=f"Subject {number}")
        series = app.Series.objects.create(name=f"Series {number}")
        book = app.Book.objects.create(title=f"Book {number}", author=author)
        publisher.books.add(book)
        subject.books.set(app.Book.objects.all())
        app.SeriesEntry.objects.create(series=series, book=book, number=str(number))
        app.Identifier.objects.create(scheme="test", value=str(number), book=book)
        for role in ("editor", "translator"):
            app.Contribution.objects.create(book=book, author=other, role=role)


class concrete:  # noqa: N801 (stands beside the module `mirror`)
    Author, Book, Publisher, Contribution = Author, Book, Publisher, Contribution
    Series, SeriesEntry, Subject, Identifier = Series, SeriesEntry, Subject, Identifier


@pytest.fixture(params=[concrete, mirror], ids=["concrete", "mirror"])
def app(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.mark.parametrize("size", [2, 9])
def test_authors_with_books(app: Any, size: int, django_assert_num_queries: DjangoAssertNumQueries):
    make_catalogue(app, size)
    with django_assert_num_queries(3):
        found = {
            author.name: (
                [book.title for book in author.books.all()],
                [
                    (part.role, part.book.title, part.book.author.name)
                    for part in author.contributions.all()
                ],
            )
            for author in app.Author.objects.with_books()
        }
    assert found == {
        **{f"Author {n}": ([f"Book {n}"], []) for n in range(size)},
        **{
            f"Other {n}": (
                [],
                [(role, f"Book {n}", f"Author {n}") for role in ("editor", "translator")],
            )
            for n in range(size)
        },
    }


@pytest.mark.parametrize("size", [2, 9])
def test_authors_with_books_without_contributions(
    size: int, django_assert_num_queries: DjangoAssertNumQueries
):
    for number in range(size):
        Person.objects.create(name=f"Person {number}").novels.create(title=f"Novel {number}")
    with django_assert_num_queries(2):
        found = [[novel.title for novel in p.novels.all()] for p in Person.objects.with_books()]
    assert found == [[f"Novel {number}"] for number in range(size)]


@pytest.mark.parametrize("size", [2, 9])
def test_publishers_with_books(
    app: Any, size: int, django_assert_num_queries: DjangoAssertNumQueries
):
    make_catalogue(app, size)
    with django_assert_num_queries(3):
        found = [
            [
                (book.title, [c.author.name for c in book.credits()])
                for book in publisher.books.all()
            ]
            for publisher in app.Publisher.objects.with_books()
        ]
    assert found == [
        [(f"Book {n}", [f"Author {n}", f"Other {n}", f"Other {n}"])] for n in range(size)
    ]


@pytest.mark.parametrize("size", [2, 9])
def test_books_with_credits(app: Any, size: int, django_assert_num_queries: DjangoAssertNumQueries):
    make_catalogue(app, size)
    with django_assert_num_queries(2):
        found = [
            [(credit.author.name, credit.role) for credit in book.credits()]
            for book in app.Book.objects.with_credits()
        ]
    assert found == [
        [(f"Author {n}", "author"), (f"Other {n}", "editor"), (f"Other {n}", "translator")]
        for n in range(size)
    ]


@pytest.mark.parametrize("size", [2, 9])
def test_books_with_credits_without_contributions(
    size: int, django_assert_num_queries: DjangoAssertNumQueries
):
    for number in range(size):
        Person.objects.create(name=f"Person {number}").novels.create(title=f"Novel {number}")
    with django_assert_num_queries(1):
        found = [[c.author.name for c in novel.credits()] for novel in Novel.objects.with_credits()]
    assert found == [[f"Person {number}"] for number in range(size)]


@pytest.mark.parametrize("size", [2, 9])
def test_books_with_relations(
    app: Any, size: int, django_assert_num_queries: DjangoAssertNumQueries
):
    make_catalogue(app, size)
    with django_assert_num_queries(6):
        found = [
            (
                book.title,
                [credit.author.name for credit in book.credits()],
                [publisher.name for publisher in book.publishers.all()],
                [str(entry) for entry in book.series_entries.all()],
                [subject.name for subject in book.subjects.all()],
                [str(identifier) for identifier in book.identifiers.all()],
            )
            for book in app.Book.objects.with_relations()
        ]
    assert found == [
        (
            f"Book {n}",
            [f"Author {n}", f"Other {n}", f"Other {n}"],
            [f"Publisher {n}"],
            [f"Series {n} #{n}"],
            [f"Subject {later}" for later in range(n, size)],
            [f"test:{n}"],
        )
        for n in range(size)
    ]


@pytest.mark.parametrize("size", [2, 9])
def test_books_with_the_relations_that_a_host_has(
    size: int, django_assert_num_queries: DjangoAssertNumQueries
):
    for number in range(size):
        novel = Novel.objects.create(title=f"Novel {number}")
        novel.houses.create(name=f"House {number}")
    with django_assert_num_queries(2):
        found = [
            [house.name for house in novel.houses.all()] for novel in Novel.objects.with_relations()
        ]
    assert found == [[f"House {number}"] for number in range(size)]
