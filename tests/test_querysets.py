"""Querysets find records by names and books by words, and fetch what is related."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Model
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
from tests.hosts.novels.models import Novel, Person
from tests.hosts.pair import models as pair
from tests.named import ISBN

pytestmark = pytest.mark.django_db


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
