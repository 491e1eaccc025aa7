"""Ctrl-C at a moment when what was done is known."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Self

__all__ = ("Interrupts",)


class Interrupts:
    """
    Holds an interrupt back until :meth:`check`; a second one comes at once.

    An interrupt that comes while a transaction is committed would leave it open whether it was. A
    handler that the host has set is left alone, and only the main thread gets any.
    """

    def __enter__(self) -> Self:
        self._caught = self._ours = False
        if threading.current_thread() is threading.main_thread():
            self._ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if self._ours:
            signal.signal(signal.SIGINT, self._catch)
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def check(self) -> None:
        """
        Let an interrupt through.

        :raises KeyboardInterrupt: there was one.
        """
        if self._caught:
            raise KeyboardInterrupt

    def _catch(self, number: int, frame: FrameType | None) -> None:
        self.check()
        self._caught = True
