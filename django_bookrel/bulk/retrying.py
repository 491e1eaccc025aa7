"""Transactions beside those of others: they wait for one another and are tried again."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from itertools import count
from typing import Any, TypeVar

from django.db import DatabaseError, IntegrityError, models, transaction

from .writers import Writer

__all__ = ("all_or_nothing", "tried_again")

logger = logging.getLogger("django_bookrel.import")

PATIENCE_S = 600
"""How long a transaction is tried again."""
LONGEST_PAUSE_S = 2.0

T = TypeVar("T")


def tried_again(writer: Writer, work: Callable[[], T]) -> T:
    """
    Return what ``work`` returns; do it again where it failed for a reason that goes away.

    A transaction that somebody else opened is theirs to try again. A broken constraint may be a row
    that another program wrote, or deleted, since it was looked for: one more look will tell.

    :param work: a transaction, or a savepoint in somebody else's.
    """
    outer = writer.connection.in_atomic_block
    deadline = time.monotonic() + PATIENCE_S
    looked_again = False
    with nullcontext() if outer else writer.session_lock():
        for attempt in count():
            try:
                return work()
            except DatabaseError as error:
                look_again = isinstance(error, IntegrityError) and not looked_again
                late = outer or time.monotonic() > deadline
                if not look_again and (late or not writer.is_transient(error)):
                    raise
                logger.info("Trying a transaction again after: %s", error)
            if look_again:
                looked_again = True
            else:
                pause = min(LONGEST_PAUSE_S, 0.05 * 2 ** min(attempt, 10))
                time.sleep(random.random() * pause)  # noqa: S311
    raise AssertionError("count() has no end")  # pragma: no cover


@contextmanager
def all_or_nothing(writer: Writer, model: type[models.Model]) -> Iterator[None]:
    """Open one transaction for a whole import, which has the import lock from its start."""
    outer = writer.connection.in_atomic_block

    def begin() -> Any:
        with ExitStack() as opened:
            opened.enter_context(transaction.atomic(writer.connection.alias))
            writer.lock(model)
            return opened.pop_all()

    with nullcontext() if outer else writer.session_lock(), tried_again(writer, begin):
        yield
