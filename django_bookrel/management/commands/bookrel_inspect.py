"""Show what an import would read from catalogue files."""

from __future__ import annotations

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import CommandError, CommandParser

from ...conf import conf
from ...exceptions import BookrelError, InvalidOption, MissingColumns
from ...host_formats import host_formats
from ...outputs import check_outputs
from ...resources.importing import ImportOptions
from ...resources.inspecting import rejections
from ...resources.loading import get_resource
from ...showing import shown
from ...sources import Reading, open_source
from ...sources.arguments import add_inspecting_arguments, add_reading_arguments, reading_options
from ...sources.inspection import as_json, inspect, report
from ...sources.mappingfile import mapping_text, write_mapping
from ..databases import database_file
from ..ending import NOTHING_DONE, USAGE, EndingCommand


class Command(EndingCommand):
    help = (
        "Shows what bookrel_import would read from catalogue files: format, encoding, columns, "
        "the first records, and what would be repaired or rejected. Writes no data."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "files",
            nargs="+",
            metavar="FILE",
            help="use - for standard input; .gz and .zip files are unpacked",
        )
        parser.add_argument(
            "--resource", metavar="DOTTED.PATH", help="default: the bundled Book model"
        )
        parser.add_argument("--database", metavar="ALIAS")
        add_reading_arguments(parser)
        add_inspecting_arguments(parser)

    def run(self, *, files: list[str], **options: Any) -> None:
        if options["write_mapping"] and len(files) > 1:
            raise CommandError("--write-mapping works with a single FILE only.", returncode=USAGE)
        resource = get_resource(options["resource"], options["database"])
        self._check_outputs(files, options, resource)
        try:
            reading_as = reading_options(options, list(resource.columns()))
            reading_as["more_sources"] = host_formats()
        except ArgumentTypeError as error:
            raise CommandError(str(error), returncode=USAGE) from error
        failures = [self._inspect(file, resource, reading_as, options) for file in files]
        if said := [failure for failure in failures if failure]:
            raise CommandError("\n".join(said), returncode=NOTHING_DONE)

    def _inspect(
        self, file: str, resource: Any, reading_as: dict[str, Any], options: dict[str, Any]
    ) -> str:
        """Show what is in a file; return why it cannot be imported, or nothing."""
        fields = list(resource.columns())
        plain = resource.plain_columns()
        limited = {"plain": plain, "limits": conf.limits, **reading_as}
        try:
            with open_source(file, fields=fields, required=(), **limited) as reading:
                required = resource.required_columns()
                if options["write_mapping"]:
                    text = mapping_text(reading, reading_as, fields, required)
                    write_mapping(options["write_mapping"], text, force=options["force"])
                missing = [name for name in required if name not in reading.fields]
                found = inspect(reading, rejections(resource, reading))
                if options["json"]:
                    said = as_json(reading, found, missing)
                else:
                    said = "\n".join(report(reading, found, missing))
                self.stdout.write(said)
                self.out.check()
                if missing:
                    return f"{shown(reading.name)}: no column for {', '.join(missing)}."
                return self._unfit(resource, reading)
        except BookrelError as error:
            return str(error)

    @staticmethod
    def _check_outputs(files: list[str], options: dict[str, Any], resource: Any) -> None:
        inputs = dict.fromkeys(files, "the file to read") | database_file(resource)
        if options["mapping"]:
            inputs[options["mapping"]] = "the mapping file that is read"
        try:
            check_outputs({"--write-mapping": options["write_mapping"]}, inputs)
        except InvalidOption as error:
            raise CommandError(str(error), returncode=USAGE) from error

    @staticmethod
    def _unfit(resource: Any, reading: Reading) -> str:
        try:
            resource.check_import(ImportOptions(), reading.fields)
        except MissingColumns as error:
            return f"{shown(reading.name)}: {error}"
        return ""
