"""The import engine: cleaned rows into the database, a constant number of statements a chunk."""

from __future__ import annotations

from .cells import Cleaner, cleaner, needs_value, says_nothing_when_empty
from .changes import Change, Changes
from .chunk import Candidate, Chunk, Outcome, Policy, Refusal
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
from .writing import ChunkWriter

__all__ = (
    "UNSET",
    "Candidate",
    "Change",
    "Changes",
    "Children",
    "Chunk",
    "ChunkWriter",
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
    "Refusal",
    "RejectLimit",
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
