from __future__ import annotations

from tests.neighbours.settings import *  # noqa: F403
from tests.neighbours.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "pgtrigger", "pghistory", "tests.neighbours.with_pghistory"]
# Its first migration makes a function of the database.
MIGRATION_MODULES: dict[str, str] = {}
# The app has no migrations, which otherwise make the triggers.
PGTRIGGER_INSTALL_ON_MIGRATE = True
