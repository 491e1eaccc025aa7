#!/usr/bin/env python3
"""
Find this machine's Python interpreters, 3.11 and later: on PATH, and where pyenv keeps them.

    ci/interpreters.py      one line each: version and program
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

OLDEST = (3, 11)
IDENTIFY = "import sys; print('{}.{}'.format(*sys.version_info), sys.executable)"


def candidates() -> Iterator[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders = [Path(folder) for folder in os.get_exec_path()]
    # Folders on PATH need not exist, nor be readable.
    with suppress(OSError):
        folders += sorted(pyenv.glob("versions/*/bin"), reverse=True)
    for folder in folders:
        with suppress(OSError):
            for path in sorted(folder.glob("python3*")):
                if re.fullmatch(r"python3(\.\d+)?", path.name):
                    yield path


def interpreters() -> dict[str, Path]:
    """
    Find one interpreter for each version.

    :returns: the program by version ("3.12"), oldest first. Each has been run: pyenv's shims stand
        on PATH for versions that they then reject to start.
    """
    found: dict[str, Path] = {}
    for path in candidates():
        if path.name.removeprefix("python") in found:
            continue
        try:
            done = subprocess.run(
                [path, "-c", IDENTIFY], capture_output=True, text=True, check=True, timeout=30
            )
        except (OSError, subprocess.SubprocessError):
            continue
        version, _, program = done.stdout.strip().partition(" ")
        found.setdefault(version, Path(program))
    numbers = {version: tuple(int(n) for n in version.split(".")) for version in found}
    return {v: found[v] for v in sorted(found, key=numbers.get) if numbers[v] >= OLDEST}


if __name__ == "__main__":
    for version, program in interpreters().items():
        print(f"{version:5} {program}")
