"""Books with all that they have come in and go out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db.models import Model

from django_bookrel.models import (
    Author,
    Book,
    Contribution,
    Publisher,
    Series,
    SeriesEntry,
    Subject,
)
from django_bookrel.resources import bookresource_factory, load
from django_bookrel.roles import ROLES
from tests.bookrows import ISBN, OTHER_ISBN, RICH, export, import_rows
from tests.hosts.mirror import models as mirror
from tests.hosts.novels.models import House, Novel, Person
from tests.hosts.pair import models as pair
from tests.importing import books, capture_writes, counts, read_csv, stored, write_csv

pytestmark = pytest.mark.django_db


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
