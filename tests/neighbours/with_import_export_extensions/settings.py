from __future__ import annotations

from tests.neighbours.settings import *  # noqa: F403
from tests.neighbours.settings import INSTALLED_APPS

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "django_filters",
    "import_export_extensions",
    "tests.neighbours.with_import_export_extensions",
]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_STORE_EAGER_RESULT = True
CELERY_RESULT_BACKEND = "cache+memory://"
CELERY_BROKER_URL = "memory://"
STATUS_UPDATE_ROW_COUNT = 100
