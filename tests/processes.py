"""Commands as processes, with a database of their own beside the test database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import call_command
from django.db import connection, connections

from django_bookrel.models import Book, ImportRecord
from django_bookrel.testing.catalogue import HEADER, generate
from tests.importing import write_csv

OURS, THEIRS = "processes", "second_session"
"""Two connections to the database of the processes."""

ROWS = 2_400
BATCH = 50

on_sqlite = connection.vendor == "sqlite"


class Run(NamedTuple):
    status: int
    out: dict[str, Any] | None
    err: str


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[str]:
    """Make the database and give its URL."""
    with django_db_blocker.unblock():
        if on_sqlite:
            name = str(tmp_path_factory.mktemp("database") / "db.sqlite3")
            url = f"sqlite:///{name}"
        else:
            name = f"{connection.settings_dict['TEST']['NAME']}_processes"
            url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
            _on_server(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
        for alias in (OURS, THEIRS):
            connections.settings[alias] = {**connections.settings["default"], "NAME": name}
        call_command("migrate", "django_bookrel", database=OURS, verbosity=0)
        connections[OURS].close()
        yield url
        for alias in (OURS, THEIRS):
            disconnect(alias)
            del connections[alias], connections.settings[alias]
        if not on_sqlite:
            _on_server(f"DROP DATABASE {name}")


def disconnect(alias: str) -> None:
    connections[alias].close()
    if connections[alias].settings_dict["OPTIONS"].get("pool"):
        connections[alias].close_pool()


def _on_server(*statements: str) -> None:
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def empty(alias: str) -> None:
    options = {"interactive": False, "inhibit_post_migrate": True, "verbosity": 0}
    call_command("flush", database=alias, **options)
    connections[alias].close()


@pytest.fixture
def empty_tables(database: str, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield
        for alias in (OURS, THEIRS):
            connections[alias].close()
        empty(OURS)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.csv"
    return write_csv(path, generate(ROWS), HEADER)


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(database: str) -> Iterator[Start]:
    """Start an import, or another command, as a process of its own."""
    running: list[subprocess.Popen[str]] = []

    def start(
        *args: object,
        command: Sequence[str] = ("bookrel_import", "--json"),
        options: str = "",
        module: str = "django",
    ) -> subprocess.Popen[str]:
        environment = os.environ | {
            "DATABASE_URL": database + options,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", module, *command, *map(str, args)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def finish(process: subprocess.Popen[str]) -> Run:
    out, err = process.communicate(timeout=300)
    return Run(process.returncode, json.loads(out) if out else None, err)


def wait_for_batches(process: subprocess.Popen[str], batches: int = 3) -> None:
    """Wait until so many batches are committed, and not yet all."""
    while Book.objects.using(OURS).count() < batches * BATCH:
        assert process.poll() is None, finish(process)
        time.sleep(0.01)
    assert process.poll() is None


def last_record() -> dict[str, Any]:
    names = ("status", "rows", "new", "updated", "message")
    return ImportRecord.objects.using(OURS).values(*names).latest("pk")
