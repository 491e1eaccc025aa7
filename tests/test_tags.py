"""The template tags: what they render, at which cost, and that it is escaped."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db.models import Model
from django.template import Context, Template, TemplateSyntaxError
from django.template.backends.django import DjangoTemplates
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from django_bookrel.exceptions import UnknownRelation
from django_bookrel.models import Author, Book, Publisher

pytestmark = pytest.mark.django_db


def render(source: str, templates: dict[str, str] | None = None, **variables: Any) -> str:
    loaders = [
        ("django.template.loaders.locmem.Loader", templates or {}),
        "django.template.loaders.app_directories.Loader",
    ]
    params = {"NAME": "tests", "DIRS": [], "APP_DIRS": False, "OPTIONS": {"loaders": loaders}}
    engine = DjangoTemplates(params).engine
    return engine.from_string("{% load bookrel %}" + source).render(Context(variables))


def author_with_books(count: int, name: str = "Woolf") -> Author:
    author = Author.objects.create(name=name)
    house = Publisher.objects.get_or_create(name="House")[0]
    for n in range(count):
        book = Book.objects.create(title=f"{name} {n}", author=author, year=1900 + n)
        house.books.add(book)
    return author


LIST = """\
<ul class="bookrel-list" aria-label="Books">
  <li>Woolf 0</li>
  <li>Woolf 1</li>
{more}</ul>
"""


# Cost: what a batch has fetched costs nothing, at any size.

PREFETCH = '{% related_prefetch objects path limit=2 order_by="-pk" %}'
ROW = "{% for object in objects %}{{ object.pk }}: %s; {% endfor %}"


@pytest.mark.parametrize("size", [2, 12])
@pytest.mark.parametrize(
    "tag",
    [
        '{% related object path limit=2 order_by="-pk" as found %}{{ found.total }}',
        '{% related_list object path limit=2 order_by="-pk" %}',
        "{{ object|related_count:path }}",
    ],
    ids=["related", "related_list", "related_count"],
)
@pytest.mark.parametrize(
    "model, path", [(Author, "books"), (Publisher, "books"), (Book, "publishers"), (Book, "author")]
)
def test_queries(
    model: type[Model],
    path: str,
    tag: str,
    size: int,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    for n in range(size):
        author_with_books(n, f"Author {n}")
    variables = {"objects": model.objects.all(), "path": path}
    with django_assert_num_queries(2):
        batched = render(PREFETCH + ROW.replace("%s", tag), **variables)
    objects = list(model.objects.all())
    with django_assert_num_queries(len(objects)):
        assert render(ROW.replace("%s", tag), objects=objects, path=path) == batched


@pytest.mark.parametrize("size", [2, 12])
def test_queries_of_two_levels(size: int, django_assert_num_queries: DjangoAssertNumQueries):
    permissions = Permission.objects.order_by("pk")[:size]
    for n in range(size):
        Group.objects.create(name=f"Group {n}").permissions.set(permissions)
    # Permissions are shown with their content type.
    source = """
        {% related_prefetch groups "permissions__content_type" limit=3 %}
        {% for group in groups %}{% related_list group "permissions" limit=3 %}{% endfor %}
    """
    with django_assert_num_queries(3):
        html = render(source, groups=Group.objects.all())
    assert html.count("<li>") == size * min(size, 3)


# {% related %}


def test_related():
    source = """
        {% related author "books" limit=2 order_by="-year" as books %}
        {% for book in books %}{{ book.title }}, {% endfor %}
        {{ books|length }} of {{ books.total }} {{ books.verbose_name_plural }},
        {{ books.remaining }} more: {{ books.has_more }}; {{ books.0 }}
    """
    assert " ".join(render(source, author=author_with_books(5)).split()) == (
        "Woolf 4, Woolf 3, 2 of 5 books, 3 more: True; Woolf 4"
    )


@pytest.mark.parametrize(
    "source",
    [
        '{% related book.author "books" as books %}{% if books %}some{% else %}none{% endif %}',
        '{% related missing "books" limit=2 as books %}{% if books %}some{% else %}none{% endif %}',
        '{% related_prefetch missing "books" %}{% related_prefetch book.author "books" %}none',
        '{% related_list missing "books" %}{% related_list book.author "books" %}none',
        'none{% if book.author|related_count:"books" %}!{% endif %}',
        'none{% if missing|related_count:"books" %}!{% endif %}',
    ],
)
def test_nothing(source: str, django_assert_num_queries: DjangoAssertNumQueries):
    with django_assert_num_queries(0):
        assert render(source, book=Book()) == "none"


@pytest.mark.parametrize("tag", ["related_prefetch", "related_list"])
def test_narrowed(tag: str):
    source = """
        {%% %s author "books" limit=1 using=late %%}
        {%% related author "books" limit=1 using=late as books %%}
        {{ books.total }} of {{ author|related_count:"books" }}
    """
    late = Book.objects.filter(year__gt=1902)
    html = render(source % tag, author=author_with_books(5), late=late)
    assert html.strip().endswith("2 of 5")
    assert ("Woolf 3" in html, "Woolf 0" in html) == (tag == "related_list", False)


@pytest.mark.parametrize(
    "source",
    [
        '{% related author "novels" as books %}',
        '{% related_list author "novels" %}',
        '{% related_prefetch author "novels" %}',
        '{% related_prefetch authors "books__novels" %}',
        '{{ author|related_count:"novels" }}',
        '{% if author|related_count:"novels" %}{% endif %}',
        "{% related author missing as books %}",
    ],
)
def test_unknown_relation(source: str):
    with pytest.raises(UnknownRelation, match=r"has no relation .*; it has: "):
        render(source, author=Author.objects.create(name="Nemo"), authors=Author.objects.none())


@pytest.mark.parametrize("tag", ["related", "related_list", "related_prefetch"])
def test_unknown_argument(tag: str):
    with pytest.raises(TemplateSyntaxError, match="unexpected keyword argument 'limti'"):
        render(f'{{% {tag} author "books" limti=5 %}}')


@pytest.mark.parametrize("tag", ["related", "related_list", "related_prefetch"])
def test_a_missing_queryset_does_not_open_everything(tag: str):
    with pytest.raises(TypeError, match="using must be a queryset, not ''"):
        render(f'{{% {tag} author "books" using=permited %}}', author=author_with_books(1))


# {% related_list %}


@pytest.mark.parametrize(
    "count, more",
    [
        (2, ""),
        (3, '  <li class="bookrel-more">and 1 more</li>\n'),
        (5, '  <li class="bookrel-more">and 3 more</li>\n'),
    ],
)
def test_list(count: int, more: str):
    html = render('{% related_list author "books" limit=2 %}', author=author_with_books(count))
    assert html == LIST.format(more=more)


def test_list_of_all():
    html = render('{% related_list author "books" %}', author=author_with_books(2))
    assert html == LIST.format(more="")


def test_list_of_none():
    author = Author.objects.create(name="Nemo")
    assert render('{% related_list author "books" limit=2 %}', author=author) == ""


def test_list_with_links(monkeypatch: pytest.MonkeyPatch):
    def url(book: Book) -> str:
        return f"/books/{book.title[-1]}/?a=1&b=2"

    monkeypatch.setattr(Book, "get_absolute_url", url, raising=False)
    source = '{% related_list author "books" limit=1 url=all %}'
    assert render(source, author=author_with_books(2), all="/all/?a=1&b=2") == (
        '<ul class="bookrel-list" aria-label="Books">\n'
        '  <li><a href="/books/0/?a=1&amp;b=2">Woolf 0</a></li>\n'
        '  <li class="bookrel-more"><a href="/all/?a=1&amp;b=2">and 1 more</a></li>\n'
        "</ul>\n"
    )


def test_list_counts_in_the_language_of_the_page(settings: Any):
    settings.USE_THOUSAND_SEPARATOR = True
    author = author_with_books(1)
    Book.objects.bulk_create(Book(title=f"Woolf {n:04}", author=author) for n in range(1234))
    with translation.override("de"):
        assert "1.234" in render('{% related_list author "books" limit=1 %}', author=author)


class Markup(HTMLParser):
    """What a browser sees: the tags, with the names of their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[tuple[str, ...]] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add((tag, *(name for name, _value in attrs)))


def test_everything_is_escaped(monkeypatch: pytest.MonkeyPatch):
    script = """"'><script x='"'>alert("1" & '2')</script>"""
    monkeypatch.setattr(Book._meta, "verbose_name_plural", script)
    monkeypatch.setattr(Book, "get_absolute_url", lambda book: book.title, raising=False)
    author = Author.objects.create(name=script)
    books = [Book.objects.create(title=f"{script}{n}", author=author) for n in range(2)]
    Publisher.objects.create(name=script).books.set(books)
    sources = {
        '{% related_list author "books" limit=1 url=script %}': {
            ("ul", "class", "aria-label"),
            ("li",),
            ("li", "class"),
            ("a", "href"),
        },
        '{% related_list book "author" %}': {("ul", "class", "aria-label"), ("li",)},
        '{% related_list book "publishers" %}': {("ul", "class", "aria-label"), ("li",)},
        '{% related author "books" %}': set(),
        '{% related author "books" as books %}{{ books.verbose_name_plural }}{{ books.0 }}': set(),
    }
    for source, markup in sources.items():
        html = render(source, author=author, book=books[0], script=script)
        assert (source, Markup(html).found) == (source, markup)
        assert "alert" in html


# Templates of the host.

OVERRIDES = {
    "bookrel/django_bookrel/author/books_list.html": "by relation",
    "bookrel/django_bookrel/book_list.html": "by model",
    "bookrel/related_list.html": "by default",
}


def test_template_by_relation_then_model_then_default():
    found = []
    templates = dict(OVERRIDES)
    author = author_with_books(1)
    for name in OVERRIDES:
        found.append(render('{% related_list author "books" %}', templates, author=author))
        del templates[name]
    assert found == ["by relation", "by model", "by default"]
    assert render('{% related_list author "books" %}', templates, author=author)[:4] == "<ul "


def test_template_is_that_of_the_direction():
    source = """
        {% related_list book "author" %},
        {% related_list house "books" %},
        {% related_list kind "permission_set" %}
    """
    templates = {
        **OVERRIDES,
        "bookrel/django_bookrel/book/author_list.html": "author of a book",
        "bookrel/auth/permission_list.html": "permissions of anything",
    }
    author_with_books(1)
    kind = Permission.objects.first().content_type
    book, house = Book.objects.get(), Publisher.objects.get()
    html = render(source, templates, book=book, house=house, kind=kind)
    assert [part.strip() for part in html.split(",")] == [
        "author of a book",
        "by model",
        "permissions of anything",
    ]


def test_template_has_the_set_the_object_and_the_page():
    templates = {
        "bookrel/related_list.html": (
            "{{ word }} {{ object }}: {{ related.total }} {{ related.relation }}, {{ more_url }}"
        )
    }
    html = render(
        '{% related_list author "books" limit=1 url="/all/" %}|{{ object }}{{ related }}',
        templates,
        author=author_with_books(3),
        word="Hello",
    )
    assert html == "Hello Woolf: 3 books, /all/|"


def test_a_list_in_a_list():
    templates = {
        "bookrel/django_bookrel/author/books_list.html": (
            "{% load bookrel %}{% for book in related %}{{ book }}: "
            '{% related_list book "publishers" %}{% endfor %}after {{ related.total }}'
        ),
        "bookrel/django_bookrel/publisher_list.html": (
            "{% for house in related %}{{ house }}; {% endfor %}"
        ),
    }
    html = render('{% related_list author "books" %}', templates, author=author_with_books(2))
    assert html == "Woolf 0: House; Woolf 1: House; after 2"


def test_nothing_is_kept_between_renderings():
    template = Template(
        '{% load bookrel %}{% related_prefetch authors "books" limit=1 %}'
        '{% for author in authors %}{% related author "books" limit=1 as books %}'
        "{{ books.0 }} {{ books.total }} {% endfor %}"
    )
    authors = [author_with_books(n, f"Author {n}") for n in (1, 2, 3)]
    found = [template.render(Context({"authors": some})) for some in (authors[:2], authors[2:])]
    assert found == ["Author 1 0 1 Author 2 0 2 ", "Author 3 0 3 "]
