from __future__ import annotations

from tests.neighbours.settings import *  # noqa: F403
from tests.neighbours.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "auditlog", "tests.neighbours.with_auditlog"]
