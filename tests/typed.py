"""What README.md and the quick start show, typed into a fresh project as it stands."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from importlib.metadata import metadata
from pathlib import Path
from typing import Any, NamedTuple

import django_bookrel

PACKAGE = Path(django_bookrel.__path__[0])
CHECKOUT = Path(__file__).parent.parent
SETTINGS = "# settings.py: "
LOGIN = {f"DJANGO_SUPERUSER_{n}": "anna@example.com" for n in ("USERNAME", "EMAIL", "PASSWORD")}

FENCED = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"(?:#|\{#) (?P<name>[\w/]+\.(?:py|html))(?: #\})?\n")
DIRECTIVE = re.compile(
    r"^\.\. (?P<kind>code-block|literalinclude):: (?P<argument>\S+)\n"
    r"(?P<options>(?: +:[^\n]*\n)*)\n?(?P<text>(?:(?: +[^\n]*)?\n)*)",
    re.MULTILINE,
)


class Snippet(NamedTuple):
    """A file to be written, or lines for a shell if it has no name."""

    name: str
    text: str


def section(text: str, heading: str) -> str:
    """Give what stands under a heading of a page of either kind, up to the next of its level."""
    ends = r"^#{2,3} |\Z" if heading.startswith("#") else r"^[^\n]+\n-{3,}\n|\Z"
    under = "" if heading.startswith("#") else "\n-+"
    pattern = rf"^{re.escape(heading)}{under}\n(.*?)(?={ends})"
    [found] = re.findall(pattern, text, re.MULTILINE | re.DOTALL)
    return found


def of_readme(heading: str) -> Iterator[Snippet]:
    """Yield the snippets of a section; the first line of a file is its name."""
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    for block in FENCED.finditer(section(text, heading)):
        if block["language"] == "sh":
            yield Snippet("", block["text"])
        else:
            name = NAMED.match(block["text"])
            assert name, f"README.md does not name the file of:\n{block['text']}"
            yield Snippet(name["name"], block["text"])


def of_page(page: str, heading: str) -> Iterator[Snippet]:
    """Yield the snippets of a section: files that it shows or includes, and lines of shells."""
    docs = CHECKOUT / "docs"
    text = (docs / page).read_text(encoding="utf-8") + "\n"
    for block in DIRECTIVE.finditer(section(text, heading)):
        caption = re.search(r":caption: (.+)", block["options"])
        shown = textwrap.dedent(block["text"]).strip("\n") + "\n"
        if block["kind"] == "literalinclude":
            file = (docs / block["argument"]).read_text(encoding="utf-8")
            start = re.search(r":start-at: (.+)", block["options"])
            shown = file[file.index(start[1]) :] if start else file
        elif block["argument"] == "console":
            shown = "".join(re.findall(r"^\$ (.+\n)", shown, re.MULTILINE))
        if caption or block["argument"] in ("sh", "console"):
            yield Snippet(caption[1] if caption else "", shown)


COMMANDS = """
import importlib, json, sys
from django.core.management import execute_from_command_line

for words in json.loads(sys.argv[1]):
    importlib.invalidate_caches()
    execute_from_command_line(words)
"""


class Project:
    """
    A project of ``startproject``, in a folder of its own.

    Commands wait until a file or a setting changes, and then run one after the other in one
    process, which saves most of their time.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.waiting: list[list[str]] = []

    def command(self, *words: str) -> None:
        self.waiting.append(["manage.py", *words])

    def run(self) -> str:
        """Run what waits; give what it prints."""
        if not self.waiting:
            return ""
        commands, self.waiting = json.dumps(self.waiting), []
        environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        if (self.folder / "host").exists():
            environment["DJANGO_SETTINGS_MODULE"] = "host.settings"
        done = subprocess.run(
            [sys.executable, "-c", COMMANDS, commands],
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=self.folder,
            env={**environment, **LOGIN, "PYTHONPATH": str(PACKAGE.parent)},
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
        return done.stdout

    def shell(self, code: str) -> Any:
        """Run code in the project; give what it prints last as JSON."""
        self.command("shell", "--no-imports", "-c", code)
        return json.loads(self.run().splitlines()[-1])

    def write(self, name: str, text: str) -> None:
        if name.endswith(".py"):
            self.run()
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def follow(self, snippets: Iterator[Snippet]) -> None:
        """Write the files and type the lines, in their order."""
        for name, text in snippets:
            if name:
                self.write(name, text)
            for line in text.splitlines() if not name else ():
                self.type(line)
        self.run()

    def type(self, line: str) -> None:
        """Type a line; servers and installations are for ``ci/package.py``."""
        words = shlex.split(line, comments=True)
        if line.startswith(SETTINGS):
            self.run()
            with (self.folder / "host" / "settings.py").open("a") as settings:
                settings.write(f"\n{line.removeprefix(SETTINGS)}\n")
        elif words[:4] == ["python", "-m", "pip", "install"]:
            check_requirement(*words[4:])
        elif words[:2] == ["python", "manage.py"]:
            more = ["--noinput"] if words[2] == "createsuperuser" else []
            if words[2] != "runserver":
                self.command(*words[2:], *more)
        else:
            raise AssertionError(f"a line that is not known here: {line}")


def check_requirement(requirement: str) -> None:
    """Check that what is installed is this package, with extras that it has."""
    name, extras = re.fullmatch(r"([\w-]+)(?:\[([\w,]+)\])?", requirement).groups()  # type: ignore[union-attr]
    known = metadata("django-bookrel").get_all("Provides-Extra") or []
    assert name == "django-bookrel"
    assert set((extras or "").split(",")) - {""} <= set(known)
