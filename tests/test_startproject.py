"""A fresh project works with what README.md and the quick start show, typed as it stands."""

from __future__ import annotations

import csv
import gzip
import re
import shutil
from pathlib import Path

import pytest

from tests.typed import CHECKOUT, Project, check_requirement, of_page, of_readme

BOOKS = 'isbn,title,author\n9780306406157,The Waves,Virginia Woolf\n,The Years,"WOOLF, Virginia"\n'
EXPORT = "Title;Writer;OCLC\nOrlando;Virginia Woolf;123\n"
ARTICLES = "slug,headline,reporter,topics\na,This is a test,john@example.com,Law|Art\nb,Another,"
ARTICLES += "john@example.com,\n"

CATALOGUE = """
import json
from django.contrib.auth.models import User
from django.template import Context, Template
from django.test import Client
from django_bookrel.models import Author

woolf = Author.objects.get_by_natural_key("Virginia Woolf")
client = Client(headers={"host": "localhost"})
client.force_login(User.objects.get(is_superuser=True))
pages = ["author/", "author/add/", f"author/{woolf.pk}/change/", "book/?q=978-0-306-40615-7"]
template = Template('{% load bookrel %}{{ author|related_count:"books" }}')
print(json.dumps({
    "pages": [client.get(f"/admin/django_bookrel/{page}").status_code for page in pages],
    "tag": template.render(Context({"author": woolf})),
}))
"""

OWN = """
import json, sys
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, RequestFactory
from newspaper.views import reporters
from novels.models import House, Novel, Person

client = Client(headers={"host": "localhost"})
client.force_login(User.objects.get(is_superuser=True))
page = reporters(RequestFactory().get("/")).content.decode()
print(json.dumps({
    "novels": list(Novel.objects.values_list("title", "author__name", "houses__name")),
    "admin": client.get(f"/admin/novels/novel/{Novel.objects.get().pk}/change/").status_code,
    "page": [text in page for text in ("john@example.com (2)", "This is a test", "Another")],
    "tables": [t for t in connection.introspection.table_names() if t.startswith("django_bookrel")],
    "models": [model.__name__ for model in apps.get_app_config("django_bookrel").get_models()],
    "is_imported": "django_bookrel.models" in sys.modules,
}))
"""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = Project(tmp_path_factory.mktemp("fresh"))
    project.command("startproject", "host", ".")
    project.run()
    return project.folder


@pytest.fixture
def project(fresh: Path, tmp_path: Path) -> Project:
    return Project(Path(shutil.copytree(fresh, tmp_path, dirs_exist_ok=True)))


def check(project: Project) -> None:
    project.command("check", "--fail-level", "WARNING")
    project.command("makemigrations", "--check")
    project.run()


def test_readme_as_a_catalogue(project: Project):
    project.write("books.csv", BOOKS)
    project.follow(of_readme("### As a catalogue"))
    check(project)
    assert project.shell(CATALOGUE) == {"pages": [200, 200, 200, 200], "tag": "2"}
    project.write("export.csv", EXPORT)
    (project.folder / "catalogue.csv.gz").write_bytes(gzip.compress(BOOKS.encode()))
    project.follow(of_readme("## Import and export"))
    with (project.folder / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1:] == [
            ["9780306406157", "The Waves", "Virginia Woolf", *[""] * 8],
            ["", "The Years", "Virginia Woolf", *[""] * 8],
        ]


def test_readme_with_your_own_models(project: Project):
    project.write("novels.csv", "title,author,publishers\nOrlando,Virginia Woolf,Hogarth Press\n")
    project.write("articles.csv", ARTICLES)
    project.follow(of_readme("### With your own models"))
    check(project)
    assert project.shell(OWN) == {
        "novels": [["Orlando", "Virginia Woolf", "Hogarth Press"]],
        "admin": 200,
        "page": [True, True, True],
        "tables": [],
        "models": [],
        "is_imported": False,
    }


def test_quickstart(project: Project):
    project.follow(of_page("quickstart.rst", "A catalogue"))
    counted = "from django_bookrel.models import Book; print(Book.objects.count())"
    assert project.shell(counted) == 3


@pytest.mark.parametrize("heading", ["Your own models", "Without the bundled tables"])
def test_quickstart_without_the_catalogue(project: Project, heading: str):
    project.follow(of_page("quickstart.rst", heading))


def test_extras():
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    text += (CHECKOUT / "docs" / "quickstart.rst").read_text(encoding="utf-8")
    found = re.findall(r'pip install "([^"]+)"', text)
    assert len(found) == 3
    for requirement in found:
        check_requirement(requirement)
