"""What the projects have in common; the environment variable DATABASE_URL chooses the database."""

from __future__ import annotations

from typing import Any

from tests import settings as ours
from tests.settings import (  # noqa: F401
    DEFAULT_AUTO_FIELD,
    MIDDLEWARE,
    PASSWORD_HASHERS,
    SECRET_KEY,
    STATIC_URL,
    TEMPLATES,
    USE_TZ,
)


class NoMigrations:
    """For ``MIGRATION_MODULES``: tables are made as the models are, in a fraction of the time."""

    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


DATABASES = {"default": ours.DATABASES["default"]}
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "import_export",
    "django_bookrel",
]
ROOT_URLCONF = "tests.urls"
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MIGRATION_MODULES: Any = NoMigrations()
