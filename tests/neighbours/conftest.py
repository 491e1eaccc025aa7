"""What the tests of every neighbour use."""

from __future__ import annotations

import io
import os
import sysconfig
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import checks
from django.core.management import call_command

import django_bookrel
from django_bookrel.resources import Result, load


def pytest_configure() -> None:
    if os.environ.get("EXPECT_INSTALLED"):
        installed = Path(sysconfig.get_path("purelib"), "django_bookrel", "__init__.py")
        assert Path(django_bookrel.__file__) == installed


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Give what writes lines into a file."""

    def write(*lines: str) -> Path:
        path = tmp_path / "books.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def take(write: Callable[..., Path], db: None) -> Callable[..., Result]:
    """Give what imports lines of native CSV."""

    def take(lines: Iterable[str], **options: Any) -> Result:
        return load(write(*lines), source="native", **options)

    return take


@pytest.fixture
def said() -> Callable[..., str]:
    """Give what runs a command and returns its output."""

    def said(*arguments: str, **options: Any) -> str:
        out = io.StringIO()
        call_command(*arguments, stdout=out, stderr=io.StringIO(), **options)
        return out.getvalue()

    return said


@pytest.fixture(scope="session", autouse=True)
def _nothing_to_silence(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let no test pass in a project in which ``manage.py`` stops, or warns of something of ours."""
    with django_db_blocker.unblock():
        found = checks.run_checks()
    assert [m for m in found if m.is_serious()] == []
    ours = [m.id for m in found if str(m.id).startswith("django_bookrel.")]
    assert ours == getattr(settings, "EXPECTED_WARNINGS", [])
