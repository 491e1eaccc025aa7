"""``python -m django_bookrel.sources FILE``: show what would be read."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ..endings import BROKEN_PIPE, reason
from ..exceptions import InvalidOption
from ..interrupts import Interrupts
from ..outputs import check_outputs
from ..streams import Stream
from .arguments import add_inspecting_arguments, add_reading_arguments, reading_options
from .base import BOOK_FIELDS
from .inspection import as_json, inspect, report
from .mappingfile import mapping_text, write_mapping
from .opening import open_source

_REQUIRED = ("title",)
_MOST_DIGITS = 18


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m django_bookrel.sources",
        description="Show what an import would read from a catalogue file.",
    )
    parser.add_argument(
        "file", metavar="FILE", help="use - for standard input; .gz and .zip files are unpacked"
    )
    add_reading_arguments(parser)
    add_inspecting_arguments(parser)
    parser.add_argument(
        "--limits",
        action="append",
        default=[],
        metavar="NAME=NUMBER",
        help="change a limit on what is read, as in the setting BOOKREL_LIMITS: columns=5000; "
        "repeatable",
    )
    return parser


def _limits(texts: Sequence[str]) -> dict[str, int]:
    limits = {}
    for text in texts:
        name, _, number = text.partition("=")
        if not number.isdecimal() or len(number) > _MOST_DIGITS:
            raise argparse.ArgumentTypeError(f"--limits {text}: expected --limits NAME=NUMBER.")
        limits[name.strip()] = int(number)
    return limits


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run the command.

    :returns: exit status: 0, or 1 with one sentence on standard error if the file is unreadable.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    out, err = Stream(sys.stdout, "standard output"), Stream(sys.stderr, "standard error")
    try:
        with Interrupts():
            return _show(given, out)
    except argparse.ArgumentTypeError as error:
        parser.error(str(error))
    except BrokenPipeError:
        # The reader has had enough, as `head` has.
        return BROKEN_PIPE
    except BaseException as error:
        found = reason(error)
        if found is None:
            raise
        err.write(f"{found.text}\n")
        return found.status or 1


def _show(given: argparse.Namespace, out: Stream) -> int:
    inputs = {given.file: "the file to read"}
    if given.mapping:
        inputs[given.mapping] = "the mapping file that is read"
    try:
        check_outputs({"--write-mapping": given.write_mapping}, inputs)
    except InvalidOption as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    options = reading_options(vars(given), BOOK_FIELDS)
    limits = _limits(given.limits)
    with open_source(given.file, required=(), limits=limits, **options) as reading:
        if given.write_mapping:
            text = mapping_text(reading, options, BOOK_FIELDS, _REQUIRED)
            write_mapping(given.write_mapping, text, force=given.force)
        missing = [name for name in _REQUIRED if name not in reading.fields]
        found = inspect(reading)
        lines = (
            [as_json(reading, found, missing)] if given.json else report(reading, found, missing)
        )
        out.write("".join(f"{line}\n" for line in lines))
        out.check()
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
