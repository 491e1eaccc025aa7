"""
Commands that end before their time, at random: what they say of it is held against the database.

    DATABASE_URL=sqlite:////tmp/endings.sqlite3 python -m tests.endings --count 500 --seed 1

Each is a process of its own: an import of one or two files or an export, on pipes, devices and
closed outputs, with signals at any moment. The database that the URL names is emptied every time.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import django
from django.core.management import call_command, execute_from_command_line

ROWS = 1_500
BAD = 50
"""Every 50th row is rejected."""
FAST_S = 0.6
"""About how long a command takes."""
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGKILL")
OUTPUTS = (
    *("", "", "| head -c {count}", "| true", ">&-", ">/dev/full"),
    *("2>&-", "2>/dev/full", ">&- 2>&-", "2>&1 | head -c {count}"),
)
ENVIRONMENTS: tuple[dict[str, str], ...] = (
    *({}, {}, {}, {"PYTHONIOENCODING": "ascii"}),
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
)


@dataclass
class Case:
    """One command, how it is started and what ends it."""

    number: int
    folder: Path
    command: str = "bookrel_import"
    files: list[Path] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    rejects: Path | None = None
    redirection: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    signals: list[tuple[float, str]] = field(default_factory=list)
    memory: int = 0
    """Limit of the address space in MB beside what is there at the start; 0 is none."""

    def __str__(self) -> str:
        parts = [self.command, *map(repr, self.options), self.redirection, str(self.environment)]
        sent = [f"{name} after {after:.2f} s" for after, name in self.signals]
        limit = f"{self.memory} MB" if self.memory else ""
        return f"#{self.number}: " + " ".join(filter(None, [*parts, *sent, limit]))


def isbn(number: int) -> str:
    twelve = f"978{number:09}"
    weighed = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(twelve))
    return f"{twelve}{-weighed % 10}"


def write_catalogue(path: Path, first: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["title", "isbn", "author", "year"])
        for number in range(first, first + ROWS):
            title = "" if number % BAD == 7 else f"Tïtle {number}"
            writer.writerow([title, isbn(number), f"Author {number % 90}", "1999"])


def draw(number: int, seed: int, folder: Path) -> Case:
    """Draw a case."""
    chance = random.Random(f"{seed} {number}")
    case = Case(number, folder)
    case.redirection = chance.choice(OUTPUTS).format(count=chance.choice([1, 20, 200, 5_000]))
    case.environment = chance.choice(ENVIRONMENTS)
    if chance.random() < 0.25:
        case.command = "bookrel_export"
        kind = chance.choice(["-", "out.csv", "out.jsonl", "out.xlsx", "/dev/null", "/dev/full"])
        case.options = [kind if kind in {"-"} or "/" in kind else str(folder / kind)]
    else:
        _draw_import(case, chance)
    if chance.random() < 0.6:
        times = sorted(chance.uniform(0, FAST_S) for _ in range(chance.choice([1, 1, 2])))
        case.signals = [(time, chance.choice(SIGNALS)) for time in times]
    elif chance.random() < 0.15:
        case.memory = chance.randrange(4, 60)
    return case


def _draw_import(case: Case, chance: random.Random) -> None:
    names = chance.sample([b"a.csv", b"b \xe9.csv", b"c\xff.csv"], chance.choice([1, 1, 2]))
    for number, name in enumerate(names):
        path = case.folder / os.fsdecode(name)
        write_catalogue(path, number * ROWS)
        case.files.append(path)
    case.options = ["--batch-size", chance.choice(["50", "200", "2000"])]
    case.options += [o for o in ("--json", "--atomic", "--bulk") if chance.random() < 0.3]
    if len(names) == 1 and chance.random() < 0.6:
        kind = chance.choice(["new", "new", "old", "link", "/dev/full", "/dev/null"])
        case.rejects = Path(kind) if "/" in kind else case.folder / "rejects.csv"
        if kind == "old":
            case.rejects.write_text("old")
        if kind == "link":
            case.rejects.symlink_to(case.folder / "elsewhere.csv")
        case.options += ["--rejects", str(case.rejects), "--force"]
    if len(names) == 1 and chance.random() < 0.25:
        case.redirection = f"< {shlex.quote(str(case.files[0]))} {case.redirection}"
        case.options.insert(0, "-")
    else:
        case.options[:0] = map(str, case.files)


@dataclass
class Found:
    """What a command left behind."""

    status: int
    out: str
    err: str


def run(case: Case) -> Found:
    """Run a command in a shell, and send it what ends it."""
    temporary, ready = case.folder / "tmp", case.folder / "ready"
    temporary.mkdir()
    out, err, status = (case.folder / name for name in ("out", "err", "status"))
    words = [sys.executable, "-m", "tests.endings", case.command, *case.options, "--no-progress"]
    line = " ".join(shlex.quote(word) for word in words)
    # Outputs go to files unless the case has other ideas; the status is that of our command.
    script = f"{{ {line}; echo $? >{status}; }} >{out} 2>{err}"
    if case.redirection:
        first, bar, rest = case.redirection.partition("|")
        script = f"{{ {line} {first}; echo $? >{status}; }} "
        script += f"2>{err} | {rest.strip()} >{out}" if bar else f">{out} 2>{err}"
    environment = os.environ | case.environment | {"TMPDIR": str(temporary), "READY": str(ready)}
    environment["MEMORY"] = str(case.memory)
    process = subprocess.Popen(["bash", "-c", script], env=environment, start_new_session=True)
    if case.signals:
        _send(case, process, ready, status)
    process.wait(timeout=120)
    while not status.exists() or not status.read_text():
        time.sleep(0.01)
    texts = [path.read_text(errors="replace") if path.exists() else "" for path in (out, err)]
    return Found(int(status.read_text()), *texts)


def _send(case: Case, process: subprocess.Popen[bytes], ready: Path, status: Path) -> None:
    while not ready.exists() or not ready.read_text():
        if process.poll() is not None:
            return
        time.sleep(0.005)
    begun, number = time.monotonic(), int(ready.read_text())
    for after, name in case.signals:
        time.sleep(max(0, begun + after - time.monotonic()))
        if not status.exists():
            try:
                os.kill(number, getattr(signal, name))
            except ProcessLookupError:
                return


def complaints(case: Case, found: Found) -> list[str]:
    """Return in what the command and the database disagree."""
    said = []
    # Before the command is begun and after it has ended signals are Python's.
    if "Traceback" in found.err and not case.memory:
        said.append("a traceback")
    was_killed = found.status == 128 + signal.SIGKILL
    left = [p.name for p in (case.folder / "tmp").iterdir()]
    if left and not was_killed:
        said.append(f"left {left}")
    beside = [p.name for p in case.folder.iterdir() if p.name.startswith(".")]
    if beside and not was_killed:
        said.append(f"left {beside}")
    check = _import_complaints if case.command == "bookrel_import" else _export_complaints
    return said + check(case, found)


def _import_complaints(case: Case, found: Found) -> list[str]:
    from django_bookrel.models import Book, ImportRecord

    said, books = [], Book.objects.count()
    records = list(ImportRecord.objects.order_by("pk"))
    good = sum(1 for number in range(ROWS * len(case.files)) if number % BAD != 7)
    if found.status == 1 and books:
        said.append(f"status 1, but {books} books are in")
    if found.status in {0, 3} and books != good:
        said.append(f"status {found.status}, but {books} books of {good} are in")
    # Where nothing can be allocated Python, or a library, may abort.
    aborted = {128 + signal.SIGABRT} if case.memory else set()
    if found.status not in {0, 1, 3, 5, 128 + 9, 130, 143, 129} | aborted:
        said.append(f"status {found.status}")
    running = [record for record in records if record.status == "running"]
    if found.status != 128 + 9:
        at_once = "at once" in found.err or "at once" in found.out
        if running and not case.memory and not at_once:
            said.append(f"{len(running)} records are running")
        if not running and sum(record.new for record in records) != books and not at_once:
            said.append(f"records say {[record.new for record in records]}, {books} books are in")
    lines = [line for line in found.out.splitlines() if line.startswith('{"file')]
    is_whole = not any(part in case.redirection for part in ("2>&1", "head"))
    if "--json" in case.options and is_whole:
        new = sum(json.loads(line)["new"] for line in lines if line.endswith("}"))
        if lines and len(lines) == len(records) and new != books and found.status != 128 + 9:
            said.append(f"the summary says {new}, {books} books are in")
    return said + _rejects_complaints(case, found) + _settling_complaints(case)


def _rejects_complaints(case: Case, found: Found) -> list[str]:
    from django_bookrel.models import Book, ImportRecord

    path = case.rejects
    if not case.files[0].exists() or sum(1 for _ in case.files[0].open()) != ROWS + 1:
        return ["the input was changed"]
    begun = ImportRecord.objects.exists()
    if path is None or path.is_char_device() or found.status in {1, 128 + 9} or not begun:
        return []
    if not path.exists() or path.read_text() == "old":
        return ["no rejects"]
    if (case.folder / "elsewhere.csv").exists() and not path.is_symlink():
        return ["the link was replaced"]
    with path.open(newline="") as file:
        rejected = list(csv.DictReader(file))
    if found.status == 3 and len(rejected) + Book.objects.count() != ROWS:
        return [f"{len(rejected)} rejects"]
    return []


def _settling_complaints(case: Case) -> list[str]:
    from django_bookrel.models import ImportRecord
    from django_bookrel.resources import load

    one = case.folder / "one.csv"
    one.write_text("title\nOne\n")
    load(one)
    left = ImportRecord.objects.filter(status="running").count()
    return [f"{left} records are running after another import"] if left else []


def _export_complaints(case: Case, found: Found) -> list[str]:
    target = case.options[0]
    path = Path(target)
    if path.is_char_device() or target == "-":
        return []
    if found.status == 0 and not path.exists():
        return ["status 0, but no file"]
    if path.exists() and path.suffix == ".csv":
        with path.open(newline="") as file:
            if (rows := sum(1 for _ in csv.reader(file)) - 1) != ROWS:
                return [f"{rows} rows of {ROWS} are in the file"]
    if found.status not in {0, 1, 5, 128 + 9, 130, 143, 129, 141}:
        return [f"status {found.status}"]
    return []


def empty() -> None:
    from django_bookrel.models import Author, Book, ImportRecord, Publisher

    for model in (Book, Author, Publisher, ImportRecord):
        model._base_manager.all().delete()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int)
    given = parser.parse_args()
    from django_bookrel.resources import load

    call_command("migrate", verbosity=0)
    statuses: Counter[str] = Counter()
    bad = 0
    for number in [given.only] if given.only else range(1, given.count + 1):
        with tempfile.TemporaryDirectory(prefix="endings-") as name:
            empty()
            case = draw(number, given.seed, Path(name))
            if case.command == "bookrel_export":
                write_catalogue(Path(name, "source.csv"), 0)
                text = Path(name, "source.csv").read_text().replace("\n,", "\nNo title,")
                Path(name, "source.csv").write_text(text)
                load(Path(name, "source.csv"))
            found = run(case)
            statuses[f"{case.command} {found.status}"] += 1
            wrong = complaints(case, found)
            if given.only:
                print(case, found.out, found.err, sep="\n")
            if wrong:
                bad += 1
                print(
                    f"{case}\n  status {found.status}: {'; '.join(wrong)}\n  {found.err[-1500:]}",
                    flush=True,
                )
    print(f"{sum(statuses.values())} endings, {bad} of them wrong:", dict(sorted(statuses.items())))
    return bool(bad)


def child() -> None:
    """Run a command as ``manage.py`` does, and say when it begins."""
    from django.conf import settings

    _ = settings.DATABASES
    django.setup()
    if memory := int(os.environ["MEMORY"]):
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        limit = used + memory * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    from django_bookrel.management.commands import bookrel_export, bookrel_import  # noqa: F401

    ready = Path(os.environ["READY"])
    ready.with_suffix(".new").write_text(str(os.getpid()))
    ready.with_suffix(".new").replace(ready)
    execute_from_command_line()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    if len(sys.argv) > 1 and sys.argv[1].startswith("bookrel_"):
        child()
    else:
        django.setup()
        sys.exit(main())
