"""
Measure django-bookrel against django-import-export and against SQL by hand.

Every run has a process and tables of its own; runs that are compared take turns, and their ratio is
the median over the turns. DATABASE_URL names the database: beside NAME, a database bench_NAME is
made and removed.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django_bookrel.testing.catalogue import HEADER, write_csv

from .parts import ORDERS, write_parts
from .report import Run, machine, measure, write_section
from .sizes import SIZES

OURS, HAND, RIVAL = "django-bookrel", "SQL by hand", "import-export: "
SIMPLE = ("title", "isbn", "author", "publishers", "year", "pages")
ROW_BY_ROW = (
    "default",
    "skip_html_diff",
    "skip_unchanged",
    "skip_diff",
    "skip_diff, CachedInstanceLoader",
    "the same without savepoints",
)
NO_TRANSACTION = "the same without a transaction"
PREFETCHED = ("prefetch", "prefetch, chunk_size=2_000")
NOT_COUNTED = ("fastest, and names in a dictionary", "use_bulk, LOSES all publishers")


@dataclass
class Bench:
    """The experiments: each method measures, prints and returns one section."""

    folder: Path
    rows: int
    rival_rows: int
    turns: int

    def simple(self) -> str:
        path = self.catalogue(self.rows, SIMPLE)
        return self.against_hand("New books with author and publishers (FK + M2M)", path)

    def full(self) -> str:
        path = self.catalogue(self.rows, HEADER)
        return self.against_hand("New books with everything (all columns)", path)

    def against_hand(self, title: str, path: Path) -> str:
        runs = [Run(name, name, path, self.rows) for name in (OURS, HAND)]
        return measure(title, runs, turns=self.turns)

    def rivals(self) -> str:
        few, many = max(100, self.rival_rows // 10), min(self.rows, 10 * self.rival_rows)
        small = self.catalogue(self.rival_rows, SIMPLE)
        runs = [
            Run(OURS, OURS, self.catalogue(many, SIMPLE), many),
            Run(OURS, OURS, small, self.rival_rows),
            *(Run(name, RIVAL + name, small, self.rival_rows) for name in ROW_BY_ROW),
            Run(NO_TRANSACTION, RIVAL + NO_TRANSACTION, self.catalogue(few, SIMPLE), few),
            *(Run(name, RIVAL + name, small, self.rival_rows) for name in NOT_COUNTED),
        ]
        note = (
            "The same columns by django-import-export, with fewer rows as it takes long. The last "
            "two do not count: widgets that keep all names in memory are code of one's own, and "
            "after its bulk mode no book has a publisher."
        )
        return measure("New books, against django-import-export", runs, note=note)

    def again(self) -> str:
        sections = []
        for name, columns in (("FK + M2M", SIMPLE), ("all columns", HEADER)):
            path = self.catalogue(self.rows, columns)
            changed = self.catalogue(self.rows, columns, changed=0.1)
            runs = [
                Run("new", OURS, path, self.rows),
                Run("nothing changed", OURS, path, self.rows, before=path),
                Run("a title in ten changed", OURS, changed, self.rows, before=path),
            ]
            if columns == SIMPLE:
                few, small = self.rival_rows, self.catalogue(self.rival_rows, SIMPLE)
                label = "nothing changed, import-export with skip_unchanged"
                runs.append(Run(label, f"{RIVAL}skip_unchanged", small, few, before=small))
            sections.append(measure(f"The same file again ({name})", runs))
        return "\n".join(sections)

    def order(self) -> str:
        runs = []
        for order in ORDERS:
            path = self.folder / f"{order}.csv"
            write_parts(path, self.rows, order)
            runs.append(Run(order, "parts", path, self.rows))
        return measure("Rows that refer to rows of the file", runs, turns=self.turns)

    def memory(self) -> str:
        few = self.rows // 10
        runs = [
            Run(f"{rows:,} rows", OURS, self.catalogue(rows, HEADER), rows)
            for rows in (few, self.rows)
        ]
        section = measure("Memory does not grow with the file (all columns)", runs)
        peaks = [run.reports[-1]["peak_mb"] for run in runs]
        line = f"Peak memory, {self.rows:,} rows against {few:,}: {peaks[1] / peaks[0]:.2f} x.\n"
        print(line, flush=True)
        return f"{section}\n{line}"

    def sizes(self) -> str:
        sections, peaks = [], []
        for size in SIZES:
            number = round(self.rows * size.share)
            runs = []
            for part in (number // 10, number):
                path = self.folder / f"{part}-{size.what}{size.suffix}"
                with path.open("w", newline="", encoding="utf-8") as file:
                    file.writelines(size.lines(part))
                runs.append(Run(f"{part:,}", "sizes", path, part))
            sections.append(measure(f"Time and memory: {size.what}", runs))
            few, all_ = (run.reports[-1]["peak_mb"] for run in runs)
            peaks.append(f"{all_ / few:.2f} x ({size.what})")
        line = f"Peak memory, ten times as many against a tenth: {', '.join(peaks)}.\n"
        print(line, flush=True)
        return "\n".join([*sections, line])

    def export(self) -> str:
        few = min(self.rows, 10 * self.rival_rows)
        path = self.folder / "export.csv"
        runs = [
            Run(OURS, f"{OURS} export", path, few),
            *(Run(f"{RIVAL}{name}", f"{RIVAL}{name}", path, few) for name in PREFETCHED),
            Run(OURS, f"{OURS} export", self.folder / "all.csv", self.rows),
        ]
        for run in runs:
            run.before = self.catalogue(run.rows, SIMPLE)
        return measure("Export with author and publishers (FK + M2M)", runs, turns=self.turns)

    def catalogue(self, rows: int, columns: Sequence[str], *, changed: float = 0.0) -> Path:
        # Only with ISBNs where a rival is to read it: it finds a book by nothing else.
        path = self.folder / f"{len(columns)}-columns-{rows}-{changed}.csv"
        if not path.exists():
            with path.open("w", newline="", encoding="utf-8") as file:
                isbn_share = 1.0 if columns == SIMPLE else 0.9
                write_csv(file, rows, columns=columns, isbn_share=isbn_share, changed=changed)
        return path


EXPERIMENTS = {
    name: getattr(Bench, name)
    for name in ("simple", "full", "rivals", "again", "order", "memory", "sizes", "export")
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rival-rows", type=int, default=2_000)
    parser.add_argument("--turns", type=int, default=3, help="of what is fast")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    parser.add_argument("experiments", nargs="*", metavar="EXPERIMENT", help=", ".join(EXPERIMENTS))
    arguments = parser.parse_args()
    if unknown := set(arguments.experiments) - EXPERIMENTS.keys():
        parser.error(f"no such experiment: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        database, about = machine(Path(name))
        command = shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]])
        heading = f"{database}, {arguments.rows:,} rows"
        print(f"### {heading}\n\n{about}\n", flush=True)
        bench = Bench(Path(name), arguments.rows, arguments.rival_rows, arguments.turns)
        chosen = arguments.experiments or EXPERIMENTS
        sections = [EXPERIMENTS[experiment](bench) for experiment in chosen]
    if arguments.write:
        write_section(heading, "\n".join([f"`{command}`. {about}\n", *sections]))


if __name__ == "__main__":
    main()
