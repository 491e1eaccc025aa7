"""Django's log of queries, which keeps every statement where ``DEBUG`` is set."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper

__all__ = ("unlogged",)


@contextmanager
def unlogged(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """
    Keep no statements: each holds all rows of a batch, and Django would keep thousands.

    Where somebody captures them, as tests do, they are kept.
    """
    kept = connection.queries_log
    if not connection.force_debug_cursor:
        connection.queries_log = deque(maxlen=0)
    try:
        yield
    finally:
        connection.queries_log = kept
