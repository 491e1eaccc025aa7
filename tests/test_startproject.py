"""A fresh project of ``startproject`` works with one line more, or with the toolkit alone."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import django_bookrel

PACKAGE = Path(django_bookrel.__path__[0])
# What a host adds to what startproject wrote.
LAST_APP = '    "django.contrib.staticfiles",\n'

CATALOGUE = """
import json
from django.contrib.auth.models import User
from django.template import Context, Template
from django.test import Client
from django_bookrel.models import Author

woolf = Author.objects.create(name="Virginia Woolf")
woolf.books.create(title="The Waves", isbn="0-306-40615-2")
client = Client(headers={"host": "localhost"})
client.force_login(User.objects.create_superuser("anna"))
pages = ["author/", "author/add/", f"author/{woolf.pk}/change/", "book/?q=978-0-306-40615-7"]
template = Template('{% load bookrel %}{{ author|related_count:"books" }}')
print(json.dumps({
    "pages": [client.get(f"/admin/django_bookrel/{page}").status_code for page in pages],
    "tag": template.render(Context({"author": woolf})),
}))
"""

MODELS = """
from django.db import models

class Reporter(models.Model):
    name = models.CharField(max_length=70)

class Article(models.Model):
    headline = models.CharField(max_length=100)
    reporter = models.ForeignKey(Reporter, models.CASCADE)

    class Meta:
        ordering = ["headline"]

    def __str__(self):
        return self.headline
"""

ADMIN = """
from django.contrib import admin
from django_bookrel.admin import RelatedInline
from .models import Article, Reporter

class ArticleInline(RelatedInline):
    model = Article

@admin.register(Reporter)
class ReporterAdmin(admin.ModelAdmin):
    inlines = [ArticleInline]
"""

TOOLKIT = """
import json, sys
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.template import Context, Template
from django.test import Client
from news.models import Reporter

john = Reporter.objects.create(name="John Smith")
for headline in ("This is a test", "John's second story"):
    john.article_set.create(headline=headline)
client = Client(headers={"host": "localhost"})
client.force_login(User.objects.create_superuser("anna"))
template = Template(
    '{% load bookrel %}{{ reporter|related_count:"article_set" }}'
    '{% related reporter "article_set" limit=1 as articles %}'
    '{% for article in articles %} {{ article }}{% endfor %} and {{ articles.remaining }} more'
)
print(json.dumps({
    "page": client.get(f"/admin/news/reporter/{john.pk}/change/").status_code,
    "tag": template.render(Context({"reporter": john})),
    "tables": [t for t in connection.introspection.table_names() if t.startswith("django_bookrel")],
    "models": [model.__name__ for model in apps.get_app_config("django_bookrel").get_models()],
    "is_imported": "django_bookrel.models" in sys.modules,
}))
"""


def run(folder: Path, *command: str) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**environment, "PYTHONPATH": str(PACKAGE.parent)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    run(tmp_path, "-m", "django", "startproject", "host", ".")
    return tmp_path


def add_to_settings(project: Path, apps: list[str], settings: str = "") -> None:
    file = project / "host" / "settings.py"
    text = file.read_text().replace("'", '"')
    assert LAST_APP in text
    lines = "".join(f'    "{app}",\n' for app in apps)
    file.write_text(text.replace(LAST_APP, LAST_APP + lines) + settings)


def shell(project: Path, code: str) -> dict[str, Any]:
    return json.loads(run(project, "manage.py", "shell", "--no-imports", "-c", code))


def test_catalogue_with_zero_settings(project: Path):
    add_to_settings(project, ["import_export", "django_bookrel"])
    run(project, "manage.py", "migrate", "--verbosity", "0")
    run(project, "manage.py", "check", "--fail-level", "WARNING")
    run(project, "manage.py", "makemigrations", "--check")
    assert shell(project, CATALOGUE) == {"pages": [200, 200, 200, 200], "tag": "1"}
    (project / "books.csv").write_text('title,author\nThe Years,"WOOLF, Virginia"\n')
    run(project, "manage.py", "bookrel_import", "books.csv")
    exported = run(project, "manage.py", "bookrel_export")
    assert list(csv.reader(exported.splitlines()))[1:] == [
        ["9780306406157", "The Waves", "Virginia Woolf", *[""] * 8],
        ["", "The Years", "Virginia Woolf", *[""] * 8],
    ]


def test_toolkit_without_a_table(project: Path):
    apps = ["import_export", "django_bookrel.apps.ToolkitConfig", "news"]
    add_to_settings(project, apps, '\nMIGRATION_MODULES = {"django_bookrel": None}\n')
    (project / "news").mkdir()
    (project / "news" / "__init__.py").touch()
    (project / "news" / "models.py").write_text(MODELS)
    (project / "news" / "admin.py").write_text(ADMIN)
    run(project, "manage.py", "makemigrations", "news")
    run(project, "manage.py", "migrate", "--verbosity", "0")
    run(project, "manage.py", "check", "--fail-level", "WARNING")
    run(project, "manage.py", "makemigrations", "--check")
    assert shell(project, TOOLKIT) == {
        "page": 200,
        "tag": "2 John&#x27;s second story and 1 more",
        "tables": [],
        "models": [],
        "is_imported": False,
    }
