"""Takes the failures that are listed for expected ones; a listed test that passes is a failure."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import TestSuite

from django.conf import settings
from django.test.runner import DiscoverRunner, iter_test_cases

KNOWN = Path(__file__).resolve().parent.parent / "failures.txt"


class Runner(DiscoverRunner):
    """Runs tests, of which those in ``failures.txt`` must fail and all others pass."""

    def build_suite(self, *args: Any, **kwargs: Any) -> TestSuite:
        suite: TestSuite = super().build_suite(*args, **kwargs)
        known = known_failures() if "replaced" in settings.INSTALLED_APPS else {}
        for test in iter_test_cases(suite):
            # What the decorator of unittest sets.
            test.__unittest_expecting_failure__ = test.id() in known
        return suite


def known_failures() -> dict[str, str]:
    """
    Read test -> why it fails: the line above it that begins with "#".

    :raises ValueError: a test has no reason, or is listed twice.
    """
    found: dict[str, str] = {}
    reason = ""
    for line in filter(None, map(str.strip, KNOWN.read_text(encoding="utf-8").splitlines())):
        if line.startswith("#"):
            reason = line.lstrip("# ")
        elif not reason or line in found:
            raise ValueError(f"{KNOWN}: {line} is listed {'twice' if reason else 'unexplained'}")
        else:
            found[line] = reason
    return found
