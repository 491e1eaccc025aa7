"""The parts of the import engine for rows of a host, without a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django_bookrel.bulk import Batch, Changes, Engine, Policy, Report, Totals, get_writer
from django_bookrel.bulk.batch import Candidate
from django_bookrel.bulk.relations import Reference
from django_bookrel.bulk.resolve import Names
from django_bookrel.resources import RelationalResource
from django_bookrel.resources.rowpath.paths import ImportPath, import_path
from django_bookrel.sources import Record

Row = Mapping[str, Any]


def parts(
    resource: type[RelationalResource],
    names: Sequence[str],
    *,
    existing: str = "update",
    keep: Iterable[str] = (),
    dry_run: bool = False,
) -> ImportPath:
    """Make what an import of these columns consists of."""
    made = resource()
    layout = made.layout(names)
    changes = Changes(layout, get_writer("default"), 10) if dry_run else None
    policy = Policy(existing, frozenset(keep))
    return import_path(made, layout, policy, clears=True, checked=True, changes=changes)


def records(rows: Iterable[Row], line: int = 2) -> list[Record]:
    return [Record(n, dict(row), list(row.values())) for n, row in enumerate(rows, line)]


def batch_of(path: ImportPath, rows: Iterable[Row], line: int = 2) -> Batch:
    """Clean rows, of which none is rejected."""
    batch, rejections = path.rows.clean(records(rows, line))
    assert rejections == []
    return batch


def run(path: ImportPath, rows: Iterable[Row], *, batch_size: int) -> Totals:
    """Import rows; return what became of how many."""
    report = Report(Totals())
    Engine(path.transactions, path.rows, report, batch_size=batch_size).run(records(rows))
    return report.totals


def counts(totals: Totals) -> dict[str, int]:
    """Give the totals that are not zero."""
    return dict(
        +Counter({name: n for name, n in vars(totals).items() if name not in ("repairs", "failed")})
    )


@dataclass
class OtherRows:
    """What a planner may ask of the rest of a file."""

    made: set[Candidate] = field(default_factory=set)
    """What rows make that were not rejected so far."""
    planned: set[Candidate] = field(default_factory=set)
    """What rows make by which a dry run has come."""
    promised: set[Names] = field(default_factory=set)
    """What they create by naming it."""
    is_over: bool = False

    def will_make(self, candidate: Candidate) -> bool:
        return candidate in self.made

    def has_made(self, candidate: Candidate) -> bool:
        return candidate in self.planned

    def has_promised(self, reference: Reference, names: Names) -> bool:
        return names in self.promised
