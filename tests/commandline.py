"""The command bookrel_import, and files for it."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.importing import write_csv

ISBN = "9780306406157"


class Run(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Run the command; an error's text ends what goes to stderr, as it does in a shell."""

    def run(*args: object, **options: Any) -> Run:
        out, err, status = io.StringIO(), io.StringIO(), 0
        monkeypatch.setattr(sys, "stderr", err)
        try:
            call_command("bookrel_import", *map(str, args), stdout=out, stderr=err, **options)
        except CommandError as error:
            status = error.returncode
            err.write(str(error))
        return Run(status, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "good.csv", [{"isbn": ISBN, "title": "A", "author": "Ann"}])


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    rows = [
        {"title": "Good", "author": "Ann"},
        {"title": "Bad", "year": "x"},
        {"title": "=Worse", "isbn": "9780306406158", "subjects": "A|B"},
        {"title": "Better", "author": "Bo"},
    ]
    return write_csv(tmp_path / "mixed.csv", rows)


def write_bad(path: Path, *, good: int, bad: int) -> Path:
    rows = [{"title": f"T{n}", "year": "1" if n < good else "x"} for n in range(good + bad)]
    return write_csv(path, rows)
