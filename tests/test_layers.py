"""Modules import only what stands below them; what reads files and names works without Django."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import django_bookrel

CONFIGURATION = Path(__file__).parent.parent / "setup.cfg"
PACKAGE = Path(django_bookrel.__path__[0])
LINT_IMPORTS = """
import sys
from importlinter.cli import lint_imports
sys.exit(lint_imports(config_filename=sys.argv[1], no_cache=True))
"""
IMPORT_WITHOUT_DJANGO = """
import importlib, pkgutil, sys
sys.modules.update({"django": None, "import_export": None})
module = importlib.import_module(sys.argv[1])
for found in pkgutil.walk_packages(getattr(module, "__path__", []), module.__name__ + "."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
"""


def run(code: str, argument: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, argument],
        capture_output=True,
        text=True,
        cwd=folder,
        # What is tested here must be what the other tests import.
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
    )


def test_layers(tmp_path: Path):
    done = run(LINT_IMPORTS, str(CONFIGURATION), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", ["exceptions", "isbn", "names", "roles", "sources", "testing"])
def test_import_without_django(module: str, tmp_path: Path):
    done = run(IMPORT_WITHOUT_DJANGO, f"django_bookrel.{module}", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
