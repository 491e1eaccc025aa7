"""The import engine: cleaned rows into the database, a constant number of statements a batch."""

from __future__ import annotations

from .batch import UNSET, Batch, Candidate, ForNew, Policy, Rejection
from .cells import Cleaner, cleaner
from .changes import Change, Changes
from .checking import reason_of
from .collecting import rare_collections
from .empties import needs_value, says_nothing_when_empty
from .engine import Engine, RowMaker
from .executing import BulkSaver
from .layout import (
    Children,
    Column,
    Details,
    ForeignKey,
    Identity,
    Layout,
    Reference,
    lookup_column,
    said_column,
)
from .meaning import has_own_meaning, is_plain, is_postgres, value_field
from .moments import in_time_zone
from .plan import Joined, Plan
from .planning import Planner
from .querylog import unlogged
from .reading import read_pages
from .report import RejectLimit, Report, Totals
from .resolve import Pending
from .retrying import all_or_nothing, tried_again
from .saving import NotYet, Outcome, PlanWriter, is_of_the_row, rejections_of
from .texts import ArrayTexts, cell_text, from_text, plain_text, to_text, understood
from .transactions import Transactions
from .writers import get_writer

__all__ = (
    "UNSET",
    "ArrayTexts",
    "Batch",
    "BulkSaver",
    "Candidate",
    "Change",
    "Changes",
    "Children",
    "Cleaner",
    "Column",
    "Details",
    "Engine",
    "ForNew",
    "ForeignKey",
    "Identity",
    "Joined",
    "Layout",
    "NotYet",
    "Outcome",
    "Pending",
    "Plan",
    "PlanWriter",
    "Planner",
    "Policy",
    "Reference",
    "RejectLimit",
    "Rejection",
    "Report",
    "RowMaker",
    "Totals",
    "Transactions",
    "all_or_nothing",
    "cell_text",
    "cleaner",
    "from_text",
    "get_writer",
    "has_own_meaning",
    "in_time_zone",
    "is_of_the_row",
    "is_plain",
    "is_postgres",
    "lookup_column",
    "needs_value",
    "plain_text",
    "rare_collections",
    "read_pages",
    "reason_of",
    "rejections_of",
    "said_column",
    "says_nothing_when_empty",
    "to_text",
    "tried_again",
    "understood",
    "unlogged",
    "value_field",
)
