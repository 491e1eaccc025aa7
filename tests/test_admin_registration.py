"""Who registers what with the admin, whatever the order of INSTALLED_APPS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

import django_bookrel

PACKAGE = Path(django_bookrel.__path__[0])
CONTRIB = ("django.contrib.auth", "django.contrib.contenttypes")
ADMIN = "django.contrib.admin"
OWN = """
from django.contrib import admin
from django_bookrel.admin import AuthorAdmin
from django_bookrel.models import Author
@admin.register(Author)
class OwnAdmin(AuthorAdmin):
    pass
"""
BY_HAND = """
from django.contrib import admin
from django_bookrel.admin import register
from django_bookrel.models import Author, Book
register(Author, Book)
"""
# Prints what the site has of ours, and whether our models were imported.
START = """
import json, sys
import django
from django.conf import settings
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3"}},
    **json.loads(sys.argv[1]),
)
django.setup()
import django_bookrel.admin
from django.apps import apps
from django.contrib import admin
found = admin.site._registry if apps.is_installed("django.contrib.admin") else {}
registry = {
    model.__name__: type(page).__name__
    for model, page in found.items()
    if model._meta.app_label == "django_bookrel"
}
print(json.dumps([registry, "django_bookrel.models" in sys.modules]))
"""
DEFAULTS = {
    name: f"{name}Admin"
    for name in (
        "Alias",
        "Author",
        "Book",
        "Contribution",
        "Identifier",
        "ImportRecord",
        "Publisher",
        "RejectedRow",
        "Series",
        "SeriesEntry",
        "Subject",
    )
}


def start(folder: Path, host_admin: str, **settings: Any) -> tuple[dict[str, str], bool]:
    (folder / "host").mkdir()
    (folder / "host" / "__init__.py").touch()
    (folder / "host" / "admin.py").write_text(host_admin)
    path = os.pathsep.join([str(folder), str(PACKAGE.parent)])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", START, json.dumps(settings)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert (done.returncode, done.stderr) == (0, "")
    registry, has_models = json.loads(done.stdout)
    return registry, has_models


@pytest.mark.parametrize(
    "order", list(permutations((ADMIN, "django_bookrel", "host"))), ids=" ".join
)
def test_a_host_registers_its_own(order: tuple[str, ...], tmp_path: Path):
    registry, _has_models = start(tmp_path, OWN, INSTALLED_APPS=[*CONTRIB, *order])
    assert registry == DEFAULTS | {"Author": "OwnAdmin"}


@pytest.mark.parametrize(
    "apps, settings, host_admin, expected",
    [
        pytest.param((ADMIN,), {"BOOKREL_REGISTER_ADMIN": False}, "", {}, id="switched off"),
        pytest.param(
            (ADMIN,),
            {"BOOKREL_REGISTER_ADMIN": False},
            BY_HAND,
            {"Author": "AuthorAdmin", "Book": "BookAdmin"},
            id="by hand",
        ),
        pytest.param(
            ("django.contrib.admin.apps.SimpleAdminConfig",), {}, "", {}, id="no autodiscovery"
        ),
        pytest.param((), {}, "", {}, id="no admin"),
    ],
)
def test_defaults_are_not_forced(
    apps: tuple[str, ...],
    settings: dict[str, Any],
    host_admin: str,
    expected: dict[str, str],
    tmp_path: Path,
):
    installed = [*CONTRIB, *apps, "django_bookrel", "host"]
    registry, _has_models = start(tmp_path, host_admin, INSTALLED_APPS=installed, **settings)
    assert registry == expected


def test_without_models_of_ours(tmp_path: Path):
    installed = [*CONTRIB, ADMIN, "django_bookrel.apps.ToolkitConfig", "host"]
    assert start(tmp_path, "", INSTALLED_APPS=installed) == ({}, False)
