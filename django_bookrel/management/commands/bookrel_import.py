"""Read catalogue files into the database."""

from __future__ import annotations

import json
import re
from argparse import ArgumentTypeError, BooleanOptionalAction
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TextIO

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser
from django.db import Error
from tqdm import tqdm

from ...bulk import ImportStopped, Rejection, RejectLimit, TableWarning, Totals, counted
from ...exceptions import BookrelError, SourceError
from ...resources.exporting import output_file
from ...resources.importing import ImportOptions
from ...resources.loading import Loading, get_resource
from ...resources.rejects import RejectsWriter
from ...resources.repairs import RepairsWriter
from ...resources.results import Result
from ...showing import listed, shown
from ...sources.arguments import add_reading_arguments, reading_options
from ..interrupts import Interrupts
from ..parsing import ParsingCommand

SHOWN_REJECTIONS = 10
SHOWN_JOINED = 5
OUTPUTS = ("rejects", "repairs")
"""Options that name a file for something of one FILE."""

IN, RUN_AGAIN = "The rows counted in the summary were imported", "run it again for the rest"
NOTHING_DONE, USAGE, SOME_REJECTED, LIMIT, FAILED, INTERRUPTED = 1, 2, 3, 4, 5, 130


class Command(ParsingCommand):
    help = (
        "Imports catalogue files. Exit status: 0 every row was imported; 1 nothing was "
        "imported; 2 usage error; 3 some rows were rejected; 4 too many rows were rejected; "
        "5 failed midway (run it again); 130 interrupted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        packed = "use - for standard input; .gz and .zip files are unpacked"
        add("files", nargs="+", metavar="FILE", help=packed)
        add_reading_arguments(parser)
        add("--resource", metavar="DOTTED.PATH", help="default: the bundled Book model")
        add(
            "--existing",
            choices=("update", "fill", "skip"),
            default="update",
            help="what to do with existing records: update them, only fill in blanks, or skip them",
        )
        add("--keep", action="append", default=[], metavar="FIELD", help="never change this field")
        add("--max-rejects", metavar="N|P%", help="abort once more rows than this are rejected")
        add("--rejects", metavar="FILE", help="write rejected rows to this CSV file")
        add("--repairs", metavar="FILE", help="write repaired cells to this CSV file")
        add(
            "--spreadsheet-safe",
            action=BooleanOptionalAction,
            default=True,
            help="put an apostrophe before text in these files that a spreadsheet would run as a "
            "formula; an import of the rejected rows removes it",
        )
        add("--skip", default=0, metavar="N", help="skip the first N records")
        add("--limit", metavar="N", help="read at most N records")
        add("-n", "--dry-run", action="store_true", help="show what would change; write nothing")
        add("--atomic", action="store_true", help="import each file in a single transaction")
        add("--bulk", action="store_true", help="write in bulk, bypassing save() and signals")
        add("--batch-size", metavar="N", help="rows per transaction")
        add("--database", metavar="ALIAS")
        add("--json", action="store_true", help="print one JSON object per file")
        add("--no-progress", action="store_true")
        add("--force", action="store_true", help="overwrite the --rejects and --repairs files")

    def handle(self, *, files: list[str], resource: str | None, **options: Any) -> None:
        for name, least in (("skip", 0), ("limit", 0), ("batch_size", 1)):
            options[name] = _number(name, options[name], least)
        options["max_rejects"] = _limit(options["max_rejects"])
        _check_outputs(files, options)
        failure = None
        try:
            known = list(get_resource(resource, options["database"]).columns())
            self._check_names(options["keep"], known)
            reading = reading_options(options, known)
            with ExitStack() as stack:
                loadings = [
                    stack.enter_context(
                        Loading(
                            file,
                            get_resource(resource, options["database"], bulk=options["bulk"]),
                            reading,
                            atomic=options["atomic"],
                            skip=options["skip"],
                            limit=options["limit"],
                        )
                    )
                    for file in files
                ]
                outputs = {
                    name: stack.enter_context(output_file(options[name], force=options["force"]))
                    for name in OUTPUTS
                    if options[name]
                }
                for loading in loadings:
                    if failure := self._run(loading, options, outputs):
                        break
        except ArgumentTypeError as error:
            raise CommandError(str(error), returncode=USAGE) from error
        except (BookrelError, ImproperlyConfigured) as error:
            raise CommandError(shown(error), returncode=NOTHING_DONE) from error
        rejected = sum(loading.result.counts.rejected for loading in loadings)
        if failure := failure or _rejection(rejected, dry_run=options["dry_run"]):
            raise failure

    def _run(
        self, loading: Loading, options: dict[str, Any], outputs: dict[str, TextIO]
    ) -> CommandError | None:
        """Import one file, say what came of it, and return the failure that ended it."""
        name, first = shown(loading.name), list[Rejection]()
        rejects, repairs = _writers(outputs, loading, is_safe=options["spreadsheet_safe"])

        def rejected(rejections: list[Rejection]) -> None:
            first.extend(rejections[: SHOWN_REJECTIONS - len(first)])
            if rejects is not None:
                rejects(rejections)

        def warned(warnings: list[TableWarning]) -> None:
            with tqdm.external_write_mode():
                for warning in warnings:
                    self.stderr.write(f"{name}: {warning}")

        with self._bar(loading, options) as on_batch:
            loading.options = ImportOptions(
                existing=options["existing"],
                keep=options["keep"],
                dry_run=options["dry_run"],
                batch_size=options["batch_size"],
                max_rejects=options["max_rejects"],
                on_warnings=warned,
                on_rejected=rejected,
                on_repairs=repairs,
                on_batch=on_batch,
            )
            failure = self._attempt(loading)
        for rejection in first:
            self.stderr.write(f"{name}, {rejection}")
        result = loading.result
        if result.counts.rejected > len({rejection.line for rejection in first}):
            self.stderr.write(f"... {result.counts.rejected:,} rows were rejected in all.")
        if options["json"]:
            said = json.dumps(_as_json(loading.name, result), ensure_ascii=False)
            self.stdout.write(shown(said, most=None))
        else:
            for change in result.changes:
                self.stdout.write(f"{name}, {change}")
            self.stdout.write(_summary(name, result, dry_run=options["dry_run"]))
        return failure

    @staticmethod
    def _attempt(loading: Loading) -> CommandError | None:
        name = shown(loading.name)
        try:
            loading.run()
        except RejectLimit as error:
            return CommandError(f"{name}: {error}", returncode=LIMIT)
        except KeyboardInterrupt:
            said = f"{name}: interrupted. {IN}; {RUN_AGAIN}."
            return CommandError(said, returncode=INTERRUPTED)
        except ImportStopped as error:
            again = "run it again after repairing this" if error.is_lasting else RUN_AGAIN
            return CommandError(f"{name}: {error} {IN}; {again}.", returncode=FAILED)
        except (Error, BookrelError) as error:
            done = loading.result.counts
            unread = isinstance(error, SourceError) and not done.new + done.updated
            return CommandError(
                f"{name}: stopped after {counted(done.rows, 'row')}: {shown(error)} {IN}; "
                f"{RUN_AGAIN}.",
                returncode=NOTHING_DONE if unread else FAILED,
            )
        return None

    @contextmanager
    def _bar(
        self, loading: Loading, options: dict[str, Any]
    ) -> Iterator[Callable[[int, int | None, Totals], None]]:
        quiet = options["no_progress"] or options["verbosity"] == 0
        disable = True if quiet else None
        with (
            Interrupts() as interrupts,
            tqdm(desc=shown(loading.name), unit=" rows", disable=disable) as bar,
        ):

            def on_batch(done: int, total: int | None, totals: Totals) -> None:
                bar.total = loading.expected_rows if total is None else total
                bar.update(done - bar.n)
                interrupts.check()

            yield on_batch

    @staticmethod
    def _check_names(names: Sequence[str], known: Sequence[str]) -> None:
        for name in names:
            if name not in known:
                raise CommandError(
                    f"--keep {shown(name, 80)}: no such field. The fields are: {', '.join(known)}.",
                    returncode=NOTHING_DONE,
                )


def _writers(
    outputs: dict[str, TextIO], loading: Loading, *, is_safe: bool
) -> tuple[RejectsWriter | None, RepairsWriter | None]:
    rejects = repairs = None
    if "rejects" in outputs:
        rejects = RejectsWriter(outputs["rejects"], loading.header, spreadsheet_safe=is_safe)
    if "repairs" in outputs:
        repairs = RepairsWriter(outputs["repairs"], spreadsheet_safe=is_safe)
    return rejects, repairs


def _number(name: str, text: str | int | None, least: int) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"\d+", str(text).strip(), re.ASCII) or int(text) < least:
        option = "--" + name.replace("_", "-")
        raise CommandError(
            f"{option} {shown(text, 80)}: expected a whole number of at least {least}.",
            returncode=USAGE,
        )
    return int(text)


def _check_outputs(files: Sequence[str], options: dict[str, Any]) -> None:
    for name in OUTPUTS:
        if options[name] and len(files) > 1:
            raise CommandError(f"--{name} works with a single FILE only.", returncode=USAGE)
    if options["rejects"] and options["rejects"] == options["repairs"]:
        raise CommandError("--rejects and --repairs must name different files.", returncode=USAGE)


def _limit(text: str | None) -> Callable[[Totals], bool] | None:
    if text is None:
        return None
    if not (found := re.fullmatch(r"(\d+)(%?)", text.strip())):
        raise CommandError(
            f"--max-rejects {shown(text, 80)}: expected a number of rows or a percentage "
            "such as 5%.",
            returncode=USAGE,
        )
    number, share = int(found[1]), found[2]
    if share:
        return lambda totals: totals.rejected * 100 > number * totals.rows
    return lambda totals: totals.rejected > number


def _rejection(rejected: int, *, dry_run: bool) -> CommandError | None:
    if not rejected:
        return None
    rows = counted(rejected, "row")
    said = f"{rows} {'was' if rejected == 1 else 'were'} rejected; all others were imported."
    if dry_run:
        said = f"{rows} would be rejected."
    return CommandError(said, returncode=SOME_REJECTED)


def _summary(name: str, result: Result, *, dry_run: bool) -> str:
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


def _as_json(name: str, result: Result) -> dict[str, Any]:
    counts = result.counts
    return {
        "file": name,
        "source": result.source,
        "rows": counts.rows,
        "new": counts.new,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "duplicates": counts.duplicates,
        "rejected": counts.rejected,
        "ignored_columns": result.ignored_columns,
        "repairs": counts.repairs,
        "joined": {
            "count": counts.joined,
            "pairs": [pair._asdict() for pair in result.joined[:SHOWN_REJECTIONS]],
        },
        "path": result.path,
        "warnings": list(map(str, result.warnings)),
        "notes": result.notes,
        "seconds": round(result.seconds, 3),
    }
