"""``python -m django_bookrel.sources FILE``: show what would be read."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ..exceptions import SourceError
from .base import BOOK_FIELDS
from .inspection import report
from .opening import open_source


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m django_bookrel.sources",
        description="Show what an import would read from a catalogue file.",
    )
    parser.add_argument(
        "file", metavar="FILE", help='"-" is standard input; .gz and .zip are unpacked'
    )
    parser.add_argument("--source", metavar="NAME", help="format; by default it is recognised")
    parser.add_argument(
        "--map",
        metavar="FIELD=COLUMN",
        action="append",
        default=[],
        help="where a column goes, for example author=Creator or identifiers:goodreads=Book Id",
    )
    parser.add_argument("--encoding")
    parser.add_argument("--delimiter", help="one character, or comma, semicolon, tab, pipe")
    parser.add_argument("--no-header", action="store_true", help="the first row is data")
    parser.add_argument("--columns", metavar="A,B", help="names of the columns without a header")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run the command.

    :returns: exit status: 0, or 1 with one sentence on standard error if the file is unreadable.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    mapping: dict[str, list[str]] = {}
    for text in options.map:
        target, separator, column = text.partition("=")
        if not separator:
            parser.error(f'--map takes FIELD=COLUMN, not "{text}"')
        mapping.setdefault(target.strip(), []).append(column)
    try:
        with open_source(
            options.file,
            fields=BOOK_FIELDS,
            source=options.source,
            mapping=mapping,
            encoding=options.encoding,
            delimiter=options.delimiter,
            header=not options.no_header,
            columns=options.columns.split(",") if options.columns else None,
        ) as reading:
            for line in report(reading):
                print(line)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
