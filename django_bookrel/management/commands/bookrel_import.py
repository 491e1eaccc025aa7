"""Read catalogue files into the database."""

from __future__ import annotations

from argparse import ArgumentTypeError, BooleanOptionalAction
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, TextIO

from django.core.management.base import CommandError, CommandParser
from django.db import connections
from tqdm import tqdm

from ...bulk import ImportStopped, Rejection, RejectLimit, TableWarning, Totals, counted
from ...endings import Reason
from ...exceptions import InvalidOption
from ...interrupts import Interrupted
from ...outputs import STANDARD, Output, check_outputs, output_file
from ...resources.importing import ImportOptions
from ...resources.loading import Loading, get_resource
from ...showing import shown
from ...sources.arguments import add_reading_arguments, reading_options
from ..arguments import reject_limit, whole_number
from ..databases import committing, database_file
from ..ending import (
    FAILED,
    LIMIT,
    NOTHING_DONE,
    USAGE,
    EndingCommand,
)
from ..reports import OUTPUTS, Reports
from ..summary import as_json, rejection, summary

SHOWN_REJECTIONS = 10
IN, RUN_AGAIN = "The rows counted in the summary were imported", "run it again for the rest"


class Command(EndingCommand):
    help = (
        "Imports catalogue files. Exit status: 0 every row was imported; 1 nothing was "
        "imported; 2 usage error; 3 some rows were rejected; 4 too many rows were rejected; "
        "5 failed midway (run it again); 128 + N ended by signal N, so 130 by Ctrl-C."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options: dict[str, Any] = {"dry_run": False}
        self.loadings: list[Loading] = []

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

    def run(self, *, files: list[str], resource: str | None, **options: Any) -> None:
        for name, least in (("skip", 0), ("limit", 0), ("batch_size", 1)):
            option = "--" + name.replace("_", "-")
            options[name] = whole_number(option, options[name], least)
        options["max_rejects"] = reject_limit(options["max_rejects"])
        self.options, self.loadings = options, list[Loading]()
        with ExitStack() as stack:
            found = get_resource(resource, options["database"])
            self._check_outputs(files, found)
            known = list(found.columns())
            self._check_names(options["keep"], known)
            try:
                reading = reading_options(options, known)
            except ArgumentTypeError as error:
                raise CommandError(str(error), returncode=USAGE) from error
            stack.enter_context(committing(connections[found.get_db_connection_name()]))
            for file in files:
                made = get_resource(resource, options["database"], bulk=options["bulk"])
                choice = {name: options[name] for name in ("atomic", "skip", "limit")}
                loading = Loading(file, made, reading, **choice)
                self.loadings.append(stack.enter_context(loading))
            outputs = {
                name: Output(stack.enter_context(self._output(name)), options[name])
                for name in OUTPUTS
                if options[name]
            }
            # From here on signals wait for the end of a batch.
            stack.enter_context(self.interrupts.held())
            failure = self._import_all(outputs)
        if failure:
            raise failure

    def _output(self, name: str) -> AbstractContextManager[TextIO]:
        return output_file(
            self.options[name], force=self.options["force"], standard=self.out.stream
        )

    def has_written(self) -> bool:
        if self.options["dry_run"]:
            return False
        return any(
            counts.new + counts.updated + counts.deleted
            for counts in (loading.result.counts for loading in self.loadings)
        )

    def _import_all(self, outputs: dict[str, Output]) -> CommandError | None:
        """Import the files, one after the other, and return how the command ends."""
        for number, loading in enumerate(self.loadings, 1):
            try:
                failure = self._import(loading, outputs)
                if failure is None and number < len(self.loadings):
                    self.interrupts.check()
            except Interrupted as error:
                failure = self.failure(error)
            if failure:
                if left := ", ".join(shown(one.name) for one in self.loadings[number:]):
                    failure = CommandError(
                        f"{failure} Not imported: {left}.", returncode=failure.returncode
                    )
                return failure
        rejected = sum(loading.result.counts.rejected for loading in self.loadings)
        failure = rejection(rejected, dry_run=self.options["dry_run"])
        if self.out.failure and not isinstance(self.out.failure, BrokenPipeError):
            done = "Nothing was written." if self.options["dry_run"] else "All rows were imported."
            why = f"{self.out.name}: {self.out.failure.strerror}."
            said = f"{failure or done} The summary is not complete: {why}"
            return CommandError(said, returncode=FAILED)
        return failure

    def _import(self, loading: Loading, outputs: dict[str, Output]) -> CommandError | None:
        """Import one file, say what came of it, and return the failure that ended it."""
        name, first = shown(loading.name), list[Rejection]()
        reports = Reports(
            outputs, loading.header, spreadsheet_safe=self.options["spreadsheet_safe"]
        )

        def rejected(rejections: list[Rejection]) -> None:
            first.extend(rejections[: SHOWN_REJECTIONS - len(first)])
            if reports.rejects:
                reports.rejects(rejections)

        def warned(warnings: list[TableWarning]) -> None:
            with tqdm.external_write_mode(self.err):
                for warning in warnings:
                    self.stderr.write(f"{name}: {warning}")

        def checked() -> None:
            self.interrupts.check()
            reports.check()

        options = {
            name: self.options[name]
            for name in ("existing", "keep", "dry_run", "batch_size", "max_rejects")
        }
        with self._bar(loading, checked) as on_batch:
            loading.options = ImportOptions(
                **options,
                on_warnings=warned,
                on_rejected=rejected,
                on_repairs=reports.repairs,
                on_batch=on_batch,
            )
            failure = self._attempt(loading, reports)
        self._tell(loading, first, failure)
        return failure

    def _tell(self, loading: Loading, first: list[Rejection], failure: CommandError | None) -> None:
        name, result = shown(loading.name), loading.result
        given = [self.options[option] for option in OUTPUTS]
        out = self.stderr if STANDARD in given else self.stdout
        for one in first:
            self.stderr.write(f"{name}, {one}")
        if result.counts.rejected > len({rejection.line for rejection in first}):
            self.stderr.write(f"... {result.counts.rejected:,} rows were rejected in all.")
        if self.options["json"]:
            out.write(as_json(loading.name, result, str(failure or "")))
        else:
            for change in result.changes:
                out.write(f"{name}, {change}")
            out.write(summary(name, result, dry_run=self.options["dry_run"]))

    def _attempt(self, loading: Loading, reports: Reports) -> CommandError | None:
        try:
            reports.check()
            loading.run()
            reports.check()
        except BaseException as error:  # noqa: BLE001 (this is where an import ends)
            return self._stopped(loading, error, reports)
        return None

    def _stopped(self, loading: Loading, error: BaseException, reports: Reports) -> CommandError:
        """Return how an import ends that was stopped."""
        counts = loading.result.counts
        found = self.reason(error)
        said = [f"{shown(loading.name)}: {found.text}"]
        if not isinstance(error, ImportStopped | RejectLimit | KeyboardInterrupt):
            said = [f"{shown(loading.name)}: stopped after {counted(counts.rows, 'row')}: "]
            said[0] += found.text
        for output in reports.outputs:
            if output.failure is not None and output.failure is not error:
                said.append(str(output.failure))
        if found.status != LIMIT:
            said.append(self._what_is_in(found))
        status = found.status or (FAILED if self.has_written() else NOTHING_DONE)
        return CommandError(" ".join(said), returncode=status)

    def _what_is_in(self, found: Reason) -> str:
        again = "run it again after repairing this" if found.is_lasting else RUN_AGAIN
        if self.has_written():
            return f"{IN}; {again}."
        if self.options["dry_run"]:
            return "Nothing was written."
        return f"Nothing was imported; {again}." if found.is_lasting else "Nothing was imported."

    @contextmanager
    def _bar(
        self, loading: Loading, checked: Callable[[], None]
    ) -> Iterator[Callable[[int, int | None, Totals], None]]:
        quiet = self.options["no_progress"] or self.options["verbosity"] == 0
        with tqdm(
            desc=shown(loading.name),
            unit=" rows",
            disable=True if quiet else None,
            file=self.err,
        ) as bar:

            def on_batch(done: int, total: int | None, totals: Totals) -> None:
                bar.total = loading.expected_rows if total is None else total
                bar.update(done - bar.n)
                checked()

            yield on_batch

    def _check_outputs(self, files: Sequence[str], resource: Any) -> None:
        options = self.options
        for name in OUTPUTS:
            if options[name] and len(files) > 1:
                raise CommandError(f"--{name} works with a single FILE only.", returncode=USAGE)
        inputs = dict.fromkeys(files, "the file to import")
        if options["mapping"]:
            inputs[options["mapping"]] = "the mapping file"
        try:
            check_outputs(
                {f"--{name}": options[name] for name in OUTPUTS},
                inputs | database_file(resource),
            )
        except InvalidOption as error:
            raise CommandError(str(error), returncode=USAGE) from error

    @staticmethod
    def _check_names(names: Sequence[str], known: Sequence[str]) -> None:
        for name in names:
            if name not in known:
                raise CommandError(
                    f"--keep {shown(name, 80)}: no such field. The fields are: {', '.join(known)}.",
                    returncode=NOTHING_DONE,
                )
