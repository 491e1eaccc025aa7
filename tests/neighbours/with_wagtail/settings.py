from __future__ import annotations

from tests.neighbours.settings import *  # noqa: F403
from tests.neighbours.settings import INSTALLED_APPS, NoMigrations

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
MIGRATION_MODULES = NoMigrations()
BOOKREL_HARMLESS_RECEIVERS = ["wagtail.models.i18n.set_locale_on_new_instance"]
