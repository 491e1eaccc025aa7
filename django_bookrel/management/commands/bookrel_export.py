"""Write the catalogue to a file that ``bookrel_import`` reads again."""

from __future__ import annotations

import os
import signal
import sys
from argparse import BooleanOptionalAction
from pathlib import Path
from typing import Any, TextIO, cast

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from ...bulk import counted
from ...exceptions import BookrelError
from ...resources.exporting import Exporter, output_file
from ...resources.formats import FORMATS
from ...resources.loading import get_resource
from ...showing import shown
from ..parsing import ParsingCommand

BROKEN_PIPE = 128 + signal.SIGPIPE
"""Exit status of programs whose reader went away."""

LISTS = ("__in", "__range")
"""Look-ups that take several values."""


class Command(ParsingCommand):
    help = "Exports books with all their relations to a CSV, TSV, JSON Lines or XLSX file."

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

    def handle(
        self, *, file: str, resource: str | None, database: str | None, **options: Any
    ) -> None:
        try:
            exporter = Exporter(
                get_resource(resource, database),
                fields=[f.strip() for f in options["fields"].split(",")]
                if options["fields"]
                else None,
                filters=self._filters(options["filter"]),
                spreadsheet_safe=options["spreadsheet_safe"],
            )
            quiet = options["no_progress"] or not options["verbosity"]
            with (
                output_file(file, force=options["force"]) as output,
                tqdm(total=exporter.count(), unit=" rows", disable=True if quiet else None) as bar,
            ):
                target = cast("TextIO", self.stdout._out) if file == "-" else output
                written = exporter.write(
                    target,
                    options["format"] or self._format(file),
                    bar.update,
                )
        except (BookrelError, ImproperlyConfigured) as error:
            raise CommandError(shown(error)) from error
        except BrokenPipeError:
            # The reader has had enough, as `head` has. What Python flushes at its end goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(BROKEN_PIPE) from None
        if file != "-":
            self.stderr.write(f"{shown(file)}: {counted(written, 'row')}")

    @staticmethod
    def _filters(texts: list[str]) -> dict[str, str | list[str]]:
        filters: dict[str, str | list[str]] = {}
        for text in texts:
            lookup, sign, value = text.partition("=")
            if not sign:
                raise CommandError(
                    f"--filter {shown(text, 80)}: expected LOOKUP=VALUE.", returncode=2
                )
            lookup = lookup.strip()
            filters[lookup] = value.split(",") if lookup.endswith(LISTS) else value
        return filters

    @staticmethod
    def _format(file: str) -> str:
        suffix = Path(file).suffix.lower()
        return next((name for name, kind in FORMATS.items() if suffix in kind.suffixes), "csv")
