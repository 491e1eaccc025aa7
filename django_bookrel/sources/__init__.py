"""Catalogue files to records: files, formats, values. No models, no Django."""

from __future__ import annotations

from .base import BOOK_FIELDS, LIST_FIELDS, Column, Credited, Issue, Record, Source
from .opening import Reading, open_source
from .reading.notation import join_list, split_list
from .registry import SOURCES, get_source, known_sources

__all__ = (
    "BOOK_FIELDS",
    "LIST_FIELDS",
    "SOURCES",
    "Column",
    "Credited",
    "Issue",
    "Reading",
    "Record",
    "Source",
    "get_source",
    "join_list",
    "known_sources",
    "open_source",
    "split_list",
)
