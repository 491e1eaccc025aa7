"""
A module for each format: its columns, and what is peculiar about its files.

What a format is made of is here by name, for those of hosts.
"""

from __future__ import annotations

from ..base import Column, Dialect, Record, Row, Source, Target
from ..reading.described import (
    COMMA,
    PIPE,
    SEMICOLON,
    SINGLE,
    DescribedSource,
    no_book,
    rejected,
)
from ..reading.draft import Draft
from ..reading.headings import HeadingSource
from ..reading.mapped import MappedSource, People
from ..reading.people import Commas
from ..reading.uniting import UnitingSource

__all__ = (
    "COMMA",
    "PIPE",
    "SEMICOLON",
    "SINGLE",
    "Column",
    "Commas",
    "DescribedSource",
    "Dialect",
    "Draft",
    "HeadingSource",
    "MappedSource",
    "People",
    "Record",
    "Row",
    "Source",
    "Target",
    "UnitingSource",
    "no_book",
    "rejected",
)
