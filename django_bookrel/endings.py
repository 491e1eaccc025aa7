"""Why a command ends early, as a sentence and an exit status."""

from __future__ import annotations

from typing import NamedTuple

from .exceptions import BookrelError
from .interrupts import Interrupted
from .showing import shown

__all__ = ("BROKEN_PIPE", "Reason", "reason")

INTERRUPTED = 128 + 2
BROKEN_PIPE = 128 + 13
"""Exit status of programs whose reader went away (SIGPIPE, which Windows has not)."""


class Reason(NamedTuple):
    """Why a command ends early."""

    text: str
    """A sentence in one line."""
    status: int | None = None
    """Exit status; None if what was done until then decides it."""
    is_lasting: bool = False
    """Whether it comes again until somebody has seen to it."""


def reason(error: BaseException) -> Reason | None:
    """Return why an exception ends a command; None if it comes from nothing outside."""
    match error:
        case Interrupted() if error.at_once:
            more = "the batch that was being written may be in or not"
            return Reason(f"{error} at once; {more}.", error.status)
        case Interrupted():
            return Reason(f"{error}.", error.status)
        case KeyboardInterrupt():
            return Reason("interrupted.", INTERRUPTED)
        case SystemExit():
            # A handler of the host's may end the process like that.
            status = error.code if isinstance(error.code, int) else None
            return Reason("the process was told to exit.", status)
        case BookrelError():
            return Reason(str(error))
        case MemoryError():
            return Reason("there is not enough memory.")
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            return Reason(shown(f"{where}{error.strerror or error}."))
    return None
