#!/usr/bin/env python3
"""
Install, in the running environment, the oldest or the newest of what django-bookrel depends on.

    ci/bounds.py lowest [EXTRA ...]     the lower bounds that the installed package declares
    ci/bounds.py newest [EXTRA ...]     the newest releases, which must be the index's newest
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import requires, version

from packaging.requirements import Requirement


def run_pip(*arguments: str) -> str:
    # Its own warnings are not ours to read.
    quiet = {name: value for name, value in os.environ.items() if name != "PYTHONDEVMODE"}
    command = [sys.executable, "-m", "pip", *arguments]
    return subprocess.check_output(command, env=quiet, text=True)


def direct(extras: list[str]) -> list[Requirement]:
    """List what the installed package asks for, with those extras."""
    found = map(Requirement, requires("django-bookrel") or [])
    environments = [{"extra": extra} for extra in ["", *extras]]
    return [r for r in found if not r.marker or any(map(r.marker.evaluate, environments))]


def lower_bound(requirement: Requirement) -> str:
    """
    Say from which version on a requirement is met.

    :raises ValueError: it does not say so by ``>=`` or ``~=``.
    """
    for specifier in requirement.specifier:
        if specifier.operator in {">=", "~="}:
            return specifier.version
    raise ValueError(f"{requirement} has no lower bound")


def install_lowest(requirements: list[Requirement]) -> None:
    # With their extras: psycopg takes a psycopg-binary of its own version only.
    pins = []
    for requirement in requirements:
        extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
        pins.append(f"{requirement.name}{extras}=={lower_bound(requirement)}")
    run_pip("install", "--quiet", *pins)


def install_newest(requirements: list[Requirement]) -> None:
    names = [requirement.name for requirement in requirements]
    run_pip("install", "--quiet", "--upgrade", "--upgrade-strategy", "eager", *names)
    for name in names:
        known = run_pip("index", "versions", name)
        newest = re.match(r"\S+ \((.+)\)", known)
        if not newest or newest[1] != version(name):
            sys.exit(f"ci/bounds.py: {name} {version(name)} is not the newest:\n{known}")


def main() -> None:
    ways = {"lowest": install_lowest, "newest": install_newest}
    if len(sys.argv) < 2 or sys.argv[1] not in ways:
        sys.exit(__doc__.strip())
    requirements = direct(sys.argv[2:])
    ways[sys.argv[1]](requirements)
    print(*(f"{r.name} {version(r.name)}" for r in requirements), sep=", ")


if __name__ == "__main__":
    main()
