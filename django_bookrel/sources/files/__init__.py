"""Bytes to rows: where a file lies, how it is packed, encoded and delimited."""

from __future__ import annotations
