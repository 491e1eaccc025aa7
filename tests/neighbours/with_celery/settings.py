from __future__ import annotations

from django.utils.module_loading import import_string

from tests.neighbours.settings import *  # noqa: F403
from tests.neighbours.settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "author",
    "import_export_celery",
    "tests.neighbours.with_celery",
]
MIDDLEWARE = [*MIDDLEWARE, "author.middlewares.AuthorDefaultBackendMiddleware"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
IMPORT_EXPORT_CELERY_INIT_MODULE = "tests.neighbours.with_celery.celery"
IMPORT_EXPORT_CELERY_MODELS = {
    "Book": {
        "app_label": "with_celery",
        "model_name": "Book",
        "resource": lambda: import_string("tests.neighbours.with_celery.resources.BookResource"),
    }
}
