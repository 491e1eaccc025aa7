from __future__ import annotations

from tests.neighbours.settings import *  # noqa: F403
from tests.neighbours.settings import DATABASES, INSTALLED_APPS

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
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    INSTALLED_APPS += ["django.contrib.postgres"]
ROOT_URLCONF = "tests.neighbours.with_wagtail.urls"
WAGTAIL_SITE_NAME = "Tests"
WAGTAILADMIN_BASE_URL = "http://testserver"
BOOKREL_HARMLESS_RECEIVERS = ["wagtail.models.i18n.set_locale_on_new_instance"]
