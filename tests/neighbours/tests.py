"""Each neighbour's tests, in a process of its own with the settings of its project."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from django.conf import settings

from tests.neighbours import NEIGHBOURS, POSTGRESQL_ONLY

FOLDER = Path(__file__).parent


@pytest.fixture
def database() -> str:
    """Give the engine of the database that the processes use, too."""
    engine: str = settings.DATABASES["default"]["ENGINE"]
    return engine


def check_presence(neighbour: str, database: str) -> None:
    try:
        version(NEIGHBOURS[neighbour])
    except PackageNotFoundError:
        said = f"{NEIGHBOURS[neighbour]} is not installed: tox run -e neighbours"
        (pytest.fail if os.environ.get("EXPECT_NEIGHBOURS") else pytest.skip)(said)
    if neighbour in POSTGRESQL_ONLY and not database.endswith("postgresql"):
        pytest.skip(f"{NEIGHBOURS[neighbour]} needs PostgreSQL: tox run -e neighbours-pg18")


@pytest.mark.parametrize("neighbour", NEIGHBOURS)
def test_neighbour(neighbour: str, database: str):
    check_presence(neighbour, database)
    # What other packages warn of is theirs.
    warnings = "filterwarnings=error:::django_bookrel"
    options = ["-q", "--tb=short", f"--confcutdir={FOLDER}", "-o", warnings]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", *options, "-p", "no:cacheprovider"),
            f"--ds=tests.neighbours.{neighbour}.settings",
            str(FOLDER / neighbour / "tests.py"),
        ],
        capture_output=True,
        text=True,
        cwd=FOLDER.parent.parent,
        # Test databases are named after it.
        env={**os.environ, "TOX_ENV_NAME": f"{os.environ.get('TOX_ENV_NAME', '')}_{neighbour}"},
    )
    last = done.stdout.strip().rpartition("\n")[2]
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "skipped" not in last
    print(last)


def test_every_folder_is_a_neighbour():
    assert sorted(path.parent.name for path in FOLDER.glob("*/tests.py")) == sorted(NEIGHBOURS)
