"""The files that the example project ships: whole, consistent, and with the ISBNs of real books."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from django_bookrel.exceptions import InvalidISBN
from django_bookrel.isbn import clean_isbn
from django_bookrel.names import person_key, text_key
from django_bookrel.roles import ROLES
from tests.shared import shared_file

DATA = Path(__file__).parent.parent / "example_project" / "data"
HEADERS = {
    "catalogue.csv": (
        "isbn,title,author,contributors,publishers,year,language,pages,series,subjects,identifiers"
    ),
    "articles.csv": "headline,pub_date,reporter,topics",
    "reporters.csv": "first_name,last_name,email",
}
CONTRIBUTOR = re.compile(r"(?P<name>\S.*\S) \((?P<role>[^()]+)\)")
SERIES = re.compile(r"(?P<name>[^#]*[^# ])(?: #(?P<number>\d+))?")
IDENTIFIER = re.compile(r"gutenberg:[1-9]\d*|wikidata:Q[1-9]\d*")


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def items(cell: str) -> list[str]:
    return cell.split("|") if cell else []


def matches(pattern: re.Pattern[str], column: str) -> list[list[re.Match[str]]]:
    found = []
    for book in rows("catalogue.csv"):
        texts = items(book[column])
        fits = [fit for text in texts if (fit := pattern.fullmatch(text))]
        assert [fit[0] for fit in fits] == texts
        found.append(fits)
    return found


def contributions() -> list[list[tuple[str, str]]]:
    return [
        [(fit["name"], fit["role"]) for fit in fits]
        for fits in matches(CONTRIBUTOR, "contributors")
    ]


def values(name: str, column: str) -> list[str]:
    return [text for row in rows(name) for text in items(row[column])]


def repeated(texts: Iterable[object]) -> list[object]:
    return [text for text, count in Counter(texts).items() if count > 1]


@pytest.mark.parametrize("name", HEADERS)
def test_files(name: str):
    content = (DATA / name).read_bytes()
    assert content.startswith(HEADERS[name].encode() + b"\n")
    assert content.endswith(b"\n")
    assert b"\r" not in content
    assert [row for row in rows(name) if None in row or None in row.values()] == []


@pytest.mark.parametrize("name", HEADERS)
def test_cells_are_tidy(name: str):
    texts = [text for row in rows(name) for cell in row.values() for text in cell.split("|")]
    assert [text for text in texts if text != " ".join(text.split()) or "\\" in text] == []
    cells = [cell for row in rows(name) for cell in row.values() if "|" in cell]
    assert [cell for cell in cells if "" in items(cell) or repeated(items(cell))] == []


def test_number_of_books():
    books = rows("catalogue.csv")
    assert 300 <= len(books) <= 330
    assert [book for book in books if not book["title"] or not book["subjects"]] == []


def test_isbns():
    isbns = values("catalogue.csv", "isbn")
    assert len(isbns) >= 200
    assert [clean_isbn(isbn) for isbn in isbns] == isbns
    assert repeated(isbns) == []


def test_books_are_told_apart():
    books = rows("catalogue.csv")
    assert repeated((text_key(book["title"]), person_key(book["author"])) for book in books) == []


def test_people_have_one_spelling():
    authors = values("catalogue.csv", "author")
    people = {*authors, *(name for book in contributions() for name, _ in book)}
    assert repeated(map(person_key, people)) == []


@pytest.mark.parametrize("column", ["publishers", "subjects"])
def test_names_have_one_spelling(column: str):
    assert repeated(map(text_key, set(values("catalogue.csv", column)))) == []


def test_roles():
    assert {role for book in contributions() for _, role in book} == set(ROLES)


def test_languages():
    languages = [book["language"] for book in rows("catalogue.csv")]
    assert [code for code in languages if not re.fullmatch("[a-z]{2}", code)] == []
    assert len(set(languages)) >= 10


def test_numbers():
    years = [int(year) for year in values("catalogue.csv", "year")]
    assert [year for year in years if not -3000 <= year <= 2026 or year == 0] == []
    assert min(years) < 0
    pages = [int(number) for number in values("catalogue.csv", "pages")]
    assert [number for number in pages if not 0 < number < 2000] == []


def test_series():
    series = matches(SERIES, "series")
    names = {fit["name"] for fits in series for fit in fits}
    assert repeated(map(text_key, names)) == []
    assert any(len(fits) == 2 for fits in series)


def test_subjects():
    assert 20 <= len(set(values("catalogue.csv", "subjects"))) <= 40


def test_identifiers():
    identifiers = [fit[0] for fits in matches(IDENTIFIER, "identifiers") for fit in fits]
    assert identifiers
    assert repeated(identifiers) == []


def test_relations_are_worth_showing():
    books = rows("catalogue.csv")
    written = Counter(values("catalogue.csv", "author"))
    assert sum(count >= 6 for count in written.values()) >= 8
    assert len({name for book in contributions() for name, _ in book} & set(written)) >= 20
    assert sum("|" in book["publishers"] for book in books) >= 100
    assert any(not book["author"] for book in books)


def test_isbns_stand_with_their_titles():
    def bare(title: str) -> str:
        plain = re.sub(r"\s*\([^()]*\)\s*$", "", title).casefold()
        return " ".join(re.sub(r"[^\w\s]", "", plain).split())

    titles = {}
    with shared_file("goodbooks-10k.csv").open(encoding="utf-8", newline="") as file:
        for book in csv.DictReader(file):
            try:
                titles[clean_isbn(book["isbn"].zfill(10))] = bare(book["title"])
            except InvalidISBN:
                continue
    ours = {book["isbn"]: bare(book["title"]) for book in rows("catalogue.csv") if book["isbn"]}
    assert ours == {isbn: titles.get(isbn) for isbn in ours}


def test_reporters():
    reporters = rows("reporters.csv")
    emails = [reporter["email"] for reporter in reporters]
    assert [reporter for reporter in reporters if "" in reporter.values()] == []
    assert [
        email for email in emails if not re.fullmatch(r"[a-z.]+@example\.(com|org)", email)
    ] == []
    assert repeated(emails) == []
    assert set(emails) == set(values("articles.csv", "reporter"))


def test_articles():
    articles = rows("articles.csv")
    assert len(articles) >= 50
    assert repeated(article["headline"] for article in articles) == []
    assert {date.fromisoformat(article["pub_date"]).year for article in articles} == {
        2024,
        2025,
        2026,
    }


def test_topics():
    topics = Counter(values("articles.csv", "topics"))
    assert 10 <= len(topics) <= 15
    assert repeated(map(text_key, topics)) == []
    # A topic that stands once is a slip of the pen.
    assert [topic for topic, count in topics.items() if count == 1] == []
