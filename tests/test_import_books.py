"""Catalogues come in and go out whole: relations, identities, every text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Model

from django_bookrel.models import (
    Alias,
    Author,
    Book,
    Contribution,
    Identifier,
    Publisher,
    Series,
    SeriesEntry,
    Subject,
)
from django_bookrel.resources import Result, bookresource_factory, load
from django_bookrel.roles import ROLES
from tests.hosts.mirror import models as mirror
from tests.hosts.novels.models import House, Novel, Person
from tests.hosts.pair import models as pair
from tests.importing import books, capture_writes, counts, read_csv, stored, write_csv

pytestmark = pytest.mark.django_db

ISBN = "9780306406157"
OTHER_ISBN = "9780061120084"

RICH = {
    "isbn": ISBN,
    "title": "The Brothers Karamazov",
    "author": "Dostoevsky, Fyodor",
    "contributors": "Constance Garnett (translator)|Fritz Eichenberg (illustrator)",
    "publishers": "Heinemann|Modern Library",
    "year": "1912",
    "language": "en",
    "pages": "838",
    "series": "The Novels of Dostoevsky #1|World's Classics",
    "subjects": "Fathers and sons|Russia",
    "identifiers": "oclc:1234|gutenberg:28054",
}


def import_rows(tmp_path: Path, rows: list[dict[str, Any]], **options: Any) -> Result:
    header = options.pop("header", None) or list(
        dict.fromkeys(name for row in rows for name in row)
    )
    # Only a native file has lists; this column says nothing about these rows.
    if "resource" not in options and {"contributors", "subjects"}.isdisjoint(header):
        header = [*header, "bookrel_line"]
    return load(write_csv(tmp_path / "books.csv", rows, header), source="native", **options)


def export(path: Path, **options: Any) -> bytes:
    call_command("bookrel_export", str(path), force=True, verbosity=0, **options)
    return path.read_bytes()


def empty_catalogue() -> None:
    for model in (Book, Author, Publisher, Series, Subject):
        model.objects.all().delete()


# Out and in again.


def test_everything_that_a_row_says_comes_in(tmp_path: Path):
    assert counts(import_rows(tmp_path, [RICH])) == {"rows": 1, "new": 1}
    assert books() == [
        {
            "isbn": ISBN,
            "title": "The Brothers Karamazov",
            "author": "Dostoevsky, Fyodor",
            "contributors": [
                ("Constance Garnett", "translator"),
                ("Fritz Eichenberg", "illustrator"),
            ],
            "publishers": ["Heinemann", "Modern Library"],
            "year": 1912,
            "language": "en",
            "pages": 838,
            "series": [("The Novels of Dostoevsky", "1"), ("World's Classics", "")],
            "subjects": ["Fathers and sons", "Russia"],
            "identifiers": [("gutenberg", "28054"), ("oclc", "1234")],
        }
    ]


def test_imported_rows_are_as_saved_ones(tmp_path: Path):
    import_rows(tmp_path, [RICH])
    imported = [
        Book.objects.values("sort_title").get(),
        *Author.objects.values("key", "sort_name", "born", "died").order_by("key"),
        *Publisher.objects.values("key").order_by("key"),
        *Series.objects.values("key").order_by("key"),
        *Subject.objects.values("key").order_by("key"),
        *SeriesEntry.objects.values("sort_number").order_by("sort_number"),
        *Contribution.objects.values("position").order_by("position"),
    ]
    for model in (Book, Author, Publisher, Series, Subject, SeriesEntry):
        for record in model.objects.all():
            record.save()
    assert imported == [
        Book.objects.values("sort_title").get(),
        *Author.objects.values("key", "sort_name", "born", "died").order_by("key"),
        *Publisher.objects.values("key").order_by("key"),
        *Series.objects.values("key").order_by("key"),
        *Subject.objects.values("key").order_by("key"),
        *SeriesEntry.objects.values("sort_number").order_by("sort_number"),
        {"position": 1},
        {"position": 2},
    ]


def test_second_import_writes_nothing(tmp_path: Path):
    rows = [RICH, {"title": "Beowulf", "subjects": "Dragons"}, {"title": "Beowulf", "year": "1815"}]
    import_rows(tmp_path, rows)
    before = stored()
    with capture_writes() as written:
        again = import_rows(tmp_path, rows)
    assert counts(again) == {"rows": 3, "unchanged": 3}
    assert written == []
    assert stored() == before


def test_writes_are_captured(tmp_path: Path):
    with capture_writes() as written:
        import_rows(tmp_path, [RICH])
        Book.objects.update(year=1913)
    assert "django_bookrel_book" in written


TEXTS = (
    "a|b",
    "a\\b",
    "ends in \\",
    "a\\|b",
    'He said "no"',
    "'quoted'",
    "two\nlines",
    "two\r\nlines",
    "one\rline",
    "=1+1",
    "+44",
    "-1",
    "@home",
    "\ttab",
    "'=guarded",
    "''=twice",
    "'plain",
    "Ünïcödé ß ﬁ",
    "السيرة النبوية",
    "שלום",
    "\u202eright to left",
    "𠮷野家 😀",
    "semi;colon, comma",
    "A tale (translator)",
    "Dune #1",
    "C#",
    "a:b",
    "#",
    "(editor)",
    "None",
    "NULL",
    "nan",
    "0",
    "long " * 300,
)


def save_nasty_books() -> None:
    """Save books by hand, as in the admin; most have no ISBN, some share nothing but a title."""
    for number, text in enumerate(TEXTS):
        text = text.strip() or text
        short = text[:255].strip()
        name = f"{short} {number}"[-255:].strip()
        # In the name of a person an import takes any space for one blank.
        person = " ".join(name.split())
        book = Book.objects.create(
            title=text,
            author=Author.objects.create(name=person),
            year=-number or None,
            language=short[:35].strip(),
        )
        book.contributions.create(
            author=Author.objects.create(name=f"{person[:250]} too"),
            role=list(ROLES)[number % len(ROLES)],
        )
        book.publishers.add(Publisher.objects.create(name=name))
        book.subjects.add(Subject.objects.create(name=name))
        series = Series.objects.create(name=name)
        book.series_entries.create(series=series, number=("", "1", short[:40].strip())[number % 3])
        book.identifiers.create(scheme=short[:40].strip(), value=short)
    Book.objects.create(title="Alone")
    Book.objects.create(title="Alone", year=1)
    Book.objects.create(title="Alone", author=Author.objects.first())


@pytest.mark.parametrize("options", [{}, {"spreadsheet_safe": True}, {"format": "tsv"}])
def test_every_text_survives(tmp_path: Path, options: dict[str, Any]):
    save_nasty_books()
    saved, before = books(), stored()
    export(tmp_path / "first.csv", **options)
    with capture_writes() as written:
        result = load(tmp_path / "first.csv")
    assert counts(result) == {"rows": len(saved), "unchanged": len(saved)}
    assert written == []
    assert stored() == before
    empty_catalogue()
    assert counts(load(tmp_path / "first.csv")) == {"rows": len(saved), "new": len(saved)}
    assert books() == saved
    assert counts(load(tmp_path / "first.csv")) == {"rows": len(saved), "unchanged": len(saved)}


def without_fingerprints(path: Path) -> list[dict[str, str]]:
    """Read a file without the identifiers that books have for want of others."""
    rows = read_csv(path)
    for row in rows:
        parts = row["identifiers"].split("|")
        row["identifiers"] = "|".join(p for p in parts if not p.startswith("fingerprint:"))
    return rows


def test_export_of_an_import_is_the_same_file(tmp_path: Path):
    save_nasty_books()
    export(tmp_path / "first.csv")
    empty_catalogue()
    load(tmp_path / "first.csv")
    second = export(tmp_path / "second.csv")
    assert read_csv(tmp_path / "first.csv") == without_fingerprints(tmp_path / "second.csv")
    number = Book.objects.count()
    assert counts(load(tmp_path / "second.csv")) == {"rows": number, "unchanged": number}
    assert export(tmp_path / "third.csv") == second


def test_native_file_comes_out_as_it_went_in(tmp_path: Path):
    path = write_csv(
        tmp_path / "in.csv",
        [
            RICH | {"identifiers": "gutenberg:28054|oclc:1234"},
            {"isbn": OTHER_ISBN, "title": "To Kill a Mockingbird", "author": "Harper Lee"},
        ],
    )
    load(path)
    assert export(tmp_path / "out.csv") == path.read_bytes()


@pytest.mark.parametrize("years", [(None, None), (1900, 1980)])
def test_persons_of_one_name_are_told_apart_in_an_export(
    tmp_path: Path, years: tuple[int | None, int | None]
):
    one = Author.objects.create(name="John Smith", born=years[0], died=years[1])
    two = Author.objects.create(name="John Smith (1820-1891)", born=1820, died=1891)
    Book.objects.create(title="One", author=one)
    Book.objects.create(title="Two", author=two)
    before = stored()
    export(tmp_path / "out.csv")
    assert counts(load(tmp_path / "out.csv")) == {"rows": 2, "unchanged": 2}
    assert stored() == before


# Hosts.


@pytest.mark.parametrize("model", [Novel, mirror.Book, pair.Book], ids=lambda m: m._meta.label)
def test_books_of_a_host(tmp_path: Path, model: type[Model]):
    resource = bookresource_factory(model)
    columns = list(resource().columns())
    row = {name: value for name, value in RICH.items() if name in columns}
    path = write_csv(tmp_path / "in.csv", [row], columns)
    assert counts(load(path, resource=resource)) == {"rows": 1, "new": 1}
    book = model.objects.get()
    assert (book.title, book.isbn, book.year) == ("The Brothers Karamazov", ISBN, 1912)
    assert book.author.name == "Dostoevsky, Fyodor"
    with capture_writes() as written:
        assert counts(load(path, resource=resource)) == {"rows": 1, "unchanged": 1}
    assert written == []


def test_relations_under_the_names_of_a_host(tmp_path: Path):
    resource = bookresource_factory(Novel)
    import_rows(tmp_path, [{"title": "Emma", "publishers": "Murray|Egerton"}], resource=resource)
    assert set(House.objects.values_list("name", "books__title")) == {
        ("Murray", "Emma"),
        ("Egerton", "Emma"),
    }
    assert Person.objects.count() == 0


# Relations.


def test_names_in_several_spellings_are_one_author(tmp_path: Path):
    names = ("Tolkien, J. R. R.", "J.R.R. Tolkien", "J. R. R. TOLKIEN", "tolkien, j r r")
    rows = [{"title": f"Book {n}", "author": name} for n, name in enumerate(names)]
    import_rows(tmp_path, rows, batch_size=2)
    assert [a.name for a in Author.objects.all()] == ["Tolkien, J. R. R."]
    assert Author.objects.get().books.count() == 4


def test_one_person_in_several_roles(tmp_path: Path):
    people = "Ann Lee (translator)|Lee, Ann (editor)|Bo Ek (editor)|ann lee (translator)"
    import_rows(tmp_path, [{"title": "A", "author": "Ann Lee", "contributors": people}])
    assert books()[0]["contributors"] == [
        ("Ann Lee", "translator"),
        ("Ann Lee", "editor"),
        ("Bo Ek", "editor"),
    ]
    assert Author.objects.count() == 2


def test_order_of_contributors_changes(tmp_path: Path):
    row = {"title": "A", "contributors": "Ann (editor)|Bo (editor)|Cy (translator)"}
    import_rows(tmp_path, [row])
    row["contributors"] = "Cy (translator)|Ann (editor)|Dee (narrator)"
    assert counts(import_rows(tmp_path, [row])) == {"rows": 1, "updated": 1}
    assert books()[0]["contributors"] == [
        ("Cy", "translator"),
        ("Ann", "editor"),
        ("Dee", "narrator"),
    ]
    assert Contribution.objects.filter(position__in=[1, 2, 3]).count() == 3


def test_places_of_contributors_that_give_the_same_order_are_unchanged(tmp_path: Path):
    # Somebody has deleted the second one in the admin, and the cell names one twice.
    book = Book.objects.create(title="A", isbn=ISBN)
    for place, name in ((1, "Ann"), (3, "Bo"), (4, "Cy")):
        author = Author.objects.create(name=name)
        book.contributions.create(author=author, role="editor", position=place)
    row = {"isbn": ISBN, "title": "A", "contributors": "Ann (editor)|Bo (editor)|Cy (editor)"}
    assert counts(import_rows(tmp_path, [row])) == {"rows": 1, "unchanged": 1}
    row["contributors"] = "Ann (editor)|ann (editor)|Cy (editor)|Bo (editor)"
    assert counts(import_rows(tmp_path, [row])) == {"rows": 1, "updated": 1}
    assert books()[0]["contributors"] == [("Ann", "editor"), ("Cy", "editor"), ("Bo", "editor")]
    export(tmp_path / "out.csv")
    assert counts(load(tmp_path / "out.csv")) == {"rows": 1, "unchanged": 1}


def test_author_changes(tmp_path: Path):
    import_rows(tmp_path, [RICH])
    Author.objects.create(name="Leo Tolstoy")
    for name in ("Leo Tolstoy", "Somebody New"):
        changed = RICH | {"author": name}
        assert counts(import_rows(tmp_path, [changed])) == {"rows": 1, "updated": 1}
        assert books()[0]["author"] == name


def test_lists_are_set(tmp_path: Path):
    import_rows(tmp_path, [RICH])
    changed = RICH | {"publishers": "Modern Library|Vintage", "subjects": "", "series": "Folio #2"}
    assert counts(import_rows(tmp_path, [changed])) == {"rows": 1, "updated": 1}
    [book] = books()
    assert book["publishers"] == ["Modern Library", "Vintage"]
    assert book["subjects"] == []
    assert book["series"] == [("Folio", "2")]
    # What no book has any more is not the import's to delete.
    assert Publisher.objects.filter(name="Heinemann").exists()


def test_number_in_a_series_changes(tmp_path: Path):
    import_rows(tmp_path, [RICH])
    entry = SeriesEntry.objects.get(number="1")
    series = "The Novels of Dostoevsky #10|World's Classics"
    assert counts(import_rows(tmp_path, [RICH | {"series": series}])) == {"rows": 1, "updated": 1}
    changed = SeriesEntry.objects.get(pk=entry.pk)
    assert (changed.number, SeriesEntry.objects.count()) == ("10", 2)
    changed.save()
    assert SeriesEntry.objects.get(pk=entry.pk).sort_number == changed.sort_number
    assert changed.sort_number != entry.sort_number


def test_identifiers_are_added_only(tmp_path: Path):
    import_rows(tmp_path, [RICH])
    import_rows(tmp_path, [RICH | {"identifiers": "asin:B1"}])
    import_rows(tmp_path, [RICH | {"identifiers": ""}])
    assert books()[0]["identifiers"] == [("asin", "B1"), ("gutenberg", "28054"), ("oclc", "1234")]


@pytest.mark.parametrize(
    "model, column, name",
    [
        (Author, "author", "Cicero"),
        (Publisher, "publishers", "OUP"),
        (Series, "series", "OWC"),
        (Subject, "subjects", "Zoo"),
    ],
)
def test_former_name(tmp_path: Path, model: type[Model], column: str, name: str):
    record = model.objects.create(name="The name now")
    key = model._meta.get_field("key").derive(name)
    kind = model._meta.label_lower
    Alias.objects.create(kind=kind, key=key, name=name, target=str(record.pk))
    import_rows(tmp_path, [{"title": "A", column: name.upper()}])
    assert [r.name for r in model.objects.all()] == ["The name now"]
    said = books()[0][column]
    assert said in ("The name now", ["The name now"], [("The name now", "")])


def test_former_name_of_a_record_that_is_gone(tmp_path: Path):
    kind = "django_bookrel.author"
    Alias.objects.create(kind=kind, key="cicero", name="Cicero", target="999999")
    import_rows(tmp_path, [{"title": "A", "author": "Cicero"}])
    assert books()[0]["author"] == "Cicero"


@pytest.mark.parametrize(
    "had, came, name, years",
    [
        ((1820, 1891), "John Smith (1820-1891)", "John Smith", (1820, 1891)),
        ((None, None), "John Smith (1820-1891)", "John Smith", (1820, 1891)),
        ((1820, None), "Smith, John (1820-1891)", "John Smith", (1820, 1891)),
        ((None, 1891), "John Smith (1820-)", "John Smith", (1820, 1891)),
        ((1820, 1891), "John Smith", "John Smith", (1820, 1891)),
        ((1820, None), "John Smith (1821-1891)", "John Smith (1821-1891)", (1821, 1891)),
    ],
)
@pytest.mark.parametrize("column", ["author", "contributors"])
def test_person_with_life_dates(
    tmp_path: Path,
    column: str,
    had: tuple[int | None, int | None],
    came: str,
    name: str,
    years: tuple[int, int],
):
    Author.objects.create(name="John Smith", born=had[0], died=had[1])
    import_rows(tmp_path, [{"title": "A", column: came}])
    author = Author.objects.exclude(books=None, contributions=None).get()
    assert (author.name, (author.born, author.died)) == (name, years)
    again = import_rows(tmp_path, [{"title": "A", column: came}])
    assert counts(again) == {"rows": 1, "unchanged": 1}


def test_new_persons_of_one_name_and_other_dates(tmp_path: Path):
    names = ["John Smith (1820-1891)", "John Smith (1900-1980)", "John Smith", "J Smith"]
    rows = [{"title": f"Book {n}", "author": name} for n, name in enumerate(names)]
    import_rows(tmp_path, rows)
    assert list(Author.objects.order_by("pk").values_list("name", "born", "died")) == [
        ("John Smith", 1820, 1891),
        ("John Smith (1900-1980)", 1900, 1980),
        ("J Smith", None, None),
    ]
    assert counts(import_rows(tmp_path, rows)) == {"rows": 4, "unchanged": 4}


@pytest.mark.parametrize(
    "names, authors",
    [
        (["John Smith", "J. Smith"], [("John Smith", None, None), ("J. Smith", None, None)]),
        (["John Smith", "Smith, John (1900-1980)"], [("John Smith", 1900, 1980)]),
        (["John Smith (1900-)", "John Smith (-1980)"], [("John Smith", 1900, 1980)]),
        (
            ["John Smith", "John Smith (1900-)", "John Smith (1950-)"],
            [("John Smith", 1900, None), ("John Smith (1950-)", 1950, None)],
        ),
        (
            ["John Smith (1900-)", "John Smith (-1850)"],
            [("John Smith", 1900, None), ("John Smith (-1850)", None, 1850)],
        ),
    ],
)
@pytest.mark.parametrize("batch_size", [1, 100])
def test_one_new_person_with_dates_and_without(
    tmp_path: Path, names: list[str], authors: list[tuple[Any, ...]], batch_size: int
):
    rows = [{"title": f"Book {n}", "author": name} for n, name in enumerate(names)]
    import_rows(tmp_path, rows, batch_size=batch_size)
    assert list(Author.objects.order_by("pk").values_list("name", "born", "died")) == authors
    with capture_writes() as written:
        again = import_rows(tmp_path, rows, batch_size=batch_size)
    assert counts(again) == {"rows": len(rows), "unchanged": len(rows)}
    assert written == []


def test_new_contributor_with_dates_and_without(tmp_path: Path):
    row = {"title": "A", "contributors": "Ann Lee (editor)|Ann Lee (1900-1980) (editor)"}
    assert counts(import_rows(tmp_path, [row])) == {"rows": 1, "new": 1}
    assert books()[0]["contributors"] == [("Ann Lee", "editor")]
    assert Author.objects.values_list("born", "died").get() == (1900, 1980)


def test_new_person_has_the_name_that_was_written_first(tmp_path: Path):
    Book.objects.create(title="A", isbn=ISBN)
    rows = [
        {"isbn": ISBN, "title": "A", "author": "Ann Lee (1900-)", "contributors": "Lee, Ann"},
        {"isbn": "", "title": "B", "author": "Lee, Ann", "contributors": ""},
    ]
    import_rows(tmp_path, rows)
    assert Author.objects.values_list("name", "born").get() == ("Ann Lee", 1900)


def test_life_dates_in_a_column_that_is_kept(tmp_path: Path):
    import_rows(tmp_path, [{"title": "A", "author": "Ann Lee"}])
    rows = [{"title": "A", "author": "Ann Lee (1900-)"}, {"title": "B", "author": "Ann Lee"}]
    import_rows(tmp_path, rows, keep=["author"])
    assert Author.objects.get().born is None
    import_rows(tmp_path, [{"title": "C", "author": "Ann Lee (1900-)"}], keep=["author"])
    assert Author.objects.get().born == 1900


@pytest.mark.parametrize("name", ["Ann Lee (1900-)", "Ann Lee (1950-)", "Ann Lee"])
def test_life_dates_of_a_row_that_is_followed_by_another(tmp_path: Path, name: str):
    Author.objects.create(name="Ann Lee")
    rows = [{"isbn": ISBN, "title": "A", "author": n} for n in ("Ann Lee (1900-1980)", name)]
    assert counts(import_rows(tmp_path, rows)) == {"rows": 2, "new": 1, "duplicates": 1}
    born = {"Ann Lee (1900-)": 1900, "Ann Lee (1950-)": 1950}.get(name)
    assert list(Author.objects.values_list("name", "born", "died")) == [("Ann Lee", born, None)]


def test_life_dates_are_not_filled_in_by_rows_that_are_not_imported(tmp_path: Path):
    Author.objects.create(name="John Smith")
    Book.objects.create(title="A", isbn=ISBN)
    rows = [{"isbn": ISBN, "title": "A", "author": "John Smith (1820-1891)"}]
    import_rows(tmp_path, rows, existing="skip")
    assert Author.objects.get().born is None


# Which row is which book.


def test_found_by_isbn_in_any_form(tmp_path: Path):
    Book.objects.create(title="Old", isbn=ISBN)
    result = import_rows(tmp_path, [{"isbn": "0-306-40615-2", "title": "New"}])
    assert counts(result) == {"rows": 1, "updated": 1}
    assert list(Book.objects.values_list("title", "isbn")) == [("New", ISBN)]


def test_found_by_identifier(tmp_path: Path):
    book = Book.objects.create(title="Old", isbn=ISBN)
    book.identifiers.create(scheme="oclc", value="1")
    result = import_rows(tmp_path, [{"isbn": "", "title": "New", "identifiers": "oclc:1|asin:B"}])
    assert counts(result) == {"rows": 1, "updated": 1}
    # An empty cell never clears what a book is known by.
    assert list(Book.objects.values_list("title", "isbn")) == [("New", ISBN)]
    assert book.identifiers.count() == 2


def test_row_that_means_two_books_is_rejected(tmp_path: Path):
    one = Book.objects.create(title="One", isbn=ISBN)
    two = Book.objects.create(title="Two", isbn=OTHER_ISBN)
    two.identifiers.create(scheme="oclc", value="2")
    before = stored()
    rows = [{"isbn": ISBN, "title": "Three", "identifiers": "oclc:2"}, {"title": "Four"}]
    result = import_rows(tmp_path, rows)
    assert counts(result) == {"rows": 2, "new": 1, "rejected": 1}
    [rejection] = result.rejections
    assert (rejection.line, rejection.column) == (2, "")
    assert rejection.reason == (
        f"The row matches more than one record: oclc:2 is “Two” (no. {two.pk}); "
        f"isbn {ISBN} is “One” (no. {one.pk})."
    )
    Book.objects.get(title="Four").delete()
    assert stored() == before


@pytest.mark.parametrize("batch_size", [1, 100])
def test_rejected_row_does_not_take_the_one_before_it_along(tmp_path: Path, batch_size: int):
    Book.objects.create(title="One", isbn=ISBN)
    two = Book.objects.create(title="Two", isbn=OTHER_ISBN)
    two.identifiers.create(scheme="oclc", value="2")
    rows = [
        {"isbn": ISBN, "title": "First"},
        {"isbn": ISBN, "title": "Second"},
        {"isbn": ISBN, "title": "Third", "identifiers": "oclc:2"},
    ]
    result = import_rows(tmp_path, rows, batch_size=batch_size)
    assert [rejection.line for rejection in result.rejections] == [4]
    assert counts(result) == {"rows": 3, "updated": 1, "duplicates": 1, "rejected": 1}
    assert [book["title"] for book in books()] == ["Second", "Two"]


def test_identifiers_that_mean_two_books(tmp_path: Path):
    for number in (1, 2):
        book = Book.objects.create(title=f"Book {number}")
        book.identifiers.create(scheme="oclc", value=str(number))
    result = import_rows(tmp_path, [{"title": "A", "identifiers": "oclc:1|oclc:2"}])
    assert counts(result) == {"rows": 1, "rejected": 1}
    assert {"Book 1", "Book 2"} <= set(result.rejections[0].reason.replace("”", "“").split("“"))


@pytest.mark.parametrize("batch_size", [100, 2000])
@pytest.mark.parametrize("model", [Book, Novel], ids=lambda model: model._meta.label)
def test_rows_without_numbers_do_not_double(tmp_path: Path, model: type[Model], batch_size: int):
    rows = [
        {"title": f"Title {n // 3}", "author": f"Author {n % 3}", "year": str(1900 + n % 3)}
        for n in range(300)
    ]
    options = {"resource": bookresource_factory(model), "batch_size": batch_size}
    assert counts(import_rows(tmp_path, rows, **options)) == {"rows": 300, "new": 300}
    assert counts(import_rows(tmp_path, rows, **options)) == {"rows": 300, "unchanged": 300}
    assert model.objects.count() == 300


def test_row_without_numbers_is_not_a_book_that_has_them(tmp_path: Path):
    author = Author.objects.create(name="Jane Austen")
    Book.objects.create(title="Emma", author=author, year=1815, isbn=ISBN)
    Book.objects.create(title="Emma", author=author)
    rows = [
        {"title": "Emma", "author": "Jane Austen", "year": "1815"},
        {"title": "Emma", "author": "", "year": "1815"},
        {"title": "Emma", "author": "", "year": ""},
        {"title": "Emma", "author": "Jane Austen", "year": ""},
    ]
    assert counts(import_rows(tmp_path, rows)) == {"rows": 4, "new": 3, "unchanged": 1}
    assert counts(import_rows(tmp_path, rows)) == {"rows": 4, "unchanged": 4}


def test_fingerprint_is_of_the_name_in_any_spelling(tmp_path: Path):
    import_rows(tmp_path, [{"title": "Emma", "author": "Austen, Jane", "year": "1815"}])
    again = import_rows(tmp_path, [{"title": "EMMA", "author": "Jane  Austen", "year": "1815"}])
    assert counts(again) == {"rows": 1, "updated": 1}
    assert [identifier.scheme for identifier in Identifier.objects.all()] == ["fingerprint"]


@pytest.mark.parametrize("batch_size", [1, 100])
@pytest.mark.parametrize("model", [Book, Novel], ids=lambda model: model._meta.label)
def test_rows_that_differ_in_spelling_only(tmp_path: Path, model: type[Model], batch_size: int):
    rows = [
        {"title": "Emma", "author": "Austen, Jane", "year": "1815"},
        {"title": "Emma", "author": "Jane Austen", "year": "1815"},
    ]
    options = {"resource": bookresource_factory(model), "batch_size": batch_size}
    result = import_rows(tmp_path, rows, **options)
    assert (result.counts.new, model.objects.count()) == (1, 1)
    assert counts(import_rows(tmp_path, rows, **options))["rows"] == 2
    assert model.objects.count() == 1


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_last_row_of_an_identity_wins(tmp_path: Path, batch_size: int):
    rows = [
        {"isbn": ISBN, "title": "First"},
        {"isbn": OTHER_ISBN, "title": "Another"},
        {"isbn": "0306406152", "title": "Second", "identifiers": "oclc:1"},
        {"title": "Numberless", "author": "Jane Austen"},
        {"isbn": ISBN, "title": "Third", "identifiers": "oclc:1"},
        {"title": "numberless", "author": "Austen, Jane"},
    ]
    result = import_rows(tmp_path, rows, batch_size=batch_size)
    assert counts(result) == {"rows": 6, "new": 3, "duplicates": 3}
    assert [b["title"] for b in books()] == ["Another", "Third", "numberless"]
    before = stored()
    with capture_writes() as written:
        again = import_rows(tmp_path, rows, batch_size=batch_size)
    assert counts(again) == {"rows": 6, "unchanged": 3, "duplicates": 3}
    assert written == []
    assert stored() == before


@pytest.mark.parametrize("batch_size", [1, 100])
@pytest.mark.parametrize(
    "options", [{"existing": "fill"}, {"existing": "skip"}, {"keep": ["title"]}]
)
def test_last_row_wins_however_books_that_exist_are_treated(
    tmp_path: Path, options: dict[str, Any], batch_size: int
):
    rows = [
        {"isbn": ISBN, "title": "First", "subjects": "A|B"},
        {"isbn": OTHER_ISBN, "title": "Another", "subjects": ""},
        {"isbn": ISBN, "title": "Second", "subjects": "B|C"},
    ]
    result = import_rows(tmp_path, rows, batch_size=batch_size, **options)
    assert counts(result) == {"rows": 3, "new": 2, "duplicates": 1}
    assert [(b["title"], b["subjects"]) for b in books()] == [
        ("Another", []),
        ("Second", ["B", "C"]),
    ]


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_last_row_wins_where_only_the_database_knows_that_it_is_one_book(
    tmp_path: Path, batch_size: int
):
    book = Book.objects.create(title="Old", isbn=ISBN)
    book.identifiers.create(scheme="oclc", value="1")
    rows = [
        {"isbn": ISBN, "title": "First"},
        {"isbn": OTHER_ISBN, "title": "Another"},
        {"isbn": "", "title": "Second", "identifiers": "oclc:1"},
    ]
    import_rows(tmp_path, rows, batch_size=batch_size)
    assert [b["title"] for b in books()] == ["Another", "Second"]
    with capture_writes() as written:
        import_rows(tmp_path, rows, batch_size=batch_size)
    assert written == []


@pytest.mark.parametrize("batch_size", [1, 100])
@pytest.mark.parametrize("model", [Book, Novel], ids=lambda model: model._meta.label)
def test_years_before_the_common_era_tell_books_apart(
    tmp_path: Path, model: type[Model], batch_size: int
):
    # In Python hash(-1) == hash(-2).
    rows = [{"title": "Annals", "year": "-1"}, {"title": "Annals", "year": "-2"}]
    options = {"resource": bookresource_factory(model), "batch_size": batch_size}
    assert counts(import_rows(tmp_path, rows, **options)) == {"rows": 2, "new": 2}


# What happens to books that exist.


def test_fill(tmp_path: Path):
    Book.objects.create(title="Old", isbn=ISBN, year=1900)
    first = {"isbn": ISBN, "title": "New", "year": "2000", "pages": "300", "language": "en"}
    first |= {"author": "Ann", "subjects": "A|B", "series": "S #1", "contributors": "Bo (editor)"}
    assert counts(import_rows(tmp_path, [first], existing="fill")) == {"rows": 1, "updated": 1}
    expected = {
        "isbn": ISBN,
        "title": "Old",
        "author": "Ann",
        "contributors": [("Bo", "editor")],
        "publishers": [],
        "year": 1900,
        "language": "en",
        "pages": 300,
        "series": [("S", "1")],
        "subjects": ["A", "B"],
        "identifiers": [],
    }
    assert books() == [expected]
    second = first | {"author": "Cy", "subjects": "C", "series": "S #2", "contributors": ""}
    assert counts(import_rows(tmp_path, [second], existing="fill")) == {"rows": 1, "updated": 1}
    assert books() == [expected | {"subjects": ["A", "B", "C"]}]
    assert counts(import_rows(tmp_path, [second], existing="fill")) == {"rows": 1, "unchanged": 1}


def test_skip(tmp_path: Path):
    import_rows(tmp_path, [RICH])
    before = stored()
    rows = [
        RICH | {"title": "New", "author": "Somebody else", "publishers": "Another"},
        {"isbn": OTHER_ISBN, "title": "To Kill a Mockingbird"},
    ]
    result = import_rows(tmp_path, rows, existing="skip")
    assert counts(result) == {"rows": 2, "new": 1, "unchanged": 1}
    Book.objects.get(isbn=OTHER_ISBN).delete()
    assert stored() == before


def test_keep(tmp_path: Path):
    import_rows(tmp_path, [RICH])
    keep = ["title", "author", "publishers", "series"]
    changed = {name: f"New {name}" for name in keep} | {"isbn": ISBN, "year": "1913"}
    result = import_rows(tmp_path, [changed], keep=keep)
    assert counts(result) == {"rows": 1, "updated": 1}
    [book] = books()
    assert {name: book[name] for name in [*keep, "year"]} == {
        "title": "The Brothers Karamazov",
        "author": "Dostoevsky, Fyodor",
        "publishers": ["Heinemann", "Modern Library"],
        "series": [("The Novels of Dostoevsky", "1"), ("World's Classics", "")],
        "year": 1913,
    }
    assert counts(import_rows(tmp_path, [changed], keep=keep)) == {"rows": 1, "unchanged": 1}


def test_keep_is_about_books_that_exist(tmp_path: Path):
    import_rows(tmp_path, [RICH], keep=["title", "author", "publishers"])
    assert books()[0]["publishers"] == ["Heinemann", "Modern Library"]


@pytest.mark.parametrize(
    "options",
    [{"keep": ["author", "publishers"]}, {"existing": "fill", "keep": ["publishers"]}],
)
def test_names_that_no_book_takes_make_no_records(tmp_path: Path, options: dict[str, Any]):
    import_rows(tmp_path, [RICH])
    before = stored()
    changed = {"isbn": ISBN, "title": RICH["title"], "author": "Nobody", "publishers": "Nowhere"}
    assert counts(import_rows(tmp_path, [changed], **options)) == {"rows": 1, "unchanged": 1}
    assert stored() == before


def test_missing_column_leaves_data_alone(tmp_path: Path):
    import_rows(tmp_path, [RICH])
    [before] = books()
    result = import_rows(tmp_path, [{"isbn": ISBN, "title": "New", "subjects": "Russia"}])
    assert counts(result) == {"rows": 1, "updated": 1}
    assert books() == [before | {"title": "New", "subjects": ["Russia"]}]


def test_empty_cell_clears_in_a_native_file(tmp_path: Path):
    import_rows(tmp_path, [RICH])
    empty = dict.fromkeys(RICH, "") | {"isbn": ISBN, "title": "Left"}
    assert counts(import_rows(tmp_path, [empty])) == {"rows": 1, "updated": 1}
    assert books() == [
        {
            "isbn": ISBN,
            "title": "Left",
            "author": None,
            "contributors": [],
            "publishers": [],
            "year": None,
            "language": "",
            "pages": None,
            "series": [],
            "subjects": [],
            "identifiers": [("gutenberg", "28054"), ("oclc", "1234")],
        }
    ]


@pytest.mark.parametrize("blank", [" ", "\t\u3000"])
def test_blank_names_nobody(tmp_path: Path, blank: str):
    row = {"isbn": ISBN, "title": "A", "author": "Ann"}
    import_rows(tmp_path, [row])
    assert counts(import_rows(tmp_path, [row | {"author": blank}])) == {"rows": 1, "updated": 1}
    assert books()[0]["author"] is None
    # A backslash keeps a blank at the edge of a text in a list.
    for cells in ({"contributors": f"\\{blank} (editor)"}, {"subjects": f"\\{blank}"}):
        result = import_rows(tmp_path, [row | cells])
        assert counts(result) == {"rows": 1, "rejected": 1}
        assert result.rejections[0].reason.endswith("is empty")
    assert [author.name for author in Author.objects.all()] == ["Ann"]


def test_empty_cell_of_another_format_says_nothing(tmp_path: Path):
    import_rows(tmp_path, [RICH])
    before = stored()
    names = {"isbn": "ISBN", "title": "Titel", "author": "Autor", "publishers": "Verlag"}
    names |= {"year": "Jahr", "subjects": "Schlagwort", "language": "Sprache", "pages": "Seiten"}
    row = dict.fromkeys(names.values(), "") | {"ISBN": ISBN, "Titel": RICH["title"]}
    path = write_csv(tmp_path / "katalog.csv", [row], list(names.values()))
    result = load(path, mapping=names)
    assert result.source == "generic"
    assert counts(result) == {"rows": 1, "unchanged": 1}
    assert stored() == before


def test_books_of_which_only_a_link_changed_are_stamped(tmp_path: Path):
    import_rows(tmp_path, [RICH, {"isbn": OTHER_ISBN, "title": "Other", "subjects": "Law"}])
    before = dict(Book.objects.values_list("isbn", "updated_at"))
    rows = [
        RICH | {"subjects": "Russia"},
        {"isbn": OTHER_ISBN, "title": "Other", "subjects": "Law"},
    ]
    result = import_rows(tmp_path, rows, header=["isbn", "title", "subjects"])
    assert counts(result) == {"rows": 2, "updated": 1, "unchanged": 1}
    after = dict(Book.objects.values_list("isbn", "updated_at"))
    assert after[ISBN] > before[ISBN]
    assert after[OTHER_ISBN] == before[OTHER_ISBN]
