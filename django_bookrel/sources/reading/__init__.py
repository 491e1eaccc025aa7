"""Cells to values: what columns, people, numbers, titles and their like in a row mean."""

from __future__ import annotations
