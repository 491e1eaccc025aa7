"""
Runs the pages of the documentation: ``python -m tests.pages PAGE...``; it prints what is not true.

On a page, one after the other and against one database and folder,

- a ``text`` block with a file name as caption is written to that file;
- a ``console`` block is typed: ``python manage.py``, ``python -m django_bookrel.sources``,
  ``cat FILE`` and ``echo $?``;
- a ``pycon`` block is a session;
- an ``html+django`` block is rendered with the names of the sessions and compared with the ``html``
  block that follows it.

Times and rates are not compared.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import json
import os
import re
import shlex
import sys
import tempfile
import textwrap
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
from django.core.management import ManagementUtility, call_command
from django.db import connection
from django.template import Context, Template

from django_bookrel.sources.__main__ import main as show_source

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
BLOCK = re.compile(
    r"^(?P<edge> *)\.\. code-block:: (?P<language>\S+)\n"
    r"(?P<options>(?:(?P=edge) +:[^\n]*\n)*)\n"
    r"(?P<text>(?:(?:(?P=edge) +[^\n]*)?\n)+)",
    re.MULTILINE,
)
PASSING = re.compile(r"in [\d,]+\.\d s(, [\d,]+ rows/s)?|\"seconds\": [\d.]+")


@dataclass
class Block:
    """An example of a page."""

    line: int
    language: str
    caption: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    """Yield the examples of a page in order."""
    text = page.read_text(encoding="utf-8") + "\n"
    for found in BLOCK.finditer(text):
        caption = re.search(r":caption: (.+)", found["options"])
        yield Block(
            text.count("\n", 0, found.start("text")) + 1,
            found["language"],
            caption[1] if caption else "",
            textwrap.dedent(found["text"]).strip("\n") + "\n",
        )


@dataclass
class Session:
    """What one page has typed so far."""

    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"})
    status: int = 0
    template: str | None = None

    def run(self, block: Block) -> str:
        """Run an example; return what is wrong with it, or nothing."""
        runners: dict[str, Callable[[Block], str]] = {
            "text": self._write,
            "console": self._type,
            "pycon": self._evaluate,
            "html+django": self._keep,
            "html": self._compare,
        }
        try:
            return runners.get(block.language, lambda block: "")(block)
        except Exception:  # noqa: BLE001 (the other examples shall be run as well)
            return traceback.format_exc()

    def _write(self, block: Block) -> str:
        if block.caption:
            Path(block.caption).write_text(block.text, encoding="utf-8")
        return ""

    def _type(self, block: Block) -> str:
        said = ""
        for line in block.text.splitlines():
            if line.startswith("$ "):
                said += f"{line}\n{self._command(shlex.split(line[2:]))}"
        return _difference(block.text, said)

    def _command(self, words: list[str]) -> str:
        if words == ["echo", "$?"]:
            return f"{self.status}\n"
        if words[0] == "cat":
            return Path(words[1]).read_text(encoding="utf-8")
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            try:
                self.status = _run(words)
            except SystemExit as end:
                self.status = int(end.code or 0)
        return said.getvalue().replace("\r\n", "\n")

    def _evaluate(self, block: Block) -> str:
        said = io.StringIO()
        test = doctest.DocTestParser().get_doctest(block.text, self.names, "page", None, 0)
        doctest.DocTestRunner(verbose=False, optionflags=FLAGS).run(
            test, out=said.write, clear_globs=False
        )
        self.names.update(test.globs)
        return said.getvalue()

    def _keep(self, block: Block) -> str:
        self.template = block.text
        return ""

    def _compare(self, block: Block) -> str:
        if self.template is None:
            return ""
        load = "" if "{% load" in self.template else "{% load bookrel %}"
        said = Template(load + self.template).render(Context(self.names))
        self.template = None
        lines = [line.rstrip() for line in said.splitlines() if line.strip()]
        return _difference(block.text, "\n".join(lines) + "\n")


def _run(words: list[str]) -> int:
    if words[:3] == ["python", "-m", "django_bookrel.sources"]:
        return show_source(words[3:])
    if words[:2] != ["python", "manage.py"]:
        raise ValueError(f"This is no command for an example: {shlex.join(words)}")
    ManagementUtility(words[1:]).execute()
    return 0


def _difference(wanted: str, said: str) -> str:
    if PASSING.sub("...", wanted) == PASSING.sub("...", said):
        return ""
    return f"The page says:\n{wanted}\nIt is:\n{said}"


def run_page(page: Path) -> list[str]:
    """Run the examples of a page; return what is wrong with them."""
    call_command("flush", interactive=False, verbosity=0)
    session = Session()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        ran = [(block.line, session.run(block)) for block in blocks(page)]
    return [f"{page.name}:{line}\n{fault}" for line, fault in ran if fault]


if __name__ == "__main__":
    os.environ.setdefault("NO_COLOR", "1")
    django.setup()
    connection.creation.create_test_db(verbosity=0)
    pages = map(Path, sys.argv[1:])
    json.dump({page.name: run_page(page.resolve()) for page in pages}, sys.stdout)
