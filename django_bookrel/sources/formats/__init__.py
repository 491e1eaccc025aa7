"""A module for each format: its columns, and what is peculiar about its files."""

from __future__ import annotations
