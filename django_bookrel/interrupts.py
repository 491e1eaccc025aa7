"""Signals that end a process, at moments when what was done is known."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Self

__all__ = ("Interrupted", "Interrupts")

SAID = {
    "SIGINT": "interrupted",
    "SIGTERM": "terminated",
    "SIGHUP": "the terminal was closed",
    "SIGBREAK": "interrupted",
}
"""The signals that Python leaves deadly or makes a KeyboardInterrupt of; no system has them all."""


class Interrupted(KeyboardInterrupt):
    """Raised when a signal ends the process; the text is a sentence part."""

    def __init__(self, number: int, *, at_once: bool = False) -> None:
        super().__init__(SAID[signal.Signals(number).name])
        self.status = 128 + number
        """Exit status, as shells have it."""
        self.at_once = at_once
        """Whether a second signal cut off what was to be ended properly."""


class Interrupts:
    """
    Raises :class:`Interrupted` for the signals that end a process, such as Ctrl-C and SIGTERM.

    Inside :meth:`held` that is put off until :meth:`check`, for an exception while a transaction is
    committed would leave it open whether it was; a second signal comes at once. Handlers that the
    host has set are left alone, ignored signals stay so, and only the main thread gets any.
    """

    def __init__(self) -> None:
        self._usual: dict[int, Any] = {}
        self._is_held = False
        self._caught = 0

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for name in SAID:
                number = getattr(signal, name, None)
                usual = number and signal.getsignal(number)
                if number and usual in {signal.SIG_DFL, signal.default_int_handler}:
                    self._usual[number] = usual
                    signal.signal(number, self._catch)
        return self

    def __exit__(self, *exc_info: object) -> None:
        while self._usual:
            signal.signal(*self._usual.popitem())

    @contextmanager
    def held(self) -> Iterator[None]:
        """Put signals off."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False

    def check(self) -> None:
        """
        Let a signal through that was put off.

        :raises Interrupted: there was one.
        """
        if self._caught:
            raise Interrupted(self._caught)

    @staticmethod
    def ignore() -> None:
        """Let a process that has done everything end by itself."""
        for name in SAID:
            number = getattr(signal, name, None)
            if number and signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}:
                signal.signal(number, signal.SIG_IGN)

    def _catch(self, number: int, frame: FrameType | None) -> None:
        if not self._is_held:
            raise Interrupted(number)
        if self._caught:
            raise Interrupted(number, at_once=True)
        self._caught = number
