"""What the documentation shows is true, and nothing that a user may name is missing from it."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import load_command_class
from django.core.management.base import BaseCommand, CommandParser
from django.db import models
from django.test.utils import isolate_apps, override_settings

import django_bookrel
from django_bookrel import abstract, checks, fields, querysets, resources
from django_bookrel.conf import Conf
from django_bookrel.resources.exporting import FORMATS
from django_bookrel.sources import SOURCES
from django_bookrel.templatetags import bookrel
from tests.hosts.newsdesk.models import Article
from tests.neighbours import NEIGHBOURS
from tests.pages import Block, blocks

PACKAGE = Path(django_bookrel.__path__[0])
CHECKOUT = Path(__file__).parent.parent
DOCS = CHECKOUT / "docs"
EXAMPLES = DOCS / "examples"
PAGES = sorted(DOCS.glob("*.rst"))
COMMANDS = sorted(path.stem for path in PACKAGE.glob("management/commands/bookrel_*.py"))


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def section(name: str, title: str) -> str:
    """Give what stands under a heading."""
    [found] = re.findall(
        rf"^{re.escape(title)}\n-+\n(.*?)(?=^[^\n]+\n-+\n|\Z)", read(name), re.MULTILINE | re.DOTALL
    )
    return found


# Examples.


def in_examples(*arguments: str) -> str:
    """Run Python in the project of the examples."""
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=EXAMPLES,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "settings",
            "PYTHONIOENCODING": "utf-8",
            # What is tested here must be what the other tests import.
            "PYTHONPATH": os.pathsep.join(map(str, [EXAMPLES, PACKAGE.parent, CHECKOUT])),
        },
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def faults() -> dict[str, list[str]]:
    return json.loads(in_examples("-m", "tests.pages", *map(str, PAGES)))


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_examples(page: str, faults: dict[str, list[str]]):
    assert faults[page] == []


def test_false_examples_are_found(tmp_path: Path):
    page = tmp_path / "page.rst"
    page.write_text(
        ".. code-block:: text\n   :caption: a.csv\n\n   title,author\n   A,B\n\n"
        ".. code-block:: console\n\n   $ cat a.csv\n   title,author\n\n"
        ".. code-block:: pycon\n\n   >>> 1 + 1\n   3\n\n"
        ".. code-block:: html+django\n\n   {{ 1 }}\n\n.. code-block:: html\n\n   2\n"
    )
    found = json.loads(in_examples("-m", "tests.pages", str(page)))["page.rst"]
    assert [fault.splitlines()[0] for fault in found] == [
        "page.rst:9",
        "page.rst:14",
        "page.rst:23",
    ]


def test_project_of_the_examples_is_clean():
    in_examples("-m", "django", "check", "--fail-level", "WARNING")


def python_blocks(page: Path) -> list[str]:
    return [block.text for block in blocks(page) if block.language == "python"]


# Of checks there are wrong examples, too; tests/test_startproject.py follows the README.
PYTHON = {
    page.name: found
    for page in PAGES
    if page.name != "checks.rst" and (found := python_blocks(page))
}


@pytest.mark.parametrize("page", PYTHON)
def test_python_blocks_run(page: str, monkeypatch: pytest.MonkeyPatch):
    for module in (admin, admin.sites):
        monkeypatch.setattr(module, "site", admin.AdminSite())
    # What a host of the page has already.
    names = host_names("tests.hosts.tenants") | {"Article": Article, "INSTALLED_APPS": []}
    with isolate_apps("tests.hosts.tenants"):
        for text in PYTHON[page]:
            exec(text, names)


def host_names(app: str) -> dict[str, Any]:
    """Give what a module of a host has that imports what it needs of ours."""
    names: dict[str, Any] = {"__name__": f"{app}.models", "__package__": app, "models": models}
    for module in (abstract, fields, querysets, resources):
        names |= {name: getattr(module, name) for name in module.__all__}
    return names


# Checks.


def check_blocks() -> Iterator[tuple[str, str, Block]]:
    """Yield the id, "Wrong" or "Right", and the block of each example of a check."""
    page = DOCS / "checks.rst"
    lines = page.read_text(encoding="utf-8").splitlines()
    for block in blocks(page):
        above = lines[: block.line - 1]
        [identity] = [line for line in above if line.startswith("django_bookrel.")][-1:]
        [verdict] = [line for line in above if line in ("Wrong:", "Right:")][-1:]
        yield identity, verdict.strip(":"), block


def ids_of(block: Block) -> set[str]:
    """Give the ids of what the checks say of the models and resources of a block."""
    with isolate_apps("tests.hosts.pair") as host:
        # Kept, for classes that nobody knows may be collected before they are checked.
        names = host_names("tests.hosts.pair")
        exec(block.text, names)
        configs = host.get_app_configs()
        found = [*checks.check_models(configs), *checks.check_resources(configs)]
        settings = {name: value for name, value in names.items() if name.startswith("BOOKREL_")}
        with override_settings(**settings):
            found += checks.check_settings()
        return {message.id for message in found}


def test_every_check_is_documented():
    modules = sorted(Path(checks.__file__).parent.glob("*.py"))
    text = "".join(module.read_text() for module in modules)
    ids = re.findall(r'id="(django_bookrel\.[EW]\d+)"', text)
    headings = re.findall(r"^(django_bookrel\.[EW]\d+)\n-+$", read("checks.rst"), re.MULTILINE)
    assert headings == sorted(ids) == sorted(set(ids))


def test_every_check_has_a_wrong_and_a_right_example():
    found = [(identity, verdict) for identity, verdict, _block in check_blocks()]
    assert found == [
        (identity, verdict)
        for identity in sorted({identity for identity, _verdict in found})
        for verdict in ("Wrong", "Right")
    ]


@pytest.mark.parametrize(
    "identity,verdict,block",
    # The model of a reverse name that is taken would change our own: tests/test_checks.py has it.
    [found for found in check_blocks() if found[0] != "django_bookrel.E002"],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_examples_of_checks(
    identity: str, verdict: str, block: Block, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.syspath_prepend(EXAMPLES)
    if "contrib.postgres" in block.text:
        pytest.importorskip("psycopg")
    assert ids_of(block) == ({identity} if verdict == "Wrong" else set())


# Lists.


def options(command: str) -> set[str]:
    """Give the options that a command has beside those of every command."""
    own = load_command_class("django_bookrel", command).create_parser("manage.py", command)
    every = BaseCommand().create_parser("manage.py", command)
    return option_names(own) - option_names(every)


def option_names(parser: CommandParser) -> set[str]:
    return {name for action in parser._actions for name in action.option_strings}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_documented(command: str):
    terms = re.findall(r"^``-.*``$", section("commands.rst", command), re.MULTILINE)
    assert set(re.findall(r"``(-[\w-]+)", "\n".join(terms))) == options(command)


def test_every_neighbour_is_documented():
    included = re.findall(r"literalinclude:: \S+/neighbours/(\w+)/", read("neighbours.rst"))
    # That one needs nothing in the host's code.
    assert {*included, "with_extensions"} == NEIGHBOURS.keys()


def test_every_command_is_documented():
    headings = re.findall(r"^(bookrel_\w+)\n-+$", read("commands.rst"), re.MULTILINE)
    assert sorted(headings) == COMMANDS


def test_every_setting_is_documented():
    names = {f"BOOKREL_{name.upper()}" for name in vars(Conf) if not name.startswith("_")}
    assert set(re.findall(r"^``(BOOKREL_\w+)``$", read("settings.rst"), re.MULTILINE)) == names


def test_every_tag_is_documented():
    library = bookrel.register
    listed = re.findall(r"^``(related\w*)``  ", read("tags.rst"), re.MULTILINE)
    assert sorted(listed) == sorted([*library.tags, *library.filters])


def test_every_format_is_documented():
    assert re.findall(r"^``(\w+)`` +``\.", read("exporting.rst"), re.MULTILINE) == list(FORMATS)


def test_every_source_is_documented():
    listed = re.findall(r"^``(\w+)``$", read("formats.rst"), re.MULTILINE)
    assert sorted(listed) == sorted(SOURCES)


def skipping_tests(module: Path) -> Iterator[str]:
    """Yield the tests of a module that one database skips and another runs."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    marks = [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and "mark.skipif" in ast.unparse(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    fixtures = [
        node.name
        for node in functions
        if "pytest.fixture" in map(ast.unparse, node.decorator_list)
        if "pytest.skip(" in ast.unparse(node)
    ]
    skips = re.compile(r"\b(?:mark\.skipif|" + "|".join([*marks, *fixtures, "$^"]) + r")\b")
    for node in functions:
        used = [*map(ast.unparse, node.decorator_list), ast.unparse(node.args)]
        if node.name.startswith("test_") and skips.search("\n".join(used)):
            yield f"{module.stem}.{node.name}"


def test_tests_that_one_database_skips_are_listed():
    found = {
        name
        for module in Path(__file__).parent.glob("test_*.py")
        if not module.stem.startswith("test_writers_")
        for name in skipping_tests(module)
    }
    listed = re.findall(r"test_\w+\.test_\w+", read("databases.rst"))
    assert sorted(listed) == sorted(found)


def test_tests_that_hold_a_promise_are_there():
    named = re.findall(r"(test_\w+)\.(test_\w+)", read("design.rst") + read("databases.rst"))
    assert len(named) > 20
    for module, name in named:
        text = Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
        assert f"\ndef {name}(" in text, f"{module}.{name}"
