"""Keys, sort forms, ISBNs and positions are true on every way a row is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import CharField, Model
from django.db.models.functions import Upper
from django.test.utils import isolate_apps
from pytest_django import DjangoAssertNumQueries

from django_bookrel.exceptions import InvalidISBN
from django_bookrel.fields import ISBNField, KeyField, NameField, PositionField
from django_bookrel.isbn import clean_isbn
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
from tests.hosts.mirror import models as mirror
from tests.hosts.novels.models import House, Person
from tests.importing import moment

pytestmark = pytest.mark.django_db

PERSON = ("Tolkien, J. R. R.", "jrr tolkien", "J.R.R. TOLKIEN")
TEXT = ("Allen & Unwin", "allen and unwin", "ALLEN AND UNWIN")

ISBN = "9780306406157"
ISBN_FORMS = [
    "9780306406157",
    "978-0-306-40615-7",
    "978‐0‐306‐40615‐7",
    " 978 0 306 40615 7\n",
    "ISBN 978-0-306-40615-7",
    "0306406152",
    "0-306-40615-2",
    "ISBN-10: 0-306-40615-2",
    9780306406157,
]


def historical(label: str) -> type[Model]:
    state = MigrationLoader(connection).project_state()
    return state.apps.get_model(label)


def load(folder: Path, label: str, **fields: object) -> None:
    file = folder / "fixture.json"
    file.write_text(json.dumps([{"model": label, "pk": 7, "fields": fields}]))
    call_command("loaddata", file, verbosity=0)


# Keys.


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


def test_key_after_save(named: type[Model], spellings: tuple[str, str, str]):
    name, key, _other = spellings
    one = named(name=name)
    one.save()
    assert (one.key, stored(named)) == (key, [(name, key)])


def test_key_after_the_name_changed(named: type[Model], spellings: tuple[str, str, str]):
    name, key, _other = spellings
    one = named.objects.create(name="Nobody")
    one.name = name
    one.save()
    assert (one.key, stored(named)) == (key, [(name, key)])


def test_key_after_save_of_the_name_alone(named: type[Model], spellings: tuple[str, str, str]):
    name, key, _other = spellings
    one = named.objects.create(name="Nobody")
    one.name = name
    one.save(update_fields=["name"])
    assert (one.key, stored(named)) == (key, [(name, key)])


def test_save_of_another_field_leaves_the_name_alone():
    one = Author.objects.create(name="Nobody")
    one.name, one.born = "Somebody", 1892
    one.save(update_fields=["born"])
    assert Author.objects.values_list("name", "key", "born").get() == ("Nobody", "nobody", 1892)


@pytest.mark.parametrize("narrowed", ["only", "defer"])
def test_key_after_save_of_an_object_with_deferred_fields(narrowed: str):
    Author.objects.create(name="Nobody")
    fields = {"only": ("name",), "defer": ("key", "sort_name")}[narrowed]
    one = getattr(Author.objects, narrowed)(*fields).get()
    one.name = "Virginia Woolf"
    one.save()
    assert Author.objects.values_list("name", "key", "sort_name").get() == (
        "Virginia Woolf",
        "virginia woolf",
        "woolf virginia",
    )


def test_save_of_an_object_with_deferred_name(django_assert_num_queries: DjangoAssertNumQueries):
    Author.objects.create(name="Virginia Woolf")
    one = Author.objects.only("born").get()
    one.born = 1882
    with django_assert_num_queries(1):
        one.save()
    assert Author.objects.values_list("name", "key", "born").get() == (
        "Virginia Woolf",
        "virginia woolf",
        1882,
    )


def test_key_of_a_child_saved_by_its_parents_manager():
    book = Book.objects.create(title="The Hobbit")
    one = book.publishers.create(name="Allen & Unwin")
    assert (one.key, stored(Publisher)) == ("allen and unwin", [("Allen & Unwin", one.key)])


def test_key_in_a_fixture_without_it(
    named: type[Model], spellings: tuple[str, str, str], tmp_path: Path
):
    name, key, _other = spellings
    times = {
        "created_at": moment(2020, 1, 1).isoformat(),
        "updated_at": moment(2020, 1, 1).isoformat(),
    }
    has_times = any(field.name == "created_at" for field in named._meta.fields)
    load(tmp_path, named._meta.label, name=name, **(times if has_times else {}))
    assert stored(named) == [(name, key)]


def test_stale_key_in_a_fixture_is_put_right(tmp_path: Path):
    load(tmp_path, "django_bookrel.subject", name="Science fiction", key="scifi")
    assert stored(Subject) == [("Science fiction", "science fiction")]


def test_key_in_a_data_migration(named: type[Model], spellings: tuple[str, str, str]):
    name, key, other = spellings
    model = historical(named._meta.label)
    one = model.objects.create(name=name)
    model.objects.bulk_create([model(name="Nobody")])
    assert one.key == key
    assert set(stored(named)) == {(name, key), ("Nobody", "nobody")}
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(name=other)


def test_one_key_one_record(named: type[Model], spellings: tuple[str, str, str]):
    name, _key, other = spellings
    named.objects.create(name=name)
    with pytest.raises(IntegrityError), transaction.atomic():
        named.objects.create(name=other)


def test_key_of_a_name_that_is_no_text():
    one = Subject.objects.create(name=1984)
    assert (one.key, stored(Subject)) == ("1984", [("1984", "1984")])


@isolate_apps("tests")
def test_key_without_its_source_stays():
    class State(Model):  # noqa: DJ008
        key = KeyField(source="name", kind="text")

        class Meta:
            app_label = "tests"

    state = State(key="as it was")
    assert State._meta.get_field("key").pre_save(state, add=True) == "as it was"


def test_key_cannot_be_worked_out_from_an_expression():
    one = Subject.objects.create(name="Physics")
    one.name = Upper("name")
    message = r"Subject\.key cannot be computed from an expression"
    with pytest.raises(TypeError, match=message), transaction.atomic():
        one.save()
    assert stored(Subject) == [("Physics", "physics")]


def test_long_name_has_a_key_that_fits():
    name = "﷽" * 255  # One character that grows to eighteen.
    one = Publisher.objects.create(name=name)
    assert len(one.key) <= 255
    assert Publisher.objects.get(key=one.key) == one


def test_sort_forms():
    author = Author.objects.create(name="Tolkien, J. R. R.")
    book = Book.objects.create(title="The Hobbit", author=author)
    series = Series.objects.create(name="Middle-earth")
    entry = SeriesEntry.objects.create(series=series, book=book, number="2.5")
    assert author.sort_name == "tolkien jrr"
    assert book.sort_title == "hobbit"
    assert entry.sort_number == "0000000002 0000000005"


def test_series_entries_are_sorted_by_the_value_of_their_number():
    series = Series.objects.create(name="Discworld")
    for number in ["10", "9", "2.5", "2", ""]:
        book = Book.objects.create(title=number)
        SeriesEntry.objects.create(series=series, book=book, number=number)
    assert list(series.entries.values_list("number", flat=True)) == ["", "2", "2.5", "9", "10"]


def test_unknown_kind():
    with pytest.raises(ValueError, match=r"kind='place' is not one of 'person', 'text'\."):
        KeyField(source="name", kind="place")


def test_public_fields_in_migrations():
    fields = [Author._meta.get_field("key"), Book._meta.get_field("isbn")]
    fields += [Author._meta.get_field("sort_name"), Identifier._meta.get_field("value")]
    assert [field.deconstruct()[1:] for field in fields] == [
        (
            "django_bookrel.fields.KeyField",
            [],
            {"source": "name", "kind": "person", "max_length": 255, "editable": False},
        ),
        (
            "django_bookrel.fields.ISBNField",
            [],
            {"max_length": 13, "null": True, "blank": True, "verbose_name": "ISBN"},
        ),
        (
            "django_bookrel.fields.SortField",
            [],
            {"source": "name", "kind": "person", "max_length": 255, "editable": False},
        ),
        (
            "django_bookrel.fields.CodePointField",
            [],
            {"max_length": 255, "verbose_name": "value"},
        ),
    ]


@pytest.mark.parametrize(
    "field, path",
    [
        (NameField(max_length=255), "django.db.models.CharField"),
        (PositionField(of="book"), "django.db.models.PositiveIntegerField"),
    ],
)
def test_fields_that_need_no_name_in_migrations(field: CharField, path: str):
    assert field.deconstruct()[1] == path


# Texts that compare by code point.


@pytest.fixture
def hobbit() -> Book:
    return Book.objects.create(title="The Hobbit")


@pytest.mark.parametrize(
    "one, other",
    [
        ("abc", "ABC"),
        ("a", "á"),
        ("soren", "søren"),
        ("ss", "ß"),
        ("æ", "ae"),
        ("か", "が"),
        ("ハハ", "パパ"),
        ("かな", "カナ"),
        ("𠮷田", "𡈽田"),
        ("राम", "रामी"),
        ("a-b", "a b"),
    ],
)
def test_different_texts_are_two_rows(hobbit: Book, one: str, other: str):
    for value in (one, other):
        hobbit.identifiers.create(scheme="test", value=value)
    assert hobbit.identifiers.get(value=one).value == one
    assert hobbit.identifiers.get(value=other).value == other


@pytest.mark.parametrize("model", [Author, Publisher, mirror.Subject])
@pytest.mark.parametrize(
    "one, other", [("𠮷田", "𡈽田"), ("ハハ", "パパ"), ("राम", "रामी"), ("かな", "カナ")]
)
def test_names_with_different_keys_are_two_records(model: type[Model], one: str, other: str):
    first, second = (model.objects.create(name=name) for name in (one, other))
    assert (model.objects.get(key=first.key), model.objects.get(key=second.key)) == (first, second)
    assert model.objects.get_or_create(name=other) == (second, False)


def test_sorted_by_code_point(hobbit: Book):
    values = ["B", "a", "a b", "a-b", "ab", "z", "á", "я", "中", "ﬀ", "𠮷"]
    for value in reversed(values):
        hobbit.identifiers.create(scheme="test", value=value)
    assert list(hobbit.identifiers.values_list("value", flat=True)) == values


def test_spaces_at_both_ends_are_no_difference(hobbit: Book):
    one = hobbit.identifiers.create(scheme="oclc ", value=" 123\t")
    one.refresh_from_db()
    assert (one.scheme, one.value) == ("oclc", "123")
    assert hobbit.identifiers.get(scheme="oclc", value="123  ") == one
    with pytest.raises(IntegrityError), transaction.atomic():
        hobbit.identifiers.create(scheme="oclc", value="123 ")


# ISBNs.


def isbns() -> list[str | None]:
    return list(Book.objects.values_list("isbn", flat=True))


def save_isbn(value: object) -> None:
    book = Book(title="A book", isbn=value)
    book.save()
    assert book.isbn is None or len(book.isbn) == 13


def save_isbn_alone(value: object) -> None:
    book = Book.objects.create(title="A book")
    book.isbn = value
    book.save(update_fields=["isbn"])


def bulk_create_isbn(value: object) -> None:
    Book.objects.bulk_create([Book(title="A book", isbn=value)])


def update_isbn(value: object) -> None:
    Book.objects.create(title="A book")
    Book.objects.update(isbn=value)


def bulk_update_isbn(value: object) -> None:
    book = Book.objects.create(title="A book")
    book.isbn = value
    Book.objects.bulk_update([book], ["isbn"])


def get_or_create_isbn(value: object) -> None:
    Book.objects.get_or_create(isbn=value, defaults={"title": "A book"})


def update_or_create_isbn(value: object) -> None:
    Book.objects.update_or_create(title="A book", defaults={"isbn": value})


def create_isbn_of_related(value: object) -> None:
    Author.objects.create(name="Anna").books.create(title="A book", isbn=value)


def migrate_isbn(value: object) -> None:
    historical("django_bookrel.Book").objects.create(title="A book", isbn=value)


WRITERS = [
    save_isbn,
    save_isbn_alone,
    bulk_create_isbn,
    update_isbn,
    bulk_update_isbn,
    get_or_create_isbn,
    update_or_create_isbn,
    create_isbn_of_related,
    migrate_isbn,
]
Writer = Callable[[object], None]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("form", ISBN_FORMS)
def test_isbn_is_written_as_13_digits(write: Writer, form: object):
    write(form)
    assert isbns() == [ISBN]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("empty", ["", "  ", None])
def test_empty_isbn_becomes_null(write: Writer, empty: str | None):
    write(empty)
    assert isbns() == [None]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("wrong", ["9780306406158", "hello", 123, "978030640615"])
def test_invalid_isbn_is_rejected(write: Writer, wrong: object):
    with pytest.raises(InvalidISBN, match=str(wrong)), transaction.atomic():
        write(wrong)
    assert isbns() in ([], [None])


@pytest.mark.parametrize("form, stored", [("0-306-40615-2", ISBN), ("", None), (None, None)])
def test_isbn_in_a_fixture(form: str | None, stored: str | None, tmp_path: Path):
    times = {
        "created_at": moment(2020, 1, 1).isoformat(),
        "updated_at": moment(2020, 1, 1).isoformat(),
    }
    load(tmp_path, "django_bookrel.book", title="A book", isbn=form, **times)
    assert isbns() == [stored]


def test_invalid_isbn_in_a_fixture(tmp_path: Path):
    with pytest.raises(InvalidISBN, match="check digit"):
        load(tmp_path, "django_bookrel.book", title="A book", isbn="9780306406158")


@pytest.mark.parametrize("form", ISBN_FORMS)
def test_book_is_looked_up_by_any_form_of_its_isbn(form: object):
    book = Book.objects.create(title="A book", isbn=ISBN)
    Book.objects.create(title="Another", isbn="9780140449136")
    assert list(Book.objects.filter(isbn=form)) == [book]
    assert list(Book.objects.filter(isbn__in=[form])) == [book]
    assert Book.objects.exclude(isbn=form).get().title == "Another"
    assert Book.objects.get_or_create(isbn=form) == (book, False)


@pytest.mark.parametrize("lookup", ["isbn", "isbn__in"])
def test_lookup_of_an_invalid_isbn_finds_nothing(lookup: str):
    Book.objects.create(title="A book", isbn=ISBN)
    value = "hello" if lookup == "isbn" else ["hello"]
    assert not Book.objects.filter(**{lookup: value}).exists()


def test_lookup_by_the_beginning_of_an_isbn():
    book = Book.objects.create(title="A book", isbn=ISBN)
    assert Book.objects.get(isbn__startswith="9780306") == book


def test_lookup_of_an_empty_isbn_finds_the_books_without():
    book = Book.objects.create(title="A book")
    Book.objects.create(title="Another", isbn=ISBN)
    assert Book.objects.get(isbn="") == book


def test_many_books_without_isbn():
    for _number in range(2):
        Book.objects.create(title="A book", isbn="")
    assert isbns() == [None, None]


def test_one_isbn_one_book():
    Book.objects.create(title="A book", isbn=ISBN)
    with pytest.raises(IntegrityError), transaction.atomic():
        Book.objects.create(title="Another", isbn="0-306-40615-2")


def test_isbn_is_cleaned_by_full_clean():
    book = Book(title="A book", isbn="0-306-40615-2")
    book.full_clean()
    assert book.isbn == ISBN
    book.isbn = "0-306-40615-3"
    with pytest.raises(InvalidISBN) as fault:
        clean_isbn(book.isbn)
    with pytest.raises(ValidationError) as caught:
        book.full_clean()
    assert caught.value.message_dict == {"isbn": [str(fault.value)]}


def test_isbn_from_an_expression():
    Book.objects.create(title="9780140449136")
    Book.objects.update(isbn=Upper("title"))
    assert isbns() == ["9780140449136"]


def test_isbn_field_keeps_its_validators():
    field = ISBNField(validators=[len])
    assert len in field.validators


# Positions.


def positions(book: Book) -> list[int]:
    return list(book.contributions.order_by("pk").values_list("position", flat=True))


def test_position_is_the_next_after_the_last(hobbit: Book):
    anna = Author.objects.create(name="Anna")
    other = Book.objects.create(title="Another")
    for role in ("editor", "translator"):
        hobbit.contributions.create(author=anna, role=role)
    Contribution.objects.create(book=other, author=anna, role="editor")
    Contribution(book=hobbit, author=anna, role="narrator", position=9).save()
    last = hobbit.contributions.create(author=anna, role="illustrator")
    assert (positions(hobbit), positions(other), last.position) == ([1, 2, 9, 10], [1], 10)


def test_position_stays(hobbit: Book):
    anna = Author.objects.create(name="Anna")
    first, _second = (
        hobbit.contributions.create(author=anna, role=role) for role in ("editor", "translator")
    )
    first.role = "narrator"
    first.save()
    assert positions(hobbit) == [1, 2]


def test_position_zero_stays(hobbit: Book):
    anna = Author.objects.create(name="Anna")
    hobbit.contributions.create(author=anna, position=0)
    assert positions(hobbit) == [0]


def test_position_of_a_child_known_by_its_parents_id(hobbit: Book):
    anna = Author.objects.create(name="Anna")
    for role in ("editor", "translator"):
        Contribution(book_id=hobbit.pk, author_id=anna.pk, role=role).save()
    assert positions(hobbit) == [1, 2]
