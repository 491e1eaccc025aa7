"""The import engine: cleaned rows into the database, a constant number of statements a batch."""

from __future__ import annotations

from .batch import UNSET, Batch, Candidate, ForNew, Policy, Rejection
from .cells import Cleaner, cleaner, needs_value, says_nothing_when_empty
from .changes import Change, Changes
from .collecting import rare_collections
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
from .meaning import is_postgres, value_field
from .plan import Joined, Plan
from .planning import Planner
from .querylog import unlogged
from .reading import read_pages
from .report import RejectLimit, Report, Totals
from .resolve import Pending
from .retrying import all_or_nothing, tried_again
from .saving import NotYet, Outcome, PlanWriter, is_of_the_row, rejections_of
from .transactions import Transactions
from .values import in_time_zone
from .writers import get_writer

__all__ = (
    "UNSET",
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
    "cleaner",
    "get_writer",
    "in_time_zone",
    "is_of_the_row",
    "is_postgres",
    "lookup_column",
    "needs_value",
    "rare_collections",
    "read_pages",
    "rejections_of",
    "said_column",
    "says_nothing_when_empty",
    "tried_again",
    "unlogged",
    "value_field",
)
