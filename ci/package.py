#!/usr/bin/env python3
"""
Build the sdist and the wheel into dist/, and check them before a host meets them.

    ci/package.py

The wheel holds the tracked files of the package and the sdist all tracked files but hidden ones,
no more and no less, as they are. The wheel is installed into an empty environment, and the README's
lines for a host are followed there, in a project of ``startproject``.
"""

from __future__ import annotations

import re
import shlex
import shutil
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

from newcomer import environment, fetch, free_port, read_lines, serving
from packages import ProvisionError, run

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
PACKAGE = "django_bookrel"
LOGIN = {f"DJANGO_SUPERUSER_{n}": "anna@example.com" for n in ("USERNAME", "EMAIL", "PASSWORD")}
"""What somebody types when ``createsuperuser`` asks."""
HEADING = "### As a catalogue"
TITLES = ["The Waves", "The Years"]


def list_files(*options: str) -> set[str]:
    output = run("git", "-C", ROOT, "ls-files", "-z", *options).stdout.decode()
    return {name for name in output.split("\0") if name}


def build(folder: Path) -> tuple[Path, Path]:
    """Build the sdist, and the wheel from the sdist, of a copy of the checkout."""
    # Not in the checkout: its egg-info would put into the sdist whatever an earlier one had.
    for name in list_files("--cached", "--others", "--exclude-standard"):
        original, copy = ROOT / name, folder / name
        if original.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(original, copy)
    shutil.rmtree(DIST, ignore_errors=True)
    run(sys.executable, "-m", "build", "--outdir", DIST, folder)
    [sdist], [wheel] = DIST.glob("*.tar.gz"), DIST.glob("*.whl")
    return sdist, wheel


def compare(sdist: Path, wheel: Path) -> list[str]:
    """List how the files of both differ from those that git tracks."""
    tracked = list_files()
    written = re.compile(rf"PKG-INFO|{PACKAGE}\.egg-info/.*")
    with tarfile.open(sdist) as archive:
        members = {m.name.partition("/")[2]: m for m in archive if m.isfile()}
        in_sdist = {
            name: archive.extractfile(member).read()
            for name, member in members.items()
            if not written.fullmatch(name)
        }
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = {n: archive.read(n) for n in archive.namelist() if ".dist-info/" not in n}
    return [
        *differences(sdist, in_sdist, {name for name in tracked if not name.startswith(".")}),
        *differences(wheel, in_wheel, {n for n in tracked if n.startswith(f"{PACKAGE}/")}),
    ]


def differences(file: Path, found: dict[str, bytes], wanted: set[str]) -> list[str]:
    others = {
        name
        # setuptools writes the version of a build into it.
        for name in wanted & found.keys() - {"setup.cfg"}
        if (ROOT / name).read_bytes() != found[name]
    }
    return [
        *(f"{file.name} lacks {name}" for name in sorted(wanted - found.keys())),
        *(f"{file.name} has {n}, which git does not track" for n in sorted(found.keys() - wanted)),
        *(f"{file.name} has another {name}" for name in sorted(others)),
    ]


def follow_readme(wheel: Path, folder: Path) -> None:
    """Do what the README tells a host to do, in a project that there is already."""
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / "bin"
    shell = environment(programs)
    project = folder / "project"
    project.mkdir()
    run(programs / "python", "-m", "pip", "install", "--quiet", "Django", env=shell)
    run(programs / "django-admin", "startproject", "host", project, env=shell)
    rows = "".join(f'{title},"WOOLF, Virginia"\n' for title in TITLES)
    (project / "books.csv").write_text(f"title,author\n{rows}")
    for line in read_lines(ROOT / "README.md", HEADING):
        print(f"    {line}", flush=True)
        follow_line(line, wheel, project, programs)
    exported = run(programs / "python", "manage.py", "bookrel_export", cwd=project, env=shell)
    missing = [title for title in TITLES if title not in exported.stdout.decode()]
    if missing:
        raise ProvisionError(f"The README's lines did not import {', '.join(missing)}")


def follow_line(line: str, wheel: Path, project: Path, programs: Path) -> None:
    _, setting, code = line.partition("# settings.py: ")
    if setting:
        with (project / "host" / "settings.py").open("a") as settings:
            settings.write(f"\n{code}\n")
        return
    words = [
        str(wheel) if word == "django-bookrel" else word
        for word in shlex.split(line, comments=True)
    ]
    words[0] = str(programs / words[0])
    options = {"cwd": project, "env": environment(programs, **LOGIN)}
    if "createsuperuser" in words:
        words.append("--noinput")
    if "runserver" not in words:
        run(*words, **options)
        return
    site = f"http://127.0.0.1:{free_port()}/"
    log = project.parent / "server.log"
    with serving([*words, site.split("/")[2]], f"{site}admin/", log, **options):
        fetch(f"{site}static/bookrel/admin.css")


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        sdist, wheel = build(Path(temporary))
    if problems := compare(sdist, wheel):
        raise ProvisionError("\n".join(problems))
    run(sys.executable, "-m", "twine", "check", "--strict", sdist, wheel)
    print(f"dist/{sdist.name} and dist/{wheel.name} hold what git tracks. The README's lines:")
    with tempfile.TemporaryDirectory() as temporary:
        follow_readme(wheel, Path(temporary))
    print("A host that follows them has its catalogue.")


if __name__ == "__main__":
    try:
        main()
    except (ProvisionError, OSError) as error:
        sys.exit(f"ci/package.py: {error}")
