"""
Measure django-bookrel against django-import-export and against SQL by hand.

Every run has a process and tables of its own; runs that are compared take turns, and their ratio is
that of the medians. DATABASE_URL chooses the database, in which bench_NAME is made and removed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django_bookrel.testing.catalogue import write_csv

SIMPLE = ("title", "isbn", "author", "publishers", "year", "pages")


def run(task: str, path: Path, *before: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.task", task, str(path)]
    command += [f"--before={earlier}" for earlier in before]
    environment = os.environ | {"BENCH_FOLDER": str(path.parent)}
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment)
    return json.loads(done.stdout)


def compare(title: str, rows: int, tasks: dict[str, list[Any]], repeat: int) -> None:
    reports: dict[str, list[dict[str, Any]]] = {name: [] for name in tasks}
    for _turn in range(repeat):
        for name, arguments in tasks.items():
            reports[name].append(run(*arguments))
    print(f"\n{title}, {rows:,} rows")
    rates = {
        name: rows / statistics.median(report["seconds"] for report in found)
        for name, found in reports.items()
    }
    first = next(iter(rates.values()))
    for name, found in reports.items():
        last = found[-1]
        print(
            f"  {name:40} {rates[name]:9,.0f} rows/s  ours/this {first / rates[name]:6.2f}  "
            f"CPU {last['cpu']:5.1f} s  {last['peak_mb']:5.0f} MB  "
            f"{last['statements']:6} statements  {last['writes']:6} writes  {last['digest']}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--only", default="a,b")
    arguments = parser.parse_args()
    rows, repeat = arguments.rows, arguments.repeat
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for name in arguments.only.split(","):
            path = Path(folder, f"{name}.csv")
            with path.open("w", newline="", encoding="utf-8") as file:
                if name == "a":
                    write_csv(file, rows, columns=SIMPLE, isbn_share=1)
                else:
                    write_csv(file, rows)
            tasks = {"django-bookrel": ["ours", path], "by hand": ["hand", path]}
            compare(f"New rows, file {name.upper()}", rows, tasks, repeat)


if __name__ == "__main__":
    main()
