from __future__ import annotations

import signal
from typing import Any

import django
import hypothesis
import pytest
from django.conf import settings
from django.db import connection

import django_bookrel
from tests.adminpages import odyssey, record, wilson  # noqa: F401 (fixtures)
from tests.commandline import good, mixed, run  # noqa: F401 (fixtures)
from tests.exported import book  # noqa: F401 (fixtures)
from tests.hostcode import connect, empty_ran  # noqa: F401 (fixtures)
from tests.hosts.legacy import tables
from tests.named import named, spellings  # noqa: F401 (fixtures)
from tests.processes import catalogue, database, empty_tables, start  # noqa: F401 (fixtures)

# The same examples in every run, so that a run says something about a change; more of them by
# ``pytest --hypothesis-profile=thorough``, other ones each time.
hypothesis.settings.register_profile("quick", max_examples=60, deadline=None, derandomize=True)
hypothesis.settings.register_profile("thorough", max_examples=3_000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("quick")


# Tests that a shell runs in the background ignore Ctrl-C, and so would the processes they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header(config: pytest.Config) -> str:
    engine = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    return f"django: {django.__version__} on {engine}; tested: {django_bookrel.__path__[0]}"


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name no test after bytes: what gzip and zip pack holds the time of day."""
    return argname if isinstance(val, bytes) else None


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


@pytest.fixture(scope="session")
def legacy(django_db_setup: None, django_db_blocker: Any) -> frozenset[str]:
    """Make the tables of the host "legacy" once; give the names of those that this database has."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        is_mariadb = connection.vendor == "mysql" and connection.mysql_is_mariadb
        statements = tables.statements(connection.vendor, is_mariadb=is_mariadb)
        for statement in statements:
            cursor.execute(statement)
    return tables.names(statements)
