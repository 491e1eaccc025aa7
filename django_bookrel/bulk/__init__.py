"""The import engine: cleaned rows into the database, a constant number of statements a chunk."""

from __future__ import annotations

from .chunk import ChunkWriter, Outcome, Policy, Refusal, Row
from .columns import Cleaner, cleaner, needs_value
from .engine import Engine, RejectLimit, Totals
from .layout import UNSET, Children, Column, ForeignKey, Identity, Layout, Reference
from .reading import read_rows
from .writers import get_writer

__all__ = (
    "UNSET",
    "Children",
    "ChunkWriter",
    "Cleaner",
    "Column",
    "Engine",
    "ForeignKey",
    "Identity",
    "Layout",
    "Outcome",
    "Policy",
    "Reference",
    "Refusal",
    "RejectLimit",
    "Row",
    "Totals",
    "cleaner",
    "get_writer",
    "needs_value",
    "read_rows",
)
