#!/usr/bin/env python3
"""
Run django-import-export's own tests with ``RelationalResource`` in the place of its base class.

    ci/upstream/run.py                              all tests of the installed version's sdist
    ci/upstream/run.py core.tests.test_widgets      some of them
    ci/upstream/run.py --unchanged                  with its own base class: all of them pass

Those that ``failures.txt`` lists must fail, for the reasons given there, and all others pass.
DATABASE_URL selects the database, as for our own tests. The sdist is kept in the folder
``upstream`` of TOX_WORK_DIR, by default ``.tox``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROJECT = "django-import-export"
AS_WRITTEN = argparse.RawDescriptionHelpFormatter


def sdist() -> Path:
    """Return the unpacked source of the installed version, which is fetched once."""
    kept = Path(os.environ.get("TOX_WORK_DIR", ROOT / ".tox")) / "upstream"
    unpacked = kept / f"{PROJECT.replace('-', '_')}-{version(PROJECT)}"
    if not unpacked.exists():
        wanted = f"{PROJECT}=={version(PROJECT)}"
        options = ["--quiet", "--no-deps", "--no-binary", PROJECT, "--dest", str(kept)]
        subprocess.run([sys.executable, "-m", "pip", "download", *options, wanted], check=True)
        with tarfile.open(f"{unpacked}.tar.gz") as archive:
            archive.extractall(kept, filter="data")
    return unpacked


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=AS_WRITTEN)
    parser.add_argument("tests", nargs="*", default=["core"])
    parser.add_argument("--unchanged", action="store_true", help="keep upstream's base class")
    given = parser.parse_args()
    tests = sdist() / "tests"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "replaced.settings",
        "PYTHONPATH": os.pathsep.join(map(str, [tests, HERE])),
        "UNCHANGED": "1" if given.unchanged else "",
    }
    command = [sys.executable, "-m", "django", "test", "--noinput", *given.tests]
    return subprocess.call(command, env=environment, cwd=tests)


if __name__ == "__main__":
    sys.exit(main())
