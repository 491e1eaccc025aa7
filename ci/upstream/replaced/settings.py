"""The settings of upstream's tests, with our databases and, if wanted, our base class."""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

import settings
from settings import *  # noqa: F403

# Behind what is installed: some tests name others as "tests.core...".
sys.path.append(str(Path(settings.__file__).parent.parent))

OURS = Path(__file__).resolve().parents[3] / "tests" / "settings.py"
DATABASES = {"default": runpy.run_path(str(OURS))["DATABASES"]["default"]}
TEST_RUNNER = "replaced.runner.Runner"
if not os.environ["UNCHANGED"]:
    place = settings.INSTALLED_APPS.index("core")
    INSTALLED_APPS = [
        *settings.INSTALLED_APPS[:place],
        "django_bookrel.apps.ToolkitConfig",
        "replaced",
        *settings.INSTALLED_APPS[place:],
    ]
    MIGRATION_MODULES = {"django_bookrel": None}
