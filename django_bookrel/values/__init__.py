"""What values of a model's columns are: in cells of a file, in Python, in the database."""

from __future__ import annotations

from .cells import Cleaner, cleaner
from .defaults import MISSING, Filler, default_of, needs_value, says_nothing_when_empty
from .drivers import from_db, to_db
from .jsons import differ, differs, read_json
from .limits import NOT_OF_A_CELL, Checks, reason_of
from .meaning import defined_in, has_own_meaning, is_plain, is_postgres, value_field
from .moments import in_time_zone
from .scalars import cell_text, plain_text
from .texts import ArrayTexts, from_text, to_text, understood

__all__ = (
    "MISSING",
    "NOT_OF_A_CELL",
    "ArrayTexts",
    "Checks",
    "Cleaner",
    "Filler",
    "cell_text",
    "cleaner",
    "default_of",
    "defined_in",
    "differ",
    "differs",
    "from_db",
    "from_text",
    "has_own_meaning",
    "in_time_zone",
    "is_plain",
    "is_postgres",
    "needs_value",
    "plain_text",
    "read_json",
    "reason_of",
    "says_nothing_when_empty",
    "to_db",
    "to_text",
    "understood",
    "value_field",
)
