"""Transactions beside those of others: they wait for one another and are tried again."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import TypeVar

from django.db import DatabaseError, models, transaction

from ..showing import shown
from .errors import Blame
from .writers import Writer

__all__ = ("all_or_nothing", "import_lock", "tried_again")

logger = logging.getLogger("django_bookrel.import")

PATIENCE_S = 600
"""How long a transaction is tried again."""
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 2.0

T = TypeVar("T")


def tried_again(writer: Writer, work: Callable[[], T]) -> T:
    """
    Return what ``work`` returns; do it again where it failed for a reason that goes away.

    A transaction that somebody else opened is theirs to try again.

    :param work: a transaction, or a savepoint in somebody else's.
    """
    outer = writer.connection.in_atomic_block
    deadline = time.monotonic() + PATIENCE_S
    pause = SHORTEST_PAUSE_S
    while True:
        try:
            return work()
        except DatabaseError as error:
            is_over = outer or time.monotonic() > deadline
            if is_over or writer.database.blame(error) is not Blame.AGAIN:
                raise
            logger.info("Trying a transaction again after: %s", shown(error))
        time.sleep(random.random() * pause)  # noqa: S311
        pause = min(2 * pause, LONGEST_PAUSE_S)


def import_lock(writer: Writer) -> AbstractContextManager[None]:
    """Return the lock around a transaction, which nobody can have around somebody else's."""
    return nullcontext() if writer.connection.in_atomic_block else writer.locks.session()


@contextmanager
def all_or_nothing(writer: Writer, model: type[models.Model]) -> Iterator[None]:
    """Open one transaction for a whole import, which has the import lock from its start."""

    def begin() -> ExitStack:
        with ExitStack() as opened:
            opened.enter_context(transaction.atomic(writer.connection.alias))
            writer.locks.transaction(model)
            return opened.pop_all()

    with import_lock(writer), tried_again(writer, begin):
        yield
