from __future__ import annotations

from tests.neighbours.settings import *  # noqa: F403
from tests.neighbours.settings import INSTALLED_APPS

INSTALLED_APPS = [
    "modeltranslation",
    *INSTALLED_APPS,
    "tests.neighbours.with_modeltranslation",
]
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "German")]
