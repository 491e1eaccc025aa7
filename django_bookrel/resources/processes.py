"""Whether a process that has begun something is still there."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

__all__ = ("is_gone", "this_process")

PATIENCE = timedelta(hours=1)
"""After this a process on another machine that gave no sign of life is taken for gone."""


def this_process() -> str:
    """Return what tells this process from all others, those before it included."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def is_gone(process: str, seen_at: datetime) -> bool:
    """
    Return whether a process has ended.

    :param process: as :func:`this_process` has said it there.
    :param seen_at: its last sign of life.
    """
    host, _colon, rest = process.partition(":")
    number, _colon, started = rest.partition(":")
    # Windows knows no question that would not end the process.
    if host == socket.gethostname() and number.isdecimal() and os.name == "posix":
        return not _is_running(int(number)) or _started(int(number)) != started
    return timezone.now() - seen_at > PATIENCE


def _is_running(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        # It is somebody else's.
        return True
    return True


def _started(number: int) -> str:
    """Return when a process was started, as Linux has it (proc_pid_stat(5), field 22), or ""."""
    with suppress(OSError, IndexError):
        said = Path(f"/proc/{number}/stat").read_text(errors="replace")
        # The second field, in brackets, may hold anything.
        return said.rpartition(")")[2].split()[19]
    return ""
