"""Write the catalogue to a file that ``bookrel_import`` reads again."""

from __future__ import annotations

from argparse import BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from ...bulk import counted
from ...exceptions import InvalidFilter, InvalidOption
from ...outputs import STANDARD, check_outputs, output_file
from ...resources.exporting import Exporter
from ...resources.formats import FORMATS
from ...resources.loading import get_resource
from ...showing import shown
from ..databases import database_file
from ..ending import USAGE, EndingCommand

LISTS = ("__in", "__range")
"""Look-ups that take several values."""


class Command(EndingCommand):
    help = "Exports books with all their relations to a CSV, TSV, JSON Lines or XLSX file."

    is_standard, written = False, 0

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="default: stdout")
        parser.add_argument(
            "--resource", metavar="DOTTED.PATH", help="default: the bundled Book model"
        )
        parser.add_argument(
            "--format", choices=FORMATS, help="default: from the file name, else csv"
        )
        parser.add_argument("--fields", metavar="A,B", help="columns to write, in this order")
        parser.add_argument(
            "--filter",
            action="append",
            default=[],
            metavar="LOOKUP=VALUE",
            help="export matching records only, e.g. year__gte=1990 or isbn__in=A,B; repeatable",
        )
        parser.add_argument(
            "--spreadsheet-safe",
            action=BooleanOptionalAction,
            default=False,
            help="put an apostrophe before text that a spreadsheet would run as a formula",
        )
        parser.add_argument("--database", metavar="ALIAS")
        parser.add_argument("--force", action="store_true", help="overwrite FILE")
        parser.add_argument("--no-progress", action="store_true")

    def run(self, *, file: str, resource: str | None, database: str | None, **options: Any) -> None:
        found = get_resource(resource, database)
        try:
            check_outputs({"FILE": file}, database_file(found))
        except InvalidOption as error:
            raise CommandError(str(error), returncode=USAGE) from error
        try:
            exporter = Exporter(
                found,
                fields=[f.strip() for f in options["fields"].split(",")]
                if options["fields"]
                else None,
                filters=self._filters(options["filter"]),
                spreadsheet_safe=options["spreadsheet_safe"],
            )
        except InvalidFilter as error:
            raise CommandError(str(error), returncode=USAGE) from error
        quiet = options["no_progress"] or not options["verbosity"]
        bar = tqdm(
            total=exporter.count(),
            unit=" rows",
            disable=True if quiet else None,
            file=self.err,
        )
        self.is_standard, self.written = file == STANDARD, 0

        def on_page(number: int) -> None:
            self.written += number
            bar.update(number)

        with (
            output_file(file, force=options["force"], standard=self.out.stream) as output,
            bar,
        ):
            written = exporter.write(output, options["format"] or self._format(file), on_page)
        if not self.is_standard:
            self.stderr.write(f"{shown(file)}: {counted(written, 'row')}")

    def has_written(self) -> bool:
        # A file takes its place when it is complete.
        return self.is_standard and bool(self.written)

    @staticmethod
    def _filters(texts: list[str]) -> dict[str, str | list[str]]:
        filters: dict[str, str | list[str]] = {}
        for text in texts:
            lookup, sign, value = text.partition("=")
            if not sign:
                raise CommandError(
                    f"--filter {shown(text, 80)}: expected LOOKUP=VALUE.", returncode=USAGE
                )
            lookup = lookup.strip()
            filters[lookup] = value.split(",") if lookup.endswith(LISTS) else value
        return filters

    @staticmethod
    def _format(file: str) -> str:
        suffix = Path(file).suffix.lower()
        return next((name for name, kind in FORMATS.items() if suffix in kind.suffixes), "csv")
