"""Every page, over the files of data/: ``python manage.py test``."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.test import SimpleTestCase, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, resolve, reverse

from bookshop.templatetags.bookshop import cite, life, parts, year
from django_bookrel.isbn import format_isbn, isbn10
from django_bookrel.models import Author, Book, Publisher, Series, SeriesEntry, Subject
from newsroom.models import Article, Reporter, Topic
from newsroom.resources import ArticleResource, ReporterResource

DATA = Path(__file__).parent / "data"
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
LISTS = ("books", "authors", "publishers", "series_list", "subjects", "search", "home")
VOID = {"input", "link", "meta"}


class Page(HTMLParser):
    """The structure of a page, and what is wrong with it although it looks right."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        self._judge()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes another element")

    def values(self, name: str) -> list[str]:
        return [value for found, value in self.attributes if found == name]

    def _judge(self) -> None:
        levels = [int(tag[1]) for tag in self.tags if tag in {"h1", "h2", "h3", "h4"}]
        if levels.count(1) != 1 or any(b > a + 1 for a, b in pairwise(levels)) or levels[0] != 1:
            self.faults.append(f"headings {levels}")
        ids = self.values("id")
        if len(ids) != len(set(ids)):
            self.faults.append(f"ids {ids}")
        if not {*self.values("for"), *self.values("aria-labelledby")} <= set(ids):
            self.faults.append("a label of nothing")
        if len(self.values("for")) != self.tags.count("input"):
            self.faults.append("an input without label")
        self.faults += [f"{tag} is not there once" for tag in ("main", "title", "nav", "footer")
                        if self.tags.count(tag) != 1 and tag != "nav"]


class PageTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        for resource in (ReporterResource, ArticleResource):
            path = DATA / f"{resource.Meta.model.__name__.lower()}s.csv"
            name = f"{resource.__module__}.{resource.__name__}"
            call_command("bookrel_import", str(path), resource=name, no_progress=True)
        call_command("bookrel_import", str(DATA / "catalogue.csv"), no_progress=True)
