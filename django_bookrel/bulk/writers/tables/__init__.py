"""What a table is, asked of each database's own catalogue."""

from __future__ import annotations

from .base import (
    Column,
    Index,
    Table,
    TableWarning,
    best_indexes,
    names_in,
    shown_name,
    warnings_of,
)

__all__ = (
    "Column",
    "Index",
    "Table",
    "TableWarning",
    "best_indexes",
    "names_in",
    "shown_name",
    "warnings_of",
)
