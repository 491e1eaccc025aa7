"""Runs in processes of their own, tables of what they gave, and the place of these in README.md."""

from __future__ import annotations

import json
import os
import platform
import re
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ("Run", "machine", "measure", "write_section")

README = Path(__file__).with_name("README.md")
HEADER = ("", "rows", "rows/s", "ours is", "CPU", "peak memory", "statements", "writes", "result")


@dataclass
class Run:
    """One thing to measure; ``reports`` has what each turn of it gave."""

    label: str
    task: str
    path: Path
    rows: int
    before: Path | None = None
    reports: list[dict[str, Any]] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    """By turn, how many times as fast the run was with which it took turns."""

    def take_turn(self) -> None:
        """Measure once more."""
        arguments = [self.task, str(self.path)]
        if self.before:
            arguments.append(f"--before={self.before}")
        self.reports.append(child(arguments, self.path.parent))
        print(f"  {self.label}: {self.reports[-1]['seconds']:.1f} s", file=sys.stderr, flush=True)

    @property
    def rate(self) -> float:
        """Rows a second on the last turn."""
        return self.rows / self.reports[-1]["seconds"]

    @property
    def digest(self) -> str:
        """What the tables or the file held in the end."""
        return self.reports[-1]["digest"]


def child(arguments: Sequence[str], folder: Path) -> dict[str, Any]:
    """Return the JSON that a process of ``benchmarks.task`` prints."""
    command = [sys.executable, "-m", "benchmarks.task", *arguments]
    environment = os.environ | {"BENCH_FOLDER": str(folder)}
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment)
    return json.loads(done.stdout)


def measure(title: str, runs: Sequence[Run], *, turns: int = 1, note: str = "") -> str:
    """
    Take turns, print the table and return it.

    The first run is what the others are compared with: it takes its turn before each of theirs.
    """
    print(f"{title} ...", file=sys.stderr, flush=True)
    first = runs[0]
    for run in list(runs[1:]) * turns:
        first.take_turn()
        run.take_turn()
        run.ratios.append(first.rate / run.rate)
    lines = [HEADER, *(_cells(run, runs) for run in runs)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ("-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])))
    table = "\n".join(
        "| "
        + " | ".join([cells[0].ljust(widths[0]), *map(str.rjust, cells[1:], widths[1:])])
        + " |"
        for cells in lines
    )
    section = "\n\n".join(filter(None, [f"#### {title}", note, table])) + "\n"
    print(section, flush=True)
    return section


def _cells(run: Run, runs: Sequence[Run]) -> tuple[str, ...]:
    last = run.reports[-1]
    seconds = statistics.median(report["seconds"] for report in run.reports)
    ratio = statistics.median(run.ratios) if run.ratios else None
    twin = next(other for other in runs if other.path == run.path)
    result = "" if twin is run else "equal" if twin.digest == run.digest else "DIFFERENT"
    return (
        run.label,
        f"{run.rows:,}",
        f"{run.rows / seconds:,.0f}",
        "" if ratio is None else f"{ratio:.2f} x" if ratio < 10 else f"{ratio:.0f} x",
        f"{last['cpu'] / run.rows * 1e6:,.0f} us/row",
        f"{max(report['peak_mb'] for report in run.reports):,.0f} MB",
        f"{last['statements']:,}",
        f"{last['writes']:,}",
        result,
    )


def machine(folder: Path) -> tuple[str, str]:
    """Return the database's name, and a line about commit, versions and machine."""
    found = child(["versions"], folder)
    return found["database"], f"Commit {_commit()}; {found['versions']}; {_hardware()}."


def _commit() -> str:
    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=README.parent, capture_output=True, text=True
        )
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "../django_bookrel")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + (" with changes" if changed else "")


def _hardware() -> str:
    info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.*)", info.read_text()) if info.exists() else []
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{os.cpu_count()} cores of {name}"


def write_section(heading: str, text: str) -> None:
    """Put a section into README.md, in the place of the one with the same heading."""
    before = README.read_text(encoding="utf-8")
    section = f"### {heading}\n\n{text.strip()}\n"
    old = re.compile(rf"^### {re.escape(heading)}\n.*?(?=^### |\Z)", re.DOTALL | re.MULTILINE)
    if old.search(before):
        after = old.sub(lambda _match: section + "\n", before)
    else:
        after = f"{before.rstrip()}\n\n{section}"
    README.write_text(after.rstrip() + "\n", encoding="utf-8")
