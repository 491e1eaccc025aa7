"""An error of the database as a sentence for people."""

from __future__ import annotations

import re

from .errors import Blame, TableError, about, blame_for, causes, diagnosed, lacked

__all__ = ("said_of",)

BEGINNINGS = {
    Blame.ROW: "The database rejected the row",
    Blame.CONNECTION: "The database failed",
    Blame.AGAIN: "The database was busy",
}
LACKED = "The table {table} needs a value for its column {column}, which the model does not have."
SENTENCES = {
    "The table {table} has no column {column}.": (
        r'column "(?P<column>.+?)" of relation "(?P<table>.+?)" does not exist',
        r'column t\."?(?P<column>[^"]+?)"? does not exist',
        r"Unknown column '(?:t\.)?(?P<column>.+?)' in '(?!NEW|OLD)",
        r"table (?P<table>.+) has no column named (?P<column>.+)",
        r"no such column: (?:t\.)?(?P<column>[^.]+)$",
    ),
    "The table {table} does not exist.": (
        r'relation "(?P<table>.+?)" does not exist',
        r"Table '(?:[^.']+\.)?(?P<table>.+?)' doesn't exist",
        r"no such table: (?:main\.)?(?P<table>.+)",
    ),
    "The table {table} may not be {verb} by this user.": (
        r"permission denied for (?:foreign )?(?:table|view|relation) (?P<table>.+)",
        r"command denied to user .+ (?:for|in) table (?:`.+?`\.)?[`'](?P<table>.+?)[`']",
    ),
    LACKED: (r"Field '(?P<column>.+?)' doesn't have a default value",),
    "The database is read-only.": (
        r"read-only transaction|READ ONLY transaction|--read-only|--super-read-only",
        r"attempt to write a readonly database",
    ),
}
PATTERNS = [(re.compile(p), sentence) for sentence, some in SENTENCES.items() for p in some]
PLACE = re.compile(r"^COPY .*, (?P<place>column .*)$", re.MULTILINE)
REPEATING = ("23502", "23514", "44000")
"""Of what is null or fails a check the detail is the row, which is known."""
LINE = re.compile(r" at row \d+$")
"""Rows of a statement: the row that is rejected was alone in it."""


def said_of(error: BaseException, vendor: str) -> str:
    """
    Return a sentence, in one line, on an error of the database.

    Of a row it has the constraint or the value, of a table its name and what it lacks.
    """
    if isinstance(error, TableError):
        return str(error)
    blame, message = blame_for(error, vendor), _message(error)
    if blame is not Blame.TABLE:
        return f"{BEGINNINGS[blame]}: {message}"
    subject = about(error)
    known = {"table": subject.table, "verb": subject.verb} if subject else {}
    if column := lacked(error):
        return LACKED.format(column=column, **known)
    for pattern, sentence in PATTERNS:
        if found := pattern.search(message):
            try:
                return sentence.format_map(known | found.groupdict())
            except KeyError:
                break
    return f"The database rejects {known.get('table', 'the table')}: {message}"


def _message(error: BaseException) -> str:
    """Return the server's own words, without codes and what repeats the statement."""
    if text := diagnosed(error, "message_primary"):
        detail = diagnosed(error, "message_detail")
        if detail and diagnosed(error, "sqlstate") not in REPEATING:
            text = f"{text}: {detail}"
        if place := PLACE.search(diagnosed(error, "context")):
            text = f"{text} ({place['place']})"
    else:
        args = next(causes(error)).args
        is_numbered = len(args) == 2 and isinstance(args[0], int)
        text = LINE.sub("", str(args[1])) if is_numbered else str(error)
    return " ".join(text.split())
