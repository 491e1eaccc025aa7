from __future__ import annotations

import django
import pytest
from django.conf import settings

import django_bookrel


def pytest_report_header(config: pytest.Config) -> str:
    engine = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    return f"django: {django.__version__} on {engine}; tested: {django_bookrel.__path__[0]}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Beside a server run what uses it; the rest is the same as on SQLite, where it runs."""
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return
    used, others = [], []
    for item in items:
        (used if _uses_database(item) else others).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = used


def _uses_database(item: pytest.Item) -> bool:
    # The last one gives a database to the processes that tests start.
    names = {"db", "transactional_db", "live_server", "database"}
    is_promise = item.path.name == "test_versions.py"
    return is_promise or bool(
        item.get_closest_marker("django_db")
        or names.intersection(getattr(item, "fixturenames", ()))
    )
