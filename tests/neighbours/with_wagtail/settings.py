from __future__ import annotations

from typing import Any

from tests.neighbours.settings import *  # noqa: F403
from tests.neighbours.settings import INSTALLED_APPS

INSTALLED_APPS = [
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.users",
    "wagtail.search",
    "wagtail.sites",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    *INSTALLED_APPS,
    "tests.neighbours.with_wagtail",
]
ROOT_URLCONF = "tests.neighbours.with_wagtail.urls"
WAGTAIL_SITE_NAME = "Tests"
WAGTAILADMIN_BASE_URL = "http://testserver"


class _None:
    """For every app: its tables are made without its migrations, of which there are many."""

    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> Any:
        return None


MIGRATION_MODULES = _None()
BOOKREL_HARMLESS_RECEIVERS = ["wagtail.models.i18n.set_locale_on_new_instance"]
