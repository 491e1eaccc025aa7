"""Catalogue files to records: decoding, dialects, formats. No models, no Django."""

from __future__ import annotations

from .base import BOOK_FIELDS, LIST_FIELDS, Column, Issue, Record, Source
from .opening import Reading, open_source
from .reading.notation import join_list, split_list
from .registry import SOURCES, get_source

__all__ = (
    "BOOK_FIELDS",
    "LIST_FIELDS",
    "SOURCES",
    "Column",
    "Issue",
    "Reading",
    "Record",
    "Source",
    "get_source",
    "join_list",
    "open_source",
    "split_list",
)
