"""The import engine: cleaned rows into the database, a constant number of statements a batch."""

from __future__ import annotations

from .batch import UNSET, Bare, Batch, Candidate, ForNew, Policy, Rejection
from .changes import Change, Changes
from .collecting import rare_collections
from .constraints import Constraints
from .engine import Engine, RowMaker
from .executing import BulkSaver
from .layout import Layout
from .plan import Joined, Plan
from .planning import Planner, get_planner
from .querylog import unlogged
from .reading import read_pages
from .relations import (
    Children,
    Column,
    Details,
    ForeignKey,
    Identity,
    Reference,
    lookup_column,
    said_column,
)
from .report import ImportStopped, RejectLimit, Report, Totals, counted, stopping
from .resolve import Pending
from .retrying import all_or_nothing, tried_again
from .saving import NotYet, Outcome, PlanWriter, is_of_the_row, rejections_of
from .scope import is_restricted
from .transactions import DryRun, Observer, Transactions
from .writers import TableWarning, get_writer

__all__ = (
    "UNSET",
    "Bare",
    "Batch",
    "BulkSaver",
    "Candidate",
    "Change",
    "Changes",
    "Children",
    "Column",
    "Constraints",
    "Details",
    "DryRun",
    "Engine",
    "ForNew",
    "ForeignKey",
    "Identity",
    "ImportStopped",
    "Joined",
    "Layout",
    "NotYet",
    "Observer",
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
    "TableWarning",
    "Totals",
    "Transactions",
    "all_or_nothing",
    "counted",
    "get_planner",
    "get_writer",
    "is_of_the_row",
    "is_restricted",
    "lookup_column",
    "rare_collections",
    "read_pages",
    "rejections_of",
    "said_column",
    "stopping",
    "tried_again",
    "unlogged",
)
