"""An iterator worked out one step ahead, in a thread of its own, while its reader waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextvars import copy_context
from queue import Queue
from threading import Event, Thread
from typing import Generic, TypeVar

__all__ = ("ahead",)

T = TypeVar("T")


def ahead(items: Iterable[T]) -> Iterator[T]:
    """
    Yield ``items``; the next one is made while the reader is at work on the last.

    Worth it where the reader waits for a server. The thread has the reader's context: time zone,
    language. What ``items`` raises is raised here in its place; the thread ends with this iterator.
    """
    maker = _Maker(items)
    thread = Thread(target=copy_context().run, args=(maker.run,), daemon=True)
    thread.start()
    try:
        yield from maker.items()
    finally:
        maker.stop()
        thread.join()


class _Maker(Generic[T]):
    def __init__(self, items: Iterable[T]) -> None:
        self._items = items
        self._made: Queue[tuple[T | None, BaseException | None, bool]] = Queue(maxsize=1)
        self._stopped = Event()

    def run(self) -> None:
        """Make items until there are no more, or the reader has had enough."""
        try:
            for item in self._items:
                self._made.put((item, None, False))
                if self._stopped.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 (raised again where the items are read)
            self._made.put((None, error, False))
        else:
            self._made.put((None, None, True))

    def items(self) -> Iterator[T]:
        """Yield what was made; raise what was raised."""
        while True:
            item, error, is_end = self._made.get()
            if error is not None:
                raise error
            if is_end:
                return
            yield item  # type: ignore[misc]

    def stop(self) -> None:
        """Let the thread end at its next item."""
        self._stopped.set()
        while not self._made.empty():
            self._made.get()
