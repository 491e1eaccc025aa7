from __future__ import annotations

from tests.neighbours.settings import *  # noqa: F403
from tests.neighbours.settings import INSTALLED_APPS

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.import_export",
    *INSTALLED_APPS,
    "tests.neighbours.with_unfold",
]
