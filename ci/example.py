#!/usr/bin/env python3
"""
Run the README's two commands as a newcomer would: in a fresh clone, with an empty home.

    ci/example.py

They run as whoever starts this and, where that is root, as an ordinary user too. What is committed
is what is cloned. ``make demo`` has to serve as many books as the README says, ``make test`` to
pass; it runs one module here, for all of them take minutes and run elsewhere.
"""

from __future__ import annotations

import re
import shlex
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from newcomer import environment, fetch, free_port, read_lines, serving
from packages import IS_ROOT, ProvisionError, run
from servers import unprivileged

ROOT = Path(__file__).resolve().parent.parent
HEADING = "## Try it"
# What an ordinary user of Debian has: root may keep other interpreters in a home of its own.
USUAL_PATH = "/usr/local/bin:/usr/bin:/bin"


def follow_readme(folder: Path, owner: dict[str, Any]) -> None:
    """
    Clone the project into ``folder``, and run the lines of the README there.

    :param owner: for ``subprocess``: the user to be; empty for this one.
    """
    checkout, home = folder / "django-bookrel", folder / "home"
    run("git", "clone", "--quiet", "--no-hardlinks", ROOT, checkout)
    home.mkdir()
    path = {}
    if owner:
        path = {"PATH": USUAL_PATH}
        for each in [folder, *folder.rglob("*")]:
            shutil.chown(each, owner["user"], owner["group"])
    options = {"cwd": checkout, "env": environment(HOME=str(home), **path), **owner}
    for line in read_lines(checkout / "README.md", HEADING):
        begin = time.monotonic()
        command = shlex.split(line, comments=True)
        if command == ["make", "demo"]:
            [books] = re.findall(r"\d+ books", line)
            visit(command, books, folder / "demo.log", options)
        elif command == ["make", "test"]:
            run(*command, "ARGS=tests/test_isbn.py", **options)
        else:
            raise ProvisionError(f"README.md has a command that is not known here: {line}")
        print(f"    {shlex.join(command):12} {time.monotonic() - begin:4.0f} s", flush=True)


def visit(command: list[str], books: str, log: Path, options: dict[str, Any]) -> None:
    port = free_port()
    site = f"http://127.0.0.1:{port}/"
    with serving([*command, f"PORT={port}"], site, log, **options):
        if books not in fetch(site):
            raise ProvisionError(f"{site} does not say that it has {books}")
        fetch(f"{site}admin/")
    printed = log.read_text(encoding="utf-8")
    if missing := [word for word in (site, "Login", "Password") if word not in printed]:
        raise ProvisionError(f"make demo did not print {', '.join(missing)}:\n{printed}")


def main() -> None:
    users = [("root", {})] if IS_ROOT else []
    for name, owner in [*users, ("an ordinary user", unprivileged())]:
        print(f"The README's commands as {name}:", flush=True)
        with tempfile.TemporaryDirectory() as temporary:
            follow_readme(Path(temporary), owner)


if __name__ == "__main__":
    try:
        main()
    except (ProvisionError, OSError) as error:
        sys.exit(f"ci/example.py: {error}")
