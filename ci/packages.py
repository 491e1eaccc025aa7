"""Run programs, and get them from Debian's and npm's packages."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

BASE = Path(
    os.environ.get("BOOKREL_SERVERS")
    or Path(tempfile.gettempdir()) / f"django-bookrel-servers-{os.getuid()}"
).resolve()
IS_ROOT = os.geteuid() == 0


class ProvisionError(Exception):
    """Raised when something cannot be had, started or stopped; the text says what to do."""


def run(*command: str | Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """
    Run a command to its end, quietly.

    :param options: for ``subprocess.run``.
    :raises ProvisionError: it is not there or fails; carries the end of its output.
    """
    words = [str(word) for word in command]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **options}
    try:
        done = subprocess.run(words, check=False, **options)
    except FileNotFoundError as error:
        raise ProvisionError(f"{words[0]} is not installed") from error
    if done.returncode:
        output = (done.stdout or b"").decode(errors="replace").strip()[-2000:]
        raise ProvisionError(f"{shlex.join(words)} ended with {done.returncode}\n{output}")
    return done


def install(program: str, *packages: str) -> None:
    """
    Install Debian packages where ``program`` is missing.

    :raises ProvisionError: it is missing, and this is not root on a Debian system.
    """
    # Where servers are, an ordinary user of Debian does not look.
    folders = [*os.get_exec_path(), "/usr/local/sbin", "/usr/sbin", "/sbin"]
    if shutil.which(program, path=os.pathsep.join(folders)):
        return
    if not (IS_ROOT and shutil.which("apt-get")):
        raise ProvisionError(f"{program} is missing: install {' and '.join(packages)}, or be root")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "-yqq", "--no-install-recommends", *packages, env=environment)


def unpack(package: str, folder: Path) -> Path:
    """Fetch an npm package into ``folder``, once; its install scripts do not run."""
    if (folder / "package.json").exists():
        return folder
    install("npm", "npm")
    with tempfile.TemporaryDirectory(dir=BASE) as temporary:
        run("npm", "pack", "--silent", "--pack-destination", temporary, package, cwd=temporary)
        run("tar", "-xzf", next(Path(temporary).glob("*.tgz")), "-C", temporary)
        (Path(temporary) / "package").rename(folder)
    return folder
