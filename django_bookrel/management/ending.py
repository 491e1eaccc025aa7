"""The one place in which a command ends, whatever ends it."""

from __future__ import annotations

import sys
import traceback
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import Error

from .. import endings
from ..bulk import ImportStopped, RejectLimit
from ..endings import BROKEN_PIPE, Reason
from ..interrupts import Interrupts
from ..showing import shown
from ..streams import Stream
from .parsing import ParsingCommand

__all__ = (
    "FAILED",
    "LIMIT",
    "NOTHING_DONE",
    "SOME_REJECTED",
    "USAGE",
    "EndingCommand",
    "reason",
)

NOTHING_DONE, USAGE, SOME_REJECTED, LIMIT, FAILED = 1, 2, 3, 4, 5


def reason(error: BaseException) -> Reason | None:
    """Return why an exception ends a command; None if it is nobody's fault but ours."""
    match error:
        case RejectLimit():
            return Reason(str(error), LIMIT)
        case ImportStopped():
            return Reason(str(error), None, error.is_lasting)
        case ImproperlyConfigured() | Error():
            return Reason(shown(error))
    return endings.reason(error)


class EndingCommand(ParsingCommand):
    """
    A command that ends with a sentence and a status, whatever ends it.

    Signals, outputs that are closed or full, memory and the operating system end it with a
    sentence; an error that nobody has foreseen keeps its traceback. The status is 1 where nothing
    was done.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.interrupts = Interrupts()
        self.bug: BaseException | None = None
        """An error of ours, whose traceback follows the summary."""
        self.out = Stream(sys.stdout, "standard output")
        self.err = Stream(sys.stderr, "standard error")

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except CommandError as error:
            # With --traceback Django lets it through, and the status is lost.
            traceback.print_exception(error)
            sys.exit(error.returncode)
        finally:
            # All is said and done.
            self.interrupts.ignore()

    def execute(self, *args: Any, **options: Any) -> str | None:
        with self.interrupts:
            try:
                return super().execute(*args, **options)
            except CommandError:
                self._show_bug()
                raise
            except BrokenPipeError as error:
                # The reader has had enough, as `head` has.
                self.out.give_up(error)
                raise SystemExit(BROKEN_PIPE) from None
            except BaseException as error:
                if isinstance(error, SystemExit):
                    raise
                failure = self.failure(error)
                self._show_bug()
                raise failure from error

    def handle(self, *args: Any, **options: Any) -> None:
        # Django replaces the streams just before.
        self.out = _unfailing(self.stdout, "standard output")
        self.err = _unfailing(self.stderr, "standard error")
        self.run(**options)

    def run(self, *args: Any, **options: Any) -> None:
        """Do what the command is for."""
        raise NotImplementedError

    def has_written(self) -> bool:
        """Return whether there is anything that was not there before."""
        return False

    def failure(self, error: BaseException) -> CommandError:
        """Return how the command ends because of an error."""
        found = self.reason(error)
        status = found.status or (FAILED if self.has_written() else NOTHING_DONE)
        return CommandError(found.text, returncode=status)

    def reason(self, error: BaseException) -> Reason:
        """Return why the command ends; of an error that nobody has foreseen it keeps a note."""
        found = reason(error)
        if found is None:
            self.bug = error
            found = Reason(f"unexpected {shown(repr(error))}.")
        return found

    def _show_bug(self) -> None:
        if self.bug is not None:
            self.err.write("".join(traceback.format_exception(self.bug)))
            self.bug = None


def _unfailing(wrapper: Any, name: str) -> Stream:
    found = Stream(wrapper._out, name)
    wrapper._out = found
    return found
