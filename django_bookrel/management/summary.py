"""What an import says of a file when it is through with it."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandError

from ..bulk import counted
from ..resources.results import Result
from ..showing import listed, shown
from .ending import SOME_REJECTED

__all__ = ("as_json", "rejection", "summary")

SHOWN_JOINED, GIVEN_PAIRS = 5, 10


def summary(name: str, result: Result, *, dry_run: bool) -> str:
    """Return the account of an import in lines."""
    counts = result.counts
    rate = f", {counts.rows / result.seconds:,.0f} rows/s" if result.seconds else ""
    rows = counted(counts.rows, "row")
    said = ", dry run: nothing was written" if dry_run else ""
    lines = [
        f"{name} ({result.source}): {rows} in {result.seconds:,.1f} s{rate}{said}",
        f"  {counts.new:,} new, {counts.updated:,} updated, {counts.unchanged:,} unchanged, "
        + counted(counts.duplicates, "duplicate")
        + (f", {counts.deleted:,} deleted" if counts.deleted else "")
        + f", {counts.rejected:,} rejected",
    ]
    if result.ignored_columns:
        lines.append(f"  columns not imported: {listed(result.ignored_columns)}")
    if counts.repairs:
        kinds = sorted(counts.repairs.items(), key=lambda item: (-item[1], item[0]))
        said = ", ".join(f"{number:,} {kind}" for kind, number in kinds)
        lines.append(f"  repaired or dropped cells: {said}")
    if counts.joined:
        lines.append(f"  rows joined although they look different: {counts.joined:,}")
        lines += [f"    {name}, {pair}" for pair in result.joined[:SHOWN_JOINED]]
    if result.reasons:
        way_out = "; use --bulk to bypass it" if result.avoidable else ""
        lines.append(f"  saved row by row because {'; '.join(result.reasons)}{way_out}")
    lines += [f"  {note}" for note in result.notes]
    return "\n".join(map(shown, lines))


def as_json(name: str, result: Result, error: str) -> str:
    """
    Return the account of an import as a line of JSON.

    :param error: what ended it early, a sentence, or "".
    """
    counts = result.counts
    said: dict[str, Any] = {
        "file": name,
        "source": result.source,
        "rows": counts.rows,
        "new": counts.new,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "duplicates": counts.duplicates,
        "deleted": counts.deleted,
        "rejected": counts.rejected,
        "ignored_columns": result.ignored_columns,
        "repairs": counts.repairs,
        "joined": {
            "count": counts.joined,
            "pairs": [pair._asdict() for pair in result.joined[:GIVEN_PAIRS]],
        },
        "path": result.path,
        "warnings": list(map(str, result.warnings)),
        "notes": result.notes,
        "error": error,
        "seconds": round(result.seconds, 3),
    }
    return shown(json.dumps(said, ensure_ascii=False), most=None)


def rejection(rejected: int, *, dry_run: bool) -> CommandError | None:
    """Return how a command ends that has rejected rows."""
    if not rejected:
        return None
    rows = counted(rejected, "row")
    said = f"{rows} {'was' if rejected == 1 else 'were'} rejected; all others were imported."
    if dry_run:
        said = f"{rows} would be rejected."
    return CommandError(said, returncode=SOME_REJECTED)
