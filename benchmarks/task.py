"""One measured run in a process of its own: ``python -m benchmarks.task``; prints JSON."""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.db.backends.utils import CursorWrapper  # noqa: E402

from django_bookrel.bulk import Totals  # noqa: E402
from django_bookrel.resources import BookResource, load  # noqa: E402
from django_bookrel.resources.exporting import Exporter  # noqa: E402
from django_bookrel.resources.rejects import RejectsWriter  # noqa: E402

from . import contents, handwritten, rivals, trees  # noqa: E402


def export(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        Exporter(BookResource(), fields=rivals.COLUMNS).write(file, "csv")


def load_all(path: Path) -> None:
    """Import a file, however many rows are rejected, and write these to another one."""

    def never(totals: Totals) -> bool:
        return False

    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file)) if path.suffix == ".csv" else []
    with path.with_suffix(".rejects").open("w", encoding="utf-8", newline="") as rejects:
        load(path, max_rejects=never, on_rejected=RejectsWriter(rejects, header))


IMPORTS: dict[str, Callable[[Path], Any]] = {
    "django-bookrel": load,
    "SQL by hand": handwritten.load,
    "parts": trees.load_parts,
    "sizes": load_all,
    **{f"import-export: {name}": run for name, run in rivals.IMPORTS.items()},
}
EXPORTS: dict[str, Callable[[Path], Any]] = {
    "django-bookrel export": export,
    **{f"import-export: {name}": run for name, run in rivals.EXPORTS.items()},
}


class Statements:
    """
    Counts what is sent to the database; an ``executemany`` is one statement, a COPY too.

    It looks on below ``execute_wrapper()``: while somebody wraps statements no COPY is used.
    """

    def __init__(self) -> None:
        self.count = self.writes = 0
        send, note = CursorWrapper._execute_with_wrappers, self.note

        def noting(cursor: Any, sql: str, *args: Any, **kwargs: Any) -> Any:
            note(sql)
            return send(cursor, sql, *args, **kwargs)

        CursorWrapper._execute_with_wrappers = noting
        if connection.vendor == "postgresql":
            self._note_copies()

    def note(self, sql: str) -> None:
        self.count += 1
        # The record of the import is none of the catalogue; "WHERE 0" is how a lock is taken.
        writes = (
            sql.startswith(("INSERT", "UPDATE", "DELETE", "COPY")) and "importrecord" not in sql
        )
        self.writes += writes and not sql.endswith("WHERE 0")

    def _note_copies(self) -> None:
        """Count COPY, which goes past Django."""
        from psycopg import Cursor

        original = Cursor.copy

        def copy(cursor: Any, statement: Any, *args: Any, **kwargs: Any) -> Any:
            self.note(str(statement))
            return original(cursor, statement, *args, **kwargs)

        Cursor.copy = copy


def measure(run: Callable[[Path], Any], path: Path) -> dict[str, Any]:
    statements = Statements()
    started, cpu = time.perf_counter(), time.process_time()
    run(path)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "seconds": seconds,
        "cpu": cpu,
        "peak_mb": peak / (2**20 if sys.platform == "darwin" else 2**10),
        "statements": statements.count,
        "writes": statements.writes,
    }


def versions() -> dict[str, str]:
    with connection.cursor() as cursor:
        name = "sqlite_version()" if connection.vendor == "sqlite" else "version()"
        cursor.execute(f"SELECT {name}")
        said = cursor.fetchone()[0].split(" (")[0].split(" on ")[0].split("-")[0]
    packages = ["Django", "django-import-export"]
    packages += {"postgresql": ["psycopg"]}.get(connection.vendor, [])
    database = said if said.startswith("Postgre") else f"{connection.display_name} {said}"
    return {
        "database": database,
        "versions": ", ".join(
            [f"Python {platform.python_version()}"] + [f"{p} {version(p)}" for p in packages]
        ),
    }


TASKS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "versions": lambda path: versions(),
    **{
        name: lambda path, run=run: measure(run, path) | {"digest": contents.of_tables()}
        for name, run in IMPORTS.items()
    },
    **{
        name: lambda path, run=run: measure(run, path) | {"digest": contents.of_file(path)}
        for name, run in EXPORTS.items()
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("path", type=Path, nargs="?")
    parser.add_argument("--before", type=Path, help="a catalogue that is there already")
    arguments = parser.parse_args()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        if arguments.before:
            load(arguments.before)
        report = TASKS[arguments.task](arguments.path)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
