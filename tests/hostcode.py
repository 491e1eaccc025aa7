"""Receivers and models with code of their own, which runs where rows are saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from django_bookrel.resources import Result
from tests.hosts.custom.models import (
    Report,
    ran,
)


@pytest.fixture
def empty_ran() -> None:
    ran.clear()


def counts(result: Result) -> dict[str, int]:
    """Give the totals that are not zero."""
    names = ("rows", "new", "updated", "unchanged", "deleted", "duplicates", "rejected")
    return {name: n for name in names if (n := getattr(result.counts, name))}


@pytest.fixture
def connect() -> Iterator[Callable[..., None]]:
    """Connect receivers until the test is over."""
    connected: list[tuple[Any, Any, Any]] = []

    def connect(signal: Any, receiver: Any, sender: Any = None) -> None:
        signal.connect(receiver, sender=sender)
        connected.append((signal, receiver, sender))

    yield connect
    for signal, receiver, sender in connected:
        signal.disconnect(receiver, sender=sender)


def heard(sender: Any, **kwargs: Any) -> None:
    """Receive."""


HEARD = f"{__name__}.heard"

REPORTS = [
    {"code": "a", "title": "One", "correspondent": "ann@example.com", "tags": "x|y"},
    {"code": "b", "title": "Two", "correspondent": "bo@example.com", "tags": "y"},
    {"code": "c", "title": "Three", "correspondent": "ann@example.com", "tags": ""},
]


def reports() -> set[tuple[Any, ...]]:
    found = Report.objects.select_related("correspondent", "follows").prefetch_related("tags")
    return {
        (
            report.code,
            report.title,
            report.slug,
            report.correspondent and report.correspondent.handle,
            report.follows and report.follows.code,
            *sorted(tag.name for tag in report.tags.all()),
        )
        for report in found
    }
