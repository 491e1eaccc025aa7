"""Django's command line with a rest after each batch: time to look on, and to end it."""

from __future__ import annotations

import time
from typing import Any

from django.core.management import execute_from_command_line

from django_bookrel.signals import rows_written


def rest(**kwargs: Any) -> None:
    # A process that looks on cannot read while SQLite writes one batch after the other.
    time.sleep(0.05)


if __name__ == "__main__":
    rows_written.connect(rest)
    execute_from_command_line()
