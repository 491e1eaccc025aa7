"""The authors, contributors, series and subjects of books that come in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db.models import Model

from django_bookrel.models import (
    Alias,
    Author,
    Book,
    Contribution,
    Publisher,
    Series,
    SeriesEntry,
    Subject,
)
from django_bookrel.resources import load
from tests.bookrows import ISBN, RICH, export, import_rows
from tests.importing import books, capture_writes, counts

pytestmark = pytest.mark.django_db


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
