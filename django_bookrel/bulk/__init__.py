"""The import engine: cleaned rows into the database, a constant number of statements a batch."""

from __future__ import annotations

from .batch import Batch, Candidate, Outcome, Policy, Rejection
from .cells import Cleaner, cleaner, needs_value, says_nothing_when_empty
from .changes import Change, Changes
from .collecting import rare_collections
from .engine import Engine, RejectLimit, Totals
from .layout import (
    UNSET,
    Children,
    Column,
    ForeignKey,
    Identity,
    Layout,
    Reference,
    lookup_column,
    said_column,
)
from .persons import PersonReference
from .querylog import unlogged
from .reading import read_pages
from .retrying import all_or_nothing, tried_again
from .values import in_time_zone
from .writers import get_writer
from .writing import BatchWriter

__all__ = (
    "UNSET",
    "Batch",
    "BatchWriter",
    "Candidate",
    "Change",
    "Changes",
    "Children",
    "Cleaner",
    "Column",
    "Engine",
    "ForeignKey",
    "Identity",
    "Layout",
    "Outcome",
    "PersonReference",
    "Policy",
    "Reference",
    "RejectLimit",
    "Rejection",
    "Totals",
    "all_or_nothing",
    "cleaner",
    "get_writer",
    "in_time_zone",
    "lookup_column",
    "needs_value",
    "rare_collections",
    "read_pages",
    "said_column",
    "says_nothing_when_empty",
    "tried_again",
    "unlogged",
)
