"""Every page over the files of data/."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from bookshop.templatetags.bookshop import cite, life, parts, without, year
from django.contrib.auth.models import User
from django.db.models import Count, Model
from django.test import Client
from django.urls import get_resolver, resolve, reverse
from newsroom.models import Article, Reporter, Topic
from newsroom.resources import ArticleResource, ReporterResource

from django_bookrel.abstract import Credit
from django_bookrel.isbn import format_isbn, isbn10
from django_bookrel.models import Author, Book, Publisher, Series, Subject
from django_bookrel.resources import load

DATA = Path(__file__).parent / "data"
BOOKSHOP = ("home", "search", "books", "authors", "publishers", "series_list", "subjects")
LISTS = (*(f"bookshop:{name}" for name in BOOKSHOP), "newsroom:reporters")
# The record of each model that has most of these is visited.
RECORDS = {
    Author: "books",
    Book: "contributions",
    Publisher: "books",
    Series: "entries",
    Subject: "books",
    Reporter: "article",
    Article: "topics",
    Topic: "article",
}
PAGES = (*LISTS, *RECORDS)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        load(DATA / "reporters.csv", resource=ReporterResource)
        load(DATA / "articles.csv", resource=ArticleResource)
        load(DATA / "catalogue.csv")


@pytest.fixture
def path(request: pytest.FixtureRequest, db: None) -> str:
    """The address of a page."""
    if request.param == "bookshop:search":
        return "/search/?q=the"
    if isinstance(request.param, str):
        return reverse(request.param)
    counted = request.param.objects.annotate(related=Count(RECORDS[request.param]))
    return counted.order_by("-related", "pk")[0].get_absolute_url()


every_page = pytest.mark.parametrize("path", PAGES, indirect=True)


class Page(HTMLParser):
    """The elements of a page, and what is wrong with them although it may look right."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.unclosed: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.faults: list[str] = []
        self.feed(html)
        self.close()
        self._judge()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in {"input", "link", "meta"}:
            self.unclosed.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.unclosed or self.unclosed.pop() != tag:
            self.faults.append(f"</{tag}> closes another element")

    def values(self, name: str) -> list[str | None]:
        return [value for attribute, value in self.attributes if attribute == name]

    def _judge(self) -> None:
        levels = [int(tag[1]) for tag in self.tags if tag in {"h1", "h2", "h3", "h4"}]
        ids, labels = self.values("id"), self.values("for")
        must = {
            "all elements closed": not self.unclosed,
            "one main": self.tags.count("main") == 1,
            "one h1": levels.count(1) == 1,
            "no level left out": all(b <= a + 1 for a, b in pairwise([0, *levels])),
            "unique ids": len(ids) == len(set(ids)),
            "a label for each field": len(set(labels)) == self.tags.count("input"),
            "labels that exist": {*labels, *self.values("aria-labelledby")} <= {*ids},
        }
        self.faults += [f"not: {wish}" for wish, holds in must.items() if not holds]


def html(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@every_page
def test_page_is_well_made(path: str, client: Client):
    assert Page(html(client, path)).faults == []


def test_all_pages_are_tested(db: None):
    names = {resolve(model(pk=1).get_absolute_url()).view_name for model in RECORDS}
    spaces = get_resolver().namespace_dict
    assert {*LISTS, *names} == {
        f"{space}:{pattern.name}"
        for space in ("bookshop", "newsroom")
        for pattern in spaces[space][1].url_patterns
    }


@every_page
def test_links_lead_somewhere(path: str, client: Client):
    links = {link for link in Page(html(client, path)).values("href") if link[0] == "/"}
    by_view = {resolve(x).view_name: x for x in links if not x.startswith("/static/")}
    answers = {link: client.get(link).status_code for link in by_view.values()}
    assert {link: status for link, status in answers.items() if status >= 400} == {}


@pytest.mark.parametrize("model", RECORDS)
def test_admin(model: type[Model], db: None, client: Client):
    client.force_login(User.objects.create(username="Ann", is_staff=True, is_superuser=True))
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    html(client, reverse(f"{name}_changelist"))
    change = html(client, reverse(f"{name}_change", args=[model.objects.all()[0].pk]))
    assert RECORDS[model] in change.lower()
    assert "View on site" in change


@every_page
def test_queries_do_not_grow_with_the_page(
    path: str, client: Client, monkeypatch: Any, django_assert_max_num_queries: Any
):
    view = resolve(path.partition("?")[0]).func.view_class
    counts = []
    for size in (2, 20):
        monkeypatch.setattr(view, "paginate_by", size, raising=False)
        with django_assert_max_num_queries(9) as queries:
            html(client, path)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.fixture
def book(db: None) -> Book:
    """A book with one of each relation and with HTML in all names; there is another like it."""
    author = Author.objects.create(name="<b>Ann</b> & Co")
    series = Series.objects.create(name="<b>Set</b>")
    for title in ("<b>Other</b>", "<script>alert(1)</script>"):
        made = Book.objects.create(title=title, author=author, language="fr")
        made.series_entries.create(series=series, number=f"<b>{made.pk}</b>")
        person = Author.objects.create(name=f"<b>{made.pk}</b>")
        made.contributions.create(author=person, role="translator")
        made.identifiers.create(scheme="<b>scheme</b>", value=f"<b>{made.pk}</b>")
        for model in (Publisher, Subject):
            model.objects.get_or_create(name="<b>Name</b>")[0].books.add(made)
    return made


def test_queries_do_not_grow_with_the_relations(
    book: Book, client: Client, django_assert_num_queries: Any
):
    path = book.get_absolute_url()
    with django_assert_num_queries(9):
        html(client, path)
    for number in range(10):
        Book.objects.create(title=f"Other {number}", author=book.author)
        person = Author.objects.create(name=f"Person {number}")
        book.contributions.create(author=person, role="translator")
        book.identifiers.create(scheme=f"scheme {number}", value="1")
        series = Series.objects.create(name=f"Series {number}")
        for entry in (Book.objects.create(title=f"Before {number}"), book):
            series.entries.create(book=entry)
        for model in (Publisher, Subject):
            model.objects.create(name=f"Name {number}").books.add(book)
    with django_assert_num_queries(9):
        html(client, path)


def test_text_is_escaped(book: Book, client: Client):
    records: list[Model] = [book, book.author, book.contributions.get().author]
    records += [book.publishers.get(), book.subjects.get(), book.series_entries.get().series]
    searches = [f"/search/?q={text}" for text in ("<b>", "<b>ann</b>", "alert")]
    for path in (*(record.get_absolute_url() for record in records), *searches, "/"):
        page = html(client, path)
        assert {"b", "script"}.isdisjoint(Page(page).tags)


@pytest.mark.parametrize("model", RECORDS)
@pytest.mark.parametrize("pk", [999_999, 10**30])
def test_unknown_record(model: type[Model], pk: int, db: None, client: Client):
    assert client.get(model(pk=pk).get_absolute_url()).status_code == 404


@pytest.mark.parametrize("path", ["/books/?page=0", "/books/?page=999", "/books/?page=x", "/x/"])
def test_unknown_page(path: str, db: None, client: Client):
    response = client.get(path)
    assert response.status_code == 404
    assert Page(response.content.decode()).faults == []


@pytest.mark.parametrize("write", [str, format_isbn, isbn10, "ISBN {}".format])
def test_isbn_leads_to_its_book(write: Any, db: None, client: Client):
    book = Book.objects.filter(isbn__startswith="978")[0]
    response = client.get("/search/", {"q": write(book.isbn)})
    assert (response.status_code, response.url) == (302, book.get_absolute_url())


@pytest.mark.parametrize(
    "text, answer",
    [
        ("austen EMMA", "1 book"),
        ("", "Give words of a title"),
        (" ", "Give words of a title"),
        ("\0", "Nothing was found"),
        ("xyzzy", "Nothing was found for “xyzzy”"),
        ("a " * 5000, "<title>Search: a a"),
        ("978-3-16-148410-0", "No book here has the ISBN 978-3-16-148410-0"),
    ],
)
def test_search(text: str, answer: str, db: None, client: Client):
    assert answer in client.get("/search/", {"q": text}).content.decode()


def test_neighbours_in_a_series(db: None, client: Client):
    series = Series.objects.create(name="Alphabet")
    neighbours = {}
    for title, number in (("Ten", "10"), ("One", "1"), ("Two", "2"), ("Two again", "2")):
        series.entries.create(book=Book.objects.create(title=title), number=number)
    for entry in series.entries.all():
        [place] = client.get(entry.book.get_absolute_url()).context["series_entries"]
        neighbours[entry.book.title] = (str(place.before), str(place.after))
    assert neighbours == {
        "One": ("None", "Two"),
        "Two": ("One", "Two again"),
        "Two again": ("Two", "Ten"),
        "Ten": ("Two again", "None"),
    }


def test_author_has_every_part(db: None, client: Client):
    author = Author.objects.create(name="Nora Quill", born=-70, died=-19)
    own = Book.objects.create(title="Her own", author=author, year=-30)
    own.contributions.create(author=author, role="illustrator")
    other = Book.objects.create(title="Of another")
    other.contributions.create(author=author, role="translator")
    page = html(client, author.get_absolute_url())
    words = ("70–19 BCE", "2 books", "Her own", "Author, Illustrator", "30 BCE", "Translator")
    assert [word for word in words if word not in page] == []


@pytest.mark.parametrize("value, text", [(1869, "1869"), (-30, "30 BCE"), (0, "0"), (None, "")])
def test_year(value: int | None, text: str):
    assert year(value) == text


@pytest.mark.parametrize(
    "born, died, text",
    [
        (1828, 1910, "1828–1910"),
        (-427, -347, "427–347 BCE"),
        (-43, 17, "43 BCE – 17 CE"),
        (1947, None, "born 1947"),
        (None, -19, "died 19 BCE"),
        (None, None, ""),
    ],
)
def test_life(born: int | None, died: int | None, text: str):
    assert life(Author(born=born, died=died)) == text


@pytest.mark.parametrize(
    "language, html",
    [("", "<cite>A &amp; B</cite>"), ('x"', '<cite lang="x&quot;" dir="auto">A &amp; B</cite>')],
)
def test_cite(language: str, html: str):
    assert cite(Book(title="A & B", language=language)) == html


@pytest.mark.parametrize(
    "roles, text", [(["author"], ""), (["author", "illustrator"], "Author, Illustrator")]
)
def test_parts(roles: list[str], text: str):
    assert parts(roles) == text


def test_without():
    ann, ben = Credit(Author(pk=1), "author", "Author"), Credit(Author(pk=2), "editor", "Editor")
    assert without([ann, ben], Author(pk=1)) == [ben]
